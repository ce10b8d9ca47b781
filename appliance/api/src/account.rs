//! An admin's own account: password, two-step sign-in, passkeys, sessions (A13).

use crate::{PasskeyId, SessionId, api_type, session::Admin};

api_type! {
    /// `GET /api/v1/account`.
    pub struct Account {
        /// Who.
        pub admin: Admin,
        /// When they became an admin.
        pub created_at: i64,
        /// Since when a code of an authenticator app is asked for beside the password, if it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub two_step_since: Option<i64>,
        /// How many recovery codes are left.
        pub recovery_codes_left: u32,
        /// The passkeys they sign in with, oldest first.
        pub passkeys: Vec<Passkey>,
        /// Until when this session may change how the account is signed in to without confirming anew.
        pub confirmed_until: i64,
    }
}

api_type! {
    /// `PATCH /api/v1/account`: what is absent stays as it is.
    #[derive(Default)]
    pub struct AccountChange {
        /// Full name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// E-mail address, which is also the sign-in name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub email: Option<String>,
    }
}

api_type! {
    /// `PUT /api/v1/account/password` and `POST /api/v1/account/confirm`: the new password; the one there is.
    pub struct Password {
        /// The password.
        pub password: String,
    }
}

api_type! {
    /// `POST /api/v1/account/totp`: what an authenticator app needs.
    pub struct TotpSetup {
        /// The secret in Base32, to be typed.
        pub secret: String,
        /// The same as an `otpauth:` address.
        pub url: String,
        /// The address as a QR code, an SVG document.
        pub qr_svg: String,
    }
}

api_type! {
    /// `PUT /api/v1/account/totp`: a code that the app shows.
    pub struct TotpCode {
        /// Six digits.
        pub code: String,
    }
}

api_type! {
    /// Recovery codes, shown this once.
    pub struct RecoveryCodes {
        /// Each signs in once, in place of a code of the app.
        pub codes: Vec<String>,
    }
}

api_type! {
    /// A passkey that signs in an admin.
    pub struct Passkey {
        /// Id.
        pub id: PasskeyId,
        /// What its owner calls it.
        pub name: String,
        /// When it was added.
        pub created_at: i64,
        /// When it signed in last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub used_at: Option<i64>,
    }
}

api_type! {
    /// `POST /api/v1/account/passkeys/start`: a new passkey; `PATCH /api/v1/account/passkeys/{id}`: its new name.
    pub struct PasskeyName {
        /// What its owner calls it.
        pub name: String,
    }
}

api_type! {
    /// A browser that is signed in.
    pub struct OpenSession {
        /// Id.
        pub id: SessionId,
        /// Browser and system, as far as it says.
        pub browser: String,
        /// The network address it signed in from; empty if unknown.
        pub ip: String,
        /// When it signed in.
        pub created_at: i64,
        /// When it was used last, within ten minutes.
        pub used_at: i64,
        /// Whether it is the one that asks.
        pub current: bool,
    }
}
