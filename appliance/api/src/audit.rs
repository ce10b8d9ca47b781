//! What admins did (A15).

use crate::{JobId, api_type};

/// Declares [`Action`]: each with its name in the API and in the database.
macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident = $name:literal,)*) => {
        api_type! {
            /// What was done: the thing, a dot, the deed.
            #[derive(Copy, Hash)]
            pub enum Action {
                $($(#[$doc])* #[serde(rename = $name)] $action,)*
            }
        }

        impl Action {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$action,)*];

            /// Its name in the API and in the database.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }
        }
    };
}

actions! {
    /// The appliance got its first admin.
    ApplianceSetUp = "appliance.set_up",
    /// An admin signed in.
    AdminSignedIn = "admin.signed_in",
    /// A user was added.
    UserCreated = "user.created",
    /// A user was changed.
    UserChanged = "user.changed",
    /// A user was deleted, with their keys.
    UserDeleted = "user.deleted",
    /// A user was blocked, with their keys.
    UserBlocked = "user.blocked",
    /// A user was unblocked.
    UserUnblocked = "user.unblocked",
    /// A user was added to a group.
    UserJoined = "user.joined_group",
    /// A user was taken out of a group.
    UserLeft = "user.left_group",
    /// Users were exported.
    UsersExported = "users.exported",
    /// A group was made.
    GroupCreated = "group.created",
    /// A group got another name.
    GroupRenamed = "group.renamed",
    /// A group was deleted; its members stay users.
    GroupDeleted = "group.deleted",
    /// A key was assigned to a user.
    KeyAssigned = "key.assigned",
    /// A phone was invited to become a key.
    KeyInvited = "key.invited",
    /// A phone became a key.
    KeyActivated = "key.activated",
    /// An invitation was locked after wrong pairing keys.
    InvitationLocked = "key.invitation_locked",
    /// A key was blocked.
    KeyBlocked = "key.blocked",
    /// A key was unblocked.
    KeyUnblocked = "key.unblocked",
    /// A key was deleted.
    KeyDeleted = "key.deleted",
    /// A computer was paired with a phone.
    ComputerPaired = "computer.paired",
    /// A computer that could not verify its phone was parted from it.
    ComputerUnpaired = "computer.unpaired",
    /// A computer was blocked.
    ComputerBlocked = "computer.blocked",
    /// A computer was unblocked.
    ComputerUnblocked = "computer.unblocked",
    /// A computer was deleted.
    ComputerDeleted = "computer.deleted",
    /// Work on many users began.
    JobStarted = "job.started",
    /// Work on many users came to its end, or broke off.
    JobFinished = "job.finished",
    /// Mails of the inbox were deleted.
    MailsDeleted = "inbox.mails_deleted",
    /// What the mail sink does wrong on purpose was set.
    FaultSet = "inbox.fault_set",
    /// A log was exported.
    LogExported = "log.exported",
    /// How logs are kept was changed.
    LogSettingsChanged = "log.settings_changed",
    /// A webhook was added.
    WebhookCreated = "webhook.created",
    /// A webhook was changed.
    WebhookChanged = "webhook.changed",
    /// A webhook was deleted.
    WebhookDeleted = "webhook.deleted",
    /// How mail leaves was changed.
    MailSettingsChanged = "mail_settings.changed",
    /// A test mail was sent.
    MailSettingsTested = "mail_settings.tested",
    /// What a mail says was changed.
    MailTemplateChanged = "mail_template.changed",
    /// A mail says again what is built in.
    MailTemplateReset = "mail_template.reset",
    /// Mails were tried again at an admin's wish.
    OutboxRetried = "outbox.retried",
    /// A mail was dropped before it was sent.
    OutboxDropped = "outbox.dropped",
    /// Somebody tried to sign in as an admin, and failed.
    AdminSignInFailed = "admin.sign_in_failed",
    /// An admin signed out, here or elsewhere.
    AdminSignedOut = "admin.signed_out",
    /// Somebody was invited to become an admin.
    AdminInvited = "admin.invited",
    /// An invitation of an admin was sent again.
    AdminInvitationSent = "admin.invitation_sent",
    /// An invitation of an admin was revoked.
    AdminInvitationRevoked = "admin.invitation_revoked",
    /// Somebody accepted an invitation and is an admin.
    AdminJoined = "admin.joined",
    /// An admin has another role.
    AdminRoleChanged = "admin.role_changed",
    /// An admin was blocked.
    AdminBlocked = "admin.blocked",
    /// An admin was unblocked.
    AdminUnblocked = "admin.unblocked",
    /// An admin was let try again after too many wrong tries.
    AdminUnlocked = "admin.unlocked",
    /// An admin's authenticator app, recovery codes and passkeys were forgotten, after they were lost.
    AdminSecondStepReset = "admin.second_step_reset",
    /// An admin was deleted.
    AdminDeleted = "admin.deleted",
    /// An admin changed their name or e-mail address.
    AccountChanged = "account.changed",
    /// An admin confirmed that it is them.
    AccountConfirmed = "account.confirmed",
    /// An admin changed their password.
    PasswordChanged = "account.password_changed",
    /// An admin turned two-step sign-in on.
    TwoStepOn = "account.two_step_on",
    /// An admin turned two-step sign-in off.
    TwoStepOff = "account.two_step_off",
    /// An admin had new recovery codes made; the ones before are void.
    RecoveryCodesMade = "account.recovery_codes_made",
    /// An admin added a passkey.
    PasskeyAdded = "account.passkey_added",
    /// An admin renamed a passkey.
    PasskeyRenamed = "account.passkey_renamed",
    /// An admin deleted a passkey.
    PasskeyDeleted = "account.passkey_deleted",
    /// The organisation's settings of keys were changed.
    SettingsKeysChanged = "settings.keys_changed",
    /// How every admin has to sign in was changed.
    SettingsSignInChanged = "settings.sign_in_changed",
    /// A group's settings of keys were changed.
    GroupSettingsChanged = "group.settings_changed",
    /// A key's own settings were changed.
    KeySettingsChanged = "key.settings_changed",
    /// A key was assigned that will replace another one.
    KeyReplaced = "key.replaced",
    /// A key was blocked, because the one that replaces it became active.
    KeyRetired = "key.retired",
    /// A key's open invitation was revoked.
    KeyInvitationRevoked = "key.invitation_revoked",
    /// A workflow was made.
    WorkflowCreated = "workflow.created",
    /// A workflow was changed; runs under way keep what they began with.
    WorkflowChanged = "workflow.changed",
    /// A workflow was paused, with its runs.
    WorkflowPaused = "workflow.paused",
    /// A workflow was resumed, with its runs.
    WorkflowResumed = "workflow.resumed",
    /// A workflow was deleted, with the history of its runs.
    WorkflowDeleted = "workflow.deleted",
    /// A run of a workflow began.
    RunStarted = "run.started",
    /// A run was paused.
    RunPaused = "run.paused",
    /// A run was resumed.
    RunResumed = "run.resumed",
    /// A run was cancelled.
    RunCancelled = "run.cancelled",
    /// A run came to its end.
    RunEnded = "run.ended",
    /// An API key was made.
    ApiKeyCreated = "api_key.created",
    /// An API key was revoked.
    ApiKeyRevoked = "api_key.revoked",
}

api_type! {
    /// An entry of `GET /api/v1/audit`.
    pub struct Entry {
        /// Its number: 1, 2, 3 …, none is left out.
        pub id: i64,
        /// When.
        pub at: i64,
        /// Who.
        pub actor: ActorInfo,
        /// What was done, an [`Action`]'s name.
        pub action: String,
        /// To what; empty if to nothing in particular.
        pub target: TargetInfo,
        /// What changed: `{"name": {"from": "Ada", "to": "Ada Lovelace"}}` for changes.
        #[cfg_attr(feature = "openapi", schema(value_type = Value))]
        pub detail: serde_json::Value,
        /// The job that it is part of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub job: Option<JobId>,
        /// SHA-256 over this entry and the hash of the one before; hexadecimal.
        pub hash: String,
    }
}

api_type! {
    /// Who did something, as they were called then.
    pub struct ActorInfo {
        /// `admin`, `api_key` or `appliance`.
        pub kind: String,
        /// Their id; empty for the appliance itself.
        pub id: String,
        /// Their name.
        pub name: String,
        /// Where from; empty if from inside.
        pub ip: String,
    }
}

api_type! {
    /// What something was done to, as it was called then.
    pub struct TargetInfo {
        /// Its id.
        pub id: String,
        /// Its name.
        pub name: String,
    }
}

api_type! {
    /// Which entries of the audit log.
    #[derive(Default)]
    #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
    #[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
    #[serde(default)]
    pub struct AuditFilter {
        /// Only of the actor with this id, or `appliance`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub actor: Option<String>,
        /// Only this action, for example `user.deleted`, or all of a thing: `user`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub action: Option<String>,
        /// Only what was done to the thing with this id.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub target: Option<String>,
        /// Only what is part of this job. Without it, `target` and `search`, the job's own two entries stand for its parts.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub job: Option<JobId>,
        /// Not before, Unix milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub from: Option<i64>,
        /// Before, Unix milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub to: Option<i64>,
        /// Every word of it is in a name, an IP address or the detail.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub search: String,
    }
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn every_action_is_a_thing_and_a_deed_and_reads_back() {
        for action in Action::ALL {
            let name = serde_json::to_string(action).unwrap();
            assert_eq!(name, format!("\"{}\"", action.as_str()));
            assert_eq!(action.as_str().split('.').count(), 2, "{name}");
            assert_eq!(serde_json::from_str::<Action>(&name).unwrap(), *action);
        }
    }
}
