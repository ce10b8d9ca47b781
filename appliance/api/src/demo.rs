//! The demo web site (relying party): register and sign in with WebAuthn.
//!
//! Options and credentials are the JSON of WebAuthn Level 3 (`PublicKeyCredentialCreationOptionsJSON` and
//! friends), passed through as they are; the types here are what surrounds them.

use crate::api_type;

api_type! {
    /// `POST /api/v1/demo/register/start`: begin a registration.
    pub struct StartRegistration {
        /// The account's name; made if new.
        pub account: String,
        /// Which kind of credential.
        pub kind: CredentialKind,
        /// The browser's time limit in milliseconds; 5,000–300,000, default 120,000.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub timeout: Option<u32>,
    }
}

api_type! {
    /// `POST /api/v1/demo/sign-in/start`: begin a sign-in.
    pub struct StartSignIn {
        /// The account's name; needed for [`CredentialKind::SecurityKey`].
        #[serde(default)]
        pub account: String,
        /// Which kind of credential.
        pub kind: CredentialKind,
        /// The browser's time limit in milliseconds; 5,000–300,000, default 120,000.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub timeout: Option<u32>,
    }
}

api_type! {
    /// Which kind of credential a ceremony is about.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum CredentialKind {
        /// Non-discoverable, user verification discouraged: a second factor.
        SecurityKey,
        /// Discoverable, user verification required: signs in without a name.
        Passkey,
    }
}

api_type! {
    /// The end of a ceremony, verified.
    pub struct DemoOutcome {
        /// The account.
        pub account: String,
        /// Credential id, base64url without padding.
        pub credential_id: String,
        /// Whether the authenticator verified the user (UV flag).
        pub user_verified: bool,
        /// The authenticator's signature counter.
        pub sign_count: u32,
        /// The authenticator's AAGUID as a UUID; registration only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub aaguid: Option<String>,
        /// Attestation format; registration only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attestation: Option<String>,
    }
}
