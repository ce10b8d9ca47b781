//! The worker that calls phones: one call at a time for each, repeated while its request lives.

use std::{collections::HashMap, time::Duration};

use pocketkey_link::id::DeviceId;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{self, Instant},
};

use super::{
    client::{Pusher, Tried},
    model::Subscription,
    store,
    wake::Call,
};
use crate::{App, db::DbError};

/// After a call to a phone, the next one waits so long; what comes meanwhile is one call.
const PAUSE: Duration = Duration::from_secs(3);

/// Phones that are being called at once.
const MOST: usize = 1024;

/// Before a try is repeated: so long, every time twice as long …
const FIRST: Duration = Duration::from_secs(1);
/// … but never longer than this by ourselves.
const LONGEST: Duration = Duration::from_secs(30);

/// Calls phones until the appliance stops.
pub async fn run(app: App, pusher: Pusher, mut calls: mpsc::Receiver<Call>) {
    let mut turns = Turns::default();
    let mut running = JoinSet::new();
    let mut stopped = Box::pin(app.stopped());
    loop {
        let next = tokio::select! {
            () = &mut stopped => return,
            call = calls.recv() => match call {
                Some(call) => turns.call(call),
                None => return,
            },
            Some(over) = running.join_next() => match over {
                Ok(phone) => turns.over(phone),
                Err(error) => {
                    tracing::error!(%error, "a call did not end as it should");
                    None
                }
            },
        };
        if let Some(call) = next {
            let (app, pusher) = (app.clone(), pusher.clone());
            running.spawn(async move {
                if let Err(error) = carry(&app, &pusher, call).await {
                    tracing::error!(%error, phone = %call.phone, "a phone could not be called");
                }
                call.phone
            });
        }
    }
}

/// Whose turn it is: one call at a time for a phone, and the newest of those that came meanwhile.
#[derive(Default)]
struct Turns(HashMap<DeviceId, Option<Call>>);

impl Turns {
    /// A call came: it, if it may begin.
    fn call(&mut self, call: Call) -> Option<Call> {
        if let Some(waiting) = self.0.get_mut(&call.phone) {
            *waiting = Some(call);
            return None;
        }
        if self.0.len() >= MOST {
            tracing::warn!(phone = %call.phone, "not called: too many phones are being called already");
            return None;
        }
        self.0.insert(call.phone, None);
        Some(call)
    }

    /// The call to this phone is over: the next one, if there is one.
    fn over(&mut self, phone: DeviceId) -> Option<Call> {
        let next = self.0.get_mut(&phone).and_then(Option::take);
        if next.is_none() {
            self.0.remove(&phone);
        }
        next
    }
}

/// Calls a phone until its push service has the call, or there is no reason any more; then rests.
async fn carry(app: &App, pusher: &Pusher, call: Call) -> Result<(), DbError> {
    let phone = call.phone;
    let until = Instant::from_std(call.until);
    let mut pause = FIRST;
    while Instant::now() < until && app.relay().waits_for(phone) {
        let sandbox = app.config().sandbox;
        let Some(to) = app.db().read(move |conn| store::find(conn, phone, sandbox)).await? else {
            return Ok(());
        };
        let (after, why) = match pusher.push(&to, &call, app.vapid(), app.now()).await {
            Tried::Taken => {
                tracing::debug!(%phone, "called");
                app.db().write(move |tx| store::succeeded(tx, phone)).await?;
                break;
            }
            Tried::Gone => {
                refused(app, phone, to, "is gone", true).await?;
                break;
            }
            Tried::Refused(status) => {
                refused(app, phone, to, status.as_str(), false).await?;
                break;
            }
            Tried::Later(after, why) => (after, why),
        };
        tracing::warn!(%phone, %why, "the push service did not take a call; it is tried again");
        let left = until.saturating_duration_since(Instant::now());
        time::sleep(after.unwrap_or_default().max(pause).min(left)).await;
        pause = (pause * 2).min(LONGEST);
    }
    time::sleep(PAUSE).await;
    Ok(())
}

async fn refused(app: &App, phone: DeviceId, to: Subscription, why: &str, gone: bool) -> Result<(), DbError> {
    let forgotten =
        app.db().write(move |tx| store::refused(tx, phone, to.endpoint.url().as_str(), gone)).await?;
    tracing::warn!(%phone, why, forgotten, "the push service refused a call");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(phone: u8) -> Call {
        Call::new(DeviceId([phone; 16]), std::time::Instant::now())
    }

    #[test]
    fn one_call_at_a_time_and_the_newest_of_those_that_wait() {
        let mut turns = Turns::default();
        let calls = [1, 1, 1, 2].map(call);
        let begun: Vec<_> = calls.into_iter().filter_map(|call| turns.call(call)).collect();
        assert_eq!(begun, [calls[0], calls[3]]);
        assert_eq!(turns.over(calls[0].phone), Some(calls[2]), "the one between is the same as it");
        assert_eq!(turns.over(calls[0].phone), None);
        assert_eq!(turns.call(calls[1]), Some(calls[1]), "after a rest");
        assert_eq!(turns.0.len(), 2);
    }

    #[test]
    fn only_so_many_phones_are_called_at_once() {
        let mut turns = Turns::default();
        let phone = |n: usize| Call { phone: DeviceId((n as u128).to_be_bytes()), ..call(0) };
        assert_eq!((0..MOST + 5).filter_map(|n| turns.call(phone(n))).count(), MOST);
        assert_eq!(turns.over(phone(7).phone), None);
        assert!(turns.call(phone(MOST + 1)).is_some());
    }
}
