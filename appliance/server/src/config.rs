//! How an appliance is set up. The binary fills it from its options and `POCKETKEY_*` variables.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use crate::{
    clock::{Clock, SystemClock},
    proxy::TrustedProxy,
    push::Wake,
    relay::bus::BusOptions,
};

/// Everything that can be chosen; [`Config::new`] gives the defaults.
#[derive(Clone)]
pub struct Config {
    /// The data folder (`--data`, `POCKETKEY_DATA`).
    pub data: PathBuf,
    /// Where the console and the API listen (`--listen`); default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The certificate chain and key of HTTPS, PEM files (`--tls-cert`, `--tls-key`); default: plain HTTP, for a proxy
    /// that speaks TLS, or for this computer alone.
    pub tls_identity: Option<(PathBuf, PathBuf)>,
    /// Proxies that say whom they forward for (`--trusted-proxy`); default: nobody is believed.
    pub trusted_proxies: Vec<TrustedProxy>,
    /// The public address that invitations name (`--url`), without a trailing slash; default
    /// `http://localhost:` or `https://localhost:` and the port of `listen`.
    pub url: Option<String>,
    /// Where the built-in SMTP sink listens (`--smtp-listen`); default `127.0.0.1:2525`.
    pub smtp_listen: SocketAddr,
    /// The sink's certificate chain and its key, PEM files (`--smtp-cert`, `--smtp-key`); default: a self-signed one
    /// made at every start.
    pub smtp_identity: Option<(PathBuf, PathBuf)>,
    /// The one name and password that the sink takes (`--smtp-login`), as `name:password`; default: it takes any.
    pub smtp_login: Option<String>,
    /// How long mails stay in the inbox (`--inbox-keep`); default 30 days.
    pub inbox_keep: Duration,
    /// How many mails stay in the inbox (`--inbox-most`); default 10,000.
    pub inbox_most: u32,
    /// The mail server to send through (`--smtp-url`), for example `smtps://user:password@mail.example.org`;
    /// default: what is set in the console, at first the built-in sink.
    pub smtp_url: Option<String>,
    /// The sender of the appliance's mails (`--mail-from`), for example `Pocketkey <pocketkey@example.org>`; default: what
    /// is set in the console.
    pub mail_from: Option<String>,
    /// How long an invitation works (`--activation-ttl`); default 24 hours.
    pub activation_ttl: Duration,
    /// True in the sandbox; the console says so.
    pub sandbox: bool,
    /// The NATS servers by which relay nodes join in (`--nats`, `--nats-creds`); default: there are no other nodes.
    pub bus: Option<BusOptions>,
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
            tls_identity: None,
            trusted_proxies: Vec::new(),
            url: None,
            smtp_listen: SocketAddr::from(([127, 0, 0, 1], 2525)),
            smtp_identity: None,
            smtp_login: None,
            inbox_keep: Duration::from_secs(30 * 24 * 60 * 60),
            inbox_most: 10_000,
            smtp_url: None,
            mail_from: None,
            activation_ttl: Duration::from_secs(24 * 60 * 60),
            sandbox: false,
            bus: None,
            wake: None,
            clock: Arc::new(SystemClock),
        }
    }
}

impl std::fmt::Debug for Config {
    /// Leaves out the mail server's address and the sink's login, which hold passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("data", &self.data)
            .field("listen", &self.listen)
            .field("tls_identity", &self.tls_identity)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("url", &self.url)
            .field("smtp_listen", &self.smtp_listen)
            .field("smtp_identity", &self.smtp_identity)
            .field("inbox_keep", &self.inbox_keep)
            .field("inbox_most", &self.inbox_most)
            .field("mail_from", &self.mail_from)
            .field("activation_ttl", &self.activation_ttl)
            .field("sandbox", &self.sandbox)
            .finish_non_exhaustive()
    }
}
