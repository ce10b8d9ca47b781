//! One report, read as a packet (CTAP 2.1, 11.2.4). Every 64 bytes are some packet, so reading cannot fail.

use super::{
    Report,
    message::{Command, INIT_BIT},
};

/// A packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Begins a message.
    Init {
        /// Channel.
        cid: u32,
        /// Command.
        command: Command,
        /// Length of the whole payload, as claimed.
        length: usize,
        /// The first 57 bytes of payload, filled up with whatever.
        data: &'a [u8],
    },
    /// Continues a message.
    Cont {
        /// Channel.
        cid: u32,
        /// 0 for the first continuation packet, at most 127.
        seq: u8,
        /// The next 59 bytes of payload, filled up with whatever.
        data: &'a [u8],
    },
}

impl<'a> Packet<'a> {
    /// Reads a report.
    pub fn read(report: &'a Report) -> Self {
        let cid = u32::from_be_bytes([report[0], report[1], report[2], report[3]]);
        if report[4] & INIT_BIT == 0 {
            return Self::Cont { cid, seq: report[4], data: &report[5..] };
        }
        let length = usize::from(u16::from_be_bytes([report[5], report[6]]));
        Self::Init { cid, command: Command::from_byte(report[4]), length, data: &report[7..] }
    }
}
