//! API keys: how other programs are let in (A17).

use crate::{ApiKeyId, api_type, permission::Permission};

api_type! {
    /// A key of another program.
    pub struct ApiKey {
        /// Id.
        pub id: ApiKeyId,
        /// What it is for.
        pub name: String,
        /// How its secret begins, to tell keys apart.
        pub hint: String,
        /// What it may do, as far as the admin who made it may.
        pub scopes: Vec<Permission>,
        /// The name of the admin who made it.
        pub made_by: String,
        /// Whether it lets anybody in.
        pub state: ApiKeyState,
        /// When it was made.
        pub created_at: i64,
        /// When it ends; absent: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_at: Option<i64>,
        /// When it was last used, to the minute.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_used_at: Option<i64>,
    }
}

api_type! {
    /// Whether a key lets anybody in.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ApiKeyState {
        /// It does.
        Active,
        /// Its time is over.
        Expired,
        /// The admin who made it is blocked or gone.
        Orphaned,
    }
}

api_type! {
    /// `POST /api/v1/api-keys`.
    pub struct NewApiKey {
        /// What it is for.
        pub name: String,
        /// What it may do: at least one, none that you do not have yourself.
        pub scopes: Vec<Permission>,
        /// For how many days, 1–3650; absent: until it is revoked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_in_days: Option<u32>,
    }
}

api_type! {
    /// A key with its secret, which is not shown again.
    pub struct ApiKeySecret {
        /// The key.
        pub key: ApiKey,
        /// `pk_…`, as it goes into `Authorization: Bearer`.
        pub secret: String,
    }
}
