//! The WebSocket layer against the RFC's examples, itself in other portions, and tungstenite.

use std::io::{self, Cursor, Read, Write};

use pocketkey_link::frame::Frame;
use pocketkey_link::frame::MAX_FRAME;
use proptest::prelude::*;
use tungstenite::{
    Error, WebSocket,
    error::ProtocolError,
    protocol::{Role, WebSocketConfig},
};

use super::wire::{self, Message, NORMAL, Reader, Violation};

/// A message without the buffer it was read from; fragments do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Got {
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close,
}

/// Everything up to the first violation or the end of `bytes`, which come in portions of `portion` bytes.
fn ours(bytes: &[u8], portion: usize) -> (Vec<Got>, Option<Violation>) {
    let (mut reader, mut read) = (Reader::default(), Vec::new());
    for portion in bytes.chunks(portion.max(1)) {
        reader.space().extend_from_slice(portion);
        loop {
            read.push(match reader.read() {
                Ok(Some(Message::Binary(bytes))) => Got::Binary(bytes.to_vec()),
                Ok(Some(Message::Ping(bytes))) => Got::Ping(bytes.to_vec()),
                Ok(Some(Message::Pong)) => Got::Pong,
                Ok(Some(Message::Close)) => {
                    read.push(Got::Close);
                    return (read, None);
                }
                Ok(Some(Message::Fragment)) => continue,
                Ok(None) => break,
                Err(violation) => return (read, Some(violation)),
            });
        }
    }
    (read, None)
}

/// A client's frame.
fn frame(first: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ ..126 => frame.push(0x80 | u8::try_from(length).unwrap()),
        length @ ..65_536 => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend(u64::try_from(length).unwrap().to_be_bytes());
        }
    }
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// What a client reads of what we wrote.
pub fn frames(bytes: &[u8]) -> Vec<Frame> {
    let mut client = WebSocket::from_raw_socket(Client(Cursor::new(bytes)), Role::Client, None);
    let messages = std::iter::from_fn(|| client.read().ok());
    messages.map(|message| Frame::decode(&message.into_data()).unwrap()).collect()
}

#[test]
fn the_examples_of_section_5_7() {
    // "Hello", masked; here as a binary message and as a ping.
    let mut hello = vec![0x82, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    assert_eq!(ours(&hello, 99).0, [Got::Binary(b"Hello".into())]);
    hello[0] = 0x89;
    assert_eq!(ours(&hello, 1).0, [Got::Ping(b"Hello".into())]);
    hello[0] = 0x81;
    assert_eq!(ours(&hello, 99), (vec![], Some(Violation::Text)));
    let mut out = Vec::new();
    wire::put_pong(&mut out, b"Hello");
    assert_eq!(out, [0x8a, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
    out.clear();
    wire::put_header(&mut out, 0x2, 256);
    assert_eq!(out, [0x82, 0x7e, 0x01, 0x00]);
    out.clear();
    wire::put_header(&mut out, 0x2, 65_536);
    assert_eq!(out, [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]);
    out.clear();
    wire::put_close(&mut out, NORMAL);
    assert_eq!(out, [0x88, 0x02, 0x03, 0xe8]);
}

#[test]
fn what_no_client_may_send() {
    let mask = [1, 2, 3, 4];
    let whole = |first, payload: &[u8]| frame(first, payload, mask);
    let violation = |bytes: &[u8]| ours(bytes, 99).1;
    assert_eq!(violation(&[0x82, 0x01, 0xff]), Some(Violation::Protocol), "not masked");
    for reserved in [0x40, 0x20, 0x10] {
        assert_eq!(violation(&whole(0x82 | reserved, b"")), Some(Violation::Protocol), "compressed, say");
    }
    for opcode in [0x3, 0x7, 0xb, 0xf] {
        assert_eq!(violation(&whole(0x80 | opcode, b"")), Some(Violation::Protocol));
    }
    assert_eq!(violation(&whole(0x09, b"")), Some(Violation::Protocol), "a ping in fragments");
    assert_eq!(violation(&whole(0x89, &[0; 126])), Some(Violation::Protocol), "a long ping");
    assert_eq!(violation(&whole(0x80, b"")), Some(Violation::Protocol), "the end of nothing");
    let twice = [whole(0x02, b"a"), whole(0x82, b"b")].concat();
    assert_eq!(violation(&twice), Some(Violation::Protocol), "a message inside another");
    // No byte of the payload has to come.
    assert_eq!(violation(&[0x82, 0xfe, 0x40, 0x01]), Some(Violation::TooLong));
    assert_eq!(violation(&[0x82, 0xff, 0xff, 255, 255, 255, 255, 255, 255, 255]), Some(Violation::TooLong));
    let halves = [whole(0x02, &vec![0; MAX_FRAME]), whole(0x80, b"b")].concat();
    assert_eq!(violation(&halves), Some(Violation::TooLong));
    assert_eq!(ours(&whole(0x82, &vec![7; MAX_FRAME]), 1000).0, [Got::Binary(vec![7; MAX_FRAME])]);
}

#[test]
fn nothing_is_held_between_messages() {
    let mut reader = Reader::default();
    for first in [0x82, 0x89, 0x02, 0x80] {
        reader.space().extend(frame(first, &[7; 5000][..if first == 0x89 { 9 } else { 5000 }], [9; 4]));
        assert!(reader.read().unwrap().is_some());
        assert_eq!(reader.read(), Ok(None));
    }
    assert_eq!(reader.space().capacity(), 0);
}

/// What tungstenite makes of the same bytes; `true` if it found a fault, `false` if it wanted more.
fn theirs(bytes: &[u8]) -> (Vec<Got>, bool) {
    let config = WebSocketConfig::default().max_frame_size(Some(MAX_FRAME)).max_message_size(Some(MAX_FRAME));
    let mut socket = WebSocket::from_raw_socket(Client(Cursor::new(bytes)), Role::Server, Some(config));
    let mut read = Vec::new();
    loop {
        read.push(match socket.read() {
            Ok(tungstenite::Message::Binary(bytes)) => Got::Binary(bytes.to_vec()),
            Ok(tungstenite::Message::Ping(bytes)) => Got::Ping(bytes.to_vec()),
            Ok(tungstenite::Message::Pong(_)) => Got::Pong,
            Ok(tungstenite::Message::Close(_)) => {
                read.push(Got::Close);
                return (read, false);
            }
            Ok(_) => return (read, true),
            Err(Error::Io(_) | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
                return (read, false);
            }
            Err(_) => return (read, true),
        });
    }
}

/// Reads what the client sent and forgets what it is told.
struct Client<'a>(Cursor<&'a [u8]>);

impl Read for Client<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Client<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Messages as clients send them, whole and in fragments with pings between, now and then not quite.
fn conversation() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => Just(0x82u8), 4 => Just(0x02), 4 => Just(0x00), 6 => Just(0x80), 2 => Just(0x89), 2 => Just(0x8a),
        1 => Just(0x81), 1 => Just(0x88), 1 => any::<u8>(),
    ];
    let length = prop_oneof![8 => 0usize..140, 2 => 0usize..5000, 1 => MAX_FRAME - 2..MAX_FRAME + 3];
    let one = (first, length, any::<[u8; 4]>(), any::<u8>()).prop_map(|(first, length, mask, fill)| {
        // Only a valid closing status, or none, is a matter of taste for none of the two.
        let length = if first & 0x0f == 0x8 { 0 } else { length };
        frame(first, &vec![fill; length], mask)
    });
    proptest::collection::vec(one, 0..12).prop_map(|frames| frames.concat())
}

proptest! {
    #[test]
    fn tungstenite_reads_the_same(bytes in conversation()) {
        let ((ours, violation), (theirs, fault)) = (ours(&bytes, usize::MAX), theirs(&bytes));
        // A text ends ours at once. A fault that the first two bytes show is seen before the rest has come.
        if violation == Some(Violation::Text) {
            prop_assert!(theirs.starts_with(&ours));
        } else {
            prop_assert_eq!(&ours, &theirs);
        }
        prop_assert!(violation.is_some() || !fault, "{:?}", ours);
    }

    #[test]
    fn damaged_bytes_mean_the_same_in_any_portions(
        mut bytes in conversation(), at: prop::sample::Index, byte: u8, portion in 1usize..50,
    ) {
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert_eq!(ours(&bytes, usize::MAX), ours(&bytes, portion));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(ours(&bytes, usize::MAX), ours(&bytes, 1));
    }

    #[test]
    fn what_we_write_a_client_reads(payload in proptest::collection::vec(any::<u8>(), 0..70_000)) {
        let mut bytes = Vec::new();
        wire::put_ping(&mut bytes);
        let frame = Frame::Certificate { certificate: payload.into() };
        wire::put_frame(&mut bytes, &frame);
        wire::put_close(&mut bytes, NORMAL);
        let mut client = WebSocket::from_raw_socket(Client(Cursor::new(&bytes)), Role::Client, None);
        prop_assert!(client.read().unwrap().is_ping());
        prop_assert_eq!(client.read().unwrap().into_data().to_vec(), frame.encode());
        prop_assert!(client.read().unwrap().is_close());
    }
}
