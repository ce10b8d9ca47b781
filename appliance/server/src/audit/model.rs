//! Who did something, and to what.

use std::net::IpAddr;

/// Who does something. Every service that changes something takes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// What they are.
    pub kind: ActorKind,
    /// Their id; empty for the appliance itself.
    pub id: String,
    /// Their name, as the log shows it later.
    pub name: String,
    /// Where from; `None` if from inside.
    pub ip: Option<IpAddr>,
}

impl Actor {
    /// The appliance itself: schedules, workflows, expiry.
    pub fn appliance() -> Self {
        Self { kind: ActorKind::Appliance, id: String::new(), name: "Pocketkey".to_owned(), ip: None }
    }
}

/// What somebody who does something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    /// A signed-in admin.
    Admin,
    /// An API key.
    ApiKey,
    /// The appliance itself.
    Appliance,
}

impl ActorKind {
    /// Its name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::ApiKey => "api_key",
            Self::Appliance => "appliance",
        }
    }
}

/// What something is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name, as the log shows it later.
    pub name: &'a str,
}

impl<'a> Target<'a> {
    /// Nothing in particular.
    pub const NONE: Self = Self { id: "", name: "" };

    /// This one.
    pub fn new(id: &'a str, name: &'a str) -> Self {
        Self { id, name }
    }
}
