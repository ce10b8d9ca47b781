//! The computer's side: what it asked and has no answer to.

use std::collections::BTreeMap;

use crate::{
    frame::{Failure, Frame},
    id::{ExchangeId, PairingId},
    sealed::{Response, SealError, Waiting},
};

/// A frame nobody has confirmed is sent again after this long, in milliseconds; every time twice as long …
const AGAIN_MS: u64 = 2_000;
/// … but never longer than this. A request that is known to have arrived is repeated as rarely: the phone may have
/// lost it since.
const AGAIN_AT_MOST_MS: u64 = 16_000;

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// On its way.
    Sent,
    /// The phone is away; the request waits for it.
    Queued,
    /// The phone has it.
    Taken,
}

/// How a request ended.
#[derive(Debug)]
pub enum Ended {
    /// With the phone's answer, or one that is not the phone's.
    Answer(Result<Response, SealError>),
    /// Without.
    Failed(Failure),
    /// Its time is over, when it had come this far.
    TimedOut(Progress),
}

/// A sealed request to be sent.
pub struct Asked {
    /// Over which pairing.
    pub pairing: PairingId,
    /// What opens the answer.
    pub waiting: Waiting,
    /// The sealed request.
    pub body: Vec<u8>,
    /// When it is too late for an answer, in milliseconds of the caller's clock.
    pub deadline: u64,
}

/// Every request that has no answer yet. Times are milliseconds of a clock that does not go back.
#[derive(Default)]
pub struct Requests {
    open: BTreeMap<ExchangeId, Open>,
}

struct Open {
    asked: Asked,
    progress: Progress,
    /// Nobody waits any more; the phone has not confirmed that it knows.
    called_off: bool,
    again: Again,
}

/// When to send something again.
struct Again {
    at: u64,
    pause: u64,
}

impl Again {
    fn after(now: u64, pause: u64) -> Self {
        Self { at: now + pause, pause: (pause * 2).min(AGAIN_AT_MOST_MS) }
    }
}

impl Open {
    fn frame(&self, exchange: ExchangeId, now: u64) -> Frame {
        let pairing = self.asked.pairing;
        if self.called_off {
            return Frame::Cancel { exchange, pairing };
        }
        let left = self.asked.deadline.saturating_sub(now);
        Frame::Request {
            exchange,
            pairing,
            ttl_ms: u32::try_from(left).unwrap_or(u32::MAX),
            body: self.asked.body.clone().into(),
        }
    }

    fn send_again(&mut self, exchange: ExchangeId, now: u64, pause: u64) -> Frame {
        self.again = Again::after(now, pause);
        self.frame(exchange, now)
    }
}

impl Requests {
    /// Asks: the frame to send.
    pub fn ask(&mut self, now: u64, exchange: ExchangeId, asked: Asked) -> Frame {
        let open =
            Open { asked, progress: Progress::Sent, called_off: false, again: Again::after(now, AGAIN_MS) };
        let frame = open.frame(exchange, now);
        self.open.insert(exchange, open);
        frame
    }

    /// Nobody waits any more: the frame to send. It does not end with [`Ended`].
    pub fn call_off(&mut self, now: u64, exchange: ExchangeId) -> Option<Frame> {
        let open = self.open.get_mut(&exchange).filter(|open| !open.called_off)?;
        open.called_off = true;
        open.again = Again::after(now, AGAIN_MS);
        Some(open.frame(exchange, now))
    }

    /// The connection is new, or the phone came back: what must be sent (again).
    pub fn resume(&mut self, now: u64) -> Vec<Frame> {
        self.open.iter_mut().map(|(exchange, open)| open.send_again(*exchange, now, AGAIN_MS)).collect()
    }

    /// How far a request that waits for its answer has come.
    pub fn progress(&self, exchange: ExchangeId) -> Option<Progress> {
        self.open.get(&exchange).filter(|open| !open.called_off).map(|open| open.progress)
    }

    /// A frame came: what to send, and what has ended. Frames that are about no exchange are left alone.
    pub fn received(&mut self, frame: &Frame) -> (Option<Frame>, Option<(ExchangeId, Ended)>) {
        match *frame {
            Frame::Taken { exchange, pairing } => (self.advance(exchange, pairing, Progress::Taken), None),
            Frame::Queued { exchange, pairing } => (self.advance(exchange, pairing, Progress::Queued), None),
            Frame::Got { exchange, pairing } => {
                // Said of a request that was not called off, it means that the phone was told so by others.
                let interrupted = Ended::Failed(Failure::Interrupted);
                (None, self.end(exchange, pairing).map(|_| (exchange, interrupted)))
            }
            Frame::Response { exchange, pairing, ref body } => {
                let got = Frame::Got { exchange, pairing };
                let ended = self.end(exchange, pairing);
                (Some(got), ended.map(|asked| (exchange, Ended::Answer(asked.waiting.open_response(body)))))
            }
            Frame::Failed { exchange, pairing, reason } => {
                let got = Frame::Got { exchange, pairing };
                (Some(got), self.end(exchange, pairing).map(|_| (exchange, Ended::Failed(reason))))
            }
            _ => (None, None),
        }
    }

    /// Time has passed: what to send again, and what has ended.
    pub fn tick(&mut self, now: u64) -> (Vec<Frame>, Vec<(ExchangeId, Ended)>) {
        let (mut frames, mut ended) = (Vec::new(), Vec::new());
        self.open.retain(|exchange, open| {
            if open.asked.deadline <= now {
                if !open.called_off {
                    ended.push((*exchange, Ended::TimedOut(open.progress)));
                    // Once: by its own clock the phone's time is over, too.
                    frames.push(Frame::Cancel { exchange: *exchange, pairing: open.asked.pairing });
                }
                return false;
            }
            if open.again.at <= now {
                let pause = if open.progress == Progress::Sent { open.again.pause } else { AGAIN_AT_MOST_MS };
                frames.push(open.send_again(*exchange, now, pause));
            }
            true
        });
        (frames, ended)
    }

    /// When [`Requests::tick`] has something to do next.
    pub fn next_tick(&self) -> Option<u64> {
        self.open.values().map(|open| open.again.at.min(open.asked.deadline)).min()
    }

    fn find(&mut self, exchange: ExchangeId, pairing: PairingId) -> Option<&mut Open> {
        self.open.get_mut(&exchange).filter(|open| open.asked.pairing == pairing)
    }

    /// Notes that a request has come further. One that was called off meanwhile is called off again.
    fn advance(&mut self, exchange: ExchangeId, pairing: PairingId, progress: Progress) -> Option<Frame> {
        let open = self.find(exchange, pairing)?;
        if !open.called_off {
            open.progress = progress;
            return None;
        }
        (progress == Progress::Taken).then_some(Frame::Cancel { exchange, pairing })
    }

    /// Takes a request out; `None` if nobody waits for its answer.
    fn end(&mut self, exchange: ExchangeId, pairing: PairingId) -> Option<Asked> {
        self.find(exchange, pairing)?;
        self.open.remove(&exchange).filter(|open| !open.called_off).map(|open| open.asked)
    }
}

impl std::fmt::Debug for Requests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Requests").field("open", &self.open.len()).finish()
    }
}
