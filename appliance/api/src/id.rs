//! Identifiers: opaque strings, one type each, so that a key's id cannot be passed for a user's.

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

id!(
    /// A person of the organisation.
    UserId
);
id!(
    /// An admin of the appliance.
    AdminId
);
id!(
    /// An invitation to become an admin.
    AdminInvitationId
);
id!(
    /// A passkey of an admin.
    PasskeyId
);
id!(
    /// A browser that an admin is signed in with.
    SessionId
);
id!(
    /// A key of another program.
    ApiKeyId
);
id!(
    /// A group of users.
    GroupId
);
id!(
    /// A security key assigned to a user (a row of "Security keys", not a credential).
    KeyId
);
id!(
    /// A computer, by its id at the relay.
    ComputerId
);
id!(
    /// A mail in the inbox of the built-in SMTP sink.
    MailId
);
id!(
    /// A mail of the appliance in its outbox.
    OutboxId
);
id!(
    /// A simulated phone of the sandbox.
    PhoneId
);
id!(
    /// Whom to tell what happens.
    WebhookId
);
id!(
    /// Work that the appliance does in the background.
    JobId
);
id!(
    /// A workflow.
    WorkflowId
);
id!(
    /// A run of a workflow.
    RunId
);
