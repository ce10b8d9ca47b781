//! A computer: its identity, its pairing with one phone, and CTAP requests to that phone over the relay.
//!
//! A computer without a phone shows an invitation and renews it when it expires; one with a phone stays connected
//! and asks it. One phone at a time (C2): whoever is paired last is asked.

mod asking;
mod link;
mod plug;
mod store;
mod view;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use pocketkey_link::{exchange::Requests, identity::DeviceKeys};
use pocketkey_relay_client::OsEntropy;
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::Instant,
};

pub use plug::{Controls, Plug};
pub use store::StateError;
pub(crate) use store::paired_model;
pub use view::{Invitation, Phone, View};

use crate::{fail::Fail, hid, uhid::Availability};
use asking::Asked;
use store::{Keep, Store};

/// How long the person has, unless said otherwise.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// How long the appliance may be gone, unless said otherwise.
pub const APPLIANCE_MAY_BE_AWAY: Duration = Duration::from_secs(10);

/// Where a computer keeps its keys and its pairing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepState {
    /// Nowhere: gone at the end.
    InMemory,
    /// In files of this folder, which is made if it does not exist.
    InFolder(PathBuf),
}

/// What a computer is started with.
#[derive(Debug, Clone)]
pub struct ComputerOptions {
    /// The appliance's address, for example `https://keys.example.org`.
    pub server: String,
    /// What people call this computer; phones show it.
    pub name: String,
    /// Where its keys and its pairing are kept.
    pub keep: KeepState,
    /// Whether to plug a virtual security key into this machine, where that is possible.
    pub plug_in: bool,
    /// Whether to pair another phone although one is paired. The old one answers until the new one takes its place.
    pub pair_again: bool,
    /// How long a person has to answer a request; at most two minutes.
    pub answer_within: Duration,
    /// How long a request waits for a phone that is away; at most `answer_within`.
    pub wait_for_phone: Duration,
    /// How long the appliance may be gone before what is asked fails: it may just be restarted.
    pub wait_for_appliance: Duration,
}

impl ComputerOptions {
    /// A computer that keeps nothing and plugs in nothing.
    pub fn new(server: &str, name: &str) -> Self {
        Self {
            server: server.trim_end_matches('/').to_owned(),
            name: name.to_owned(),
            keep: KeepState::InMemory,
            plug_in: false,
            pair_again: false,
            answer_within: ANSWER_WITHIN,
            wait_for_phone: ANSWER_WITHIN,
            wait_for_appliance: APPLIANCE_MAY_BE_AWAY,
        }
    }
}

/// A computer at work; dropping it ends all of it and unplugs its key.
#[derive(Debug)]
pub struct Computer {
    shared: Arc<Shared>,
    availability: Availability,
    /// Aborted when dropped.
    _tasks: JoinSet<()>,
}

impl Computer {
    /// Starts a computer on the running tokio runtime. An appliance that cannot be reached is no error: it is tried
    /// again, and [`View::state`] says so.
    ///
    /// # Errors
    /// [`StateError`] if its keys and pairing cannot be read or kept.
    pub fn start(options: ComputerOptions) -> Result<Self, StateError> {
        let (store, kept) = Store::open(&options.keep, &options.server)?;
        let kept = match kept {
            Some(kept) => kept,
            None => {
                let fresh = Keep {
                    keys: DeviceKeys::generate(&mut OsEntropy),
                    device: None,
                    phone: None,
                    off: false,
                };
                store.save(&fresh)?;
                fresh
            }
        };
        let pair_again = options.pair_again;
        let wanted = options.plug_in;
        let shared = Arc::new(Shared {
            keys: kept.keys.clone(),
            options,
            store,
            saving: Mutex::new(()),
            inner: Mutex::new(Inner {
                kept,
                pair_again,
                relay: link::Relay::Connecting,
                phone_online: false,
                invitation: None,
                requests: Requests::default(),
                asked: Asked::default(),
                failures: 0,
                last_failure: None,
                winks: 0,
                plugged_in: None,
                hid: hid::Config::default(),
            }),
            view: watch::Sender::default(),
            replug: Notify::new(),
            asked: Notify::new(),
            started: Instant::now(),
        });
        shared.publish(&shared.lock());
        let mut tasks = JoinSet::new();
        tasks.spawn(link::run(Arc::clone(&shared)));
        let availability = Availability::check();
        if wanted && availability == Availability::Available {
            tasks.spawn(plug::when_paired(Arc::clone(&shared)));
        }
        Ok(Self { shared, availability, _tasks: tasks })
    }

    /// Whether this machine can have a virtual security key, and what to do if not.
    pub fn availability(&self) -> &Availability {
        &self.availability
    }

    /// What there is to see of it, now and at every change.
    pub fn state(&self) -> watch::Receiver<View> {
        self.shared.view.subscribe()
    }

    /// The text of the pairing QR, as soon as there is one.
    pub async fn pairing_text(&self) -> String {
        let mut view = self.state();
        loop {
            if let Some(invitation) = &view.borrow_and_update().invitation {
                return invitation.text.clone();
            }
            // The sender lives as long as self.
            let _ = view.changed().await;
        }
    }

    /// What a person can do to the key; it may outlive the computer, and does nothing then.
    pub fn controls(&self) -> Controls {
        Controls(Arc::clone(&self.shared))
    }

    /// Answers one CTAP request (command byte and CBOR) as the virtual key would, without HID.
    pub async fn exchange(&self, ctap: Vec<u8>) -> Vec<u8> {
        asking::answer(&self.shared, ctap, || {}).await
    }
}

/// What the tasks of one computer share.
struct Shared {
    options: ComputerOptions,
    keys: DeviceKeys,
    store: Store,
    saving: Mutex<()>,
    inner: Mutex<Inner>,
    view: watch::Sender<View>,
    replug: Notify,
    /// Something was asked: there is a new time to look at.
    asked: Notify,
    started: Instant,
}

/// What changes.
#[derive(Debug)]
struct Inner {
    kept: Keep,
    /// Another phone is to be paired although there is one.
    pair_again: bool,
    relay: link::Relay,
    phone_online: bool,
    invitation: Option<Invitation>,
    /// What the phone was asked, until it is answered or the phone knows that nobody waits.
    requests: Requests,
    /// Who waits for the answers.
    asked: Asked,
    failures: u64,
    last_failure: Option<Fail>,
    winks: u64,
    /// When the key was plugged in, until the phone was told.
    plugged_in: Option<Instant>,
    /// The times of the key that is plugged in next.
    hid: hid::Config,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("name", &self.options.name).finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds of a clock that does not go back.
    fn ticks(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Makes the pairing, and what is known of the phone, last.
    fn save(&self) {
        // One at a time, so that what is written last is the newest.
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.lock().kept.clone();
        if let Err(error) = self.store.save(&kept) {
            tracing::error!(%error, "the pairing will be lost at the end of this program");
        }
    }

    /// Changes something and shows it.
    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let mut inner = self.lock();
        change(&mut inner);
        self.publish(&inner);
    }

    fn publish(&self, inner: &Inner) {
        let view = View::of(inner);
        self.view.send_if_modified(|shown| {
            let changed = *shown != view;
            *shown = view;
            changed
        });
    }
}
