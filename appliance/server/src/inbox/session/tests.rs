//! Whole conversations, cut anywhere.

use proptest::prelude::*;

use super::*;

/// Feeds `chunks`; gives everything said, and every mail accepted. All mails are stored, TLS begins and ends at once,
/// the password is `secret`, and recipients at `.later` and `.never` are greylisted and refused.
fn talk(session: &mut Session, chunks: &[&[u8]]) -> (String, Vec<Delivery>, bool) {
    let (mut said, mut mails) = (String::new(), Vec::new());
    for chunk in chunks {
        let mut bytes = chunk.iter();
        loop {
            match session.step(&mut bytes) {
                Step::Read => break,
                Step::Reply(reply) => said.push_str(reply),
                Step::Recipient { recipient, .. } => {
                    said.push_str(session.recipient(match recipient.rsplit('.').next() {
                        Some("later") => Verdict::Later,
                        Some("never") => Verdict::Refuse,
                        _ => Verdict::Accept,
                    }));
                }
                Step::LogIn(credentials) => {
                    said.push_str(session.logged_in(credentials.password == "secret"));
                }
                Step::StartTls(reply) => {
                    assert!(bytes.as_slice().is_empty());
                    said.push_str(reply);
                    session.secured();
                }
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
        let (said, mails, over) = talk(&mut Session::new(true), &chunks);
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
        let (said, ..) = talk(&mut Session::new(true), &[text]);
        assert_eq!(codes(&said), expected);
    }
}

#[test]
fn what_is_not_offered_is_refused_by_its_code() {
    for (line, code) in [
        ("VRFY ada", "502"),
        ("EXPN all", "502"),
        ("AUTH CRAM-MD5", "504"),
        ("AUTH \t", "501"),
        ("BURL imap://x", "502"),
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
        let (said, ..) = talk(&mut Session::new(true), &[b"EHLO x\r\n", line.as_bytes(), b"\r\n"]);
        assert_eq!(codes(&said), ["250", code], "{line}");
    }
}

#[test]
fn an_empty_recipient_and_the_101st_are_refused() {
    let mut session = Session::new(true);
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
    let mut session = Session::new(true);
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
        let mut session = Session::new(true);
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
        let (said, ..) = talk(&mut Session::new(true), &chunks);
        assert_eq!(codes(&said), ["500", "250"], "chunks of {size}");
    }
    let (said, _, over) = talk(&mut Session::new(true), &[&b"what\r\n".repeat(50)]);
    assert!(over && said.ends_with("421 4.7.0 Too many errors\r\n"));
    let (_, _, over) = talk(&mut Session::new(true), &[&b"NOOP\r\n".repeat(1001)]);
    assert!(over);
}

#[test]
fn names_and_passwords() {
    // AGFkYQBzZWNyZXQ= is \0ada\0secret; YWRh is ada; c2VjcmV0 is secret.
    for (text, expected) in [
        ("AUTH PLAIN AGFkYQBzZWNyZXQ=\r\n", &["235"][..]),
        ("AUTH PLAIN\r\nAGFkYQBzZWNyZXQ=\r\n", &["334", "235"]),
        ("AUTH LOGIN\r\nYWRh\r\nc2VjcmV0\r\n", &["334", "334", "235"]),
        ("AUTH LOGIN YWRh\r\nc2VjcmV0\r\n", &["334", "235"]),
        ("AUTH LOGIN YWRh\r\nYWRh\r\n", &["334", "535"]),
        ("AUTH PLAIN AGFkYQBhZGE=\r\nNOOP\r\n", &["535", "250"]),
        ("AUTH PLAIN\r\n*\r\nNOOP\r\n", &["334", "501", "250"]),
        ("AUTH PLAIN =\r\n", &["501"]),
        ("AUTH PLAIN YWRh\r\n", &["501"]),
        ("AUTH LOGIN\r\n!\r\nNOOP\r\n", &["334", "501", "250"]),
        ("AUTH PLAIN AGFkYQBzZWNyZXQ=\r\nAUTH LOGIN\r\n", &["235", "503"]),
        ("MAIL FROM:<a@b.c>\r\nAUTH LOGIN\r\nRCPT TO:<d@e.f>\r\n", &["250", "503", "250"]),
    ] {
        let (said, ..) = talk(&mut Session::new(true), &[b"EHLO x\r\n", text.as_bytes()]);
        assert_eq!(codes(&said)[1..], *expected, "{text}");
    }
    let (said, ..) = talk(&mut Session::new(true), &[b"AUTH LOGIN\r\n"]);
    assert_eq!(codes(&said), ["503"]);
    let guesses = "AUTH PLAIN AGFkYQBhZGE=\r\n".repeat(20);
    let (said, _, over) = talk(&mut Session::new(true), &[b"EHLO x\r\n", guesses.as_bytes()]);
    assert!(over);
    assert_eq!(codes(&said).iter().filter(|code| **code == "535").count(), 10);
}

#[test]
fn tls_begins_anew_and_nothing_sent_before_it_counts() {
    let mut session = Session::new(true);
    let (said, ..) = talk(&mut session, &[b"EHLO x\r\nSTARTTLS\r\nMAIL FROM:<evil@b.c>\r\n"]);
    assert!(said.contains("250-STARTTLS\r\n"));
    assert_eq!(codes(&said), ["250", "220"]);
    let (said, ..) = talk(&mut session, &[b"MAIL FROM:<a@b.c>\r\nEHLO x\r\nSTARTTLS\r\n"]);
    assert_eq!(codes(&said), ["503", "250", "503"]);
    assert!(!said.contains("STARTTLS"));
    let (said, ..) = talk(&mut Session::new(true), &[b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nSTARTTLS\r\nRSET\r\n"]);
    assert_eq!(codes(&said), ["250", "250", "503", "250"]);
    let (said, ..) = talk(&mut Session::new(false), &[b"EHLO x\r\nSTARTTLS\r\n"]);
    assert_eq!(codes(&said), ["250", "502"]);
    assert!(!said.contains("STARTTLS"));
}

#[test]
fn mails_in_chunks() {
    let begin = "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\n";
    for (text, expected, message) in [
        ("BDAT 5 LAST\r\n.\r\n\r\nNOOP\r\n", &["250", "250"][..], Some(&b".\r\n\r\n"[..])),
        ("BDAT 3\r\nabcBDAT 2\r\ndeBDAT 0 LAST\r\n", &["250", "250", "250"], Some(b"abcde")),
        ("BDAT 3\r\nabcRSET\r\nBDAT 3 LAST\r\nabcNOOP\r\n", &["250", "250", "503", "250"], None),
        ("BDAT 3\r\nabcDATA\r\nBDAT 0 LAST\r\n", &["250", "503", "250"], Some(b"abc")),
        ("BDAT 3\r\nabcMAIL FROM:<a@b.c>\r\n", &["250", "503"], None),
        ("RSET\r\nBDAT 6\r\nQUIT\r\nBDAT 4 LAST\r\nQUITNOOP\r\n", &["250", "503", "503", "250"], None),
        ("BDAT 99999999999999999999999 LAST\r\nNOOP\r\n", &["552"], None),
        ("BDAT -1\r\nBDAT x LAST\r\nBDAT 1 FIRST\r\n", &["501", "501", "501"], None),
    ] {
        for size in [1, 3, 1000] {
            let whole = format!("{begin}{text}");
            let chunks: Vec<&[u8]> = whole.as_bytes().chunks(size).collect();
            let (said, mails, _) = talk(&mut Session::new(true), &chunks);
            assert_eq!(codes(&said)[3..], *expected, "{text}");
            assert_eq!(mails.first().map(|mail| mail.message.as_slice()), message, "{text}");
        }
    }
}

#[test]
fn chunks_that_are_too_much_are_read_and_dropped() {
    let mut session = Session::new(true);
    talk(&mut session, &[b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\n"]);
    let (half, whole) = (vec![b'\n'; MAX_SIZE / 2 + 1], format!("BDAT {}\r\n", MAX_SIZE / 2 + 1));
    let (said, mails, _) =
        talk(&mut session, &[whole.as_bytes(), &half, whole.as_bytes(), &half, b"NOOP\r\n"]);
    assert_eq!((codes(&said), mails.len()), (vec!["250", "552", "250"], 0));
}

#[test]
fn recipients_are_taken_or_not_one_by_one() {
    let text =
        b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.later>\r\nRCPT TO:<a@b.c>\r\nRCPT TO:<a@b.never>\r\n\
                 DATA\r\n.\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.later>\r\nDATA\r\n";
    let (said, mails, _) = talk(&mut Session::new(true), &[text]);
    assert_eq!(codes(&said), ["250", "250", "451", "250", "550", "354", "250", "250", "451", "503"]);
    assert_eq!(mails[0].recipients, ["a@b.c"]);
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
        b"BDAT 3\r\n",
        b"RCPT TO:<d@e.later>\r\n",
        b"AUTH LOGIN\r\n",
        b"AUTH PLAIN AGFkYQBzZWNyZXQ=\r\n",
        b"YWRh\r\n",
        b"*\r\n",
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
        let (said, mails, over) = talk(&mut Session::new(true), &chunks);
        for line in said.split_inclusive("\r\n") {
            let line = line.as_bytes();
            prop_assert!(line.ends_with(b"\r\n") && line.len() > 6);
            prop_assert!(line[..3].iter().all(u8::is_ascii_digit) && matches!(line[3], b' ' | b'-'));
            prop_assert!(line[..line.len() - 2].iter().all(|c| (b' '..=b'~').contains(c)));
        }
        prop_assert!(mails.iter().all(|mail| !mail.recipients.is_empty()));
        let whole = talk(&mut Session::new(true), &[&bytes]);
        prop_assert_eq!((said, mails, over), whole, "chunks of {}", cut);
    }
}
