//! One request, from its arrival to its answer.

use pocketkey_api::sandbox::{RequestAction, RequestSummary};
use pocketkey_authenticator::{Action, Event as Step, Prompt, Status};
use pocketkey_link::{
    frame::{Asked, Ending},
    id::{ExchangeId, PairingId},
    sealed::{Answering, Protocol},
};
use tokio::time::{Duration, Instant};

/// Wrong unlocks before the request is denied.
pub(crate) const UNLOCK_TRIES: u8 = 3;

/// Where a request came from, and its answer goes.
pub(crate) struct Source {
    pub exchange: ExchangeId,
    pub pairing: PairingId,
    pub answering: Answering,
    pub protocol: Protocol,
}

impl Source {
    /// How a reply to it ends, as CTAP2 calls it.
    pub fn status(&self, reply: &[u8]) -> Status {
        status(self.protocol, reply)
    }
}

fn status(protocol: Protocol, reply: &[u8]) -> Status {
    match (protocol, reply) {
        (Protocol::Ctap2, [status, ..]) => Status::from(*status),
        (Protocol::U2f, [.., 0x90, 0x00]) => Status::Ok,
        _ => Status::Other,
    }
}

/// What a prompt shows where U2F names a site by a hash that the phone does not know.
const UNKNOWN_SITE: &str = "unknown web site (U2F)";

/// A request on the screen.
pub(crate) struct Pending {
    pub source: Source,
    pub summary: RequestSummary,
    /// Whether approval must be followed by an unlock.
    pub needs_unlock: bool,
    pub stage: Stage,
    pub until: Instant,
    /// Whether the phone refused it by itself, because the computer is not near.
    pub too_far: bool,
}

/// Where the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Looking at the request.
    Approve,
    /// Approved; unlocking.
    Unlock { tries_left: u8 },
}

impl Pending {
    /// A request that has just arrived.
    pub fn new(source: Source, prompt: Prompt, computer: String, asked_at: u64, ttl: Duration) -> Self {
        let asked_at = i64::try_from(asked_at).unwrap_or(i64::MAX);
        let lasts = i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX);
        let summary = RequestSummary {
            action: match prompt.action {
                Action::Register => RequestAction::Register,
                Action::SignIn => RequestAction::SignIn,
                Action::Select => RequestAction::Select,
                Action::Manage => RequestAction::Manage,
                Action::Enroll => RequestAction::Enroll,
                Action::Reset => RequestAction::Reset,
            },
            rp_id: match (prompt.action, prompt.rp_id) {
                (Action::Register | Action::SignIn, rp_id) if rp_id.is_empty() => UNKNOWN_SITE.to_owned(),
                (_, rp_id) => rp_id,
            },
            rp_name: prompt.rp_name,
            account: prompt.account,
            computer,
            asked_at,
            expires_at: asked_at.saturating_add(lasts),
        };
        Self {
            source,
            summary,
            needs_unlock: prompt.user_verification,
            stage: Stage::Approve,
            until: Instant::now() + ttl,
            too_far: false,
        }
    }

    /// The web site, if the phone knows it.
    pub fn rp(&self) -> Option<&str> {
        Some(self.summary.rp_id.as_str()).filter(|rp| !rp.is_empty() && *rp != UNKNOWN_SITE)
    }

    /// What the person was asked, as the appliance's log has it.
    pub fn asked(&self) -> Asked {
        match self.summary.action {
            RequestAction::Register => Asked::Register,
            RequestAction::SignIn => Asked::SignIn,
            RequestAction::Select | RequestAction::Manage | RequestAction::Enroll | RequestAction::Reset => {
                Asked::Other
            }
        }
    }

    /// How an approval of this ended, in words.
    pub fn done(&self) -> String {
        match self.summary.action {
            RequestAction::Register => format!("Registered at {}.", self.summary.rp_id),
            RequestAction::SignIn => format!("Signed in at {}.", self.summary.rp_id),
            RequestAction::Select => format!("Chosen on {}.", self.summary.computer),
            RequestAction::Manage => format!("{} may manage this key.", self.summary.computer),
            RequestAction::Enroll => format!("{} enrolled a finger.", self.summary.computer),
            RequestAction::Reset => "Erased.".to_owned(),
        }
    }
}

/// How a request ended, as the appliance's log has it: what was decided, and what came of it.
pub(crate) fn ending(pending: &Pending, decision: Step<'_>, status: Status) -> Ending {
    match (decision, status) {
        (Step::TimedOut, _) => Ending::TimedOut,
        (Step::Denied, _) if pending.too_far => Ending::Refused,
        (Step::Denied, _) if pending.stage == Stage::Unlock { tries_left: 0 } => Ending::WrongUnlock,
        (Step::Denied, _) => Ending::Denied,
        (Step::Approved { .. }, Status::Ok) => Ending::Done,
        (Step::Approved { .. }, Status::NoCredentials) => Ending::NoCredential,
        (Step::Approved { .. }, Status::CredentialExcluded) => Ending::AlreadyRegistered,
        (Step::Approved { .. }, _) => Ending::Refused,
        _ => Ending::CalledOff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_u2f_reply_is_judged_by_its_status_word() {
        assert_eq!(status(Protocol::U2f, &[0x05, 0x04, 0x90, 0x00]), Status::Ok);
        assert_eq!(status(Protocol::U2f, &[0x69, 0x85]), Status::Other);
        assert_eq!(status(Protocol::Ctap2, &[0x27]), Status::OperationDenied);
        assert_eq!(status(Protocol::Ctap2, &[]), Status::Other);
    }
}
