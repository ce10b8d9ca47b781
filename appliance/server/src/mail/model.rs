//! What is mailed.

use pocketkey_api::KeyId;

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

impl std::fmt::Debug for Invitation {
    /// Leaves out the codes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// A mail setting that cannot work. The text names the option.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The sender.
    #[error("--mail-from {0} is not a sender such as Pocketkey <pocketkey@example.org>")]
    From(String),
    /// The mail server's address. It may hold a password, so it is not repeated.
    #[error("--smtp-url is not an address such as smtps://user:password@mail.example.org: {0}")]
    SmtpUrl(lettre::transport::smtp::Error),
}
