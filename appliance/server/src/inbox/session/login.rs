//! AUTH (RFC 4954): PLAIN (RFC 4616) and LOGIN, as far as name and password.

use data_encoding::BASE64;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN};

/// A name and a password, not checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who logs in.
    pub name: String,
    /// Their password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    /// Leaves out the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Where an exchange stands.
pub enum Exchange {
    /// PLAIN: everything in one response.
    Plain,
    /// LOGIN, before the name.
    Name,
    /// LOGIN, before the password.
    Password(String),
}

/// What an exchange comes to.
pub enum Turn {
    /// Say this, and wait for a line.
    Ask(Exchange, &'static str),
    /// To be checked.
    Done(Credentials),
    /// The client thought better of it.
    Cancelled,
    /// Not base64, not UTF-8, or not as the mechanism says.
    Malformed,
}

impl Exchange {
    /// The exchange of a mechanism, if it is offered.
    pub fn new(mechanism: u64) -> Option<Self> {
        match mechanism {
            AUTH_PLAIN => Some(Self::Plain),
            AUTH_LOGIN => Some(Self::Name),
            _ => None,
        }
    }

    /// With the response that came with the command, if one did.
    pub fn begin(self, initial: &str) -> Turn {
        if initial.is_empty() { self.ask() } else { self.hear(initial.as_bytes()) }
    }

    /// With the response to a challenge: a line.
    pub fn hear(self, line: &[u8]) -> Turn {
        let text = match line.trim_ascii() {
            b"*" => return Turn::Cancelled,
            // A response without content, where it comes with the command (RFC 4954 §4).
            b"=" => Ok(Vec::new()),
            line => BASE64.decode(line),
        };
        let Some(text) = text.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return Turn::Malformed;
        };
        match self {
            Self::Plain => {
                // Whom to act as, who, password; separated by NUL.
                let mut parts = text.split('\0');
                match (parts.next(), parts.next(), parts.next(), parts.next()) {
                    (Some(_), Some(name), Some(password), None) if !name.is_empty() => {
                        Turn::Done(Credentials { name: name.to_owned(), password: password.to_owned() })
                    }
                    _ => Turn::Malformed,
                }
            }
            Self::Name => Self::Password(text).ask(),
            Self::Password(name) => Turn::Done(Credentials { name, password: text }),
        }
    }

    fn ask(self) -> Turn {
        let challenge = match self {
            Self::Plain => "334 \r\n",
            Self::Name => "334 VXNlcm5hbWU6\r\n",
            Self::Password(_) => "334 UGFzc3dvcmQ6\r\n",
        };
        Turn::Ask(self, challenge)
    }
}
