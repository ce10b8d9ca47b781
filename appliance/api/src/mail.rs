//! Outgoing mail: how it leaves, what it says, and what became of it (E4).

use crate::{OutboxId, api_type};

api_type! {
    /// How mail leaves. A `PUT` replaces all of it.
    pub struct MailSettings {
        /// Where mails go.
        pub via: MailVia,
        /// The mail server; kept, though unused, while mails go to the inbox.
        pub server: SmtpServer,
        /// The sender's name.
        pub sender_name: String,
        /// The sender's address.
        pub sender_address: String,
        /// Where answers go; empty: to the sender.
        #[serde(default)]
        pub reply_to: String,
        /// Mails a second that the server is given at most; 0: as many as it takes.
        pub rate: u32,
    }
}

api_type! {
    /// Where mails go.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum MailVia {
        /// Into the built-in inbox: right for a trial.
        Inbox,
        /// To the mail server.
        Server,
    }
}

api_type! {
    /// A mail server.
    pub struct SmtpServer {
        /// Its name.
        pub host: String,
        /// Its port.
        pub port: u16,
        /// How the connection is encrypted.
        pub tls: TlsMode,
        /// Who logs in; empty: nobody.
        #[serde(default)]
        pub user: String,
        /// The password, never given back. Absent: the one that is stored, as long as host and user are the same and the
        /// connection stays encrypted; empty: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password: Option<String>,
    }
}

api_type! {
    /// How a connection to a mail server is encrypted.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum TlsMode {
        /// From the first byte; usually port 465.
        Tls,
        /// After STARTTLS, or not at all; usually port 587.
        Starttls,
        /// After STARTTLS where the server offers it: whoever is in between can prevent that.
        Opportunistic,
        /// Never.
        None,
    }
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            via: MailVia::Inbox,
            server: SmtpServer {
                host: String::new(),
                port: 587,
                tls: TlsMode::Starttls,
                user: String::new(),
                password: None,
            },
            sender_name: "Pocketkey".into(),
            sender_address: "pocketkey@localhost".into(),
            reply_to: String::new(),
            rate: 10,
        }
    }
}

api_type! {
    /// `GET /api/v1/settings/mail`.
    pub struct MailSetup {
        /// What is set.
        pub settings: MailSettings,
        /// Whether a password for the mail server is stored.
        pub has_password: bool,
        /// The mail server that `--smtp-url` names, without its password. It wins over the settings.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub server_option: Option<String>,
        /// Whether the sender comes from `--mail-from`, which wins over the settings.
        pub sender_option: bool,
    }
}

api_type! {
    /// `POST /api/v1/settings/mail/test`: a mail right now.
    pub struct MailTest {
        /// To whom.
        pub to: String,
        /// How; absent: as it is set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings: Option<MailSettings>,
    }
}

api_type! {
    /// How sending a mail went, step by step.
    pub struct MailTrial {
        /// The steps that were taken; the last one failed unless `accepted`.
        pub steps: Vec<TrialStep>,
        /// Whether the server took the mail.
        pub accepted: bool,
        /// What to change, if it did not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub advice: Option<String>,
    }
}

api_type! {
    /// A step of sending a mail.
    pub struct TrialStep {
        /// Which.
        pub stage: TrialStage,
        /// Whether it worked.
        pub ok: bool,
        /// What was found, or the server's words.
        pub words: String,
    }
}

api_type! {
    /// The steps of sending a mail, in order.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum TrialStage {
        /// Reaching the server.
        Connect,
        /// Encrypting the connection.
        Tls,
        /// Logging in.
        LogIn,
        /// Handing over the mail.
        Send,
    }
}

api_type! {
    /// What a mail says, with placeholders such as `{{name}}`.
    pub struct TemplateText {
        /// The subject.
        pub subject: String,
        /// The HTML part.
        pub html: String,
        /// The text part, for who sees no HTML.
        pub text: String,
    }
}

api_type! {
    /// A kind of mail, and what it says.
    pub struct MailTemplate {
        /// Its name in the API.
        pub name: String,
        /// Its name for people.
        pub title: String,
        /// When it is sent, for people.
        pub about: String,
        /// What it says now.
        #[serde(flatten)]
        pub content: TemplateText,
        /// When it was changed last; absent: it is the built-in one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub changed_at: Option<i64>,
        /// What can be put in.
        pub placeholders: Vec<Placeholder>,
    }
}

api_type! {
    /// Something that is put into a template.
    pub struct Placeholder {
        /// Its name, without braces.
        pub name: String,
        /// What it stands for, for people.
        pub meaning: String,
        /// Whether HTML and text must have it.
        pub required: bool,
    }
}

api_type! {
    /// A template filled with sample data.
    pub struct TemplatePreview {
        /// The subject.
        pub subject: String,
        /// The text part.
        pub text: String,
        /// The address of the HTML part, to be shown in a frame within the next minutes.
        pub html_path: String,
    }
}

api_type! {
    /// `POST /api/v1/settings/templates/{name}/send`: a preview by mail.
    pub struct SendPreview {
        /// To whom.
        pub to: String,
        /// What it says.
        #[serde(flatten)]
        pub content: TemplateText,
    }
}

api_type! {
    /// What became of a mail.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum OutboxState {
        /// It waits to be sent, or to be tried again.
        Queued,
        /// The server took it.
        Sent,
        /// The server refused it for good.
        Failed,
        /// It was of no use any more: expired, replaced by a later one, or dropped by an admin.
        Dropped,
    }
}

impl OutboxState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Sent, Self::Failed, Self::Dropped];

    /// Its name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    /// The state of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

api_type! {
    /// A mail of the outbox. What it says is not shown: it holds codes.
    pub struct OutboxMail {
        /// Id.
        pub id: OutboxId,
        /// The kind of mail: the name of its template.
        pub template: String,
        /// To whom.
        pub to: String,
        /// What became of it.
        pub state: OutboxState,
        /// How often it was tried.
        pub attempts: u32,
        /// Why the last try failed: the server's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_error: Option<String>,
        /// When it was put there.
        pub created_at: i64,
        /// When it is tried next, while it waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_try_at: Option<i64>,
        /// When it was sent, refused or dropped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub done_at: Option<i64>,
        /// From then on it is of no use.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_at: Option<i64>,
        /// Whether it can be tried now.
        pub can_retry: bool,
    }
}

api_type! {
    /// `POST /api/v1/outbox/retry`.
    pub struct Retried {
        /// How many mails are tried again.
        pub count: u32,
    }
}

api_type! {
    /// `GET /api/v1/outbox/health`.
    pub struct OutboxHealth {
        /// Mails that wait.
        pub queued: u32,
        /// Mails that were refused for good and could be tried again.
        pub failed: u32,
        /// Mails sent in the last 24 hours.
        pub sent_last_day: u32,
        /// When the mail that waits longest was put there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub oldest_waiting_at: Option<i64>,
    }
}
