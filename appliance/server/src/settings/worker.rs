//! Tells phones that their settings have changed, at once and when they come: those of which the appliance does not know that
//! they have them. Who that is, is kept in memory: a phone that connects costs no look into the database.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use pocketkey_api::{UserId, event::Event};
use pocketkey_link::id::DeviceId;
use tokio::{
    sync::broadcast::{
        Receiver,
        error::{RecvError, TryRecvError},
    },
    time::{self, Instant, MissedTickBehavior},
};

use super::store::{self, Phone};
use crate::{App, db::DbError};

/// Every phone is looked at this often at most when there is cause …
const LOOK: Duration = Duration::from_secs(1);
/// … and this often without: those that still wait are told again, since a word may have been lost on the way.
const LOOK_AGAIN: Duration = Duration::from_secs(10 * 60);

/// So many phones are told at once, so often: they all ask then.
const TOLD: usize = 10;
const TELL: Duration = Duration::from_millis(100);

/// What events are about.
#[derive(Default)]
struct Cause {
    users: HashSet<UserId>,
    everybody: bool,
    came: Vec<DeviceId>,
}

impl Cause {
    fn add(&mut self, event: Event) {
        match event {
            Event::Key { user_id, .. } | Event::User { user_id } => drop(self.users.insert(user_id)),
            Event::Settings | Event::Users | Event::Groups | Event::Lagged => self.everybody = true,
            Event::Phone { device_id } => self.came.extend(device_id.parse::<DeviceId>()),
            _ => {}
        }
    }

    /// The next event, and what else has come by now; `None` if there will be none.
    async fn next(events: &mut Receiver<Event>) -> Option<Self> {
        let mut cause = Self::default();
        match events.recv().await {
            Ok(event) => cause.add(event),
            Err(RecvError::Lagged(_)) => cause.everybody = true,
            Err(RecvError::Closed) => return None,
        }
        loop {
            match events.try_recv() {
                Ok(event) => cause.add(event),
                Err(TryRecvError::Lagged(_)) => cause.everybody = true,
                Err(_) => return Some(cause),
            }
        }
    }
}

/// Phones that have yet to take their settings.
struct Waiting {
    app: App,
    phones: HashMap<DeviceId, Wait>,
    /// Those to be told now.
    queue: VecDeque<DeviceId>,
}

/// What a phone has yet to take.
struct Wait {
    version: String,
    /// Whether it is in the queue.
    queued: bool,
}

impl Waiting {
    /// Takes note of how a phone stands; has it told if it waits, and for something else than before.
    fn note(&mut self, phone: Phone) {
        if !phone.waits() {
            self.phones.remove(&phone.device);
            return;
        }
        let (device, version) = (phone.device, phone.in_force.version);
        let wait = self.phones.entry(device).or_insert(Wait { version: String::new(), queued: false });
        if wait.version != version {
            wait.version = version;
            self.tell(device);
        }
    }

    /// Looks at everybody; `again` if those that wait as they did before are told, too.
    async fn look_at_all(&mut self, again: bool) -> Result<(), DbError> {
        let phones = self.app.db().read(store::phones).await?;
        let there: HashSet<DeviceId> = phones.iter().map(|phone| phone.device).collect();
        self.phones.retain(|device, _| there.contains(device));
        phones.into_iter().for_each(|phone| self.note(phone));
        if again {
            let all: Vec<DeviceId> = self.phones.keys().copied().collect();
            all.into_iter().for_each(|device| self.tell(device));
        }
        Ok(())
    }

    async fn look_at(&mut self, users: HashSet<UserId>) -> Result<(), DbError> {
        for user in users {
            let phones = self.app.db().read(move |conn| store::phones_of(conn, &user)).await?;
            phones.into_iter().for_each(|phone| self.note(phone));
        }
        Ok(())
    }

    /// Has a phone told, if it waits.
    fn tell(&mut self, device: DeviceId) {
        if let Some(wait) = self.phones.get_mut(&device).filter(|wait| !wait.queued) {
            wait.queued = true;
            self.queue.push_back(device);
        }
    }

    fn tell_some(&mut self) {
        for device in self.queue.drain(..self.queue.len().min(TOLD)) {
            if let Some(wait) = self.phones.get_mut(&device) {
                wait.queued = false;
                self.app.relay().tell_news(device);
            }
        }
    }
}

/// Tells phones until the appliance stops.
pub async fn run(app: App) {
    let mut stopped = Box::pin(app.stopped());
    let mut events = app.events().subscribe();
    let mut waiting = Waiting { app, phones: HashMap::new(), queue: VecDeque::new() };
    let mut again = time::interval(LOOK_AGAIN);
    // When to look because of what happened, and when at the earliest.
    let (mut look, mut earliest) = (None, Instant::now());
    let mut tell = time::interval(TELL);
    tell.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let done = tokio::select! {
            () = &mut stopped => return,
            cause = Cause::next(&mut events) => {
                let Some(cause) = cause else { return };
                cause.came.into_iter().for_each(|device| waiting.tell(device));
                if cause.everybody {
                    look.get_or_insert(earliest);
                }
                waiting.look_at(cause.users).await
            }
            () = time::sleep_until(look.unwrap_or(earliest)), if look.is_some() => {
                let begun = Instant::now();
                let done = waiting.look_at_all(false).await;
                // However many phones there are: looking takes a tenth of the time at most.
                (look, earliest) = (None, Instant::now() + LOOK.max(10 * begun.elapsed()));
                done
            }
            _ = again.tick() => waiting.look_at_all(true).await,
            _ = tell.tick(), if !waiting.queue.is_empty() => {
                waiting.tell_some();
                Ok(())
            }
        };
        if let Err(error) = done {
            tracing::error!(%error, "phones are told later that their settings have changed");
            look.get_or_insert(Instant::now() + LOOK);
        }
    }
}
