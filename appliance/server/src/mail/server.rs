//! A mail server: where it is, how the connection is encrypted, who logs in.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    transport::smtp::{
        self, PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use percent_encoding::percent_decode_str;
use pocketkey_api::mail::{SmtpServer, TlsMode};
use url::Url;

use super::ConfigError;

/// How long a command may take.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// What sends.
pub type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A mail server.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name or network address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: TlsMode,
    /// Who logs in, and their password.
    pub login: Option<(String, String)>,
}

impl Server {
    /// The built-in sink as this computer reaches it: it may listen on every address.
    pub fn sink(sink: SocketAddr) -> Self {
        let ip = match sink.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        Self { host: ip.to_string(), port: sink.port(), tls: TlsMode::None, login: None }
    }

    /// The one that the settings name, with this password.
    pub fn from_settings(server: &SmtpServer, password: Option<&str>) -> Self {
        let SmtpServer { host, port, tls, user, .. } = server;
        let login = (!user.is_empty()).then(|| (user.clone(), password.unwrap_or_default().to_owned()));
        Self { host: host.clone(), port: *port, tls: *tls, login }
    }

    /// The one that `--smtp-url` names, and the URL without its password.
    ///
    /// # Errors
    /// [`ConfigError::SmtpUrl`].
    pub fn from_url(text: &str) -> Result<(Self, String), ConfigError> {
        let wrong = ConfigError::SmtpUrl;
        let mut url = Url::parse(text).map_err(|_| wrong("it is no URL"))?;
        let mode = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, mode)| mode.into_owned());
        let (tls, port) = match (url.scheme(), mode.as_deref()) {
            ("smtps", None) => (TlsMode::Tls, 465),
            ("smtps", Some(_)) => return Err(wrong("smtps:// is always encrypted, leave tls= out")),
            ("smtp", None) => (TlsMode::None, 25),
            ("smtp", Some("required")) => (TlsMode::Starttls, 587),
            ("smtp", Some("opportunistic")) => (TlsMode::Opportunistic, 587),
            ("smtp", Some(_)) => return Err(wrong("tls= is required or opportunistic")),
            _ => return Err(wrong("it begins with neither smtp:// nor smtps://")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(wrong("it names no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let decode = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
        let login = (!url.username().is_empty())
            .then(|| Ok((decode(url.username())?, decode(url.password().unwrap_or_default())?)));
        let login =
            login.transpose().map_err(|_: std::str::Utf8Error| wrong("user or password is not UTF-8"))?;
        let port = url.port().unwrap_or(port);
        // Fails on URLs that have no password only.
        let _ = url.set_password(None);
        Ok((Self { host, port, tls, login }, url.into()))
    }

    /// What sends through it, over up to `connections` connections that are kept.
    ///
    /// # Errors
    /// If this computer's root certificates cannot be read.
    pub fn transport(&self, connections: u32) -> Result<Transport, smtp::Error> {
        let parameters = || TlsParameters::new(self.host.clone());
        let tls = match self.tls {
            TlsMode::Tls => Tls::Wrapper(parameters()?),
            TlsMode::Starttls => Tls::Required(parameters()?),
            TlsMode::Opportunistic => Tls::Opportunistic(parameters()?),
            TlsMode::None => Tls::None,
        };
        let builder = Transport::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            .timeout(Some(TIMEOUT))
            .pool_config(PoolConfig::new().max_size(connections));
        Ok(match self.credentials() {
            Some(credentials) => builder.credentials(credentials).build(),
            None => builder.build(),
        })
    }

    /// Who logs in.
    pub fn credentials(&self) -> Option<Credentials> {
        self.login.clone().map(|(user, password)| Credentials::new(user, password))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (text, host, port, tls, login) in [
            ("smtps://mail.example.org", "mail.example.org", 465, TlsMode::Tls, None),
            ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, TlsMode::None, None),
            ("smtp://[::1]", "::1", 25, TlsMode::None, None),
            (
                "smtp://ada%40example.org:p%3A%20w@mail.example.org?tls=required",
                "mail.example.org",
                587,
                TlsMode::Starttls,
                Some(("ada@example.org", "p: w")),
            ),
            ("smtp://m.example:26?tls=opportunistic", "m.example", 26, TlsMode::Opportunistic, None),
        ] {
            let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
            let (server, shown) = Server::from_url(text).unwrap();
            assert!(server == Server { host: host.to_owned(), port, tls, login }, "{text}");
            assert!(!shown.contains("p%3A"), "{shown}");
        }
        for bad in [
            "mail.example.org",
            "gopher://mail.example.org",
            "smtp://",
            "smtp://a?tls=maybe",
            "smtps://a?tls=required",
        ] {
            assert!(Server::from_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_sink_on_every_address_is_reached_on_this_computer() {
        assert_eq!(Server::sink("0.0.0.0:25".parse().unwrap()).host, "127.0.0.1");
        assert_eq!(Server::sink("[::]:25".parse().unwrap()).host, "::1");
        assert_eq!(Server::sink("192.0.2.7:25".parse().unwrap()).host, "192.0.2.7");
    }
}
