//! Messages: a command with its payload on a channel, and how it is cut into reports (CTAP 2.1, 11.2.4 and 11.2.9).

use super::{REPORT_SIZE, Report};

/// Payload bytes in an initialization packet: channel (4), command (1) and length (2) take the rest.
pub(super) const FIRST: usize = REPORT_SIZE - 7;

/// Payload bytes in a continuation packet: channel (4) and sequence number (1) take the rest.
pub(super) const NEXT: usize = REPORT_SIZE - 5;

/// The longest payload: one initialization packet and 128 continuation packets.
pub const MAX_PAYLOAD: usize = FIRST + 128 * NEXT;

/// Marks an initialization packet, in the command byte.
pub(super) const INIT_BIT: u8 = 0x80;

/// A command, without the bit that marks an initialization packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Echo.
    Ping,
    /// CTAP1/U2F.
    Msg,
    /// Keep others away for some seconds.
    Lock,
    /// Allocate or resynchronise a channel.
    Init,
    /// Let the person see which key this is.
    Wink,
    /// CTAP2.
    Cbor,
    /// End the running transaction.
    Cancel,
    /// Key → client: still working.
    Keepalive,
    /// Key → client: see [`HidError`].
    Error,
    /// Anything else.
    Other(u8),
}

impl Command {
    /// The command of a byte (its highest bit does not matter).
    pub fn from_byte(byte: u8) -> Self {
        match byte & !INIT_BIT {
            0x01 => Self::Ping,
            0x03 => Self::Msg,
            0x04 => Self::Lock,
            0x06 => Self::Init,
            0x08 => Self::Wink,
            0x10 => Self::Cbor,
            0x11 => Self::Cancel,
            0x3B => Self::Keepalive,
            0x3F => Self::Error,
            other => Self::Other(other),
        }
    }

    /// The command's byte, without the initialization bit.
    pub fn byte(self) -> u8 {
        match self {
            Self::Ping => 0x01,
            Self::Msg => 0x03,
            Self::Lock => 0x04,
            Self::Init => 0x06,
            Self::Wink => 0x08,
            Self::Cbor => 0x10,
            Self::Cancel => 0x11,
            Self::Keepalive => 0x3B,
            Self::Error => 0x3F,
            Self::Other(byte) => byte & !INIT_BIT,
        }
    }
}

/// Why a message was not taken (CTAP 2.1, 11.2.9.1.6). Clients read more into them than they say: Chromium takes
/// `0x01`–`0x03` as "this message was wrong" and drops the device at any other but `ChannelBusy`, which it repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[repr(u8)]
pub enum HidError {
    /// Unknown command.
    #[error("unknown command")]
    InvalidCommand = 0x01,
    /// A parameter out of range.
    #[error("parameter out of range")]
    InvalidParameter = 0x02,
    /// A length that does not fit the command.
    #[error("wrong length")]
    InvalidLength = 0x03,
    /// A packet out of sequence.
    #[error("packet out of sequence")]
    InvalidSequence = 0x04,
    /// The rest of a message did not come.
    #[error("message not finished in time")]
    Timeout = 0x05,
    /// Another transaction runs, or another channel holds the lock.
    #[error("busy")]
    ChannelBusy = 0x06,
    /// Not a channel of this key.
    #[error("unknown channel")]
    InvalidChannel = 0x0B,
}

/// A whole message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Channel.
    pub cid: u32,
    /// Command.
    pub command: Command,
    /// Payload, at most [`MAX_PAYLOAD`] bytes.
    pub payload: Vec<u8>,
}

impl Message {
    /// An error message.
    pub fn error(cid: u32, error: HidError) -> Self {
        Self { cid, command: Command::Error, payload: vec![error as u8] }
    }

    /// The message cut into reports; `None` if the payload is longer than [`MAX_PAYLOAD`].
    pub fn reports(&self) -> Option<Vec<Report>> {
        if self.payload.len() > MAX_PAYLOAD {
            return None;
        }
        let length = u16::try_from(self.payload.len()).ok()?.to_be_bytes();
        let (first, rest) = self.payload.split_at(self.payload.len().min(FIRST));
        let mut reports = Vec::with_capacity(1 + rest.len().div_ceil(NEXT));
        reports.push(report(self.cid, &[self.command.byte() | INIT_BIT, length[0], length[1]], first));
        reports.extend((0u8..).zip(rest.chunks(NEXT)).map(|(seq, chunk)| report(self.cid, &[seq], chunk)));
        Some(reports)
    }
}

/// A report: channel, header, payload, zeros.
fn report(cid: u32, header: &[u8], payload: &[u8]) -> Report {
    let mut report = [0; REPORT_SIZE];
    let start = 4 + header.len();
    report[..4].copy_from_slice(&cid.to_be_bytes());
    report[4..start].copy_from_slice(header);
    report[start..start + payload.len()].copy_from_slice(payload);
    report
}
