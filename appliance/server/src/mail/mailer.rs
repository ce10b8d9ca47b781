//! How mail leaves now: what the command line says, else what is set.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use lettre::{Address, message::Mailbox};
use pocketkey_api::mail::{MailSettings, MailVia};

use super::{ConfigError, render::Letterhead, server::Server};
use crate::{Config, secret};

/// Connections kept open to the sink: they share its commits.
const TO_SINK: u32 = 16;

/// Connections kept open to a mail server; many take no more of one client.
const TO_SERVER: u32 = 4;

/// So many previews can be looked at.
const PREVIEWS: usize = 16;

/// What the command line says about mail.
pub struct Options {
    server: Option<(Server, String)>,
    sender: Option<Mailbox>,
}

impl Options {
    /// Checks what the command line says.
    ///
    /// # Errors
    /// [`ConfigError`] names the option to change.
    pub fn check(config: &Config) -> Result<Self, ConfigError> {
        let sender = config.mail_from.as_ref();
        let sender = sender.map(|text| text.parse().map_err(|_| ConfigError::From(text.clone())));
        let server = config.smtp_url.as_deref().map(Server::from_url);
        Ok(Self { server: server.transpose()?, sender: sender.transpose()? })
    }
}

/// The settings that hold, with the password.
#[derive(Clone, Default)]
pub struct Stored {
    /// As they are stored; the password is not among them.
    pub settings: MailSettings,
    /// The password.
    pub password: Option<String>,
}

/// The way that mail leaves.
pub struct Way {
    /// The server.
    pub server: Server,
    /// The sender.
    pub from: Mailbox,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Mailbox>,
    /// Mails a second at most; 0: no limit.
    pub rate: u32,
    /// Mails sent at once.
    pub connections: u32,
}

impl Way {
    /// A fresh Message-ID, with angle brackets.
    pub fn message_id(&self) -> String {
        format!("<{}{}@{}>", secret::new_id(), secret::new_id(), self.from.email.domain())
    }

    /// What stands above a mail that is sent this way at `now`.
    pub fn letterhead<'a>(&'a self, to: &'a str, message_id: &'a str, now: i64) -> Letterhead<'a> {
        Letterhead { from: &self.from, reply_to: self.reply_to.as_ref(), to, message_id, now }
    }
}

/// How mail leaves.
pub struct Mailer {
    options: Options,
    sink: SocketAddr,
    state: RwLock<(Stored, Arc<Way>)>,
    previews: Mutex<VecDeque<(String, String)>>,
}

impl Mailer {
    /// As the defaults say, until [`Mailer::set`]. `sink` is where the built-in sink listens.
    pub fn new(options: Options, sink: SocketAddr) -> Self {
        let stored = Stored::default();
        let way = Arc::new(way(&options, sink, &stored));
        Self { options, sink, state: RwLock::new((stored, way)), previews: Mutex::default() }
    }

    /// From now on mail leaves in this way.
    pub fn set(&self, stored: Stored) {
        let way = Arc::new(self.way(&stored));
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = (stored, way);
    }

    /// The way that `stored` means, as far as the command line does not say otherwise.
    pub fn way(&self, stored: &Stored) -> Way {
        way(&self.options, self.sink, stored)
    }

    /// What is set.
    pub fn stored(&self) -> Stored {
        self.state.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// The way that holds.
    pub fn current(&self) -> Arc<Way> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// The server of the command line, without its password.
    pub fn server_option(&self) -> Option<&str> {
        self.options.server.as_ref().map(|(_, shown)| shown.as_str())
    }

    /// The sender of the command line.
    pub fn sender_option(&self) -> Option<&Mailbox> {
        self.options.sender.as_ref()
    }

    /// Keeps an HTML page to be looked at for a while; gives its id.
    pub fn keep_preview(&self, html: String) -> String {
        let id = secret::new_id();
        let mut previews = self.previews.lock().unwrap_or_else(PoisonError::into_inner);
        if previews.len() == PREVIEWS {
            previews.pop_front();
        }
        previews.push_back((id.clone(), html));
        id
    }

    /// A page that was kept.
    pub fn preview(&self, id: &str) -> Option<String> {
        let previews = self.previews.lock().unwrap_or_else(PoisonError::into_inner);
        previews.iter().find(|(kept, _)| kept == id).map(|(_, html)| html.clone())
    }
}

fn way(options: &Options, sink: SocketAddr, stored: &Stored) -> Way {
    let Stored { settings, password } = stored;
    let server = match (&options.server, settings.via) {
        (Some((server, _)), _) => Some(server.clone()),
        (None, MailVia::Server) => Some(Server::from_settings(&settings.server, password.as_deref())),
        (None, MailVia::Inbox) => None,
    };
    let (rate, connections) = if server.is_some() { (settings.rate, TO_SERVER) } else { (0, TO_SINK) };
    Way {
        server: server.unwrap_or_else(|| Server::sink(sink)),
        from: options.sender.clone().unwrap_or_else(|| sender(settings)),
        reply_to: settings.reply_to.parse().ok(),
        rate,
        connections,
    }
}

/// The sender of the settings; they were checked when they were set.
fn sender(settings: &MailSettings) -> Mailbox {
    let name = Some(settings.sender_name.clone()).filter(|name| !name.is_empty());
    let address: Result<Address, _> = settings.sender_address.parse();
    #[expect(clippy::expect_used, reason = "a constant")]
    let address = address.unwrap_or_else(|_| Address::new("pocketkey", "localhost").expect("an address"));
    Mailbox::new(name, address)
}
