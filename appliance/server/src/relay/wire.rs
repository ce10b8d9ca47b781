//! The WebSocket protocol as the relay speaks it: what a client's bytes mean, and how a message is written. Sans-IO.
//!
//! [RFC 6455](https://www.rfc-editor.org/rfc/rfc6455), the server's side, without extensions. A reader holds memory only
//! while a message is incomplete: ten thousand devices are idle nearly always.

use pocketkey_link::frame::{Frame, MAX_FRAME};

/// The longest payload of a control frame.
const MAX_CONTROL: usize = 125;

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// A whole message, put together if it came in fragments.
    Binary(&'a [u8]),
    /// A fragment that does not end its message.
    Fragment,
    /// To be answered by a pong with the same payload.
    Ping(&'a [u8]),
    /// An answer to a ping, or an unasked sign of life.
    Pong,
    /// The client is done.
    Close,
}

/// What a client must not send. The connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Section 5.1 and 5.2: no mask, reserved bits or an unknown opcode; section 5.4 and 5.5: fragments out of order, or a
    /// control frame that is one or is too long.
    #[error("not the WebSocket protocol")]
    Protocol,
    /// A text message: the relay speaks binary.
    #[error("a text message")]
    Text,
    /// A message of more than [`MAX_FRAME`] bytes.
    #[error("a message of more than {MAX_FRAME} bytes")]
    TooLong,
}

/// The status of a closing handshake that went well (section 7.4.1).
pub const NORMAL: u16 = 1000;

/// Too much of what is allowed now and then.
pub const POLICY: u16 = 1008;

impl Violation {
    /// The status that tells the client (section 7.4.1).
    pub fn status(self) -> u16 {
        match self {
            Self::Protocol => 1002,
            Self::Text => 1003,
            Self::TooLong => 1009,
        }
    }
}

/// Takes a client's bytes apart.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    /// What of `bytes` has been read.
    at: usize,
    /// The fragments so far of a message that is under way.
    message: Option<Vec<u8>>,
}

/// The header of a frame (section 5.2).
struct Header {
    last: bool,
    opcode: u8,
    mask: [u8; 4],
    /// Where the payload begins and ends.
    payload: std::ops::Range<usize>,
}

impl Reader {
    /// A reader of what was read already.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0, message: None }
    }

    /// Where further bytes are appended. [`Reader::read`] must have given `None` since the last time: then no more than one
    /// incomplete frame is held.
    pub fn space(&mut self) -> &mut Vec<u8> {
        self.bytes.drain(..self.at);
        self.at = 0;
        &mut self.bytes
    }

    /// The next message; `None` until more bytes have come.
    ///
    /// # Errors
    /// [`Violation`]; from then on the reader is of no use.
    pub fn read(&mut self) -> Result<Option<Message<'_>>, Violation> {
        let Some(Header { last, opcode, mask, payload }) = header(&self.bytes, self.at)? else {
            if self.at == self.bytes.len() {
                *self = Self { message: self.message.take(), ..Self::default() };
            }
            return Ok(None);
        };
        let so_far = self.message.as_ref().map_or(0, Vec::len);
        // Too long is too long as soon as the header says so.
        if opcode < 0x8 && so_far + payload.len() > MAX_FRAME {
            return Err(Violation::TooLong);
        }
        if payload.end > self.bytes.len() {
            return Ok(None);
        }
        self.at = payload.end;
        let end = payload.end;
        unmask(&mut self.bytes[payload.clone()], mask);
        match (opcode, last, &mut self.message) {
            (0x2, true, None) => Ok(Some(Message::Binary(&self.bytes[payload]))),
            (0x2, false, message @ None) => {
                *message = Some(self.bytes[payload].to_vec());
                Ok(Some(Message::Fragment))
            }
            (0x0, false, Some(message)) => {
                message.extend_from_slice(&self.bytes[payload]);
                Ok(Some(Message::Fragment))
            }
            (0x0, true, Some(message)) => {
                // The whole message takes the place of its last fragment.
                let mut whole = std::mem::take(message);
                self.message = None;
                whole.extend_from_slice(&self.bytes[payload]);
                self.at = whole.len();
                whole.extend_from_slice(&self.bytes[end..]);
                self.bytes = whole;
                Ok(Some(Message::Binary(&self.bytes[..self.at])))
            }
            (0x8, true, _) => Ok(Some(Message::Close)),
            (0x9, true, _) => Ok(Some(Message::Ping(&self.bytes[payload]))),
            (0xa, true, _) => Ok(Some(Message::Pong)),
            (0x1, _, _) => Err(Violation::Text),
            _ => Err(Violation::Protocol),
        }
    }
}

/// The header at `at`; `None` until all of it has come.
fn header(bytes: &[u8], at: usize) -> Result<Option<Header>, Violation> {
    let Some(&[first, second]) = bytes[at..].first_chunk() else { return Ok(None) };
    let (last, opcode) = (first & 0x80 != 0, first & 0x0f);
    // A control frame is whole and short; what a client sends is masked; nobody has agreed on the reserved bits.
    let (masked, control) = (second & 0x80 != 0, opcode & 0x8 != 0);
    let short = usize::from(second & 0x7f);
    if first & 0x70 != 0 || !masked || control && (!last || short > MAX_CONTROL) {
        return Err(Violation::Protocol);
    }
    let rest = &bytes[at + 2..];
    let (length, long) = match short {
        126 => match rest.first_chunk() {
            Some(length) => (u16::from_be_bytes(*length).into(), 2),
            None => return Ok(None),
        },
        127 => match rest.first_chunk() {
            // What does not fit is too long in any case.
            Some(length) => (usize::try_from(u64::from_be_bytes(*length)).unwrap_or(usize::MAX), 8),
            None => return Ok(None),
        },
        short => (short, 0),
    };
    if length > MAX_FRAME {
        return Err(if opcode == 0x1 { Violation::Text } else { Violation::TooLong });
    }
    let Some(mask) = rest[long..].first_chunk() else { return Ok(None) };
    let start = at + 2 + long + 4;
    Ok(Some(Header { last, opcode, mask: *mask, payload: start..start + length }))
}

/// Section 5.3.
fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let (words, rest) = payload.as_chunks_mut::<4>();
    for word in words {
        *word = (u32::from_ne_bytes(*word) ^ u32::from_ne_bytes(mask)).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

/// Appends a frame of ours, as a binary message.
pub fn put_frame(out: &mut Vec<u8>, frame: &Frame) {
    put_header(out, 0x2, frame.encoded_len());
    frame.encode_to(out);
}

/// Appends a ping.
pub fn put_ping(out: &mut Vec<u8>) {
    put(out, 0x9, &[]);
}

/// Appends the answer to a ping.
pub fn put_pong(out: &mut Vec<u8>, payload: &[u8]) {
    put(out, 0xa, payload);
}

/// Appends a farewell with a status.
pub fn put_close(out: &mut Vec<u8>, status: u16) {
    put(out, 0x8, &status.to_be_bytes());
}

fn put(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    put_header(out, opcode, payload.len());
    out.extend_from_slice(payload);
}

/// What stands before a payload of that length: it is a message of its own, without a mask, as servers write them.
pub(super) fn put_header(out: &mut Vec<u8>, opcode: u8, length: usize) {
    out.reserve(length + 10);
    out.push(0x80 | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..126), _) => out.push(length),
        (_, Ok(length)) => {
            out.push(126);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.push(127);
            // A usize is at most 64 bits wide.
            out.extend_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
        }
    }
}
