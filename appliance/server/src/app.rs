//! What every request handler and worker shares.

use std::{future::Future, sync::Arc};

use tokio::sync::{Notify, watch};

use crate::{
    activation, admins,
    clock::Clock,
    config::Config,
    db::{Db, DbError},
    events::Events,
    idempotency::UnderWay,
    inbox,
    jobs::Jobs,
    mail::Mailer,
    ops,
    push::{self, Vapid, Wake},
    relay::{Authority, Database, Relay, admission::Issuer, bus::Bus},
    secret::{self, ServerSecret},
};

/// The appliance's shared state; cloning shares it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: Arc<Db>,
    config: Config,
    url: String,
    started_at: i64,
    secret: ServerSecret,
    events: Events,
    jobs: Jobs,
    mail_waiting: Notify,
    mailer: Mailer,
    workflows_waiting: Notify,
    relay: Arc<Relay>,
    wake: Arc<dyn Wake>,
    vapid: Vapid,
    sign_in: admins::Guard,
    activations: activation::Guard,
    mail_faults: inbox::Faults,
    under_way: UnderWay,
    stopping: watch::Sender<bool>,
}

impl App {
    /// Wraps an open database and the secret it keeps. `url` is the public address without a trailing slash; `wake` calls
    /// phones; `bus` leads to other nodes; `mailer` is how mail leaves until the settings are read.
    pub fn new(
        db: Db,
        secret: ServerSecret,
        config: Config,
        url: String,
        wake: Arc<dyn Wake>,
        bus: Box<dyn Bus>,
        mailer: Mailer,
    ) -> Self {
        let (db, events) = (Arc::new(db), Events::default());
        let database = Database {
            db: Arc::clone(&db),
            events: events.clone(),
            wake: Arc::clone(&wake),
            clock: Arc::clone(&config.clock),
            issuer: Issuer::new(&secret),
            url: url.clone(),
        };
        let relay = Arc::new(Relay::new(Authority::Here(database), bus));
        let vapid = Vapid::new(&secret, push::contact(&url, config.mail_from.as_deref().unwrap_or_default()));
        Self(Arc::new(Inner {
            db,
            started_at: config.clock.now(),
            config,
            url,
            secret,
            events,
            jobs: Jobs::default(),
            mail_waiting: Notify::new(),
            mailer,
            workflows_waiting: Notify::new(),
            relay,
            wake,
            vapid,
            sign_in: admins::Guard::default(),
            activations: activation::Guard::default(),
            mail_faults: inbox::Faults::default(),
            under_way: UnderWay::default(),
            stopping: watch::channel(false).0,
        }))
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// How the appliance is set up.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The public address, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// When it was started, Unix milliseconds.
    pub fn started_at(&self) -> i64 {
        self.0.started_at
    }

    /// The appliance's own secret.
    pub fn secret(&self) -> &ServerSecret {
        &self.0.secret
    }

    /// What open pages are told.
    pub fn events(&self) -> &Events {
        &self.0.events
    }

    /// Work in the background.
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// Wakes the outbox worker: a mail waits.
    pub fn mail_waiting(&self) -> &Notify {
        &self.0.mail_waiting
    }

    /// How mail leaves.
    pub fn mailer(&self) -> &Mailer {
        &self.0.mailer
    }

    /// Wakes the workflows' worker: a run waits.
    pub fn workflows_waiting(&self) -> &Notify {
        &self.0.workflows_waiting
    }

    /// The relay.
    pub fn relay(&self) -> &Arc<Relay> {
        &self.0.relay
    }

    /// Calls phones that are away.
    pub fn wake(&self) -> &dyn Wake {
        self.0.wake.as_ref()
    }

    /// The appliance's key at push services.
    pub fn vapid(&self) -> &Vapid {
        &self.0.vapid
    }

    /// What slows down guessing of passwords.
    pub fn sign_in_guard(&self) -> &admins::Guard {
        &self.0.sign_in
    }

    /// What slows down guessing of activation codes.
    pub fn activation_guard(&self) -> &activation::Guard {
        &self.0.activations
    }

    /// What the mail sink does wrong on purpose.
    pub fn mail_faults(&self) -> &inbox::Faults {
        &self.0.mail_faults
    }

    /// Requests with an idempotency key that are being answered.
    pub fn under_way(&self) -> &UnderWay {
        &self.0.under_way
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        self.0.config.clock.as_ref()
    }

    /// Unix time in milliseconds.
    pub fn now(&self) -> i64 {
        self.clock().now()
    }

    /// Tells streams and workers to end.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Whether the appliance stops.
    pub fn is_stopping(&self) -> bool {
        *self.0.stopping.borrow()
    }

    /// Resolves when the appliance stops.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        ops::stopped(self.stopping())
    }

    /// Whether the appliance stops.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }
}

/// Reads the appliance's secret; makes it the first time.
///
/// # Errors
/// If it can neither be read nor made.
pub async fn load_secret(db: &Db) -> Result<ServerSecret, DbError> {
    let fresh: [u8; 32] = secret::random();
    let bytes = db
        .write(move |tx| -> Result<[u8; 32], DbError> {
            tx.execute("INSERT OR IGNORE INTO appliance (id, secret) VALUES (1, ?1)", [fresh])?;
            Ok(tx.query_row("SELECT secret FROM appliance WHERE id = 1", [], |row| row.get(0))?)
        })
        .await?;
    Ok(ServerSecret::new(bytes))
}
