//! Webhooks: what admins do and what happens to keys, told to other systems (A18).

use serde::{Deserialize, Serialize};

use crate::{WebhookId, api_type, audit::Action};

api_type! {
    /// Where to tell what happens.
    pub struct Webhook {
        /// Id.
        pub id: WebhookId,
        /// Where deliveries are sent, by POST.
        pub url: String,
        /// What it is told; empty: everything.
        pub actions: Vec<Action>,
        /// Whether it is told anything.
        pub enabled: bool,
        /// When it was made.
        pub created_at: i64,
        /// Deliveries that wait to be sent, or to be sent again.
        pub waiting: u32,
        /// When a delivery last arrived.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub delivered_at: Option<i64>,
        /// Why the last try failed, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub failing: Option<String>,
    }
}

api_type! {
    /// `POST /api/v1/webhooks`.
    pub struct NewWebhook {
        /// An http or https address.
        pub url: String,
        /// What it is told; empty: everything.
        #[serde(default)]
        pub actions: Vec<Action>,
    }
}

api_type! {
    /// `PATCH /api/v1/webhooks/{id}`: what is absent stays as it is.
    #[derive(Default)]
    pub struct WebhookChange {
        /// Another address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub url: Option<String>,
        /// What it is told; empty: everything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub actions: Option<Vec<Action>>,
        /// Whether it is told anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub enabled: Option<bool>,
    }
}

api_type! {
    /// A webhook with the secret that signs its deliveries, which is not shown again.
    pub struct WebhookSecret {
        /// The webhook.
        pub webhook: Webhook,
        /// `whsec_` and base64, as the Standard Webhooks libraries take it.
        pub secret: String,
    }
}

api_type! {
    /// One thing a webhook is told.
    pub struct Delivery {
        /// The `webhook-id` header; the same at every try.
        pub id: String,
        /// What happened: an action of the audit log, or `webhook.test`.
        pub kind: String,
        /// How far it is.
        pub state: DeliveryState,
        /// Tries so far.
        pub tries: u32,
        /// What the last try came to: the server's status and its first words, or why it was not reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome: Option<String>,
        /// When it happened.
        pub created_at: i64,
        /// When it is tried (again).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_try_at: Option<i64>,
        /// The body as it is sent.
        pub payload: String,
    }
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits to be sent, or to be sent again.
    Waiting,
    /// The other side has it.
    Delivered,
    /// Given up.
    Failed,
}
