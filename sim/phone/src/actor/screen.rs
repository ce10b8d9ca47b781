//! What the screen shows, and its words.

use pocketkey_api::sandbox::{CredentialSummary, PairedComputer, Screen, SimulatedPhone};
use pocketkey_authenticator::Status;
use pocketkey_link::frame::Failure;

use super::Actor;
use crate::{
    memory::Account,
    request::{Pending, Stage, UNLOCK_TRIES},
};

impl Actor {
    fn screen(&self) -> Screen {
        match (&self.pending, &self.memory.account) {
            (Some(Pending { stage: Stage::Approve, summary, .. }), _) => {
                Screen::Request { request: summary.clone() }
            }
            (Some(Pending { stage: Stage::Unlock { tries_left }, summary, .. }), _) => Screen::Unlock {
                request: summary.clone(),
                tries_left: (*tries_left < UNLOCK_TRIES).then_some(*tries_left),
            },
            (None, None) => Screen::Welcome { error: self.notice.clone() },
            (None, Some(account)) => Screen::Home {
                organisation: account.organisation.clone(),
                name: account.name.clone(),
                computers: self
                    .memory
                    .computers
                    .iter()
                    .map(|computer| PairedComputer {
                        name: computer.name.clone(),
                        code: computer.code.clone(),
                    })
                    .collect(),
                credentials: self
                    .authenticator
                    .credentials()
                    .into_iter()
                    .map(|credential| CredentialSummary {
                        rp_id: credential.rp_id,
                        account: credential.account,
                        created_at: i64::try_from(credential.created_at).unwrap_or(i64::MAX),
                    })
                    .collect(),
                notice: self.notice.clone(),
            },
        }
    }

    pub(super) fn show(&self) {
        let shown = SimulatedPhone {
            id: self.options.id.clone(),
            model: self.options.model.clone(),
            os: self.options.os.clone(),
            screen: self.screen(),
            script: self.script,
            online: self.online,
            asleep: self.asleep,
            far: self.far,
            connected: self.connected,
            authenticator: self.settings,
            settings: self.memory.account.as_ref().and_then(Account::settings),
        };
        self.screen.send_if_modified(|current| {
            let changed = *current != shown;
            *current = shown;
            changed
        });
    }
}

/// An error as a sentence on a screen.
pub(super) fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}

/// Why the relay ended a request.
pub(super) fn ended(reason: Failure) -> &'static str {
    match reason {
        Failure::TimedOut => "Nobody answered in time.",
        Failure::NotPaired => "The computer is not paired with this phone any more.",
        Failure::Blocked => "Ended: an administrator blocked this phone or the computer.",
        Failure::PhoneOffline
        | Failure::Busy
        | Failure::Unreadable
        | Failure::Interrupted
        | Failure::Overloaded => "The request was called off.",
    }
}

/// Why something approved was not done after all.
pub(super) fn not_done(status: Status, rp_id: &str) -> String {
    match status {
        Status::CredentialExcluded => format!("This phone is already registered at {rp_id}."),
        Status::NoCredentials => format!("This phone holds no credential for {rp_id}."),
        Status::KeyStoreFull => "This phone holds as many credentials as it can.".to_owned(),
        other => format!("Not done: {other}."),
    }
}
