//! Set-up of the appliance, and the admin's session (A12, A13).

use crate::{AdminId, admin::Role, api_type};

api_type! {
    /// `GET /api/v1/session`: what the console should show first.
    pub struct Session {
        /// Where this browser stands.
        pub state: SessionState,
        /// The signed-in admin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub admin: Option<Admin>,
        /// Says, with a code, who gave the right password; see [`SecondStep`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub second_step: Option<String>,
        /// The organisation's name.
        pub organisation: String,
        /// The appliance's public address, as invitations name it.
        pub url: String,
        /// True in the sandbox.
        pub sandbox: bool,
        /// The appliance's version.
        pub version: String,
    }
}

api_type! {
    /// Where a browser stands.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum SessionState {
        /// No admin exists yet: the one-time set-up link is needed.
        Setup,
        /// There are admins; this browser is not signed in.
        SignedOut,
        /// The password was right; a code of the authenticator app, or a recovery code, is asked for beside it.
        SecondStep,
        /// Signed in with a password alone, where every admin needs a second step: all one can do is to set one up.
        SetUpSecondStep,
        /// Signed in.
        SignedIn,
    }
}

api_type! {
    /// An admin of the appliance.
    pub struct Admin {
        /// Id.
        pub id: AdminId,
        /// What they may do.
        pub role: Role,
        /// Full name.
        pub name: String,
        /// E-mail address, which is also the sign-in name.
        pub email: String,
    }
}

api_type! {
    /// `POST /api/v1/setup`: the first admin.
    pub struct Setup {
        /// The token in the set-up link's fragment.
        pub token: String,
        /// The organisation's name, shown in mails and on phones.
        pub organisation: String,
        /// Full name.
        pub name: String,
        /// E-mail address.
        pub email: String,
        /// At least 10 characters.
        pub password: String,
    }
}

api_type! {
    /// `POST /api/v1/session`: sign in.
    pub struct SignIn {
        /// E-mail address.
        pub email: String,
        /// Password.
        pub password: String,
    }
}

api_type! {
    /// `POST /api/v1/session/code`: the second step, within five minutes of the first.
    pub struct SecondStep {
        /// [`Session::second_step`].
        pub second_step: String,
        /// The six digits that the authenticator app shows, or a recovery code.
        pub code: String,
    }
}

api_type! {
    /// `GET` and `PUT /api/v1/settings/sign-in`: how every admin has to sign in.
    #[derive(Copy)]
    pub struct SignInSettings {
        /// Whether a password alone does not do: an authenticator app beside it, or a passkey, is needed.
        pub second_step_required: bool,
    }
}
