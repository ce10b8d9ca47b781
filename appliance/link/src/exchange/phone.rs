//! The phone's side: what it was asked, until it would be stale.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode, bytes::ByteVec};

use crate::{
    frame::{Failure, Frame},
    id::{ExchangeId, PairingId},
};

/// How far the two clocks may differ, in milliseconds; also how long an exchange is remembered.
pub const WINDOW_MS: u64 = 5 * 60 * 1000;

/// More exchanges than a person can answer within the window: beyond it new ones are refused, never old ones forgotten.
const MOST: usize = 4096;

/// An answer nobody has acknowledged is sent again after this long, in milliseconds; every time twice as long.
const AGAIN_MS: u64 = 2_000;
/// So often at most: by then nobody waits for it.
const TRIES: u32 = 6;

/// Why a request is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    /// Its time stamp is out of the window.
    #[error("the clocks of phone and computer differ by more than five minutes, or the request is old")]
    Clock,
    /// Too many requests within the window.
    #[error("too many requests within five minutes")]
    TooMany,
}

/// What is to be done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It was never seen: open it, and [`Answers::take`] it.
    New,
    /// It is one of those the phone has: say this, if anything.
    Again(Option<Frame>),
}

/// Every exchange within the window. Times are Unix milliseconds by the phone's clock.
#[derive(Debug, Default, Clone, PartialEq, Encode, Decode)]
pub struct Answers {
    #[n(0)]
    seen: BTreeMap<ExchangeId, Exchange>,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
struct Exchange {
    #[n(0)]
    pairing: PairingId,
    /// From then on it is stale by its own time stamp.
    #[n(1)]
    until: u64,
    #[n(2)]
    state: State,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
enum State {
    /// Waiting for the person.
    #[n(0)]
    Taken,
    /// The person has decided; the answer is being made.
    #[n(1)]
    Decided,
    /// Answered, and not acknowledged.
    #[n(2)]
    Answered {
        #[n(0)]
        answer: Answer,
        #[n(1)]
        again_at: u64,
        #[n(2)]
        tries: u32,
    },
    /// Over: acknowledged, called off, or given up.
    #[n(3)]
    Over,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
enum Answer {
    #[n(0)]
    Response(#[n(0)] ByteVec),
    #[n(1)]
    Failed(#[n(0)] Failure),
}

impl Answer {
    fn frame(&self, exchange: ExchangeId, pairing: PairingId) -> Frame {
        match self {
            Self::Response(body) => Frame::Response { exchange, pairing, body: body.clone() },
            Self::Failed(reason) => Frame::Failed { exchange, pairing, reason: *reason },
        }
    }
}

impl Answers {
    /// Whether a request that came is new.
    pub fn look_up(&self, exchange: ExchangeId, pairing: PairingId) -> Known {
        match self.seen.get(&exchange) {
            None => Known::New,
            Some(known) if known.pairing != pairing => Known::Again(None),
            Some(known) => Known::Again(match &known.state {
                State::Taken => Some(Frame::Taken { exchange, pairing }),
                State::Decided => None,
                State::Answered { answer, .. } => Some(answer.frame(exchange, pairing)),
                State::Over => Some(Frame::Got { exchange, pairing }),
            }),
        }
    }

    /// Takes a new request that was issued at `issued_at`: the frame that says so.
    ///
    /// # Errors
    /// [`Stale`] if it must not be answered.
    pub fn take(
        &mut self,
        now: u64,
        exchange: ExchangeId,
        pairing: PairingId,
        issued_at: u64,
    ) -> Result<Frame, Stale> {
        if issued_at.abs_diff(now) > WINDOW_MS {
            return Err(Stale::Clock);
        }
        self.forget_stale(now);
        if self.seen.len() >= MOST {
            return Err(Stale::TooMany);
        }
        let until = issued_at.saturating_add(WINDOW_MS);
        self.seen.insert(exchange, Exchange { pairing, until, state: State::Taken });
        Ok(Frame::Taken { exchange, pairing })
    }

    /// The person has decided, or nobody need be asked: from here on the request is never asked again, even if the
    /// answer is lost in a crash. True if that is news and must be kept.
    pub fn decided(&mut self, exchange: ExchangeId) -> bool {
        let taken = self.seen.get_mut(&exchange).filter(|known| known.state == State::Taken);
        taken.map(|known| known.state = State::Decided).is_some()
    }

    /// The sealed answer: the frame to send.
    pub fn answer(&mut self, now: u64, exchange: ExchangeId, body: Vec<u8>) -> Option<Frame> {
        self.end(now, exchange, Answer::Response(body.into()))
    }

    /// The phone gives up: the frame to send.
    pub fn fail(&mut self, now: u64, exchange: ExchangeId, reason: Failure) -> Option<Frame> {
        self.end(now, exchange, Answer::Failed(reason))
    }

    /// The relay says that the exchange is over, or the computer called it off: the frame that says it was heard. An
    /// exchange that is not known yet will not be taken when it comes.
    pub fn called_off(&mut self, now: u64, exchange: ExchangeId, pairing: PairingId) -> Option<Frame> {
        self.forget_stale(now);
        let room = self.seen.len() < MOST;
        match self.seen.get_mut(&exchange) {
            Some(known) if known.pairing == pairing => known.state = State::Over,
            Some(_) => return None,
            None if room => {
                let until = now.saturating_add(2 * WINDOW_MS); // it may have been issued by a clock that is ahead
                self.seen.insert(exchange, Exchange { pairing, until, state: State::Over });
            }
            None => {}
        }
        Some(Frame::Got { exchange, pairing })
    }

    /// The computer has the answer.
    pub fn acknowledged(&mut self, exchange: ExchangeId, pairing: PairingId) {
        if let Some(known) = self.seen.get_mut(&exchange)
            && known.pairing == pairing
            && matches!(known.state, State::Answered { .. })
        {
            known.state = State::Over;
        }
    }

    /// The connection is new, or a computer came back: every answer that is not acknowledged, again.
    pub fn resume(&mut self, now: u64) -> Vec<Frame> {
        self.send_again(now, |_| true)
    }

    /// Time has passed: what to send again.
    pub fn tick(&mut self, now: u64) -> Vec<Frame> {
        self.send_again(now, |at| at <= now)
    }

    /// When [`Answers::tick`] has something to do next.
    pub fn next_tick(&self) -> Option<u64> {
        let at = |known: &Exchange| match known.state {
            State::Answered { again_at, .. } => Some(again_at),
            _ => None,
        };
        self.seen.values().filter_map(at).min()
    }

    /// After a restart: what was decided and has no answer failed, what nobody has decided is asked again when it
    /// comes again.
    pub fn restarted(&mut self, now: u64) {
        self.forget_stale(now);
        self.seen.retain(|_, known| known.state != State::Taken);
        let lost = |known: &&mut Exchange| known.state == State::Decided;
        for known in self.seen.values_mut().filter(lost) {
            known.state =
                State::Answered { answer: Answer::Failed(Failure::Interrupted), again_at: now, tries: 0 };
        }
    }

    fn end(&mut self, now: u64, exchange: ExchangeId, answer: Answer) -> Option<Frame> {
        let known = self.seen.get_mut(&exchange)?;
        if !matches!(known.state, State::Taken | State::Decided) {
            return None;
        }
        let frame = answer.frame(exchange, known.pairing);
        known.state = State::Answered { answer, again_at: now + AGAIN_MS, tries: 1 };
        Some(frame)
    }

    fn send_again(&mut self, now: u64, due: impl Fn(u64) -> bool) -> Vec<Frame> {
        let mut frames = Vec::new();
        for (exchange, known) in &mut self.seen {
            let State::Answered { answer, again_at, tries } = &mut known.state else { continue };
            if !due(*again_at) {
                continue;
            }
            frames.push(answer.frame(*exchange, known.pairing));
            *again_at = now + (AGAIN_MS << *tries);
            *tries += 1;
            if *tries >= TRIES {
                known.state = State::Over;
            }
        }
        frames
    }

    fn forget_stale(&mut self, now: u64) {
        self.seen.retain(|_, known| known.until >= now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRING: PairingId = PairingId([7; 16]);
    const NOW: u64 = 10 * WINDOW_MS;

    fn id(n: u8) -> ExchangeId {
        ExchangeId([n; 16])
    }

    #[test]
    fn each_request_is_taken_once_within_its_time() {
        let mut answers = Answers::default();
        let taken = Frame::Taken { exchange: id(1), pairing: PAIRING };
        assert_eq!(answers.look_up(id(1), PAIRING), Known::New);
        assert_eq!(answers.take(NOW, id(1), PAIRING, NOW), Ok(taken.clone()));
        assert_eq!(answers.look_up(id(1), PAIRING), Known::Again(Some(taken)));
        assert_eq!(answers.look_up(id(1), PairingId([8; 16])), Known::Again(None), "not theirs");
        assert_eq!(answers.take(NOW, id(2), PAIRING, NOW - WINDOW_MS - 1), Err(Stale::Clock));
        assert_eq!(answers.take(NOW, id(2), PAIRING, NOW + WINDOW_MS + 1), Err(Stale::Clock));
        // Issued as late as the phone's clock allows: remembered until its own time is over, not the phone's.
        assert!(answers.take(NOW, id(3), PAIRING, NOW + WINDOW_MS).is_ok());
        let late = NOW + 2 * WINDOW_MS;
        assert!(answers.take(late, id(4), PAIRING, late).is_ok());
        assert_ne!(answers.look_up(id(3), PAIRING), Known::New);
        assert_eq!(answers.take(late + 1, id(3), PAIRING, NOW + WINDOW_MS), Err(Stale::Clock));
    }

    #[test]
    fn an_answer_is_repeated_until_it_is_acknowledged() {
        let mut answers = Answers::default();
        answers.take(NOW, id(1), PAIRING, NOW).unwrap();
        assert!(answers.decided(id(1)));
        assert!(!answers.decided(id(1)));
        let answer = answers.answer(NOW, id(1), vec![1, 2]).unwrap();
        assert_eq!(answers.look_up(id(1), PAIRING), Known::Again(Some(answer.clone())));
        assert_eq!(answers.tick(NOW + 1), []);
        assert_eq!(answers.next_tick(), Some(NOW + AGAIN_MS));
        assert_eq!(answers.tick(NOW + AGAIN_MS), std::slice::from_ref(&answer));
        assert_eq!(answers.resume(NOW + AGAIN_MS), [answer]);
        answers.acknowledged(id(1), PairingId([8; 16]));
        assert_ne!(answers.next_tick(), None, "not theirs to acknowledge");
        answers.acknowledged(id(1), PAIRING);
        assert_eq!((answers.next_tick(), answers.resume(NOW)), (None, vec![]));
        let got = Frame::Got { exchange: id(1), pairing: PAIRING };
        assert_eq!(answers.look_up(id(1), PAIRING), Known::Again(Some(got)));
    }

    #[test]
    fn an_answer_nobody_acknowledges_is_given_up() {
        let mut answers = Answers::default();
        answers.take(NOW, id(1), PAIRING, NOW).unwrap();
        answers.fail(NOW, id(1), Failure::Busy).unwrap();
        let mut sent = 1;
        while let Some(at) = answers.next_tick() {
            sent += u32::try_from(answers.tick(at).len()).unwrap();
        }
        assert_eq!(sent, TRIES);
    }

    #[test]
    fn what_was_called_off_is_not_taken_even_if_it_comes_later() {
        let mut answers = Answers::default();
        let got = Frame::Got { exchange: id(1), pairing: PAIRING };
        assert_eq!(answers.called_off(NOW, id(1), PAIRING), Some(got.clone()));
        assert_eq!(answers.look_up(id(1), PAIRING), Known::Again(Some(got)));
        assert_eq!(answers.answer(NOW, id(1), vec![]), None, "nobody waits");
    }

    #[test]
    fn a_restart_asks_again_what_was_not_decided_and_fails_what_was() {
        let mut answers = Answers::default();
        for n in 1..=3 {
            answers.take(NOW, id(n), PAIRING, NOW).unwrap();
        }
        answers.decided(id(2));
        let answer = answers.answer(NOW, id(3), vec![3]).unwrap();
        let mut again: Answers = minicbor::decode(&minicbor::to_vec(&answers).unwrap()).unwrap();
        again.restarted(NOW);
        assert_eq!(again.look_up(id(1), PAIRING), Known::New);
        let failed = Frame::Failed { exchange: id(2), pairing: PAIRING, reason: Failure::Interrupted };
        assert_eq!(again.look_up(id(2), PAIRING), Known::Again(Some(failed)));
        assert_eq!(again.look_up(id(3), PAIRING), Known::Again(Some(answer)));
    }
}
