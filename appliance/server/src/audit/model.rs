//! Who did something, and to what.

use std::net::IpAddr;

use pocketkey_api::{ApiKeyId, JobId, session};
use serde_json::{Value, json};

use crate::{
    db::DbError,
    problem::{ApiError, Explain},
};

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
    /// The job by which they do it, if it is done to many at once.
    pub job: Option<JobId>,
}

impl Actor {
    /// The appliance itself: schedules, workflows, expiry.
    pub fn appliance() -> Self {
        Self {
            kind: ActorKind::Appliance,
            id: String::new(),
            name: "Pocketkey".to_owned(),
            ip: None,
            job: None,
        }
    }

    /// The appliance, at the word of a device at `ip`.
    pub fn device(ip: IpAddr) -> Self {
        Self { ip: Some(ip), ..Self::appliance() }
    }

    /// An admin at `ip`.
    pub fn admin(admin: &session::Admin, ip: IpAddr) -> Self {
        Self {
            kind: ActorKind::Admin,
            id: admin.id.0.clone(),
            name: admin.name.clone(),
            ip: Some(ip),
            job: None,
        }
    }

    /// An API key at `ip`.
    pub fn api_key(id: &ApiKeyId, name: &str, ip: IpAddr) -> Self {
        Self { kind: ActorKind::ApiKey, id: id.0.clone(), name: name.to_owned(), ip: Some(ip), job: None }
    }

    /// The same, by way of a job.
    #[must_use]
    pub fn by_job(self, job: &JobId) -> Self {
        Self { job: Some(job.clone()), ..self }
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

/// What a change comes to in an entry's detail: every field that differs, `from` what `to` what.
pub fn change<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Value {
    let changed = fields.into_iter().filter(|(_, from, to)| from != to);
    changed.map(|(field, from, to)| (field.to_owned(), json!({ "from": from, "to": to }))).collect()
}

/// Why the log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// `after` is no place in the list.
    #[error("no place in the list")]
    WrongCursor,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for AuditError {
    fn explain(&self) -> ApiError {
        match self {
            Self::WrongCursor => ApiError::wrong_cursor(),
            Self::Db(error) => error.explain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_what_differs_only() {
        let detail = change([("name", "Ada", "Ada Lovelace"), ("email", "a@b.c", "a@b.c")]);
        assert_eq!(detail, json!({ "name": { "from": "Ada", "to": "Ada Lovelace" } }));
    }
}
