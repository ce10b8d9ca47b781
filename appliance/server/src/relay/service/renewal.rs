//! New certificates for devices that stay connected, long before the old ones expire: whoever has to come back while the
//! console's node is away then has a good one.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use pocketkey_link::{certificate::LIFETIME_MS, frame::Frame, id::DeviceId};
use tokio::time;

use super::{super::hub::Effect, Relay, SessionId};
use crate::secret;

/// [`LIFETIME_MS`], as the database counts.
const LIFETIME: i64 = LIFETIME_MS.cast_signed();

/// How often to look whose turn it is.
const LOOK: Duration = Duration::from_secs(60);

/// Devices that are looked up at once.
const AT_ONCE: usize = 8;

/// After a look-up that failed: not before, and at most so much later, in milliseconds.
const AGAIN: i64 = 60_000;

/// When a certificate issued at `issued_at` is replaced, if its device is here since `now`: at a random time in the third
/// quarter of its life; if that is over, in the first half of what is left. So devices that came together part.
pub(super) fn due(issued_at: i64, now: i64, chance: u32) -> i64 {
    let earliest = now.max(issued_at + LIFETIME / 2);
    let left = (issued_at + LIFETIME - earliest).max(0);
    earliest + part(left / 2, chance)
}

/// A random part of `whole`.
fn part(whole: i64, chance: u32) -> i64 {
    // No time span here has more than 32 bits of milliseconds.
    (whole * i64::from(chance)) >> 32
}

/// What [`due`] is handed.
pub(super) fn chance() -> u32 {
    u32::from_be_bytes(secret::random())
}

/// Renews for ever.
pub(super) async fn run(relay: &Relay) {
    let mut look = time::interval(LOOK);
    loop {
        look.tick().await;
        relay.renew().await;
    }
}

impl Relay {
    /// Gives new certificates to devices here whose turn it is. [`super::run`] does it every minute.
    pub async fn renew(&self) {
        let now = self.authority.now();
        let due: Vec<(SessionId, DeviceId)> = {
            let state = self.lock();
            let due = state.sessions.iter().filter(|(_, session)| session.renews_at <= now);
            due.filter_map(|(id, _)| Some((*id, state.hub.device_of(*id)?))).collect()
        };
        let renewals = due.into_iter().map(|(session, device)| self.renew_one(session, device));
        stream::iter(renewals).buffer_unordered(AT_ONCE).for_each(async |()| {}).await;
    }

    async fn renew_one(&self, session: SessionId, device: DeviceId) {
        let found = self.authority.admit(device).await;
        let now = self.authority.now();
        self.apply(|state| {
            // It may be gone, or blocked, by now.
            let Some(known) = state.sessions.get_mut(&session).filter(|_| state.hub.is_session(session))
            else {
                return Vec::new();
            };
            match found {
                Ok(Some((_, true))) => state.hub.block(Instant::now(), device),
                Ok(Some((admitted, false))) => {
                    known.renews_at = due(admitted.issued_at, now, chance());
                    let certificate =
                        admitted.fresh.map(|fresh| Frame::Certificate { certificate: fresh.into() });
                    certificate.map(|certificate| Effect::Send(session, certificate)).into_iter().collect()
                }
                Ok(None) => state.remove(device),
                Err(error) => {
                    tracing::debug!(%error, "a certificate is renewed later");
                    known.renews_at = now + AGAIN + part(AGAIN, chance());
                    Vec::new()
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use pocketkey_link::{
        certificate::Checker,
        frame::Refusal,
        id::{ExchangeId, PairingId},
    };
    use proptest::prelude::*;

    use super::{
        super::super::{
            admission::Issuer,
            authority::{Authority, Database},
            bus::Local,
            hub::Role,
            outbox::Waiting,
            wire_tests::frames,
        },
        *,
    };
    use crate::{
        clock::Clock,
        db::{Db, DbError},
        events::Events,
        push::web_push,
        secret::ServerSecret,
    };

    const NOW: i64 = 1_800_000_000_000;
    const HOUR: i64 = 60 * 60 * 1000;
    const COMPUTER: DeviceId = DeviceId([1; 16]);
    const PHONE: DeviceId = DeviceId([2; 16]);
    const PAIRING: PairingId = PairingId([3; 16]);

    #[derive(Default)]
    struct Hands(AtomicI64);

    impl Clock for Hands {
        fn now(&self) -> i64 {
            NOW + self.0.load(Ordering::SeqCst)
        }
    }

    struct World {
        relay: Arc<Relay>,
        db: Arc<Db>,
        clock: Arc<Hands>,
        checker: Checker,
        _folder: tempfile::TempDir,
    }

    impl World {
        /// An appliance on one node with a computer and a phone. In its database both are computers: a phone needs a key there.
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (db, clock) = (Arc::new(Db::open(folder.path()).unwrap()), Arc::new(Hands::default()));
            let issuer = Issuer::new(&ServerSecret::new([1; 32]));
            let checker = issuer.checker();
            db.write::<_, DbError, _>(|tx| {
                let mut insert = tx.prepare(
                    "INSERT INTO devices (id, role, name, model, os, sign_key, channel_key, created_at, seen_at)
                     VALUES (?1, 'computer', '', '', '', ?2, ?2, 0, 0)",
                )?;
                for id in [COMPUTER, PHONE] {
                    insert.execute((id.to_string(), [id.0, id.0].concat()))?;
                }
                tx.execute(
                    "INSERT INTO pairings (id, computer, phone, state, created_at, expires_at)
                     VALUES (?1, ?2, ?3, 'paired', 0, 0)",
                    (PAIRING.to_string(), COMPUTER.to_string(), PHONE.to_string()),
                )?;
                Ok(())
            })
            .await
            .unwrap();
            let database = Database {
                db: Arc::clone(&db),
                events: Events::default(),
                wake: Arc::new(web_push().0),
                clock: clock.clone(),
                issuer,
                url: "http://localhost".into(),
            };
            let relay = Arc::new(Relay::new(Authority::Here(database), Box::new(Local)));
            Self { relay, db, clock, checker, _folder: folder }
        }

        fn pass(&self, time: i64) {
            self.clock.0.fetch_add(time, Ordering::SeqCst);
        }

        async fn connect(&self, device: DeviceId, certificate: Option<&[u8]>) -> (SessionId, Waiting) {
            let mut admitted = self.relay.admit(device, certificate).await.unwrap().unwrap();
            admitted.device.role = if device == PHONE { Role::Phone } else { Role::Computer };
            self.relay.connect(admitted, [127, 0, 0, 1].into()).await.unwrap()
        }

        fn issued_at(&self, certificate: &[u8]) -> i64 {
            let now = u64::try_from(self.clock.now()).unwrap();
            self.checker.check(certificate, now).expect("a good one").issued_at.cast_signed()
        }
    }

    /// What has come by now.
    async fn heard(waiting: &mut Waiting) -> Vec<Frame> {
        let mut heard = Vec::new();
        while let Ok(Some(bytes)) = time::timeout(Duration::ZERO, waiting.take()).await {
            heard.extend(frames(&bytes));
        }
        heard
    }

    fn certificates(heard: &[Frame]) -> Vec<Vec<u8>> {
        let certificate = |frame: &Frame| match frame {
            Frame::Certificate { certificate } => Some(certificate.to_vec()),
            _ => None,
        };
        heard.iter().filter_map(certificate).collect()
    }

    #[tokio::test]
    async fn who_stays_has_a_good_certificate_all_the_time_and_loses_nothing_under_way() {
        let world = World::new().await;
        let (_, mut computer) = world.connect(COMPUTER, None).await;
        let (phone_session, mut phone) = world.connect(PHONE, None).await;
        let first = certificates(&heard(&mut phone).await).remove(0);
        heard(&mut computer).await;

        world.pass(5 * HOUR);
        world.relay.renew().await;
        assert_eq!(heard(&mut phone).await, [], "too early");

        world.pass(4 * HOUR);
        world.relay.renew().await;
        let second = certificates(&heard(&mut phone).await).remove(0);
        assert_eq!(world.issued_at(&second), world.clock.now());
        assert_eq!(certificates(&heard(&mut computer).await).len(), 1, "computers, too");
        world.relay.renew().await;
        assert_eq!(heard(&mut phone).await, [], "once");

        // In the middle of a request.
        world.pass(9 * HOUR);
        let exchange = ExchangeId([4; 16]);
        let request = Frame::Request { exchange, pairing: PAIRING, ttl_ms: 60_000, body: vec![5].into() };
        world.relay.apply(|state| state.hub.received(Instant::now(), 1, request));
        world.relay.renew().await;
        let at_phone = heard(&mut phone).await;
        assert!(matches!(at_phone[..], [Frame::Request { .. }, Frame::Certificate { .. }]), "{at_phone:?}");
        let answer = Frame::Response { exchange, pairing: PAIRING, body: vec![6].into() };
        world.relay.apply(|state| state.hub.received(Instant::now(), phone_session, answer.clone()));
        let at_computer = heard(&mut computer).await;
        assert!(at_computer.contains(&answer), "{at_computer:?}");

        // It comes back without anybody being asked.
        let third = certificates(&at_phone).remove(0);
        let lookups = world.relay.lookups();
        world.connect(PHONE, Some(&third)).await;
        assert_eq!(world.relay.lookups(), lookups);
        world.connect(PHONE, Some(&first)).await;
        assert_eq!(world.relay.lookups(), lookups + 1, "as it would be without");
    }

    #[tokio::test]
    async fn who_is_blocked_or_deleted_gets_none() {
        let world = World::new().await;
        let (_, mut computer) = world.connect(COMPUTER, None).await;
        let (_, mut phone) = world.connect(PHONE, None).await;
        heard(&mut computer).await;
        heard(&mut phone).await;
        world.relay.block(PHONE, world.clock.now());
        let deleted = world.db.write::<_, DbError, _>(|tx| Ok(tx.execute("DELETE FROM devices", [])?));
        assert_eq!(deleted.await.unwrap(), 2);
        world.pass(9 * HOUR);
        world.relay.renew().await;
        assert_eq!(heard(&mut phone).await, [Frame::Refused { reason: Refusal::Blocked }]);
        let at_computer = heard(&mut computer).await;
        let refused = Frame::Refused { reason: Refusal::NotProven };
        assert!(at_computer.contains(&refused) && certificates(&at_computer).is_empty(), "{at_computer:?}");
        assert_eq!(world.relay.connections(), 0);
    }

    #[tokio::test]
    async fn while_nobody_can_be_asked_the_session_stands_and_it_is_tried_again() {
        let world = World::new().await;
        let (session, mut phone) = world.connect(PHONE, None).await;
        heard(&mut phone).await;
        world.pass(9 * HOUR);
        world.db.close().await;
        world.relay.renew().await;
        assert_eq!(heard(&mut phone).await, []);
        let again = world.relay.lock().sessions[&session].renews_at - world.clock.now();
        assert!((AGAIN..2 * AGAIN).contains(&again), "{again}");
    }

    #[test]
    fn ten_thousand_that_came_together_part() {
        let mut hours = [0; 3];
        for n in 0..10_000 {
            let at = due(NOW, NOW, n * (u32::MAX / 10_000));
            hours[usize::try_from((at - NOW) / HOUR - 6).unwrap()] += 1;
        }
        assert!(hours.iter().all(|count| (3_300..3_400).contains(count)), "{hours:?}");
    }

    proptest! {
        #[test]
        fn renewals_are_ahead_and_before_the_end(age in 0..LIFETIME, chance: u32) {
            let at = due(NOW - age, NOW, chance);
            prop_assert!(at >= NOW && at < NOW - age + LIFETIME);
            prop_assert!(at >= NOW - age + LIFETIME / 2);
        }
    }
}
