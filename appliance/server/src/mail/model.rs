//! What is mailed, and what can go wrong.

use axum::http::StatusCode;
use pocketkey_api::{AdminId, AdminInvitationId, KeyId, admin::Role, problem::FieldProblem};

use super::{
    templates::{Template, Values},
    words,
};
use crate::{
    db::DbError,
    problem::{ApiError, Explain},
};

/// A mail to send.
#[derive(Debug, Clone)]
pub struct OutgoingMail {
    /// The recipient's address.
    pub to: String,
    /// What it says.
    pub kind: MailKind,
}

/// What a mail says.
#[derive(Debug, Clone)]
pub enum MailKind {
    /// An invitation to activate a phone.
    Invitation(Invitation),
    /// An invitation to become an admin.
    AdminInvitation(AdminInvitation),
    /// The news that an admin's second step was reset.
    SecondStepReset(SecondStepReset),
}

/// An invitation to activate a phone.
#[derive(Clone)]
pub struct Invitation {
    /// The key to be activated. A later invitation for it replaces this one while it is still queued.
    pub key_id: KeyId,
    /// The organisation that invites.
    pub organisation: String,
    /// The person invited.
    pub name: String,
    /// The link; its fragment is the secret. Also the text inside the QR code.
    pub link: String,
    /// 12 digits, ungrouped.
    pub pairing_key: String,
    /// When the invitation stops working, Unix milliseconds.
    pub expires_at: i64,
}

/// An invitation to become an admin.
#[derive(Clone)]
pub struct AdminInvitation {
    /// Its id. Sent again, it replaces the mail before while that is still queued.
    pub id: AdminInvitationId,
    /// The organisation that invites.
    pub organisation: String,
    /// The person invited.
    pub name: String,
    /// Who invites them, by name.
    pub invited_by: String,
    /// What they will be allowed to do.
    pub role: Role,
    /// The link; its fragment is the secret.
    pub link: String,
    /// When the invitation stops working, Unix milliseconds.
    pub expires_at: i64,
}

/// The news that an admin's second step was reset.
#[derive(Debug, Clone)]
pub struct SecondStepReset {
    /// Whose.
    pub admin_id: AdminId,
    /// Their organisation.
    pub organisation: String,
    /// Their name.
    pub name: String,
    /// Who did it, by name.
    pub by: String,
    /// The page of their account.
    pub link: String,
    /// When it is no news any more, Unix milliseconds.
    pub expires_at: i64,
}

impl MailKind {
    /// Where its words come from.
    pub fn template(&self) -> Template {
        match self {
            Self::Invitation(_) => Template::Invitation,
            Self::AdminInvitation(_) => Template::AdminInvitation,
            Self::SecondStepReset(_) => Template::SecondStepReset,
        }
    }

    /// What fills the template. `name` also stands beside the recipient's address.
    pub fn values(&self) -> Values {
        let values = match self {
            Self::Invitation(invitation) => vec![
                ("organisation", invitation.organisation.clone()),
                ("name", invitation.name.clone()),
                ("link", invitation.link.clone()),
                ("code", words::grouped(&invitation.pairing_key)),
                ("expires", words::utc(invitation.expires_at)),
            ],
            Self::AdminInvitation(invitation) => vec![
                ("organisation", invitation.organisation.clone()),
                ("name", invitation.name.clone()),
                ("by", invitation.invited_by.clone()),
                ("role", role(invitation.role).to_owned()),
                ("link", invitation.link.clone()),
                ("expires", words::utc(invitation.expires_at)),
            ],
            Self::SecondStepReset(reset) => vec![
                ("organisation", reset.organisation.clone()),
                ("name", reset.name.clone()),
                ("by", reset.by.clone()),
                ("link", reset.link.clone()),
            ],
        };
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What it is about: a later mail about the same replaces it while it is queued.
    pub fn reference(&self) -> &str {
        match self {
            Self::Invitation(invitation) => &invitation.key_id.0,
            Self::AdminInvitation(invitation) => &invitation.id.0,
            Self::SecondStepReset(reset) => &reset.admin_id.0,
        }
    }

    /// No use sending it from then on, Unix milliseconds.
    pub fn expires_at(&self) -> i64 {
        match self {
            Self::Invitation(invitation) => invitation.expires_at,
            Self::AdminInvitation(invitation) => invitation.expires_at,
            Self::SecondStepReset(reset) => reset.expires_at,
        }
    }
}

/// What somebody of a role is called in the middle of a sentence.
fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "an owner",
        Role::Admin => "an admin",
        Role::HelpDesk => "the help desk",
        Role::Auditor => "an auditor",
    }
}

impl std::fmt::Debug for AdminInvitation {
    /// Leaves out the link.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AdminInvitation").field("id", &self.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Invitation {
    /// Leaves out the codes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// A mail option that cannot work. The text names it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The sender.
    #[error("--mail-from {0} is not a sender such as Pocketkey <pocketkey@example.org>")]
    From(String),
    /// The mail server's address. It may hold a password, so it is not repeated.
    #[error("--smtp-url is not an address such as smtps://user:password@mail.example.org: {0}")]
    SmtpUrl(&'static str),
}

/// Why something about outgoing mail cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// An option of the command line wins.
    #[error("{0} sets this")]
    SetByOption(&'static str),
    /// There is no such kind of mail.
    #[error("no such template")]
    NoTemplate,
    /// The preview is gone.
    #[error("no such preview")]
    NoPreview,
    /// There is no such mail in the outbox.
    #[error("no such mail")]
    NoSuchMail,
    /// The mail is sent, dropped or of no use any more.
    #[error("nothing to send")]
    NothingToSend,
    /// The mail is sent already.
    #[error("sent already")]
    Sent,
    /// `after` is not what a page gave as `next`.
    #[error("not a place in the list")]
    WrongCursor,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for MailError {
    fn explain(&self) -> ApiError {
        let conflict = |code, title: &str| ApiError::new(StatusCode::CONFLICT, code, title);
        match self {
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::SetByOption(option) => {
                conflict("set_by_option", &format!("{option} on the command line sets this."))
                    .detail(format!("Start the appliance without {option} to set it here."))
            }
            Self::NoTemplate => ApiError::not_found("This kind of mail"),
            Self::NoPreview => ApiError::not_found("This preview").detail("Make another one."),
            Self::NoSuchMail => ApiError::not_found("This mail"),
            Self::NothingToSend => conflict("nothing_to_send", "This mail cannot be sent again.")
                .detail("It was sent, dropped, replaced, or has expired. Invite again for a new one."),
            Self::Sent => conflict("already_sent", "This mail is sent already."),
            Self::WrongCursor => ApiError::wrong_cursor(),
            Self::Db(error) => error.explain(),
        }
    }
}
