//! How an appliance is set up. The binary fills it from its options and `POCKETKEY_*` variables.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use crate::{
    clock::{Clock, SystemClock},
    push::Wake,
};

/// Everything that can be chosen; [`Config::new`] gives the defaults.
#[derive(Clone)]
pub struct Config {
    /// The data folder (`--data`, `POCKETKEY_DATA`).
    pub data: PathBuf,
    /// Where the console and the API listen (`--listen`); default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The public address that invitations name (`--url`), without a trailing slash; default
    /// `http://localhost:` and the port of `listen`.
    pub url: Option<String>,
    /// Where the built-in SMTP sink listens (`--smtp-listen`); default `127.0.0.1:2525`.
    pub smtp_listen: SocketAddr,
    /// The mail server to send through (`--smtp-url`), for example `smtps://user:password@mail.example.org`;
    /// default: the built-in sink.
    pub smtp_url: Option<String>,
    /// The sender of the appliance's mails (`--mail-from`); default `Pocketkey <pocketkey@localhost>`.
    pub mail_from: String,
    /// How long an invitation works (`--activation-ttl`); default 24 hours.
    pub activation_ttl: Duration,
    /// True in the sandbox; the console says so.
    pub sandbox: bool,
    /// How phones that are away are called; default: by Web Push.
    pub wake: Option<Arc<dyn Wake>>,
    /// The clock; tests bring their own.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// The defaults, with the data in `data`.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            url: None,
            smtp_listen: SocketAddr::from(([127, 0, 0, 1], 2525)),
            smtp_url: None,
            mail_from: "Pocketkey <pocketkey@localhost>".to_owned(),
            activation_ttl: Duration::from_secs(24 * 60 * 60),
            sandbox: false,
            wake: None,
            clock: Arc::new(SystemClock),
        }
    }
}

impl std::fmt::Debug for Config {
    /// Leaves out the mail server's address, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("data", &self.data)
            .field("listen", &self.listen)
            .field("url", &self.url)
            .field("smtp_listen", &self.smtp_listen)
            .field("mail_from", &self.mail_from)
            .field("activation_ttl", &self.activation_ttl)
            .field("sandbox", &self.sandbox)
            .finish_non_exhaustive()
    }
}
