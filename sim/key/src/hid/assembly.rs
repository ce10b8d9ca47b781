//! One message put together from its packets.

use super::message::{Command, HidError, MAX_PAYLOAD, Message};

/// A message that is complete, or waits for more.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// All of it is here.
    Complete(Message),
    /// More packets must come.
    Partial(Assembly),
}

/// A message of which packets are missing.
#[derive(Debug, PartialEq, Eq)]
pub struct Assembly {
    message: Message,
    length: usize,
    next_seq: u8,
}

impl Assembly {
    /// Begins with an initialization packet's content.
    ///
    /// # Errors
    /// [`HidError::InvalidLength`] if no message is as long as this one claims to be.
    pub fn begin(cid: u32, command: Command, length: usize, data: &[u8]) -> Result<Progress, HidError> {
        if length > MAX_PAYLOAD {
            return Err(HidError::InvalidLength);
        }
        let assembly = Self {
            message: Message { cid, command, payload: Vec::with_capacity(length) },
            length,
            next_seq: 0,
        };
        Ok(assembly.take(data))
    }

    /// Adds a continuation packet's content.
    ///
    /// # Errors
    /// [`HidError::InvalidSequence`] if it is not the next one; the message is lost.
    pub fn proceed(mut self, seq: u8, data: &[u8]) -> Result<Progress, HidError> {
        if seq != self.next_seq {
            return Err(HidError::InvalidSequence);
        }
        self.next_seq += 1; // at most 128: begin() lets no longer message in
        Ok(self.take(data))
    }

    /// The channel it comes on.
    pub fn cid(&self) -> u32 {
        self.message.cid
    }

    fn take(mut self, data: &[u8]) -> Progress {
        let missing = self.length - self.message.payload.len();
        self.message.payload.extend_from_slice(&data[..missing.min(data.len())]);
        if self.message.payload.len() == self.length {
            Progress::Complete(self.message)
        } else {
            Progress::Partial(self)
        }
    }
}
