//! Admins besides the first, and what is in the audit log.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use pocketkey_api::{
    admin::{AcceptInvitation, AdminInvitation, NewAdminInvitation, Role},
    inbox::Mail,
};
use pocketkey_server::db::DbError;

use sha1::Sha1;

use crate::{Appliance, Client, PASSWORD};

/// What an authenticator app with this secret (Base32) shows at `now`, Unix milliseconds.
///
/// # Panics
/// If the secret is none.
pub fn app_code(secret: &str, now: i64) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).expect("Base32");
    let mut mac = Hmac::<Sha1>::new_from_slice(&secret).expect("any length");
    mac.update(&(now / 30_000).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let word = hash[at..at + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte)) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

impl Appliance {
    /// Makes an admin of this role, whose address is `NAME@example.org`, by way of an invitation that `by` sends; gives a
    /// client that is signed in as them.
    pub async fn join(&self, by: &mut Client, name: &str, role: Role) -> Client {
        by.invite_admin(name, role).await;
        let token = by.invitation_token(&format!("{name}@example.org")).await;
        let mut client = self.client();
        let accept = AcceptInvitation { token, password: PASSWORD.into() };
        client.post("/api/v1/admins/invitations/accept", &accept).await.expect(201);
        client
    }

    /// What was done, oldest first: the action, the actor's name, the target's.
    ///
    /// # Panics
    /// If the database cannot be read.
    pub async fn audit(&self) -> Vec<(String, String, String)> {
        let rows: Result<Vec<_>, DbError> = self
            .app
            .db()
            .read(|conn| {
                let mut all =
                    conn.prepare("SELECT action, actor_name, target_name FROM audit ORDER BY id")?;
                let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await;
        rows.expect("the audit log")
    }

    /// The actions after the first `skip` of them.
    pub async fn actions(&self, skip: usize) -> Vec<String> {
        self.audit().await.into_iter().skip(skip).map(|(action, ..)| action).collect()
    }
}

impl Client {
    /// Invites `NAME@example.org` to become an admin.
    pub async fn invite_admin(&mut self, name: &str, role: Role) -> AdminInvitation {
        let new = NewAdminInvitation { name: name.into(), email: format!("{name}@example.org"), role };
        self.post("/api/v1/admins/invitations", &new).await.expect(201).json()
    }

    /// The token in the latest invitation of an admin that went to this address.
    ///
    /// # Panics
    /// If there is none.
    pub async fn invitation_token(&mut self, email: &str) -> String {
        let path = format!("/api/v1/inbox/wait?search=to:{email}&seconds=30");
        let mail: Mail = self.get(&path).await.expect(200).json();
        let link = mail.links.iter().find_map(|link| link.split_once("/join#"));
        link.expect("a link").1.to_owned()
    }
}
