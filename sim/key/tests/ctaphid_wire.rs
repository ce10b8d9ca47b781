//! CTAPHID on the wire, one test per rule of the protocol chapter; every report in annotated hex.

use pocketkey_key::hid::{
    Config, Ctaphid, HidEvent, REPORT_SIZE, Report, Status, TransactionId, machine::MAX_REPLY,
};

/// A report from hex (spaces do not matter), filled up with zeros.
fn report(hex: &str) -> Report {
    let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(&digits).expect("hex");
    let mut report = [0; REPORT_SIZE];
    report[..bytes.len()].copy_from_slice(&bytes);
    report
}

/// The hex of the reports that wait, without the zeros at their ends.
fn sent(key: &mut Ctaphid) -> Vec<String> {
    std::iter::from_fn(|| key.poll_transmit())
        .map(|report| {
            let end = report.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            data_encoding::HEXLOWER.encode(&report[..end])
        })
        .collect()
}

fn hex(text: &str) -> String {
    text.split_whitespace().collect()
}

fn say(key: &mut Ctaphid, now: u64, text: &str) -> Vec<String> {
    key.handle_report(now, &report(text));
    sent(key)
}

/// A key with `channels` channels: 1, 2, …
fn key(channels: usize) -> Ctaphid {
    let mut key = Ctaphid::default();
    for _ in 0..channels {
        say(&mut key, 0, "ffffffff 86 0008 0102030405060708");
    }
    key
}

/// The request that waits as an event.
fn requested(key: &mut Ctaphid) -> (TransactionId, Vec<u8>) {
    match key.poll_event() {
        Some(HidEvent::Request { transaction, ctap, .. }) => (transaction, ctap),
        other => panic!("a request was expected, not {other:?}"),
    }
}

//                 channel  cmd len
const GET_INFO: &str = "00000001 90 0001 04"; // CBOR: authenticatorGetInfo
const CANCEL: &str = "00000001 91 0000";

#[test]
fn init_on_broadcast_gives_a_fresh_channel_each_time() {
    let mut key = Ctaphid::default();
    for channel in ["00000001", "00000002"] {
        let answer = say(&mut key, 0, "ffffffff 86 0008 a0a1a2a3a4a5a6a7");
        // on broadcast, 17 bytes: nonce, channel, CTAPHID 2, version 0.1.0, WINK|CBOR
        assert_eq!(answer, [hex(&format!("ffffffff 86 0011 a0a1a2a3a4a5a6a7 {channel} 02 000100 05"))]);
    }
}

#[test]
fn init_is_answered_while_a_request_of_another_channel_runs() {
    let mut key = key(1);
    say(&mut key, 0, GET_INFO);
    let answer = say(&mut key, 1, "ffffffff 86 0008 a0a1a2a3a4a5a6a7");
    assert_eq!(answer, [hex("ffffffff 86 0011 a0a1a2a3a4a5a6a7 00000002 02 000100 05")]);
}

#[test]
fn init_on_a_live_channel_aborts_what_runs_there() {
    let mut key = key(1);
    say(&mut key, 0, GET_INFO);
    let (transaction, _) = requested(&mut key);
    let answer = say(&mut key, 1, "00000001 86 0008 a0a1a2a3a4a5a6a7");
    assert_eq!(answer, [hex("00000001 86 0011 a0a1a2a3a4a5a6a7 00000001 02 000100 05")]);
    assert_eq!(key.poll_event(), Some(HidEvent::Cancelled { transaction }));
    key.respond(transaction, vec![0]);
    assert!(sent(&mut key).is_empty(), "the aborted request gets no reply");
}

#[test]
fn init_on_a_live_channel_forgets_an_unfinished_message() {
    let mut key = key(1);
    assert!(say(&mut key, 0, "00000001 81 0050 aa").is_empty());
    say(&mut key, 1, "00000001 86 0008 a0a1a2a3a4a5a6a7");
    assert!(say(&mut key, 2, "00000001 00 bb").is_empty(), "its continuation is stray now");
    assert_eq!(say(&mut key, 3, "00000001 81 0001 cc"), [hex("00000001 81 0001 cc")]);
}

#[test]
fn init_must_hold_eight_bytes() {
    assert_eq!(say(&mut key(0), 0, "ffffffff 86 0007 01020304050607"), [hex("ffffffff bf 0001 03")]);
}

#[test]
fn channels_that_were_not_given_out_are_refused() {
    let mut key = key(1);
    for channel in ["00000000", "00000002", "ffffffff"] {
        let answer = say(&mut key, 0, &format!("{channel} 81 0001 aa"));
        assert_eq!(answer, [hex(&format!("{channel} bf 0001 0b"))]);
    }
    let answer = say(&mut key, 0, "00000000 86 0008 0102030405060708");
    assert_eq!(answer, [hex("00000000 bf 0001 0b")], "INIT on channel 0");
}

#[test]
fn ping_comes_back_whole() {
    let mut key = key(1);
    let (first, second) = ("11".repeat(57), "22".repeat(3));
    assert!(say(&mut key, 0, &format!("00000001 81 003c {first}")).is_empty());
    let answer = say(&mut key, 1, &format!("00000001 00 {second}"));
    assert_eq!(answer, [hex(&format!("00000001 81 003c {first}")), hex(&format!("00000001 00 {second}"))]);
}

#[test]
fn a_request_is_handed_over_and_its_reply_sent() {
    let mut key = key(1);
    assert!(say(&mut key, 0, GET_INFO).is_empty());
    let (transaction, ctap) = requested(&mut key);
    assert_eq!(ctap, [4]);
    key.respond(transaction, vec![0, 0xA0]);
    assert_eq!(sent(&mut key), [hex("00000001 90 0002 00a0")]);
    assert_eq!(key.poll_timeout(), None, "no keep-alive after the reply");
    key.respond(transaction, vec![0, 0xA0]);
    assert!(sent(&mut key).is_empty(), "a request is answered once");
}

#[test]
fn keepalives_come_every_50_ms_and_at_once_on_a_change() {
    let mut key = key(1);
    say(&mut key, 1000, GET_INFO);
    let (transaction, _) = requested(&mut key);
    assert_eq!(key.poll_timeout(), Some(1050));
    key.handle_timeout(1049);
    assert!(sent(&mut key).is_empty());
    key.handle_timeout(1050);
    assert_eq!(sent(&mut key), [hex("00000001 bb 0001 01")], "processing");
    key.set_status(1060, transaction, Status::UpNeeded);
    assert_eq!(sent(&mut key), [hex("00000001 bb 0001 02")], "user presence needed");
    key.set_status(1061, transaction, Status::UpNeeded);
    assert!(sent(&mut key).is_empty(), "no change, nothing to tell");
    assert_eq!(key.poll_timeout(), Some(1110));
    // Called late, it does not catch up on what was missed.
    key.handle_timeout(2000);
    assert_eq!(sent(&mut key), [hex("00000001 bb 0001 02")]);
    assert_eq!(key.poll_timeout(), Some(2050));
}

#[test]
fn cancel_is_answered_at_once_and_a_second_one_is_not() {
    let mut key = key(1);
    say(&mut key, 0, GET_INFO);
    let (transaction, _) = requested(&mut key);
    assert_eq!(say(&mut key, 1, CANCEL), [hex("00000001 90 0001 2d")], "CTAP2_ERR_KEEPALIVE_CANCEL");
    assert_eq!(key.poll_event(), Some(HidEvent::Cancelled { transaction }));
    assert!(say(&mut key, 2, CANCEL).is_empty());
    assert_eq!(key.poll_event(), None);
    key.respond(transaction, vec![0]);
    assert!(sent(&mut key).is_empty(), "the phone's answer comes too late");
}

#[test]
fn cancel_on_another_channel_changes_nothing() {
    let mut key = key(2);
    say(&mut key, 0, GET_INFO);
    requested(&mut key);
    assert!(say(&mut key, 1, "00000002 91 0000").is_empty());
    assert_eq!(key.poll_event(), None);
}

#[test]
fn others_are_told_busy_while_a_request_runs() {
    let mut key = key(2);
    say(&mut key, 0, GET_INFO);
    let (transaction, _) = requested(&mut key);
    assert_eq!(say(&mut key, 1, "00000002 81 0001 aa"), [hex("00000002 bf 0001 06")]);
    assert_eq!(say(&mut key, 2, GET_INFO), [hex("00000001 bf 0001 06")], "the same channel as well");
    key.respond(transaction, vec![0]);
    assert_eq!(sent(&mut key), [hex("00000001 90 0001")], "the request itself goes on");
    assert_eq!(say(&mut key, 3, "00000002 81 0001 aa"), [hex("00000002 81 0001 aa")]);
}

#[test]
fn a_message_that_comes_in_is_not_disturbed_by_another_channel() {
    let mut key = key(2);
    let (first, second) = ("11".repeat(57), "22");
    assert!(say(&mut key, 0, &format!("00000001 81 003a {first}")).is_empty());
    assert_eq!(say(&mut key, 1, "00000002 81 0001 aa"), [hex("00000002 bf 0001 06")]);
    assert!(say(&mut key, 2, "00000002 00 aa").is_empty());
    assert_eq!(say(&mut key, 3, &format!("00000001 00 {second}")).len(), 2);
}

#[test]
fn a_stray_continuation_is_ignored() {
    let mut key = key(1);
    assert!(say(&mut key, 0, "00000001 00 aabbcc").is_empty());
    assert!(say(&mut key, 0, "00000005 7f aabbcc").is_empty());
}

#[test]
fn a_wrong_sequence_number_ends_the_message() {
    let mut key = key(1);
    say(&mut key, 0, "00000001 81 0080 aa");
    assert_eq!(say(&mut key, 1, "00000001 01 bb"), [hex("00000001 bf 0001 04")]);
    assert!(say(&mut key, 2, "00000001 00 bb").is_empty());
}

#[test]
fn a_message_begun_within_a_message_ends_both() {
    let mut key = key(1);
    say(&mut key, 0, "00000001 81 0080 aa");
    assert_eq!(say(&mut key, 1, "00000001 81 0001 bb"), [hex("00000001 bf 0001 04")]);
    assert_eq!(say(&mut key, 2, "00000001 81 0001 cc"), [hex("00000001 81 0001 cc")]);
}

#[test]
fn an_unfinished_message_times_out() {
    let mut key = Ctaphid::new(Config { packet_timeout_ms: 500, ..Config::default() });
    say(&mut key, 0, "ffffffff 86 0008 0102030405060708");
    say(&mut key, 100, &format!("00000001 81 0100 {}", "11".repeat(57)));
    say(&mut key, 500, &format!("00000001 00 {}", "22".repeat(59)));
    assert_eq!(key.poll_timeout(), Some(1000), "counted from the last packet");
    key.handle_timeout(1000);
    assert_eq!(sent(&mut key), [hex("00000001 bf 0001 05")]);
    assert_eq!(key.poll_timeout(), None);
}

#[test]
fn a_message_longer_than_any_is_refused() {
    // 7609 bytes are the most; 7610 = 1dba
    assert_eq!(say(&mut key(1), 0, "00000001 81 1dba aa"), [hex("00000001 bf 0001 03")]);
}

#[test]
fn lengths_that_do_not_fit_the_command_are_refused() {
    let mut key = key(1);
    assert_eq!(say(&mut key, 0, "00000001 90 0000"), [hex("00000001 bf 0001 03")], "CBOR without a command");
    assert_eq!(say(&mut key, 0, "00000001 83 0000"), [hex("00000001 bf 0001 03")], "U2F without an APDU");
    assert_eq!(say(&mut key, 0, "00000001 88 0001 aa"), [hex("00000001 bf 0001 03")], "WINK with a payload");
    assert_eq!(say(&mut key, 0, "00000001 84 0000"), [hex("00000001 bf 0001 03")], "LOCK without seconds");
}

#[test]
fn unknown_commands_are_refused() {
    let mut key = key(1);
    for command in ["bb", "bf", "c0", "ff"] {
        let answer = say(&mut key, 0, &format!("00000001 {command} 0001 aa"));
        assert_eq!(answer, [hex("00000001 bf 0001 01")], "command {command}");
    }
}

#[test]
fn u2f_goes_through_without_keepalives_and_knows_no_cancel() {
    let mut key = key(1);
    assert!(say(&mut key, 0, "00000001 83 0004 00030000").is_empty());
    let (transaction, apdu) = requested(&mut key);
    assert_eq!(apdu, [0, 3, 0, 0]);
    assert_eq!(key.poll_timeout(), None, "nothing is due");
    key.set_status(0, transaction, Status::UpNeeded);
    assert!(sent(&mut key).is_empty());
    assert!(say(&mut key, 1, CANCEL).is_empty());
    assert_eq!(key.poll_event(), None);
    key.respond(transaction, vec![0x90, 0x00]);
    assert_eq!(sent(&mut key), [hex("00000001 83 0002 90")]);
    say(&mut key, 2, "00000001 83 0004 00030000");
    let (transaction, _) = requested(&mut key);
    key.respond(transaction, vec![0; MAX_REPLY + 1]);
    assert_eq!(sent(&mut key), [hex("00000001 83 0002 6f")], "a reply that no client reads");
}

#[test]
fn wink_is_shown_and_acknowledged() {
    let mut key = key(1);
    key.handle_report(0, &report("00000001 88 0000"));
    assert_eq!(key.poll_event(), Some(HidEvent::Wink));
    assert_eq!(sent(&mut key), [hex("00000001 88")]);
}

#[test]
fn a_lock_keeps_others_away_until_it_ends() {
    let mut key = key(2);
    assert_eq!(say(&mut key, 0, "00000001 84 0001 0b"), [hex("00000001 bf 0001 02")], "11 s are too long");
    assert_eq!(say(&mut key, 0, "00000001 84 0001 02"), [hex("00000001 84")]);
    assert_eq!(say(&mut key, 1999, "00000002 81 0001 aa"), [hex("00000002 bf 0001 06")]);
    assert_eq!(say(&mut key, 1999, "00000001 81 0001 aa"), [hex("00000001 81 0001 aa")]);
    assert_eq!(say(&mut key, 2000, "00000002 81 0001 aa"), [hex("00000002 81 0001 aa")], "over by itself");
    say(&mut key, 3000, "00000001 84 0001 0a");
    say(&mut key, 3001, "00000001 84 0001 00");
    assert_eq!(say(&mut key, 3002, "00000002 81 0001 aa"), [hex("00000002 81 0001 aa")], "released");
}

#[test]
fn a_client_that_goes_away_gives_up_its_request() {
    let mut key = key(2);
    say(&mut key, 0, "00000001 84 0001 0a"); // LOCK
    say(&mut key, 0, GET_INFO);
    let (transaction, _) = requested(&mut key);
    key.handle_timeout(50);
    key.handle_gone();
    assert_eq!(key.poll_event(), Some(HidEvent::Cancelled { transaction }));
    assert!(sent(&mut key).is_empty());
    assert_eq!(key.poll_timeout(), None);
    assert_eq!(say(&mut key, 51, "00000002 81 0001 aa"), [hex("00000002 81 0001 aa")], "not even locked");
}

#[test]
fn replies_a_client_could_not_read_become_an_error() {
    for reply in [vec![], vec![0; 2049]] {
        let mut key = key(1);
        say(&mut key, 0, GET_INFO);
        let (transaction, _) = requested(&mut key);
        key.respond(transaction, reply);
        assert_eq!(sent(&mut key), [hex("00000001 90 0001 7f")], "CTAP1_ERR_OTHER");
    }
    let mut key = key(1);
    say(&mut key, 0, GET_INFO);
    let (transaction, _) = requested(&mut key);
    key.respond(transaction, vec![0xEE; 2048]);
    assert_eq!(sent(&mut key).len(), 1 + (2048usize - 57).div_ceil(59));
}
