//! The authentication log (A14): what phones were asked, and how it ended.

use crate::{ComputerId, KeyId, UserId, api_type};

/// Declares words of the log: each with its name in the API, in addresses and in the database.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $word:ident = $text:literal,)* }) => {
        api_type! {
            $(#[$meta])*
            #[derive(Copy, Hash)]
            pub enum $name {
                $($(#[$doc])* #[serde(rename = $text)] $word,)*
            }
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$word,)*];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)*
                }
            }

            /// The one of this name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// What was asked.
    AuthAction {
        /// To register at a web site.
        Register = "register",
        /// To sign in.
        SignIn = "sign_in",
        /// Something else: to choose this key, to manage or erase it.
        Other = "other",
    }
}

words! {
    /// How it ended.
    AuthOutcome {
        /// The person approved, and the phone signed.
        Succeeded = "succeeded",
        /// It did not come to that.
        Failed = "failed",
        /// The phone answered, and did not say what.
        Answered = "answered",
    }
}

words! {
    /// Why it failed.
    AuthReason {
        /// The person denied it.
        Denied = "denied",
        /// Nobody answered in time.
        TimedOut = "timed_out",
        /// The phone was not unlocked.
        WrongUnlock = "wrong_unlock",
        /// The computer did not wait any more.
        Cancelled = "cancelled",
        /// The phone was not reached.
        PhoneOffline = "phone_offline",
        /// An administrator blocked the phone or the computer.
        Blocked = "blocked",
        /// The phone was busy with other requests.
        Busy = "busy",
        /// The two are not paired any more.
        NotPaired = "not_paired",
        /// The phone could not read the request.
        Unreadable = "unreadable",
        /// The phone was restarted meanwhile.
        Interrupted = "interrupted",
        /// The organisation asked more than the relay carries.
        Overloaded = "overloaded",
        /// The phone holds no credential for the site.
        NoCredential = "no_credential",
        /// The phone is registered at the site already.
        AlreadyRegistered = "already_registered",
        /// The phone refused for another reason.
        Refused = "refused",
    }
}

api_type! {
    /// An entry of `GET /api/v1/authentications`. Names are as they were then.
    pub struct Authentication {
        /// Its number.
        pub id: i64,
        /// When it ended.
        pub at: i64,
        /// How long it took, in milliseconds.
        pub took_ms: u32,
        /// What was asked; absent if the phone did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub action: Option<AuthAction>,
        /// How it ended.
        pub outcome: AuthOutcome,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<AuthReason>,
        /// The web site (relying party); absent if the phone did not say, or must not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rp: Option<String>,
        /// Whose phone; empty if unknown.
        pub user_id: UserId,
        /// Their name.
        pub user_name: String,
        /// Which of their keys.
        pub key_id: KeyId,
        /// The phone's model.
        pub phone: String,
        /// The computer.
        pub computer_id: ComputerId,
        /// Its name.
        pub computer: String,
        /// Where the computer was; empty if unknown.
        pub ip: String,
    }
}

api_type! {
    /// Which entries of the authentication log: all that meet every condition given.
    #[derive(Default)]
    #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
    #[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
    #[serde(default)]
    pub struct AuthenticationFilter {
        /// Of this user.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub user: Option<UserId>,
        /// Of this key.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub key: Option<KeyId>,
        /// What was asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub action: Option<AuthAction>,
        /// How it ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub outcome: Option<AuthOutcome>,
        /// Why it failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reason: Option<AuthReason>,
        /// At this web site.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub rp: Option<String>,
        /// Not before, Unix milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub from: Option<i64>,
        /// Before, Unix milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub to: Option<i64>,
        /// Every word of it is in the user's or the computer's name, the phone's model, the web site or the IP address.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub search: String,
    }
}

api_type! {
    /// `GET` and `PUT /api/v1/logs/settings`: what the authentication log holds, and how long.
    #[derive(Copy)]
    pub struct LogSettings {
        /// Whether phones name the web sites. Those that are activated later do not send them; those that were before
        /// still do, and the appliance forgets them unwritten.
        pub report_rp: bool,
        /// How many days entries of the authentication log are kept, 1 to 3650.
        pub keep_days: u32,
    }
}
