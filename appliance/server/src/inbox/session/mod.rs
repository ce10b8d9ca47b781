//! One SMTP conversation (RFC 5321) without its socket: bytes in; replies and accepted mails out.
//!
//! Extensions: PIPELINING (RFC 2920), SIZE (RFC 1870), 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), CHUNKING (RFC 3030),
//! STARTTLS (RFC 3207), AUTH (RFC 4954), ENHANCEDSTATUSCODES (RFC 2034). Commands and data are parsed by `smtp-proto`.

mod login;
#[cfg(test)]
mod tests;

use std::slice::Iter;

use smtp_proto::{
    Error, MAIL_BODY_7BIT, MAIL_BODY_8BITMIME, MAIL_SMTPUTF8, MailFrom, RcptTo, Request,
    request::receiver::{DataReceiver, DummyDataReceiver},
};

pub use login::Credentials;
use login::{Exchange, Turn};

/// The largest mail, in bytes.
pub const MAX_SIZE: usize = 25 * 1024 * 1024;

/// The most recipients of one mail.
pub const MAX_RECIPIENTS: usize = 100;

/// The longest command line, in bytes, its end included.
const MAX_LINE: usize = 4096;

/// The largest chunk that is read in order to be refused, in bytes.
const MAX_SKIPPED: usize = 1024 * 1024 * 1024;

/// Refused commands after which the conversation ends.
const MAX_STRIKES: u32 = 10;

/// Commands without a mail after which the conversation ends.
const MAX_COMMANDS: u32 = 1000;

/// What the conversation wants next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// More bytes; everything given is used up.
    Read,
    /// Write this, then go on with the same bytes. Need not be flushed before the next [`Step::Read`].
    Reply(&'static str),
    /// Decide about this recipient, then call [`Session::recipient`], write what it says, and go on.
    Recipient {
        /// Envelope sender.
        sender: String,
        /// Whom the mail is for.
        recipient: String,
    },
    /// Check this, then call [`Session::logged_in`], write what it says, and go on.
    LogIn(Credentials),
    /// Write this, speak TLS from the next byte of the socket on, and call [`Session::secured`]. Whatever was sent along
    /// with the command is dropped: it came unprotected (RFC 3207 §6).
    StartTls(&'static str),
    /// Store this, then call [`Session::stored`], write what it says, and go on.
    Deliver(Delivery),
    /// Write this and hang up.
    Bye(&'static str),
}

/// What is decided about a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Their mail is taken.
    Accept,
    /// It never will be.
    Refuse,
    /// Not now.
    Later,
}

/// A mail with its envelope.
#[derive(Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Envelope sender; empty for bounces.
    pub sender: String,
    /// Envelope recipients, at least one.
    pub recipients: Vec<String>,
    /// Headers and body.
    pub message: Vec<u8>,
}

/// A conversation.
pub struct Session {
    /// The command line so far. Only whole lines are parsed: a parser that sees the pieces of one may take the rest of
    /// a refused command for the next.
    line: Vec<u8>,
    line_too_long: bool,
    state: State,
    tls: Tls,
    greeted: bool,
    logged_in: bool,
    strikes: u32,
    since_mail: u32,
}

/// How the conversation stands with TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    Missing,
    Offered,
    Active,
}

#[derive(Debug, Default)]
struct Envelope {
    sender: String,
    utf8: bool,
    recipients: Vec<String>,
}

enum State {
    /// Between mails.
    Idle,
    /// In an AUTH exchange.
    LogIn(Exchange),
    /// After MAIL.
    Mail(Envelope),
    /// After DATA.
    Data { envelope: Envelope, receiver: DataReceiver, message: Vec<u8> },
    /// After DATA, and more than [`MAX_SIZE`] bytes: the rest is not kept.
    TooBig(DummyDataReceiver),
    /// Between two BDATs.
    Chunks { envelope: Envelope, message: Vec<u8> },
    /// In a BDAT that has `left` bytes to go.
    Chunk { envelope: Envelope, message: Vec<u8>, left: usize, last: bool },
    /// In a BDAT that is refused: its bytes are not kept (RFC 3030 §2).
    Skip { left: usize, reply: &'static str },
}

/// What the server says first.
pub const GREETING: &str = "220 Pocketkey ESMTP mail sink ready\r\n";
/// What the server says when it has no room for one more conversation.
pub const TOO_MANY: &str = "421 4.3.2 Too many connections, try again later\r\n";
/// What the server says to a client that is silent for too long.
pub const SILENT: &str = "421 4.4.2 Nothing heard for too long\r\n";
/// What the server says when it stops.
pub const STOPPING: &str = "421 4.3.2 The server is stopping, try again later\r\n";

const HELLO: &str = "250 Pocketkey\r\n";
macro_rules! extensions {
    ($more:literal) => {
        concat!(
            "250-Pocketkey\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n",
            "250-ENHANCEDSTATUSCODES\r\n250-AUTH PLAIN LOGIN\r\n",
            $more,
            "250 SIZE 26214400\r\n"
        )
    };
}
const EXTENSIONS: &str = extensions!("");
const EXTENSIONS_AND_TLS: &str = extensions!("250-STARTTLS\r\n");
const OK: &str = "250 2.0.0 OK\r\n";
const TOO_BIG: &str = "552 5.3.4 The mail is too big, at most 26214400 bytes are accepted\r\n";
const NO_RECIPIENT: &str = "503 5.5.1 Name a recipient with RCPT first\r\n";

impl Session {
    /// A conversation's beginning; STARTTLS is offered if the socket can speak it.
    pub fn new(tls: bool) -> Self {
        Self {
            line: Vec::new(),
            line_too_long: false,
            state: State::Idle,
            tls: if tls { Tls::Offered } else { Tls::Missing },
            greeted: false,
            logged_in: false,
            strikes: 0,
            since_mail: 0,
        }
    }

    /// Takes from `bytes` what makes one step.
    pub fn step(&mut self, bytes: &mut Iter<'_, u8>) -> Step {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::TooBig(mut receiver) => {
                if !receiver.ingest(bytes) {
                    self.state = State::TooBig(receiver);
                    return Step::Read;
                }
                Step::Reply(TOO_BIG)
            }
            State::Data { envelope, mut receiver, mut message } => {
                let complete = receiver.ingest(bytes, &mut message);
                match (complete, message.len() > MAX_SIZE) {
                    (true, true) => Step::Reply(TOO_BIG),
                    (true, false) => self.deliver(envelope, message),
                    (false, true) => {
                        self.state = State::TooBig(DummyDataReceiver::new_data(&receiver));
                        Step::Read
                    }
                    (false, false) => {
                        self.state = State::Data { envelope, receiver, message };
                        Step::Read
                    }
                }
            }
            State::Chunk { envelope, mut message, left, last } => {
                let taken = take(bytes, left);
                message.extend_from_slice(taken);
                match left - taken.len() {
                    0 if last => self.deliver(envelope, message),
                    0 => {
                        self.state = State::Chunks { envelope, message };
                        Step::Reply("250 2.0.0 Chunk taken\r\n")
                    }
                    left => {
                        self.state = State::Chunk { envelope, message, left, last };
                        Step::Read
                    }
                }
            }
            State::Skip { left, reply } => match left - take(bytes, left).len() {
                0 => self.refuse(reply),
                left => {
                    self.state = State::Skip { left, reply };
                    Step::Read
                }
            },
            state @ (State::Idle | State::LogIn(_) | State::Mail(_) | State::Chunks { .. }) => {
                self.state = state;
                self.command(bytes)
            }
        }
    }

    /// What to answer to the recipient just asked about.
    pub fn recipient(&mut self, verdict: Verdict) -> &'static str {
        let reply = match verdict {
            Verdict::Accept => return "250 2.1.5 OK\r\n",
            Verdict::Refuse => "550 5.7.1 This recipient is refused\r\n",
            Verdict::Later => "451 4.7.1 Greylisted, try again later\r\n",
        };
        if let State::Mail(envelope) = &mut self.state {
            envelope.recipients.pop();
        }
        reply
    }

    /// What to answer once the name and password are found right, or not.
    pub fn logged_in(&mut self, right: bool) -> &'static str {
        self.logged_in = right;
        if right {
            "235 2.7.0 Logged in\r\n"
        } else {
            self.strikes += 1;
            "535 5.7.8 Wrong name or password\r\n"
        }
    }

    /// The socket speaks TLS now: everything begins anew (RFC 3207 §4.2).
    pub fn secured(&mut self) {
        *self = Self { tls: Tls::Active, strikes: self.strikes, ..Self::new(true) };
    }

    /// What to answer once the mail is stored, or could not be.
    pub fn stored(&self, stored: bool) -> &'static str {
        if stored {
            "250 2.6.0 Accepted\r\n"
        } else {
            "451 4.3.0 Cannot store the mail now, try again later\r\n"
        }
    }

    fn command(&mut self, bytes: &mut Iter<'_, u8>) -> Step {
        let Some(line) = self.line(bytes) else { return Step::Read };
        self.since_mail += 1;
        if self.since_mail > MAX_COMMANDS {
            return Step::Bye("421 4.7.0 Too many commands\r\n");
        }
        let exchange = match std::mem::replace(&mut self.state, State::Idle) {
            State::LogIn(exchange) => Some(exchange),
            state => {
                self.state = state;
                None
            }
        };
        let Some(line) = line else { return self.refuse("500 5.5.6 The line is too long\r\n") };
        if let Some(exchange) = exchange {
            return self.turn(exchange.hear(&line));
        }
        if let Some(chunk) = chunk_of(&line) {
            return match chunk {
                Some((size, last)) => self.chunk(bytes, size, last),
                None => self.refuse("501 5.5.2 Say BDAT, a size, and perhaps LAST\r\n"),
            };
        }
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request.into_owned(),
            Err(error) => return self.refuse(complaint(&error)),
        };
        match request {
            Request::Ehlo { .. } if self.tls == Tls::Offered => self.hello(EXTENSIONS_AND_TLS),
            Request::Ehlo { .. } => self.hello(EXTENSIONS),
            Request::Helo { .. } => self.hello(HELLO),
            Request::Mail { from } => self.mail(from),
            Request::Rcpt { to } => self.name_recipient(to),
            Request::Data => self.data(),
            Request::Auth { mechanism, initial_response } => self.auth(mechanism, &initial_response),
            Request::StartTls => self.start_tls(bytes),
            Request::Rset => {
                self.state = State::Idle;
                Step::Reply(OK)
            }
            Request::Noop { .. } => Step::Reply(OK),
            Request::Help { .. } => {
                Step::Reply("214 2.0.0 EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP QUIT\r\n")
            }
            Request::Quit => Step::Bye("221 2.0.0 Bye\r\n"),
            Request::Vrfy { .. } | Request::Expn { .. } => {
                self.refuse("502 5.5.1 Addresses are not verified here\r\n")
            }
            Request::Bdat { .. }
            | Request::Lhlo { .. }
            | Request::Etrn { .. }
            | Request::Atrn { .. }
            | Request::Burl { .. } => self.refuse("502 5.5.1 This command is not offered\r\n"),
        }
    }

    /// The next whole line; `None` if it has not come to its end yet, `Some(None)` if it was too long.
    fn line(&mut self, bytes: &mut Iter<'_, u8>) -> Option<Option<Vec<u8>>> {
        let given = bytes.as_slice();
        let end = given.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let taken = take(bytes, end.unwrap_or(given.len()));
        self.line_too_long |= self.line.len() + taken.len() > MAX_LINE;
        if self.line_too_long {
            self.line.clear();
        } else {
            self.line.extend_from_slice(taken);
        }
        end?;
        let line = std::mem::take(&mut self.line);
        Some((!std::mem::take(&mut self.line_too_long)).then_some(line))
    }

    fn refuse(&mut self, reply: &'static str) -> Step {
        self.strikes += 1;
        if self.strikes > MAX_STRIKES {
            Step::Bye("421 4.7.0 Too many errors\r\n")
        } else {
            Step::Reply(reply)
        }
    }

    fn hello(&mut self, reply: &'static str) -> Step {
        self.greeted = true;
        self.state = State::Idle;
        Step::Reply(reply)
    }

    fn start_tls(&mut self, bytes: &mut Iter<'_, u8>) -> Step {
        match (self.tls, &self.state) {
            (Tls::Missing, _) => self.refuse("502 5.5.1 This command is not offered\r\n"),
            (Tls::Active, _) => self.refuse("503 5.5.1 TLS is spoken already\r\n"),
            (Tls::Offered, State::Idle) => {
                *bytes = [].iter();
                Step::StartTls("220 2.0.0 Go ahead\r\n")
            }
            (Tls::Offered, _) => self.refuse("503 5.5.1 Not within a mail\r\n"),
        }
    }

    fn auth(&mut self, mechanism: u64, initial: &str) -> Step {
        if !self.greeted {
            return self.refuse("503 5.5.1 Say EHLO first\r\n");
        }
        if self.logged_in {
            return self.refuse("503 5.5.1 Logged in already\r\n");
        }
        if !matches!(self.state, State::Idle) {
            return self.refuse("503 5.5.1 Not within a mail\r\n");
        }
        let Some(exchange) = Exchange::new(mechanism) else {
            return self.refuse("504 5.5.4 This mechanism is not offered\r\n");
        };
        self.turn(exchange.begin(initial))
    }

    fn turn(&mut self, turn: Turn) -> Step {
        match turn {
            Turn::Ask(exchange, challenge) => {
                self.state = State::LogIn(exchange);
                Step::Reply(challenge)
            }
            Turn::Done(credentials) if self.strikes < MAX_STRIKES => Step::LogIn(credentials),
            Turn::Done(_) => Step::Bye("421 4.7.0 Too many errors\r\n"),
            Turn::Cancelled => self.refuse("501 5.7.0 Cancelled\r\n"),
            Turn::Malformed => self.refuse("501 5.5.2 This is not what the mechanism wants\r\n"),
        }
    }

    fn mail(&mut self, from: MailFrom<String>) -> Step {
        let utf8 = from.flags & MAIL_SMTPUTF8 != 0;
        let offered = MAIL_BODY_7BIT | MAIL_BODY_8BITMIME | MAIL_SMTPUTF8;
        if !self.greeted {
            return self.refuse("503 5.5.1 Say EHLO first\r\n");
        }
        if !matches!(self.state, State::Idle) {
            return self.refuse("503 5.5.1 A mail is begun already\r\n");
        }
        if from.flags & !offered != 0 {
            return self.refuse("555 5.5.4 A parameter of MAIL is not offered\r\n");
        }
        if from.size > MAX_SIZE {
            return self.refuse(TOO_BIG);
        }
        if !utf8 && !from.address.is_ascii() {
            return self.refuse("553 5.6.7 An address beyond ASCII needs SMTPUTF8\r\n");
        }
        self.state = State::Mail(Envelope { sender: from.address, utf8, recipients: Vec::new() });
        Step::Reply("250 2.1.0 OK\r\n")
    }

    fn name_recipient(&mut self, to: RcptTo<String>) -> Step {
        let State::Mail(envelope) = &mut self.state else {
            return self.refuse("503 5.5.1 Say MAIL first\r\n");
        };
        if to.address.is_empty() {
            return self.refuse("553 5.1.3 A recipient needs an address\r\n");
        }
        if !envelope.utf8 && !to.address.is_ascii() {
            return self.refuse("553 5.6.7 An address beyond ASCII needs SMTPUTF8\r\n");
        }
        if envelope.recipients.len() >= MAX_RECIPIENTS {
            // No error of the client's: it sends the mail again to those who are left (RFC 5321 §4.5.3.1.10).
            return Step::Reply("452 4.5.3 Too many recipients\r\n");
        }
        envelope.recipients.push(to.address.clone());
        Step::Recipient { sender: envelope.sender.clone(), recipient: to.address }
    }

    fn data(&mut self) -> Step {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Mail(envelope) if !envelope.recipients.is_empty() => {
                // The line end of the command itself counts as the one before a lone dot (RFC 5321 §4.1.1.4).
                let (mut receiver, mut message) = (DataReceiver::new(), Vec::new());
                receiver.ingest(&mut b"\r\n".iter(), &mut message);
                message.clear();
                self.state = State::Data { envelope, receiver, message };
                Step::Reply("354 Go ahead, end with a line of one dot\r\n")
            }
            state @ State::Chunks { .. } => {
                self.state = state;
                self.refuse("503 5.5.1 This mail comes by BDAT\r\n")
            }
            state => {
                self.state = state;
                self.refuse(NO_RECIPIENT)
            }
        }
    }

    /// A chunk of a mail (RFC 3030 §2): after one that is refused, so are the others of that mail.
    fn chunk(&mut self, bytes: &mut Iter<'_, u8>, size: usize, last: bool) -> Step {
        let (envelope, message) = match std::mem::replace(&mut self.state, State::Idle) {
            State::Mail(envelope) if !envelope.recipients.is_empty() => (envelope, Vec::new()),
            State::Chunks { envelope, message } => (envelope, message),
            _ => return self.skip(bytes, size, NO_RECIPIENT),
        };
        if size > MAX_SIZE - message.len() {
            return self.skip(bytes, size, TOO_BIG);
        }
        self.state = State::Chunk { envelope, message, left: size, last };
        self.step(bytes)
    }

    fn skip(&mut self, bytes: &mut Iter<'_, u8>, left: usize, reply: &'static str) -> Step {
        if left > MAX_SKIPPED {
            return Step::Bye(TOO_BIG);
        }
        self.state = State::Skip { left, reply };
        self.step(bytes)
    }

    fn deliver(&mut self, envelope: Envelope, message: Vec<u8>) -> Step {
        self.since_mail = 0;
        Step::Deliver(Delivery { sender: envelope.sender, recipients: envelope.recipients, message })
    }
}

/// The first `most` bytes, or as many as there are.
fn take<'a>(bytes: &mut Iter<'a, u8>, most: usize) -> &'a [u8] {
    let given = bytes.as_slice();
    let (taken, rest) = given.split_at(most.min(given.len()));
    *bytes = rest.iter();
    taken
}

/// The size and whether it is the last, if the line is a BDAT; `Some(None)` if it is a malformed one. `smtp-proto`
/// takes a size that overflows for a small one, and what follows would be taken for commands.
fn chunk_of(line: &[u8]) -> Option<Option<(usize, bool)>> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.next().filter(|word| word.eq_ignore_ascii_case(b"BDAT"))?;
    let size = words.next().filter(|word| word.iter().all(u8::is_ascii_digit));
    // Digits alone fail to parse only where there are too many of them.
    let size = size
        .map(|digits| str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX));
    let last = match (words.next(), words.next()) {
        (None, _) => Some(false),
        (Some(word), None) if word.eq_ignore_ascii_case(b"LAST") => Some(true),
        _ => None,
    };
    Some(size.zip(last))
}

fn complaint(error: &Error) -> &'static str {
    match error {
        Error::UnknownCommand => "500 5.5.1 Unknown command\r\n",
        Error::InvalidSenderAddress => "553 5.1.7 This is not a sender's address\r\n",
        Error::InvalidRecipientAddress => "553 5.1.3 This is not a recipient's address\r\n",
        Error::InvalidParameter { .. } | Error::UnsupportedParameter { .. } => {
            "555 5.5.4 A parameter is malformed or not offered\r\n"
        }
        _ => "501 5.5.2 Syntax error\r\n",
    }
}
