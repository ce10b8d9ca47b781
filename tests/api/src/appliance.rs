//! A fresh appliance in a folder of its own.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::Router;
use pocketkey_api::{
    KeyId, UserId,
    activation::{Activation, ActivationCodes, ActivationMethod, NewActivation},
    key::{Key, KeyKind, NewKey},
    session::Setup,
    user::{NewUser, User},
};
use pocketkey_server::{App, Config, clock::Clock, start};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

use crate::Client;

/// The first admin's e-mail address.
pub const ADMIN: &str = "grace@example.org";
/// The first admin's password.
pub const PASSWORD: &str = "correct horse battery";

/// A clock that stands still until it is moved.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Moves it on.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    /// Stands at 2026-01-01 00:00 UTC.
    fn default() -> Self {
        Self(AtomicI64::new(1_767_225_600_000))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A running appliance. Its ports are free ones; its folder goes with it.
pub struct Appliance {
    /// The appliance's shared state.
    pub app: App,
    /// Its router, as it is served.
    pub router: Router,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Where it listens.
    pub http_addr: std::net::SocketAddr,
    /// Where its SMTP sink listens.
    pub smtp_addr: std::net::SocketAddr,
    /// The set-up link, while there is no admin.
    pub setup_link: Option<String>,
    config: Config,
    folder: TempDir,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Appliance {
    /// Starts one with default settings.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts one after `change` had its way with the settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(ManualClock::default());
        let mut config = Config::new(folder.path().join("data"));
        config.listen = ([127, 0, 0, 1], 0).into();
        config.smtp_listen = ([127, 0, 0, 1], 0).into();
        config.clock = clock.clone();
        change(&mut config);
        Self::run(config, folder, clock).await
    }

    async fn run(config: Config, folder: TempDir, clock: Arc<ManualClock>) -> Self {
        let appliance = start(config.clone()).await.expect("the appliance starts");
        let (stop, stopped) = oneshot::channel();
        let (app, router) = (appliance.app.clone(), appliance.router());
        let (http_addr, smtp_addr) = (appliance.http_addr, appliance.smtp_addr);
        let setup_link = appliance.setup_link.clone();
        let running = tokio::spawn(appliance.run_until(async {
            let _ = stopped.await;
        }));
        Self { app, router, clock, http_addr, smtp_addr, setup_link, config, folder, stop, running }
    }

    /// Stops it and starts it again on the same folder.
    pub async fn restart(self) -> Self {
        drop((self.app, self.router));
        let _ = self.stop.send(());
        self.running.await.expect("it stops in peace");
        Self::run(self.config, self.folder, self.clock).await
    }

    /// The data folder.
    pub fn folder(&self) -> &std::path::Path {
        &self.config.data
    }

    /// A client that is not signed in.
    pub fn client(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// The token of the set-up link.
    pub fn setup_token(&self) -> String {
        let link = self.setup_link.as_deref().expect("not set up yet");
        link.split_once('#').expect("a fragment").1.to_owned()
    }

    /// Makes the first admin and gives a client that is signed in as them.
    pub async fn set_up(&self) -> Client {
        let mut client = self.client();
        let setup = Setup {
            token: self.setup_token(),
            organisation: "Example Labs".into(),
            name: "Grace Hopper".into(),
            email: ADMIN.into(),
            password: PASSWORD.into(),
        };
        client.post("/api/v1/setup", &setup).await.expect(201);
        client
    }
}

impl Client {
    /// Adds a user with this username.
    pub async fn add_user(&mut self, username: &str) -> User {
        let new = NewUser {
            username: username.into(),
            name: format!("{username} Lovelace"),
            email: format!("{username}@example.org"),
            ..NewUser::default()
        };
        self.post("/api/v1/users", &new).await.expect(201).json()
    }

    /// Assigns a smartphone with default settings.
    pub async fn add_key(&mut self, user: &UserId) -> Key {
        let new = NewKey::of(KeyKind::Smartphone);
        self.post(&format!("/api/v1/users/{user}/keys"), &new).await.expect(201).json()
    }

    /// Invites a phone to become `key`.
    pub async fn invite(&mut self, key: &KeyId, method: ActivationMethod) -> Activation {
        self.post(&format!("/api/v1/keys/{key}/activation"), &NewActivation { method })
            .await
            .expect(201)
            .json()
    }

    /// Adds a user with a key and invites a phone on screen.
    pub async fn invite_new(&mut self, username: &str) -> (User, Key, ActivationCodes) {
        let user = self.add_user(username).await;
        let key = self.add_key(&user.id).await;
        let activation = self.invite(&key.id, ActivationMethod::Now).await;
        (user, key, activation.codes.expect("codes on screen"))
    }
}
