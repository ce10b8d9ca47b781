//! A console's node, two relay nodes, the NATS cluster between them, and a phone and a computer at different relay nodes.

use std::{path::Path, time::Duration};

use pocketkey_api::{
    activation::{Activation, ActivationMethod, NewActivation},
    authentication::LogSettings,
    key::{Key, KeyKind, NewKey},
    sandbox::{AuthenticatorSettings, KeyState, Screen, Script, ScriptMode, Touch},
    session::Session,
    user::{NewUser, User},
};
use pocketkey_key::computer::{Computer, ComputerOptions, View};
use pocketkey_phone::{Phone, PhoneOptions};
use pocketkey_relay_client::Rest;
use pocketkey_tests_api::{Balancer, PATIENCE, free_port, nats::Cluster, until, within};
use tokio::time::timeout;

use crate::process::{Program, set_up};

/// Everything together.
pub struct World {
    pub nats: Cluster,
    pub console: Program,
    pub relays: [Program; 2],
    /// What the phone connects to, and the computer: each prefers a relay node of its own.
    pub for_phone: Balancer,
    pub for_computer: Balancer,
    pub admin: Rest,
    pub user: User,
    pub key: Key,
    pub phone: Phone,
    pub computer: Computer,
}

impl World {
    /// Starts it all, activates the phone and pairs it with the computer.
    pub async fn start(nats: Cluster, data: &Path) -> Self {
        let port = free_port();
        let smtp = format!("127.0.0.1:{}", free_port());
        let ports = [free_port(), free_port()];
        let for_phone = Balancer::open(port, vec![ports[0], ports[1]]).await;
        let for_computer = Balancer::open(port, vec![ports[1], ports[0]]).await;
        let folder = data.join("console").to_string_lossy().into_owned();
        let (url, servers) = (for_phone.url(), nats.addresses(0));
        let mut console = Program::new(
            port,
            &["serve", "--smtp-listen", &smtp, "--data", &folder, "--url", &url, "--nats", &servers],
        );
        console.start();
        let mut relays = [1, 2].map(|n| Program::new(ports[n - 1], &["relay", "--nats", &nats.addresses(n)]));
        for relay in &mut relays {
            relay.start();
        }
        let token = console.setup_token().await;
        console.ready().await;
        for relay in &relays {
            relay.ready().await;
        }
        let admin = set_up(&for_phone.url(), token).await;
        // Else phones name web sites, for the log.
        let quiet = LogSettings { report_rp: false, keep_days: 30 };
        let _: LogSettings = admin.put("/api/v1/logs/settings", &quiet).await.unwrap();
        let user = NewUser {
            username: "ada".into(),
            name: "Ada Lovelace".into(),
            email: "ada@example.test".into(),
            ..NewUser::default()
        };
        let user: User = admin.post("/api/v1/users", &user).await.unwrap();
        let new_key = NewKey { kind: KeyKind::Smartphone, settings: None, label: String::new() };
        let key: Key = admin.post(&format!("/api/v1/users/{}/keys", user.id), &new_key).await.unwrap();
        let now = NewActivation { method: ActivationMethod::Now };
        let invite = format!("/api/v1/keys/{}/activation", key.id);
        let invited: Activation = admin.post(&invite, &now).await.unwrap();

        let phone = phone(data, ScriptMode::Approve);
        phone.touch(Touch::Scan { text: invited.codes.unwrap().link }).await;
        let computer = Computer::start(ComputerOptions::new(&for_computer.url(), "Test computer")).unwrap();
        let world =
            Self { nats, console, relays, for_phone, for_computer, admin, user, key, phone, computer };
        world.pair().await;
        world
    }

    /// Pairs phone and computer, over the nodes they are at.
    pub async fn pair(&self) {
        self.phone_is_connected().await;
        let text = timeout(PATIENCE, self.computer.pairing_text()).await.expect("an invitation");
        self.phone.touch(Touch::Scan { text }).await;
        self.key_is(KeyState::Ready).await;
    }

    pub async fn phone_is_connected(&self) {
        let mut screen = self.phone.watch();
        let home = screen.wait_for(|phone| matches!(phone.screen, Screen::Home { .. }) && phone.connected);
        timeout(PATIENCE, home).await.expect("the phone is connected").unwrap();
    }

    pub async fn key_is(&self, state: KeyState) {
        let mut view = self.computer.state();
        let there = view.wait_for(|view: &View| view.state == state);
        timeout(PATIENCE, there).await.unwrap_or_else(|_| panic!("the key is {state:?} in time")).unwrap();
    }

    pub async fn script(&self, mode: ScriptMode) {
        self.phone.script(Script { mode }).await;
    }

    /// Asks the phone whether it is the one: the smallest request that a person approves.
    pub async fn sign_in(&self) -> Vec<u8> {
        self.ask(vec![0x0b]).await
    }

    /// Asks the phone anything.
    pub async fn ask(&self, ctap: Vec<u8>) -> Vec<u8> {
        ask(&self.computer, ctap).await
    }

    /// Waits until the phone shows a request.
    pub async fn request_is_shown(&self) {
        shown(&self.phone).await;
    }

    /// New sign-ins work within `limit`.
    pub async fn works_within(&self, limit: Duration) {
        within(limit, "a sign-in works", async || (self.sign_in().await == [0x00]).then_some(())).await;
    }

    /// Starts the console's node again, and waits for it.
    pub async fn revive_console(&mut self) {
        self.console.start();
        self.console.ready().await;
        let admin = &self.admin;
        until("the console answers", async || admin.get::<Session>("/api/v1/session").await.ok()).await;
    }
}

/// A computer's request and its answer.
pub async fn ask(computer: &Computer, ctap: Vec<u8>) -> Vec<u8> {
    timeout(PATIENCE, computer.exchange(ctap)).await.expect("an answer in time")
}

/// Waits until a phone shows a request.
pub async fn shown(phone: &Phone) {
    let mut screen = phone.watch();
    let shown = screen.wait_for(|phone| matches!(phone.screen, Screen::Request { .. }));
    timeout(PATIENCE, shown).await.expect("the request is shown").unwrap();
}

/// A phone that keeps everything in `data`.
fn phone(data: &Path, script: ScriptMode) -> Phone {
    Phone::start(PhoneOptions {
        id: "phone".into(),
        model: "Test phone".into(),
        os: "Test OS".into(),
        server: None,
        data: Some(data.join("phone")),
        push: None,
        script,
        authenticator: AuthenticatorSettings::default(),
    })
    .unwrap()
}
