//! A ceremony from the button to the verified end: the site's options, the key's credential, the site's word.

use gloo_timers::callback::Timeout;
use js_sys::JSON;
use leptos::prelude::*;
use pocketkey_api::demo::{CredentialKind, DemoOutcome, StartRegistration, StartSignIn};
use pocketkey_kit::{api, router::use_router, time, webauthn};
use serde_json::Value;
use web_sys::{AbortController, AbortSignal};

use super::{
    key::{Answers, Key},
    outcome::{Failed, Outcome},
};
use crate::standin::Failure;

/// The site's time limit where its options name none, in milliseconds.
const TIMEOUT: i64 = 120_000;
/// A browser may give up this much early, in milliseconds.
const EARLY: i64 = 500;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Make a credential.
    Register,
    /// Use one.
    SignIn,
}

/// The demo site's state. Copies are handles to the same one.
#[derive(Clone, Copy)]
pub struct Demo {
    key: Key,
    timeout: Option<u32>,
    outcome: RwSignal<Outcome>,
    running: StoredValue<Option<AbortController>, LocalStorage>,
}

impl Demo {
    /// A site that nobody has used yet. `?timeout=` sets the time limit, in milliseconds.
    pub fn new(key: Key) -> Self {
        let timeout = use_router().query("timeout").with_untracked(|limit| limit.parse().ok());
        Self { key, timeout, outcome: RwSignal::new(Outcome::Idle), running: StoredValue::new_local(None) }
    }

    /// The key that answers.
    pub fn key(self) -> Key {
        self.key
    }

    /// How the latest ceremony stands.
    pub fn outcome(self) -> Signal<Outcome> {
        self.outcome.into()
    }

    /// Whether a ceremony is under way.
    pub fn waits(self) -> bool {
        self.outcome.with(|outcome| *outcome == Outcome::Waiting)
    }

    /// Begins a ceremony; nothing happens while one is under way.
    pub fn begin(self, action: Action, kind: CredentialKind, account: String) {
        if self.outcome.with_untracked(|outcome| *outcome == Outcome::Waiting) {
            return;
        }
        let Ok(controller) = AbortController::new() else { return };
        let signal = controller.signal();
        self.running.set_value(Some(controller));
        self.outcome.set(Outcome::Waiting);
        leptos::task::spawn_local(async move {
            let outcome = match self.run(action, kind, account, &signal).await {
                Ok(outcome) if action == Action::Register => Outcome::Registered(outcome),
                Ok(outcome) => Outcome::SignedIn(outcome),
                Err(failed) => Outcome::Failed(failed),
            };
            self.running.try_set_value(None);
            self.outcome.try_set(outcome);
        });
    }

    /// Takes the request back.
    pub fn cancel(self) {
        self.running.with_value(|running| running.iter().for_each(AbortController::abort));
    }

    async fn run(
        self,
        action: Action,
        kind: CredentialKind,
        account: String,
        signal: &AbortSignal,
    ) -> Result<DemoOutcome, Failed> {
        let timeout = self.timeout;
        let (mut options, finish): (Value, _) = match action {
            Action::Register => {
                let start = StartRegistration { account, kind, timeout };
                (api::post("/api/v1/demo/register/start", &start).await?, "/api/v1/demo/register/finish")
            }
            Action::SignIn => {
                let start = StartSignIn { account, kind, timeout };
                (api::post("/api/v1/demo/sign-in/start", &start).await?, "/api/v1/demo/sign-in/finish")
            }
        };
        let credential = self.credential(action, &options["publicKey"].take(), signal).await?;
        Ok(api::post(finish, &credential).await?)
    }

    async fn credential(
        self,
        action: Action,
        options: &Value,
        signal: &AbortSignal,
    ) -> Result<Value, Failed> {
        let answers = self.key.settled().await;
        if signal.aborted() {
            return Err(Failure::Aborted.into());
        }
        let since = time::now();
        match (answers, action) {
            (Answers::StandIn(stand_in), Action::Register) => Ok(stand_in.create(options, signal).await?),
            (Answers::StandIn(stand_in), Action::SignIn) => Ok(stand_in.get(options, signal).await?),
            (Answers::Browser, action) => {
                let limit = options["timeout"].as_i64().unwrap_or(TIMEOUT);
                // Browsers may stretch a short limit to minutes, or hold an answer back behind a dialog; the site keeps
                // its own time. Dropped, and so called off, with the answer.
                let _own_limit =
                    Timeout::new(u32::try_from(limit).unwrap_or(u32::MAX), move || self.cancel());
                let options = JSON::parse(&options.to_string()).unwrap_or_default();
                let credential = match action {
                    Action::Register => webauthn::create(options, Some(signal)).await,
                    Action::SignIn => webauthn::get(options, Some(signal)).await,
                };
                let credential = credential.map_err(|thrown| {
                    let timed_out = time::now() - since >= limit - EARLY;
                    Failed::from_browser(&thrown.name, &thrown.message, timed_out)
                })?;
                let credential = JSON::stringify(&credential).map(String::from).unwrap_or_default();
                serde_json::from_str(&credential)
                    .map_err(|_| Failed::from_browser("Error", &credential, false))
            }
        }
    }
}
