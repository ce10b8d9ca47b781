//! From what relay and phone noted to an entry of the log.

use std::{net::IpAddr, time::Instant};

use pocketkey_api::{
    authentication::{AuthAction, AuthOutcome, AuthReason},
    problem::FieldProblem,
};
use pocketkey_link::{
    frame::{Asked, Ending, Failure, MAX_RP, Report},
    id::{DeviceId, ExchangeId},
};

use crate::{
    db::DbError,
    problem::{ApiError, Explain},
    relay::{Bond, End, Note, Noted},
};

/// What is written of an exchange that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which.
    pub exchange: ExchangeId,
    /// Between whom.
    pub bond: Bond,
    /// When it ended, Unix milliseconds.
    pub at: i64,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// Where the computer was.
    pub ip: Option<IpAddr>,
    /// How it ended.
    pub outcome: AuthOutcome,
    /// Why it failed.
    pub reason: Option<AuthReason>,
    /// What the phone said of it.
    pub said: Said,
}

/// What a phone says was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// What.
    pub action: Option<AuthAction>,
    /// At which web site.
    pub rp: Option<String>,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// A new entry.
    Attempt(Attempt),
    /// A phone says of an earlier one what was asked.
    Late(ExchangeId, DeviceId, Said),
}

impl Write {
    /// What a note comes to; it is `now` in Unix milliseconds. Web sites are left out unless `report_rp`.
    pub fn of(Noted { note, at: ended, ip }: Noted, now: i64, report_rp: bool) -> Self {
        match note {
            Note::Late { exchange, phone, report } => Self::Late(exchange, phone, said(&report, report_rp)),
            Note::Ended { exchange, bond, asked, end, report } => {
                let (outcome, reason) = outcome(end, report.as_ref());
                let took = ended.saturating_duration_since(asked).as_millis();
                let ago = i64::try_from(Instant::now().saturating_duration_since(ended).as_millis());
                Self::Attempt(Attempt {
                    exchange,
                    bond,
                    at: now - ago.unwrap_or(0),
                    took_ms: u32::try_from(took).unwrap_or(u32::MAX),
                    ip,
                    outcome,
                    reason,
                    said: report.as_ref().map(|report| said(report, report_rp)).unwrap_or_default(),
                })
            }
        }
    }
}

fn said(report: &Report, report_rp: bool) -> Said {
    let action = match report.action {
        Asked::Register => AuthAction::Register,
        Asked::SignIn => AuthAction::SignIn,
        Asked::Other => AuthAction::Other,
    };
    let is_name = |rp: &&String| !rp.is_empty() && rp.len() <= MAX_RP && !rp.chars().any(char::is_control);
    Said { action: Some(action), rp: report.rp.as_ref().filter(|_| report_rp).filter(is_name).cloned() }
}

/// What relay and phone say together. The relay's word on what it ended counts; of an answer only the phone knows.
fn outcome(end: End, report: Option<&Report>) -> (AuthOutcome, Option<AuthReason>) {
    let reason = match (end, report.map(|report| report.ending)) {
        (End::Answered, None) => return (AuthOutcome::Answered, None),
        (End::Answered, Some(Ending::Done)) => return (AuthOutcome::Succeeded, None),
        (End::Answered, Some(ending)) => match ending {
            Ending::Denied => AuthReason::Denied,
            Ending::TimedOut => AuthReason::TimedOut,
            Ending::WrongUnlock => AuthReason::WrongUnlock,
            Ending::CalledOff => AuthReason::Cancelled,
            Ending::NoCredential => AuthReason::NoCredential,
            Ending::AlreadyRegistered => AuthReason::AlreadyRegistered,
            Ending::Done | Ending::Refused => AuthReason::Refused,
        },
        (End::CalledOff, _) => AuthReason::Cancelled,
        (End::Failed(failure), _) => match failure {
            Failure::PhoneOffline => AuthReason::PhoneOffline,
            Failure::TimedOut => AuthReason::TimedOut,
            Failure::NotPaired => AuthReason::NotPaired,
            Failure::Busy => AuthReason::Busy,
            Failure::Unreadable => AuthReason::Unreadable,
            Failure::Blocked => AuthReason::Blocked,
            Failure::Interrupted => AuthReason::Interrupted,
            Failure::Overloaded => AuthReason::Overloaded,
        },
    };
    (AuthOutcome::Failed, Some(reason))
}

/// Why the log cannot be read, or its settings changed.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `after` is no place in the list.
    #[error("no place in the list")]
    WrongCursor,
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for LogError {
    fn explain(&self) -> ApiError {
        match self {
            Self::WrongCursor => ApiError::wrong_cursor(),
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::Db(error) => error.explain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(ending: Ending, rp: &str) -> Report {
        Report { action: Asked::SignIn, ending, rp: Some(rp.to_owned()) }
    }

    #[test]
    fn the_phone_knows_how_it_answered_and_the_relay_what_it_ended() {
        let denied = report(Ending::Denied, "a.example");
        let done = report(Ending::Done, "a.example");
        let failed = |reason| (AuthOutcome::Failed, Some(reason));
        assert_eq!(outcome(End::Answered, None), (AuthOutcome::Answered, None));
        assert_eq!(outcome(End::Answered, Some(&done)), (AuthOutcome::Succeeded, None));
        assert_eq!(outcome(End::Answered, Some(&denied)), failed(AuthReason::Denied));
        assert_eq!(outcome(End::Failed(Failure::Blocked), Some(&done)), failed(AuthReason::Blocked));
        assert_eq!(outcome(End::CalledOff, Some(&done)), failed(AuthReason::Cancelled));
    }

    #[test]
    fn a_web_site_is_kept_if_it_is_wanted_and_can_be_one() {
        let rp = |name: &str, wanted| said(&report(Ending::Done, name), wanted).rp;
        assert_eq!(rp("a.example", true).as_deref(), Some("a.example"));
        for (name, wanted) in [("a.example", false), ("", true), ("a\nb", true), (&*"a".repeat(254), true)] {
            assert_eq!(rp(name, wanted), None, "{name}");
        }
    }
}
