//! CTAPHID under anything a client may send.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the failure we want to see")]

use pocketkey_key::hid::{
    BROADCAST, Command, Ctaphid, HidEvent, Message, REPORT_SIZE, Report,
    assembly::{Assembly, Progress},
    message::MAX_PAYLOAD,
    packet::Packet,
};
use proptest::prelude::*;

/// Puts reports together; `None` if they are not exactly one message.
fn assemble(reports: &[Report]) -> Option<Message> {
    let (first, rest) = reports.split_first()?;
    let Packet::Init { cid, command, length, data } = Packet::read(first) else { return None };
    let mut progress = Assembly::begin(cid, command, length, data).ok()?;
    for report in rest {
        let (Progress::Partial(assembly), Packet::Cont { cid: same, seq, data }) =
            (progress, Packet::read(report))
        else {
            return None;
        };
        (same == cid).then_some(())?;
        progress = assembly.proceed(seq, data).ok()?;
    }
    match progress {
        Progress::Complete(message) => Some(message),
        Progress::Partial(_) => None,
    }
}

fn drain(key: &mut Ctaphid) -> Vec<Report> {
    std::iter::from_fn(|| key.poll_transmit()).collect()
}

/// Splits a stream of reports into messages; fails if two are mixed or one is cut off.
fn messages(reports: &[Report]) -> Vec<Message> {
    let starts: Vec<usize> = (0..reports.len()).filter(|at| reports[*at][4] & 0x80 != 0).collect();
    assert!(reports.is_empty() || starts.first() == Some(&0), "begins with a continuation");
    let ends = starts.iter().skip(1).copied().chain([reports.len()]);
    starts.iter().zip(ends).map(|(start, end)| assemble(&reports[*start..end]).expect("whole")).collect()
}

/// Reports that reach deep: real commands on few channels, small lengths, low sequence numbers, and plain noise.
fn any_report() -> impl Strategy<Value = Report> {
    let cid = prop_oneof![Just(0u32), 1u32..5, Just(BROADCAST), any::<u32>()];
    let kind = prop_oneof![
        prop::sample::select(vec![0x81u8, 0x83, 0x84, 0x86, 0x88, 0x90, 0x91, 0xBB, 0xBF]),
        0u8..4,
        any::<u8>(),
    ];
    let length = prop_oneof![Just(0u16), Just(1), Just(8), 0u16..300, any::<u16>()];
    (cid, kind, length, any::<[u8; 32]>()).prop_map(|(cid, kind, length, noise)| {
        let mut report: Report = [0; REPORT_SIZE];
        report[32..].copy_from_slice(&noise);
        report[7..32].copy_from_slice(&noise[..25]);
        report[..4].copy_from_slice(&cid.to_be_bytes());
        report[4] = kind;
        report[5..7].copy_from_slice(&length.to_be_bytes());
        report
    })
}

#[derive(Debug, Clone)]
enum Step {
    Report(Report),
    Wait(u64),
    Gone,
    /// Answer the transaction that runs.
    Respond(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => any_report().prop_map(Step::Report),
        2 => (0u64..5000).prop_map(Step::Wait),
        1 => Just(Step::Gone),
        1 => (0usize..3000).prop_map(Step::Respond),
    ]
}

proptest! {
    #[test]
    fn every_message_survives_its_reports(
        cid: u32,
        command in 0u8..0x80,
        payload in prop::collection::vec(any::<u8>(), 0..=MAX_PAYLOAD),
    ) {
        let message = Message { cid, command: Command::from_byte(command), payload };
        prop_assert_eq!(assemble(&message.reports().unwrap()), Some(message));
    }

    #[test]
    fn echoes_of_any_length_come_back(payload in prop::collection::vec(any::<u8>(), 0..=MAX_PAYLOAD)) {
        let mut key = Ctaphid::default();
        key.handle_report(0, &init());
        drain(&mut key);
        let ping = Message { cid: 1, command: Command::Ping, payload };
        for report in ping.reports().unwrap() {
            key.handle_report(0, &report);
        }
        prop_assert_eq!(assemble(&drain(&mut key)), Some(ping));
    }

    /// Whatever comes: no panic, only whole messages leave, one request at a time, every event is true.
    #[test]
    fn any_reports_leave_the_key_sound(steps in prop::collection::vec(any_step(), 0..200)) {
        let mut key = Ctaphid::default();
        let (mut now, mut running, mut out) = (0, None, Vec::new());
        for step in steps {
            match step {
                Step::Report(report) => key.handle_report(now, &report),
                Step::Wait(ms) => {
                    now += ms;
                    key.handle_timeout(now);
                    prop_assert!(key.poll_timeout().is_none_or(|at| at > now), "what is due was done");
                }
                Step::Gone => key.handle_gone(),
                Step::Respond(length) => {
                    if let Some(transaction) = running.take() {
                        key.respond(transaction, vec![0; length]);
                    }
                }
            }
            while let Some(event) = key.poll_event() {
                match event {
                    HidEvent::Request { transaction, ctap, .. } => {
                        prop_assert!(running.replace(transaction).is_none(), "one request at a time");
                        prop_assert!(!ctap.is_empty());
                    }
                    HidEvent::Cancelled { transaction } => prop_assert_eq!(running.take(), Some(transaction)),
                    HidEvent::Wink => {}
                }
            }
            out.extend(drain(&mut key));
        }
        for message in messages(&out) {
            prop_assert!(message.command != Command::Cbor || (1..=2048).contains(&message.payload.len()));
        }
    }

    /// Several clients echo at once, their packets mixed by chance: each ends with its echo or with BUSY, and a client
    /// that repeats when told BUSY always gets its echo.
    #[test]
    fn clients_that_repeat_when_busy_all_succeed(
        lengths in prop::collection::vec(0usize..400, 1..5),
        choices in prop::collection::vec(any::<prop::sample::Index>(), 400),
    ) {
        let mut key = Ctaphid::default();
        let mut clients: Vec<Client> = Vec::new();
        for (number, length) in (1u8..).zip(&lengths) {
            key.handle_report(0, &init());
            drain(&mut key);
            let ping = Message { cid: number.into(), command: Command::Ping, payload: vec![number; *length] };
            let packets = ping.reports().unwrap();
            clients.push(Client { ping, packets, next: 0, done: false });
        }
        // First by chance, then in turn, so that everybody comes to an end.
        let turns = choices.iter().map(|choice| choice.index(lengths.len())).chain((0..lengths.len()).flat_map(|c| vec![c; 10]));
        for turn in turns {
            if let Some(report) = clients[turn].next_packet() {
                key.handle_report(0, &report);
            }
            for message in messages(&drain(&mut key)) {
                let client = clients.iter_mut().find(|client| client.ping.cid == message.cid).unwrap();
                match message.command {
                    Command::Error => {
                        prop_assert_eq!(message.payload, vec![6u8]);
                        client.next = 0;
                    }
                    _ => {
                        prop_assert_eq!(&message, &client.ping);
                        client.done = true;
                    }
                }
            }
        }
        prop_assert!(clients.iter().all(|client| client.done));
    }
}

struct Client {
    ping: Message,
    packets: Vec<Report>,
    next: usize,
    done: bool,
}

impl Client {
    fn next_packet(&mut self) -> Option<Report> {
        let packet = self.packets.get(self.next).filter(|_| !self.done).copied();
        self.next += 1;
        packet
    }
}

fn init() -> Report {
    Message { cid: BROADCAST, command: Command::Init, payload: vec![7; 8] }.reports().unwrap()[0]
}
