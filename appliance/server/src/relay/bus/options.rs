//! How a node reaches the NATS servers.

use std::{path::PathBuf, time::Duration};

use async_nats::{ConnectOptions, ServerAddr};
use percent_encoding::percent_decode_str;

/// How often a server must show that it is there: a dead one is left after two of these.
const PING: Duration = Duration::from_secs(2);

/// How long a server may take to let the node in.
const CONNECT: Duration = Duration::from_secs(3);

/// How much may wait to be sent, and to be heard of one subject.
const QUEUE: usize = 16 * 1024;

/// The servers, and how to log in.
#[derive(Clone, Default)]
pub struct BusOptions {
    /// `nats://` or `tls://` addresses, with `user:password@` or `token@` where the servers want it.
    pub servers: Vec<String>,
    /// A file with NATS credentials (`--nats-creds`).
    pub credentials: Option<PathBuf>,
}

impl std::fmt::Debug for BusOptions {
    /// Leaves out the servers' addresses, which may hold passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BusOptions").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

/// Why the bus cannot even be tried.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// No address.
    #[error("--nats {0} is no address of a NATS server, as nats://nats.example.org:4222 is")]
    Address(String),
    /// The file.
    #[error("--nats-creds {path}: {source}", path = path.display())]
    Credentials {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: std::io::Error,
    },
    /// The connection cannot be set up at all.
    #[error("--nats: {0}")]
    Connect(#[from] async_nats::ConnectError),
}

impl BusOptions {
    /// The servers' addresses, checked.
    pub(super) fn addresses(&self) -> Result<Vec<ServerAddr>, OptionsError> {
        let parse = |text: &String| {
            let wrong = || OptionsError::Address(without_password(text));
            let known = ["nats://", "tls://"].iter().any(|scheme| text.starts_with(scheme));
            let address: ServerAddr = text.parse().map_err(|_| wrong())?;
            if known && !address.host().is_empty() { Ok(address) } else { Err(wrong()) }
        };
        self.servers.iter().map(parse).collect()
    }

    /// How to connect: again and again, soon, and with whatever the addresses say about logging in.
    pub(super) async fn connect(&self, node: &str) -> Result<ConnectOptions, OptionsError> {
        let mut options = ConnectOptions::new()
            .name(format!("pocketkey {node}"))
            .retry_on_initial_connect()
            .connection_timeout(CONNECT)
            .ping_interval(PING)
            .client_capacity(QUEUE)
            .subscription_capacity(QUEUE)
            .reconnect_delay_callback(|tries| {
                Duration::from_millis(u64::try_from(tries).unwrap_or(u64::MAX).saturating_mul(50).min(1_000))
            });
        if let Some(path) = &self.credentials {
            let wrong = |source| OptionsError::Credentials { path: path.clone(), source };
            options = options.credentials_file(path).await.map_err(wrong)?;
        }
        for address in self.addresses()? {
            options = match (address.username(), address.password()) {
                (Some(name), Some(password)) => options.user_and_password(decoded(name), decoded(password)),
                (Some(token), None) => options.token(decoded(token)),
                (None, _) => continue,
            };
            break;
        }
        Ok(options)
    }
}

/// An address as it may be shown.
fn without_password(address: &str) -> String {
    let Some((login, host)) = address.rsplit_once('@') else { return address.to_owned() };
    login.split_once("://").map_or_else(|| format!("…@{host}"), |(scheme, _)| format!("{scheme}://…@{host}"))
}

/// A part of an address as it is meant: there, signs such as `=` stand encoded.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(server: &str) -> BusOptions {
        BusOptions { servers: vec![server.into()], credentials: None }
    }

    #[test]
    fn addresses_are_checked_and_passwords_are_not_shown() {
        for right in ["nats://localhost", "nats://a:b@nats.example.org:4222", "tls://nats.example.org"] {
            assert!(with(right).addresses().is_ok(), "{right}");
        }
        for wrong in ["nats.example.org", "http://nats.example.org", "nats://:4222"] {
            assert!(with(wrong).addresses().unwrap_err().to_string().contains("--nats"), "{wrong}");
        }
        for login in ["https://ada:secret@example.org", "ada:secret@example.org"] {
            let shown = with(login).addresses().unwrap_err().to_string();
            assert!(!shown.contains("secret"), "{shown}");
        }
        assert_eq!(decoded("c2VjcmV0%3D"), "c2VjcmV0=");
    }

    #[tokio::test]
    async fn a_missing_credentials_file_is_named() {
        let options = BusOptions { credentials: Some("/nowhere/x.creds".into()), ..with("nats://localhost") };
        assert!(options.connect("node").await.unwrap_err().to_string().contains("/nowhere/x.creds"));
    }
}
