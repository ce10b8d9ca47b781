//! Reports, waits and replies in any order: CTAPHID never panics, never mixes messages, has one request at a time.
//!
//! Input: steps of a byte that says which; a report is followed by up to 64 bytes, a wait by two, a reply by one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_key::hid::{Ctaphid, HidEvent, Report, packet::Packet};

fn take<'a>(input: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(most.min(input.len()));
    *input = rest;
    taken
}

/// What is missing of the message on its way out.
#[derive(Default)]
struct Outgoing {
    cid: u32,
    missing: usize,
    seq: u8,
}

impl Outgoing {
    fn take(&mut self, report: &Report) {
        match Packet::read(report) {
            Packet::Init { cid, length, data, .. } => {
                assert_eq!(self.missing, 0, "a message begins within another");
                *self = Self { cid, missing: length.saturating_sub(data.len()), seq: 0 };
            }
            Packet::Cont { cid, seq, data } => {
                assert!(self.missing > 0 && (cid, seq) == (self.cid, self.seq), "a packet out of place");
                self.missing = self.missing.saturating_sub(data.len());
                self.seq += 1;
            }
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let (mut input, mut key, mut now, mut running) = (input, Ctaphid::default(), 0, None);
    let mut outgoing = Outgoing::default();
    while let [step, ..] = *take(&mut input, 1) {
        match step % 8 {
            0..=4 => {
                let bytes = take(&mut input, 64);
                let mut report: Report = [0; 64];
                report[..bytes.len()].copy_from_slice(bytes);
                key.handle_report(now, &report);
            }
            5 => {
                now += take(&mut input, 2).iter().fold(0, |wait, byte| wait << 8 | u64::from(*byte));
                key.handle_timeout(now);
                assert!(key.poll_timeout().is_none_or(|at| at > now), "what is due was done");
            }
            6 => {
                let length = take(&mut input, 1).first().map_or(0, |byte| usize::from(*byte) * 10);
                if let Some(transaction) = running.take() {
                    key.respond(transaction, vec![0; length]);
                }
            }
            _ => key.handle_gone(),
        }
        while let Some(event) = key.poll_event() {
            match event {
                HidEvent::Request { transaction, ctap, .. } => {
                    assert!(!ctap.is_empty());
                    assert!(running.replace(transaction).is_none(), "one request at a time");
                }
                HidEvent::Cancelled { transaction } => assert_eq!(running.take(), Some(transaction)),
                HidEvent::Wink => {}
            }
        }
        while let Some(report) = key.poll_transmit() {
            outgoing.take(&report);
        }
        assert_eq!(outgoing.missing, 0, "messages leave whole");
    }
});
