//! The seeded organisation, made through the REST API as its first admin.

use std::{io, path::Path};

use axum::http::HeaderValue;
use data_encoding::BASE32_NOPAD;
use pocketkey_api::{
    GroupId, KeyId, UserId,
    activation::{Activation, ActivationMethod, NewActivation},
    group::{Group, NewGroup},
    key::{Key, KeyKind, NewKey},
    session::{Setup, SignIn},
    user::{NewUser, User},
};
use pocketkey_link::Entropy;
use pocketkey_relay_client::{OsEntropy, Rest, RestError};
use serde::{Deserialize, Serialize};

use crate::sandbox::SandboxError;

/// The sandbox's admin: signs in with a password that only the data folder knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Admin {
    pub email: String,
    pub password: String,
}

impl Admin {
    /// The admin kept in `folder`, or a new one.
    pub fn load_or_make(folder: &Path) -> io::Result<Self> {
        let path = folder.join("sandbox-admin.json");
        match std::fs::read(&path) {
            Ok(bytes) => return Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let password = BASE32_NOPAD.encode(&OsEntropy.bytes::<15>()).to_lowercase();
        let admin = Self { email: "admin@example.test".to_owned(), password };
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        serde_json::to_writer(options.open(&path)?, &admin)?;
        Ok(admin)
    }

    /// Sets the appliance up, and is signed in.
    pub async fn set_up(&self, rest: &mut Rest, token: &str) -> Result<(), RestError> {
        let setup = Setup {
            token: token.to_owned(),
            organisation: "Example organisation".to_owned(),
            name: "Sandbox admin".to_owned(),
            email: self.email.clone(),
            password: self.password.clone(),
        };
        rest.enter("/api/v1/setup", &setup).await.map(drop)
    }

    /// Signs in; gives the `Set-Cookie` line for a browser.
    pub async fn sign_in(&self, server: &str) -> Result<HeaderValue, RestError> {
        let sign_in = SignIn { email: self.email.clone(), password: self.password.clone() };
        Rest::new(server).enter("/api/v1/session", &sign_in).await
    }
}

/// Who is in the organisation: user id, user name, full name, group.
const PEOPLE: [(&str, &str, &str, &str); 3] = [
    ("1001", "ada", "Ada Lovelace", "Engineering"),
    ("1002", "grace", "Grace Hopper", "Engineering"),
    ("1003", "alan", "Alan Turing", "Research"),
];

/// Adds the people: the first is invited on screen, the second by e-mail, the third not yet. Gives the first one's
/// link.
pub(crate) async fn seed(rest: &Rest) -> Result<String, SandboxError> {
    let mut groups: Vec<Group> = Vec::new();
    for name in ["Engineering", "Research"] {
        groups.push(rest.post("/api/v1/groups", &NewGroup { name: name.to_owned() }).await?);
    }
    let mut users: Vec<UserId> = Vec::new();
    for (external_id, username, name, group) in PEOPLE {
        let groups: Vec<GroupId> =
            groups.iter().filter(|known| known.name == group).map(|known| known.id.clone()).collect();
        let new = NewUser {
            external_id: external_id.to_owned(),
            username: username.to_owned(),
            name: name.to_owned(),
            email: format!("{username}@example.test"),
            groups,
        };
        users.push(rest.post::<_, User>("/api/v1/users", &new).await?.id);
    }
    let on_screen = invite(rest, &users[0], ActivationMethod::Now).await?;
    invite(rest, &users[1], ActivationMethod::Email).await?;
    on_screen.codes.map(|codes| codes.link).ok_or(SandboxError::NoCodes)
}

async fn invite(rest: &Rest, user: &UserId, method: ActivationMethod) -> Result<Activation, RestError> {
    let new = NewKey::of(KeyKind::Smartphone);
    let KeyId(key) = rest.post::<_, Key>(&format!("/api/v1/users/{user}/keys"), &new).await?.id;
    rest.post(&format!("/api/v1/keys/{key}/activation"), &NewActivation { method }).await
}
