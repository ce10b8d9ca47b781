//! One SMTP conversation (RFC 5321) without its socket: bytes in; replies and accepted mails out.
//!
//! Extensions: PIPELINING (RFC 2920), SIZE (RFC 1870), 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531),
//! ENHANCEDSTATUSCODES (RFC 2034). Commands and data are parsed by `smtp-proto`.

use std::slice::Iter;

use smtp_proto::{
    Error, MAIL_BODY_7BIT, MAIL_BODY_8BITMIME, MAIL_SMTPUTF8, MailFrom, RcptTo, Request,
    request::receiver::{DataReceiver, DummyDataReceiver},
};

/// The largest mail, in bytes.
pub const MAX_SIZE: usize = 25 * 1024 * 1024;

/// The most recipients of one mail.
pub const MAX_RECIPIENTS: usize = 100;

/// The longest command line, in bytes, its end included.
const MAX_LINE: usize = 4096;

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
    /// Store this, then call [`Session::stored`], write what it says, and go on.
    Deliver(Delivery),
    /// Write this and hang up.
    Bye(&'static str),
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
    greeted: bool,
    strikes: u32,
    since_mail: u32,
}

enum State {
    /// Between mails.
    Idle,
    /// After MAIL.
    Mail { sender: String, utf8: bool, recipients: Vec<String> },
    /// After DATA.
    Data { sender: String, recipients: Vec<String>, receiver: DataReceiver, message: Vec<u8> },
    /// After DATA, and more than [`MAX_SIZE`] bytes: the rest is not kept.
    TooBig(DummyDataReceiver),
}

/// What the server says first.
pub const GREETING: &str = "220 Pocketkey mail sink ready\r\n";
/// What the server says when it has no room for one more conversation.
pub const TOO_MANY: &str = "421 4.3.2 Too many connections, try again later\r\n";
/// What the server says to a client that is silent for too long.
pub const SILENT: &str = "421 4.4.2 Nothing heard for too long\r\n";
/// What the server says when it stops.
pub const STOPPING: &str = "421 4.3.2 The server is stopping, try again later\r\n";

const HELLO: &str = "250 Pocketkey\r\n";
const EXTENSIONS: &str = "250-Pocketkey\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                          250-ENHANCEDSTATUSCODES\r\n250 SIZE 26214400\r\n";
const OK: &str = "250 2.0.0 OK\r\n";

impl Default for Session {
    fn default() -> Self {
        Self {
            line: Vec::new(),
            line_too_long: false,
            state: State::Idle,
            greeted: false,
            strikes: 0,
            since_mail: 0,
        }
    }
}

impl Session {
    /// Takes from `bytes` what makes one step.
    pub fn step(&mut self, bytes: &mut Iter<'_, u8>) -> Step {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::TooBig(mut receiver) => {
                if !receiver.ingest(bytes) {
                    self.state = State::TooBig(receiver);
                    return Step::Read;
                }
                Step::Reply("552 5.3.4 The mail is too big, at most 26214400 bytes are accepted\r\n")
            }
            State::Data { sender, recipients, mut receiver, mut message } => {
                let complete = receiver.ingest(bytes, &mut message);
                match (complete, message.len() > MAX_SIZE) {
                    (true, true) => {
                        Step::Reply("552 5.3.4 The mail is too big, at most 26214400 bytes are accepted\r\n")
                    }
                    (true, false) => {
                        self.since_mail = 0;
                        Step::Deliver(Delivery { sender, recipients, message })
                    }
                    (false, true) => {
                        self.state = State::TooBig(DummyDataReceiver::new_data(&receiver));
                        Step::Read
                    }
                    (false, false) => {
                        self.state = State::Data { sender, recipients, receiver, message };
                        Step::Read
                    }
                }
            }
            state @ (State::Idle | State::Mail { .. }) => {
                self.state = state;
                self.command(bytes)
            }
        }
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
        let Some(line) = line else { return self.refuse("500 5.5.6 The line is too long\r\n") };
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request.into_owned(),
            Err(error) => return self.refuse(complaint(&error)),
        };
        self.since_mail += 1;
        if self.since_mail > MAX_COMMANDS {
            return Step::Bye("421 4.7.0 Too many commands\r\n");
        }
        match request {
            Request::Ehlo { .. } => self.hello(EXTENSIONS),
            Request::Helo { .. } => self.hello(HELLO),
            Request::Mail { from } => self.mail(from),
            Request::Rcpt { to } => self.recipient(to),
            Request::Data => self.data(),
            Request::Rset => {
                self.state = State::Idle;
                Step::Reply(OK)
            }
            Request::Noop { .. } => Step::Reply(OK),
            Request::Help { .. } => Step::Reply("214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP QUIT\r\n"),
            Request::Quit => Step::Bye("221 2.0.0 Bye\r\n"),
            Request::Vrfy { .. } | Request::Expn { .. } => {
                self.refuse("502 5.5.1 Addresses are not verified here\r\n")
            }
            Request::Lhlo { .. }
            | Request::Bdat { .. }
            | Request::Auth { .. }
            | Request::StartTls
            | Request::Etrn { .. }
            | Request::Atrn { .. }
            | Request::Burl { .. } => self.refuse("502 5.5.1 This command is not offered\r\n"),
        }
    }

    /// The next whole line; `None` if it has not come to its end yet, `Some(None)` if it was too long.
    fn line(&mut self, bytes: &mut Iter<'_, u8>) -> Option<Option<Vec<u8>>> {
        let given = bytes.as_slice();
        let end = given.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let (taken, rest) = given.split_at(end.unwrap_or(given.len()));
        *bytes = rest.iter();
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

    fn mail(&mut self, from: MailFrom<String>) -> Step {
        let utf8 = from.flags & MAIL_SMTPUTF8 != 0;
        let offered = MAIL_BODY_7BIT | MAIL_BODY_8BITMIME | MAIL_SMTPUTF8;
        if !self.greeted {
            return self.refuse("503 5.5.1 Say EHLO first\r\n");
        }
        if matches!(self.state, State::Mail { .. }) {
            return self.refuse("503 5.5.1 A mail is begun already\r\n");
        }
        if from.flags & !offered != 0 {
            return self.refuse("555 5.5.4 A parameter of MAIL is not offered\r\n");
        }
        if from.size > MAX_SIZE {
            return self.refuse("552 5.3.4 The mail is too big, at most 26214400 bytes are accepted\r\n");
        }
        if !utf8 && !from.address.is_ascii() {
            return self.refuse("553 5.6.7 An address beyond ASCII needs SMTPUTF8\r\n");
        }
        self.state = State::Mail { sender: from.address, utf8, recipients: Vec::new() };
        Step::Reply("250 2.1.0 OK\r\n")
    }

    fn recipient(&mut self, to: RcptTo<String>) -> Step {
        let State::Mail { utf8, recipients, .. } = &mut self.state else {
            return self.refuse("503 5.5.1 Say MAIL first\r\n");
        };
        if to.address.is_empty() {
            return self.refuse("553 5.1.3 A recipient needs an address\r\n");
        }
        if !*utf8 && !to.address.is_ascii() {
            return self.refuse("553 5.6.7 An address beyond ASCII needs SMTPUTF8\r\n");
        }
        if recipients.len() >= MAX_RECIPIENTS {
            return self.refuse("452 4.5.3 Too many recipients\r\n");
        }
        recipients.push(to.address);
        Step::Reply("250 2.1.5 OK\r\n")
    }

    fn data(&mut self) -> Step {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Mail { sender, recipients, .. } if !recipients.is_empty() => {
                // The line end of the command itself counts as the one before a lone dot (RFC 5321 §4.1.1.4).
                let (mut receiver, mut message) = (DataReceiver::new(), Vec::new());
                receiver.ingest(&mut b"\r\n".iter(), &mut message);
                message.clear();
                self.state = State::Data { sender, recipients, receiver, message };
                Step::Reply("354 Go ahead, end with a line of one dot\r\n")
            }
            state => {
                self.state = state;
                self.refuse("503 5.5.1 Name a recipient with RCPT first\r\n")
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Feeds `chunks`; gives everything said, and every mail accepted (all are stored).
    fn talk(session: &mut Session, chunks: &[&[u8]]) -> (String, Vec<Delivery>, bool) {
        let (mut said, mut mails) = (String::new(), Vec::new());
        for chunk in chunks {
            let mut bytes = chunk.iter();
            loop {
                match session.step(&mut bytes) {
                    Step::Read => break,
                    Step::Reply(reply) => said.push_str(reply),
                    Step::Deliver(mail) => {
                        said.push_str(session.stored(true));
                        mails.push(mail);
                    }
                    Step::Bye(reply) => {
                        said.push_str(reply);
                        return (said, mails, true);
                    }
                }
            }
        }
        (said, mails, false)
    }

    fn codes(said: &str) -> Vec<&str> {
        said.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect()
    }

    #[test]
    fn a_pipelined_conversation() {
        let text = b"EHLO me\r\nMAIL FROM:<a@b.c> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<d@e.f>\r\nRCPT TO:<g@h.i>\r\nDATA\r\n\
            Subject: x\r\n\r\n..dot\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n.\r\nNOOP\r\nQUIT\r\n";
        for size in [1, 2, 3, 7, 64, text.len()] {
            let chunks: Vec<&[u8]> = text.chunks(size).collect();
            let (said, mails, over) = talk(&mut Session::default(), &chunks);
            assert_eq!(
                codes(&said),
                ["250", "250", "250", "250", "354", "250", "250", "250", "354", "250", "250", "221"],
                "chunks of {size}"
            );
            assert!(over);
            let [first, second] = mails.as_slice() else { panic!("two mails") };
            assert_eq!(
                (first.sender.as_str(), first.recipients.as_slice()),
                ("a@b.c", &["d@e.f".into(), "g@h.i".into()][..])
            );
            assert_eq!(first.message, b"Subject: x\r\n\r\n.dot\r\n");
            assert_eq!((second.sender.as_str(), second.message.as_slice()), ("", &b""[..]));
        }
    }

    #[test]
    fn the_order_of_commands_matters() {
        for (text, expected) in [
            (&b"MAIL FROM:<a@b.c>\r\n"[..], &["503"][..]),
            (b"EHLO x\r\nRCPT TO:<a@b.c>\r\n", &["250", "503"]),
            (b"HELO x\r\nMAIL FROM:<a@b.c>\r\nDATA\r\nMAIL FROM:<a@b.c>\r\n", &["250", "250", "503", "503"]),
            (b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRSET\r\nRCPT TO:<a@b.c>\r\n", &["250", "250", "250", "503"]),
            (b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nEHLO x\r\nRCPT TO:<a@b.c>\r\n", &["250", "250", "250", "503"]),
        ] {
            let (said, ..) = talk(&mut Session::default(), &[text]);
            assert_eq!(codes(&said), expected);
        }
    }

    #[test]
    fn what_is_not_offered_is_refused_by_its_code() {
        for (line, code) in [
            ("VRFY ada", "502"),
            ("EXPN all", "502"),
            ("STARTTLS", "502"),
            ("AUTH PLAIN AGEAYg==", "502"),
            ("AUTH \t", "501"),
            ("LHLO x", "502"),
            ("HELLO", "500"),
            ("", "500"),
            ("MAIL FROM:<a@b.c> SIZE=26214401", "552"),
            ("MAIL FROM:<a@b.c> BODY=BINARYMIME", "555"),
            ("MAIL FROM:<a@b.c> REQUIRETLS", "555"),
            ("MAIL FROM:<a@b.c> WHATEVER=1", "555"),
            ("MAIL FROM:<@@@>", "553"),
            ("MAIL FROM:<äda@b.c>", "553"),
            ("MAIL FROM:<äda@b.c> SMTPUTF8", "250"),
            ("MAIL FROM a@b.c", "501"),
            ("EHLO", "501"),
            ("HELP", "214"),
        ] {
            let (said, ..) = talk(&mut Session::default(), &[b"EHLO x\r\n", line.as_bytes(), b"\r\n"]);
            assert_eq!(codes(&said), ["250", code], "{line}");
        }
    }

    #[test]
    fn an_empty_recipient_and_the_101st_are_refused() {
        let mut session = Session::default();
        talk(&mut session, &[b"EHLO x\r\nMAIL FROM:<a@b.c>\r\n"]);
        let (said, ..) = talk(&mut session, &[b"RCPT TO:<>\r\n"]);
        assert_eq!(codes(&said), ["553"]);
        for _ in 0..MAX_RECIPIENTS {
            assert_eq!(codes(&talk(&mut session, &[b"RCPT TO:<a@b.c>\r\n"]).0), ["250"]);
        }
        assert_eq!(codes(&talk(&mut session, &[b"RCPT TO:<a@b.c>\r\n"]).0), ["452"]);
    }

    #[test]
    fn a_mail_that_is_too_big_is_refused_and_the_conversation_goes_on() {
        let mut session = Session::default();
        talk(&mut session, &[b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n"]);
        let line = [b"x".repeat(998).as_slice(), b"\r\n"].concat();
        for _ in 0..MAX_SIZE / 1000 + 1 {
            assert_eq!(talk(&mut session, &[&line]).0, "");
        }
        let (said, mails, _) = talk(&mut session, &[b".\r\nNOOP\r\n"]);
        assert_eq!(codes(&said), ["552", "250"]);
        assert!(mails.is_empty());
    }

    #[test]
    fn only_a_proper_line_end_ends_a_mail() {
        for smuggled in [&b"\n.\r\n"[..], b"\n.\n", b"\r.\r\n", b"\r\n.\n"] {
            let mut session = Session::default();
            talk(&mut session, &[b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\nDATA\r\nhi"]);
            let (said, mails, _) = talk(&mut session, &[smuggled, b"MAIL FROM:<evil@b.c>\r\n"]);
            assert_eq!((said.as_str(), mails.len()), ("", 0), "{smuggled:?}");
        }
    }

    #[test]
    fn long_lines_and_many_errors() {
        let long = [b"NOOP ".as_slice(), &b"x".repeat(100_000), b"\r\nNOOP\r\n"].concat();
        for size in [1000, 4096, 8192] {
            let chunks: Vec<&[u8]> = long.chunks(size).collect();
            let (said, ..) = talk(&mut Session::default(), &chunks);
            assert_eq!(codes(&said), ["500", "250"], "chunks of {size}");
        }
        let (said, _, over) = talk(&mut Session::default(), &[&b"what\r\n".repeat(50)]);
        assert!(over && said.ends_with("421 4.7.0 Too many errors\r\n"));
        let (_, _, over) = talk(&mut Session::default(), &[&b"NOOP\r\n".repeat(1001)]);
        assert!(over);
    }

    /// Pieces of conversations, and noise.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let known: &[&[u8]] = &[
            b"EHLO x\r\n",
            b"HELO x\n",
            b"MAIL FROM:<a@b.c>\r\n",
            b"RCPT TO:<d@e.f>\r\n",
            b"DATA\r\n",
            b"\r\n.\r\n",
            b".\r\n",
            b".",
            b"\r",
            b"\n",
            b"RSET\r\n",
            b"NOOP\r\n",
            b"BDAT 5 LAST\r\n",
            b"MAIL FROM:<",
            b"AUTH ",
            b"<>",
            b"\"",
            b"\\",
            b" SIZE=99999999999999999999",
            b"\xff\xfe",
        ];
        prop_oneof![
            prop::sample::select(known).prop_map(<[u8]>::to_vec),
            prop::collection::vec(any::<u8>(), 0..40),
        ]
    }

    proptest! {
        #[test]
        fn anything_gets_well_formed_replies_however_it_is_cut(
            pieces in prop::collection::vec(piece(), 0..60), cut in 1..50usize,
        ) {
            let bytes = pieces.concat();
            let chunks: Vec<&[u8]> = bytes.chunks(cut).collect();
            let (said, mails, over) = talk(&mut Session::default(), &chunks);
            for line in said.split_inclusive("\r\n") {
                let line = line.as_bytes();
                prop_assert!(line.ends_with(b"\r\n") && line.len() > 6);
                prop_assert!(line[..3].iter().all(u8::is_ascii_digit) && matches!(line[3], b' ' | b'-'));
                prop_assert!(line[..line.len() - 2].iter().all(|c| (b' '..=b'~').contains(c)));
            }
            prop_assert!(mails.iter().all(|mail| !mail.recipients.is_empty()));
            let whole = talk(&mut Session::default(), &[&bytes]);
            prop_assert_eq!((said, mails, over), whole, "chunks of {}", cut);
        }
    }
}
