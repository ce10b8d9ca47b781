//! What admins did (A15).

use crate::api_type;

api_type! {
    /// What was done: the thing, a dot, the deed.
    #[derive(Copy, Hash)]
    pub enum Action {
        /// The appliance got its first admin.
        #[serde(rename = "appliance.set_up")]
        ApplianceSetUp,
        /// An admin signed in.
        #[serde(rename = "admin.signed_in")]
        AdminSignedIn,
        /// A user was added.
        #[serde(rename = "user.created")]
        UserCreated,
        /// A user was changed.
        #[serde(rename = "user.changed")]
        UserChanged,
        /// A user was deleted, with their keys.
        #[serde(rename = "user.deleted")]
        UserDeleted,
        /// A user was blocked, with their keys.
        #[serde(rename = "user.blocked")]
        UserBlocked,
        /// A user was unblocked.
        #[serde(rename = "user.unblocked")]
        UserUnblocked,
        /// A webhook was added.
        #[serde(rename = "webhook.created")]
        WebhookCreated,
        /// A webhook was changed.
        #[serde(rename = "webhook.changed")]
        WebhookChanged,
        /// A webhook was deleted.
        #[serde(rename = "webhook.deleted")]
        WebhookDeleted,
        /// How mail leaves was changed.
        #[serde(rename = "mail_settings.changed")]
        MailSettingsChanged,
        /// A test mail was sent.
        #[serde(rename = "mail_settings.tested")]
        MailSettingsTested,
        /// What a mail says was changed.
        #[serde(rename = "mail_template.changed")]
        MailTemplateChanged,
        /// A mail says again what is built in.
        #[serde(rename = "mail_template.reset")]
        MailTemplateReset,
        /// Mails were tried again at an admin's wish.
        #[serde(rename = "outbox.retried")]
        OutboxRetried,
        /// A mail was dropped before it was sent.
        #[serde(rename = "outbox.dropped")]
        OutboxDropped,
    }
}

impl Action {
    /// Its name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApplianceSetUp => "appliance.set_up",
            Self::AdminSignedIn => "admin.signed_in",
            Self::UserCreated => "user.created",
            Self::UserChanged => "user.changed",
            Self::UserDeleted => "user.deleted",
            Self::UserBlocked => "user.blocked",
            Self::UserUnblocked => "user.unblocked",
            Self::WebhookCreated => "webhook.created",
            Self::WebhookChanged => "webhook.changed",
            Self::WebhookDeleted => "webhook.deleted",
            Self::MailSettingsChanged => "mail_settings.changed",
            Self::MailSettingsTested => "mail_settings.tested",
            Self::MailTemplateChanged => "mail_template.changed",
            Self::MailTemplateReset => "mail_template.reset",
            Self::OutboxRetried => "outbox.retried",
            Self::OutboxDropped => "outbox.dropped",
        }
    }
}
