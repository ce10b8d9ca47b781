//! U2F over HID knows no waiting: a client that is told "the person is needed" asks the same again, several times a
//! second, until it gets another answer or gives up. Here the phone is asked once, and each repetition is told how it
//! stands.
//!
//! FIDO U2F HID Protocol, 1.2, and Raw Message Formats, 1.2: the status word SW_CONDITIONS_NOT_SATISFIED.

use std::{future::Future, pin::Pin};

use tokio::time::{Duration, Instant, sleep_until};

use crate::hid::machine::NO_PRECISE_DIAGNOSIS;

/// The person is needed; ask again.
const CONDITIONS_NOT_SATISFIED: [u8; 2] = [0x69, 0x85];

/// Clients ask again within half a second; one that is silent for longer has given up.
const GIVEN_UP: Duration = Duration::from_secs(3);

/// How long an answer is kept for the client's next try.
const KEPT: Duration = Duration::from_secs(10);

type Reply = Pin<Box<dyn Future<Output = Vec<u8>> + Send>>;

/// Whether a request needs the person: registering, and signing unless the client only checks for a credential.
pub(crate) fn needs_person(apdu: &[u8]) -> bool {
    const CHECK_ONLY: u8 = 0x07;
    matches!(apdu, [_, 0x01, ..]) || matches!(apdu, [_, 0x02, control, ..] if *control != CHECK_ONLY)
}

/// The request that the person is asked about, if there is one.
#[derive(Default)]
pub(crate) struct Polled(Option<Asked>);

struct Asked {
    apdu: Vec<u8>,
    state: State,
    until: Instant,
}

enum State {
    Waiting(Reply),
    Answered(Vec<u8>),
}

impl Polled {
    /// What a client that asks this is told now. The first time, `ask` is called; another request that was under way is
    /// given up.
    pub fn ask(&mut self, apdu: Vec<u8>, ask: impl FnOnce(Vec<u8>) -> Reply) -> Vec<u8> {
        match &mut self.0 {
            Some(asked) if asked.apdu == apdu => {
                if let State::Answered(reply) = &mut asked.state {
                    let reply = std::mem::take(reply);
                    self.0 = None;
                    return reply;
                }
                asked.until = Instant::now() + GIVEN_UP;
            }
            _ => {
                let state = State::Waiting(ask(apdu.clone()));
                self.0 = Some(Asked { apdu, state, until: Instant::now() + GIVEN_UP });
            }
        }
        CONDITIONS_NOT_SATISFIED.to_vec()
    }

    /// Gives the request up.
    pub fn forget(&mut self) {
        self.0 = None;
    }

    /// Works on the request; ends when something has changed, and never if there is none. May be dropped at any time.
    pub async fn progress(&mut self) {
        let Some(asked) = &mut self.0 else { return std::future::pending().await };
        let gone = match &mut asked.state {
            State::Waiting(reply) => tokio::select! {
                reply = reply => {
                    // "The person is needed" at the end means that the person was not there for it.
                    let reply =
                        if reply == CONDITIONS_NOT_SATISFIED { NO_PRECISE_DIAGNOSIS.to_vec() } else { reply };
                    asked.state = State::Answered(reply);
                    asked.until = Instant::now() + KEPT;
                    false
                }
                () = sleep_until(asked.until) => true,
            },
            State::Answered(_) => {
                sleep_until(asked.until).await;
                true
            }
        };
        if gone {
            self.0 = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tokio::sync::oneshot;

    use super::*;

    const REGISTER: [u8; 4] = [0, 1, 3, 0];

    fn unasked(_: Vec<u8>) -> Reply {
        panic!("the phone is asked once")
    }

    #[test]
    fn only_a_check_needs_nobody() {
        for (apdu, needs) in [
            ([0, 1, 0, 0], true),
            ([0, 2, 3, 0], true),
            ([0, 2, 8, 0], true),
            ([0, 2, 7, 0], false),
            ([0, 3, 0, 0], false),
        ] {
            assert_eq!(needs_person(&apdu), needs, "{apdu:?}");
        }
        assert!(!needs_person(&[0]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_repeats_asks_the_phone_once_and_gets_its_answer_once() {
        let mut polled = Polled::default();
        let (answer, answered) = oneshot::channel();
        let ask = |_| -> Reply { Box::pin(async { answered.await.unwrap() }) };
        assert_eq!(polled.ask(REGISTER.to_vec(), ask), CONDITIONS_NOT_SATISFIED);
        for _ in 0..20 {
            tokio::select! {
                () = polled.progress() => panic!("nothing has happened"),
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
            assert_eq!(polled.ask(REGISTER.to_vec(), unasked), CONDITIONS_NOT_SATISFIED);
        }
        answer.send(vec![5, 0x90, 0]).unwrap();
        polled.progress().await;
        assert_eq!(polled.ask(REGISTER.to_vec(), unasked), [5, 0x90, 0]);
        assert!(polled.0.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_asking_or_asks_for_something_else_has_given_up() {
        struct Counted(Arc<AtomicUsize>);
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let dropped = Arc::new(AtomicUsize::new(0));
        let forever = |_| -> Reply {
            let counted = Counted(Arc::clone(&dropped));
            Box::pin(async move {
                let _counted = counted;
                std::future::pending().await
            })
        };
        let mut polled = Polled::default();
        polled.ask(REGISTER.to_vec(), forever);
        polled.progress().await;
        assert_eq!(dropped.load(Ordering::SeqCst), 1, "silence");
        polled.ask(REGISTER.to_vec(), forever);
        polled.ask(vec![0, 2, 3, 0], forever);
        assert_eq!(dropped.load(Ordering::SeqCst), 2, "another request");
        polled.forget();
        assert_eq!(dropped.load(Ordering::SeqCst), 3, "nobody has the key open");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_ended_without_the_person_is_not_repeated() {
        let mut polled = Polled::default();
        let denied = |_| -> Reply { Box::pin(async { CONDITIONS_NOT_SATISFIED.to_vec() }) };
        polled.ask(REGISTER.to_vec(), denied);
        polled.progress().await;
        assert_eq!(polled.ask(REGISTER.to_vec(), unasked), NO_PRECISE_DIAGNOSIS);
    }
}
