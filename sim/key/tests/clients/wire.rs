//! Packets and messages, written from CTAP 2.1, 11.2.4 and 11.2.9, and not with the key's own code.

pub type Report = [u8; 64];

pub const BROADCAST: u32 = 0xFFFF_FFFF;
pub const LONGEST: usize = 7609;

pub const PING: u8 = 0x81;
pub const MSG: u8 = 0x83;
pub const LOCK: u8 = 0x84;
pub const INIT: u8 = 0x86;
pub const WINK: u8 = 0x88;
pub const CBOR: u8 = 0x90;
pub const CANCEL: u8 = 0x91;
pub const KEEPALIVE: u8 = 0xBB;
pub const ERROR: u8 = 0xBF;

pub const INVALID_COMMAND: u8 = 0x01;
pub const INVALID_PARAMETER: u8 = 0x02;
pub const INVALID_LENGTH: u8 = 0x03;
pub const INVALID_SEQUENCE: u8 = 0x04;
pub const TIMEOUT: u8 = 0x05;
pub const BUSY: u8 = 0x06;
pub const INVALID_CHANNEL: u8 = 0x0B;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub cid: u32,
    pub command: u8,
    pub payload: Vec<u8>,
}

/// The first packet of a message that claims to be `length` bytes long.
pub fn first(cid: u32, command: u8, length: usize, data: &[u8]) -> Report {
    let mut report = [0; 64];
    report[..4].copy_from_slice(&cid.to_be_bytes());
    report[4] = command;
    report[5..7].copy_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
    report[7..7 + data.len()].copy_from_slice(data);
    report
}

/// A continuation packet.
pub fn next(cid: u32, seq: u8, data: &[u8]) -> Report {
    let mut report = [0; 64];
    report[..4].copy_from_slice(&cid.to_be_bytes());
    report[4] = seq;
    report[5..5 + data.len()].copy_from_slice(data);
    report
}

/// A message in packets.
pub fn packets(cid: u32, command: u8, payload: &[u8]) -> Vec<Report> {
    let (start, rest) = payload.split_at(payload.len().min(57));
    let mut packets = vec![first(cid, command, payload.len(), start)];
    packets.extend((0..).zip(rest.chunks(59)).map(|(seq, chunk)| next(cid, seq, chunk)));
    packets
}

pub fn cid(report: &Report) -> u32 {
    u32::from_be_bytes([report[0], report[1], report[2], report[3]])
}

/// Puts what the key sends together, and fails if the packets of two messages are mixed.
#[derive(Debug, Default)]
pub struct Joiner {
    partial: Option<(Message, usize, u8)>,
}

impl Joiner {
    /// Takes the key's next report; `Some` when a message is complete.
    pub fn push(&mut self, report: &Report) -> Option<Message> {
        let (mut message, length, seq) = match self.partial.take() {
            None => {
                assert!(report[4] & 0x80 != 0, "a continuation of nothing: {report:02x?}");
                let length = usize::from(u16::from_be_bytes([report[5], report[6]]));
                let payload = report[7..7 + length.min(57)].to_vec();
                (Message { cid: cid(report), command: report[4], payload }, length, 0)
            }
            Some((mut message, length, seq)) => {
                assert_eq!((cid(report), report[4]), (message.cid, seq), "mixed into {message:02x?}");
                let missing = length - message.payload.len();
                message.payload.extend_from_slice(&report[5..5 + missing.min(59)]);
                (message, length, seq + 1)
            }
        };
        if message.payload.len() == length {
            message.payload.shrink_to_fit();
            return Some(message);
        }
        self.partial = Some((message, length, seq));
        None
    }

    /// A client resynchronised this channel: the rest of what was being sent there does not come any more.
    pub fn cut(&mut self, cid: u32) -> bool {
        self.partial.take_if(|(message, ..)| message.cid == cid).is_some()
    }

    /// Nobody listens any more.
    pub fn clear(&mut self) {
        self.partial = None;
    }

    pub fn is_idle(&self) -> bool {
        self.partial.is_none()
    }
}
