//! An SMTP conversation: any bytes, cut anywhere, get well-formed replies, and no mail without a recipient.
//!
//! Input: one byte for the length of the chunks, then what the client says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_server::inbox::session::{Session, Step, Verdict};

fn check(reply: &str) {
    for line in reply.split_inclusive("\r\n") {
        let text = line.strip_suffix("\r\n").expect("a whole line");
        assert!(text.len() > 4 && text.bytes().all(|c| (b' '..=b'~').contains(&c)));
        assert!(text.bytes().take(3).all(|c| c.is_ascii_digit()));
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((size, said)) = data.split_first() else { return };
    let mut session = Session::new(true);
    for chunk in said.chunks(usize::from(*size).max(1)) {
        let mut bytes = chunk.iter();
        loop {
            match session.step(&mut bytes) {
                Step::Read => break,
                Step::Reply(reply) => check(reply),
                Step::Recipient { recipient, .. } => {
                    assert!(!recipient.is_empty());
                    let verdicts = [Verdict::Accept, Verdict::Refuse, Verdict::Later];
                    check(session.recipient(verdicts[recipient.len() % 3]));
                }
                Step::LogIn(credentials) => check(session.logged_in(credentials.password.len() > 2)),
                Step::StartTls(reply) => {
                    check(reply);
                    session.secured();
                }
                Step::Deliver(mail) => {
                    assert!(!mail.recipients.is_empty());
                    check(session.stored(true));
                }
                Step::Bye(reply) => return check(reply),
            }
        }
        assert!(bytes.as_slice().is_empty(), "everything given is used up");
    }
});
