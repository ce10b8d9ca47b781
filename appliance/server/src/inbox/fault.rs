//! What the sink does wrong on purpose, so that senders can be tested.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use pocketkey_api::inbox::{Fault, FaultSetting};

use super::session::Verdict;

/// Senders and recipients remembered while greylisting; beyond it all are forgotten.
const MAX_SEEN: usize = 10_000;

/// The longest greylisting and the longest delay, in seconds.
pub const MAX_GREYLIST: u32 = 3600;
/// A sender waits five minutes at least (RFC 5321 §4.5.3.2.6); beyond them it would be a drop.
pub const MAX_DELAY: u32 = 240;

/// What happens to a whole mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// It is stored after this time.
    Delay(Duration),
    /// It is lost, and so is the connection.
    Drop,
}

/// The setting, and what greylisting has to remember.
#[derive(Debug, Default)]
pub struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    setting: FaultSetting,
    /// When a sender first named a recipient.
    seen: HashMap<(String, String), i64>,
}

impl Faults {
    /// What is set.
    pub fn setting(&self) -> FaultSetting {
        self.state().setting.clone()
    }

    /// Sets it anew; whoever was greylisted begins again.
    pub fn set(&self, setting: FaultSetting) {
        *self.state() = State { setting, seen: HashMap::new() };
    }

    /// What becomes of a recipient at `now`.
    pub fn verdict(&self, sender: &str, recipient: &str, now: i64) -> Verdict {
        let mut state = self.state();
        if !concerns(&state.setting, recipient) {
            return Verdict::Accept;
        }
        match state.setting.fault {
            Some(Fault::Refuse) => Verdict::Refuse,
            Some(Fault::Greylist { seconds }) => {
                if state.seen.len() >= MAX_SEEN {
                    state.seen.clear();
                }
                let pair = (sender.to_lowercase(), recipient.to_lowercase());
                let first = *state.seen.entry(pair).or_insert(now);
                if now - first >= i64::from(seconds) * 1000 { Verdict::Accept } else { Verdict::Later }
            }
            Some(Fault::Delay { .. } | Fault::Drop) | None => Verdict::Accept,
        }
    }

    /// What becomes of a mail for `recipients`.
    pub fn mishap(&self, recipients: &[String]) -> Option<Mishap> {
        let state = self.state();
        let mishap = match state.setting.fault? {
            Fault::Delay { seconds } => Mishap::Delay(Duration::from_secs(seconds.into())),
            Fault::Drop => Mishap::Drop,
            Fault::Refuse | Fault::Greylist { .. } => return None,
        };
        recipients.iter().any(|recipient| concerns(&state.setting, recipient)).then_some(mishap)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn concerns(setting: &FaultSetting, recipient: &str) -> bool {
    setting.to.is_empty() || recipient.to_lowercase().contains(&setting.to.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(fault: Option<Fault>, to: &str) -> Faults {
        let faults = Faults::default();
        faults.set(FaultSetting { fault, to: to.to_owned() });
        faults
    }

    #[test]
    fn without_a_setting_all_is_well() {
        let faults = Faults::default();
        assert_eq!(faults.verdict("a@b.c", "d@e.f", 0), Verdict::Accept);
        assert_eq!(faults.mishap(&["d@e.f".into()]), None);
    }

    #[test]
    fn a_greylisted_pair_waits_its_time_and_a_new_setting_begins_again() {
        let faults = set(Some(Fault::Greylist { seconds: 60 }), "");
        assert_eq!(faults.verdict("a@b.c", "d@e.f", 1_000), Verdict::Later);
        assert_eq!(faults.verdict("A@b.c", "D@e.f", 60_999), Verdict::Later);
        assert_eq!(faults.verdict("a@b.c", "d@e.f", 61_000), Verdict::Accept);
        assert_eq!(faults.verdict("x@b.c", "d@e.f", 61_000), Verdict::Later);
        faults.set(faults.setting());
        assert_eq!(faults.verdict("a@b.c", "d@e.f", 61_000), Verdict::Later);
    }

    #[test]
    fn a_fault_meets_only_whom_it_is_meant_for() {
        let refuse = set(Some(Fault::Refuse), "@Broken.");
        assert_eq!(refuse.verdict("a@b.c", "d@broken.example", 0), Verdict::Refuse);
        assert_eq!(refuse.verdict("a@b.c", "d@whole.example", 0), Verdict::Accept);
        let drop = set(Some(Fault::Drop), "@broken.");
        assert_eq!(drop.mishap(&["d@whole.example".into(), "e@broken.example".into()]), Some(Mishap::Drop));
        assert_eq!(drop.mishap(&["d@whole.example".into()]), None);
        let delay = set(Some(Fault::Delay { seconds: 3 }), "");
        assert_eq!(delay.mishap(&["x".into()]), Some(Mishap::Delay(Duration::from_secs(3))));
    }
}
