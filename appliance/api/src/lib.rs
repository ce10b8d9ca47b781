//! Request and response types of the REST API: the one vocabulary that the appliance, the console, the
//! simulated devices and the tests share.
//!
//! Plain data, no I/O; compiles for `wasm32-unknown-unknown`. Every `*_at` field is Unix time in
//! milliseconds. The feature `openapi` adds the schemas from which `/api/openapi.json` is made.

pub mod account;
pub mod activation;
pub mod admin;
pub mod api_key;
pub mod audit;
pub mod authentication;
pub mod computer;
pub mod dashboard;
pub mod demo;
pub mod device;
pub mod event;
pub mod group;
pub mod id;
pub mod import;
pub mod inbox;
pub mod job;
pub mod key;
pub mod mail;
pub mod page;
pub mod pairing;
pub mod permission;
pub mod problem;
pub mod push;
pub mod sandbox;
pub mod session;
pub mod settings;
pub mod user;
pub mod webhook;
pub mod workflow;

pub use id::{
    AdminId, AdminInvitationId, ApiKeyId, ComputerId, GroupId, JobId, KeyId, MailId, OutboxId, PasskeyId,
    PhoneId, RunId, SessionId, UserId, WebhookId, WorkflowId,
};
pub use page::Page;
pub use problem::Problem;

/// Declares a type of the API: serde both ways, and a schema where the feature asks for one.
macro_rules! api_type {
    ($(#[$meta:meta])* $vis:vis $kind:ident $name:ident $($rest:tt)*) => {
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        $vis $kind $name $($rest)*
    };
}
pub(crate) use api_type;
