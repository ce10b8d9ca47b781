//! What the log is told of exchanges: who asked whom, for how long, and how it ended. Never what.

use std::time::Instant;

use pocketkey_link::{
    frame::{Failure, Report},
    id::{DeviceId, ExchangeId},
};

use minicbor::{Decode, Encode};

use super::{exchanges::Exchange, hub::Bond};

/// How an exchange ended, as far as the relay sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum End {
    /// The phone answered.
    #[n(0)]
    Answered,
    /// Without an answer.
    #[n(1)]
    Failed(#[n(0)] Failure),
    /// The computer did not wait any more.
    #[n(2)]
    CalledOff,
}

/// Something for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// An exchange is over.
    Ended {
        /// Which.
        exchange: ExchangeId,
        /// Between whom.
        bond: Bond,
        /// When it began.
        asked: Instant,
        /// How.
        end: End,
        /// What the phone says of it.
        report: Option<Report>,
    },
    /// What a phone says of an exchange that is over.
    Late {
        /// Which.
        exchange: ExchangeId,
        /// Which phone.
        phone: DeviceId,
        /// What.
        report: Report,
    },
}

impl Note {
    /// An exchange is over; `None` if another node keeps it, which notes it itself, or if the phone answered without asking
    /// its person: clients ask keys many such things.
    pub fn ended(exchange: ExchangeId, over: &Exchange, end: End) -> Option<Self> {
        let end = match end {
            _ if over.guest => return None,
            End::Answered | End::CalledOff if over.may_have_arrived() && !over.taken => return None,
            End::CalledOff | End::Failed(Failure::TimedOut) if !over.may_have_arrived() => {
                End::Failed(Failure::PhoneOffline)
            }
            end => end,
        };
        Some(Self::Ended { exchange, bond: over.bond, asked: over.asked, end, report: over.report.clone() })
    }

    /// A request that did not become an exchange.
    pub fn refused(exchange: ExchangeId, bond: Bond, asked: Instant, reason: Failure) -> Self {
        Self::Ended { exchange, bond, asked, end: End::Failed(reason), report: None }
    }
}
