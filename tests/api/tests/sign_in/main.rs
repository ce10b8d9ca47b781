//! Whole sign-ins through real sockets: computer, relay, phone, authenticator. Every ending, and what the appliance
//! sees of it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod blocked;
mod faulty;
mod sandbox;
mod settings;
mod tap;
mod tls;

use std::{path::Path, time::Duration};

use pocketkey_api::{
    Page, PhoneId,
    authentication::{AuthAction, AuthReason, Authentication},
    sandbox::{KeyState, Screen, Script, ScriptMode, Touch},
};
use pocketkey_key::{
    computer::{Computer, ComputerOptions, View},
    fail::Fail,
};
use pocketkey_server::Config;
use pocketkey_tests_api::{Client, PATIENCE};
use pocketkey_world::{Sandbox, SandboxOptions};
use tap::Tap;
use tokio::time::timeout;

const RP_ID: &str = "relying-party.example";
const ACCOUNT: &str = "ada.the.first@relying-party.example";

/// An appliance with an activated phone, a paired computer, and a tap on all that the two exchange with it.
struct World {
    data: tempfile::TempDir,
    tap: Tap,
    /// The appliance's API, in the same process.
    router: axum::Router,
    sandbox: Sandbox,
    computer: Computer,
}

/// The ports at which the devices find the appliance.
struct Doors {
    phone: u16,
    computer: u16,
}

impl From<u16> for Doors {
    fn from(both: u16) -> Self {
        Self { phone: both, computer: both }
    }
}

impl World {
    async fn new(answer_within: Duration) -> Self {
        Self::behind(answer_within, async |port| port).await
    }

    /// A world whose devices reach the appliance through what `proxy` opens before its port.
    async fn behind(answer_within: Duration, proxy: impl AsyncFnOnce(u16) -> u16) -> Self {
        Self::with(answer_within, |_| {}, proxy).await
    }

    /// A world whose appliance is set up after `change` had its way with the settings.
    async fn with<D: Into<Doors>>(
        answer_within: Duration,
        change: impl FnOnce(&mut Config),
        proxy: impl AsyncFnOnce(u16) -> D,
    ) -> Self {
        let data = tempfile::tempdir().unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let mut config = Config { listen: any, smtp_listen: any, sandbox: true, ..Config::new(data.path()) };
        change(&mut config);
        let scheme = if config.tls_identity.is_some() { "https" } else { "http" };
        let appliance = pocketkey_server::start(config).await.unwrap();
        let (tap, port) = Tap::open(appliance.http_addr.port()).await;
        let doors: Doors = proxy(port).await.into();
        let [phone, computer] =
            [doors.phone, doors.computer].map(|port| format!("{scheme}://127.0.0.1:{port}"));
        let router = appliance.router();
        let setup_token =
            appliance.setup_link.as_ref().map(|link| link.split_once('#').unwrap().1.to_owned());
        let options =
            SandboxOptions { server: phone, setup_token, data: data.path().to_owned(), uhid: false };
        let sandbox = Sandbox::new(options).unwrap();
        tokio::spawn(
            appliance
                .with_routes(sandbox.routes(), pocketkey_world::DOCUMENT)
                .run_until(std::future::pending()),
        );
        tokio::spawn({
            let sandbox = sandbox.clone();
            async move { panic!("the sandbox stopped: {:?}", sandbox.run().await.err()) }
        });
        let computer = Computer::start(ComputerOptions {
            answer_within,
            ..ComputerOptions::new(&computer, "Test computer")
        })
        .unwrap();
        let world = Self { data, tap, router, sandbox, computer };
        world.phone_shows(|screen, connected| matches!(screen, Screen::Home { .. }) && connected).await;
        let text = world.computer.pairing_text().await;
        world.touch(Touch::Scan { text }).await;
        world.key_is(KeyState::Ready).await;
        world
    }

    fn phone(&self) -> &pocketkey_phone::Phone {
        self.sandbox.phone(&PhoneId::from("phone-1")).unwrap()
    }

    async fn touch(&self, touch: Touch) {
        self.phone().touch(touch).await;
    }

    async fn script(&self, mode: ScriptMode) {
        self.phone().script(Script { mode }).await;
    }

    async fn phone_shows(&self, as_wanted: impl Fn(&Screen, bool) -> bool) -> Screen {
        let mut view = self.sandbox.view();
        let shown =
            view.wait_for(|view| view.phones.iter().any(|phone| as_wanted(&phone.screen, phone.connected)));
        let view = timeout(PATIENCE, shown).await.expect("the phone shows it in time").unwrap();
        view.phones[0].screen.clone()
    }

    async fn key_is(&self, state: KeyState) {
        let mut view = self.computer.state();
        let there = view.wait_for(|view: &View| view.state == state);
        if timeout(PATIENCE, there).await.is_err() {
            let phones = self.sandbox.view().borrow().phones.clone();
            panic!("not {state:?} in time: {:?}; phones: {phones:?}", self.computer.state().borrow());
        }
    }

    async fn ask(&self, ctap: Vec<u8>) -> Vec<u8> {
        timeout(PATIENCE, self.computer.exchange(ctap)).await.expect("an answer in time")
    }
}

/// authenticatorMakeCredential: discoverable, ES256, user verification.
fn make_credential() -> Vec<u8> {
    let mut cbor = minicbor::Encoder::new(vec![0x01]);
    let encoded = cbor
        .map(5)
        .and_then(|e| e.u8(1)?.bytes(&[7; 32]))
        .and_then(|e| e.u8(2)?.map(2)?.str("id")?.str(RP_ID)?.str("name")?.str("Relying party"))
        .and_then(|e| e.u8(3)?.map(2)?.str("id")?.bytes(b"user-1")?.str("name")?.str(ACCOUNT))
        .and_then(|e| e.u8(4)?.array(1)?.map(2)?.str("alg")?.i8(-7)?.str("type")?.str("public-key"))
        .and_then(|e| e.u8(7)?.map(2)?.str("rk")?.bool(true)?.str("uv")?.bool(true));
    encoded.unwrap();
    cbor.into_writer()
}

/// authenticatorGetAssertion with an empty allow list and user verification.
fn get_assertion() -> Vec<u8> {
    let mut cbor = minicbor::Encoder::new(vec![0x02]);
    let encoded = cbor
        .map(3)
        .and_then(|e| e.u8(1)?.str(RP_ID)?.u8(2)?.bytes(&[8; 32]))
        .and_then(|e| e.u8(5)?.map(1)?.str("uv")?.bool(true));
    encoded.unwrap();
    cbor.into_writer()
}

/// The authenticator data, at key 2 of a successful reply.
fn authenticator_data(reply: &[u8]) -> &[u8] {
    assert_eq!(reply[0], 0x00, "CTAP2_OK");
    let mut decoder = minicbor::Decoder::new(&reply[1..]);
    for _ in 0..decoder.map().unwrap().unwrap() {
        if decoder.u8().unwrap() == 2 {
            return decoder.bytes().unwrap();
        }
        decoder.skip().unwrap();
    }
    panic!("no authenticator data in the reply");
}

/// Its flags byte.
fn flags(reply: &[u8]) -> u8 {
    authenticator_data(reply)[32]
}

const UP_AND_UV: u8 = 0b101;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_registers_and_signs_in_and_the_appliance_sees_neither_site_nor_account() {
    let folder = std::cell::OnceCell::new();
    let world = World::with(
        PATIENCE,
        |config| folder.set(config.data.clone()).unwrap(),
        async |port| {
            // The organisation does not want phones to name web sites.
            let database = rusqlite::Connection::open(folder.get().unwrap().join("pocketkey.db")).unwrap();
            database.execute("UPDATE appliance SET report_rp = 0", []).unwrap();
            port
        },
    )
    .await;

    // The person approves and unlocks by hand.
    let (made, ()) = tokio::join!(world.ask(make_credential()), async {
        let screen = world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
        let Screen::Request { request } = screen else { unreachable!() };
        assert_eq!((request.rp_id.as_str(), request.account.as_str()), (RP_ID, ACCOUNT));
        assert_eq!(request.computer, "Test computer");
        world.touch(Touch::Approve).await;
        world.phone_shows(|screen, _| matches!(screen, Screen::Unlock { .. })).await;
        world.touch(Touch::UnlockWrong).await;
        world.phone_shows(|screen, _| matches!(screen, Screen::Unlock { tries_left: Some(2), .. })).await;
        world.touch(Touch::Unlock).await;
    });
    assert_eq!(flags(&made) & UP_AND_UV, UP_AND_UV);

    world.script(ScriptMode::Approve).await;
    assert_eq!(flags(&world.ask(get_assertion()).await) & UP_AND_UV, UP_AND_UV);

    // The tap works: what is public passed by …
    assert!(world.tap.saw(b"Pixel 9 (simulated)"), "the phone's introduction, over REST");
    let pairing = world.computer.state().borrow().phone.clone().unwrap();
    assert_eq!(pairing.model, "Pixel 9 (simulated)");
    // … and what is not, did not: neither over the wire nor into the data folder of the appliance.
    kept_secret(&world, &[RP_ID.as_bytes(), ACCOUNT.as_bytes(), b"public-key", b"Relying party"]);
}

/// Fails if one of these passed the appliance, or is in its data folder.
fn kept_secret(world: &World, secrets: &[&[u8]]) {
    for secret in secrets {
        let secret_text = String::from_utf8_lossy(secret);
        assert!(!world.tap.saw(secret), "{secret_text} passed the appliance");
        for file in database_files(world.data.path()) {
            assert!(
                !tap::contains(&std::fs::read(&file).unwrap(), secret),
                "{secret_text} is in {}",
                file.display()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_names_the_web_site_for_the_log_and_nothing_else_of_a_request() {
    let world = World::new(PATIENCE).await;
    world.script(ScriptMode::Approve).await;
    assert_eq!(flags(&world.ask(make_credential()).await) & UP_AND_UV, UP_AND_UV);
    world.script(ScriptMode::Deny).await;
    assert_eq!(world.ask(get_assertion()).await, [0x27], "CTAP2_ERR_OPERATION_DENIED");
    let mut admin = Client::new(world.router.clone());
    let mut door = Client::new(axum::Router::from(world.sandbox.routes()));
    let console = door.get("/api/v1/sandbox/console").await.expect(303);
    admin.cookie = console.header("set-cookie").split(';').next().map(str::to_owned);
    let entries = async {
        loop {
            let page: Page<Authentication> = admin.get("/api/v1/authentications").await.expect(200).json();
            if page.items.len() == 2 {
                return page.items;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let entries = timeout(PATIENCE, entries).await.expect("both are written");
    let told = entries.iter().map(|entry| (entry.action, entry.reason, entry.rp.as_deref()));
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            (Some(AuthAction::SignIn), Some(AuthReason::Denied), Some(RP_ID)),
            (Some(AuthAction::Register), None, Some(RP_ID)),
        ]
    );
    kept_secret(&world, &[ACCOUNT.as_bytes(), b"public-key", b"Relying party"]);
}

fn database_files(data: &Path) -> Vec<std::path::PathBuf> {
    let files: Vec<_> = std::fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pocketkey.db"))
        })
        .collect();
    assert!(!files.is_empty());
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn no_ends_it_at_once() {
    let world = World::new(PATIENCE).await;
    world.script(ScriptMode::Deny).await;
    assert_eq!(world.ask(make_credential()).await, [0x27], "CTAP2_ERR_OPERATION_DENIED");

    // Three wrong fingers are a no.
    world.script(ScriptMode::Ask).await;
    let (reply, ()) = tokio::join!(world.ask(make_credential()), async {
        world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
        world.touch(Touch::Approve).await;
        for _ in 0..3 {
            world.touch(Touch::UnlockWrong).await;
        }
    });
    assert_eq!(reply, [0x27]);
    world.phone_shows(|screen, _| matches!(screen, Screen::Home { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_ends_when_the_time_is_over_at_both_ends() {
    let world = World::new(Duration::from_secs(2)).await;
    world.script(ScriptMode::Ignore).await;
    assert_eq!(world.ask(make_credential()).await, [0x2f], "CTAP2_ERR_USER_ACTION_TIMEOUT");
    let home = world.phone_shows(|screen, _| matches!(screen, Screen::Home { .. })).await;
    let Screen::Home { notice, credentials, .. } = home else { unreachable!() };
    assert!(notice.is_some(), "the phone says what happened");
    assert!(credentials.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_request_leaves_the_phone() {
    let world = World::new(PATIENCE).await;
    tokio::select! {
        reply = world.ask(make_credential()) => panic!("nobody approved, but: {reply:?}"),
        _ = world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })) => {}
    }
    // The request's future is dropped: that is what CTAPHID_CANCEL does.
    world.phone_shows(|screen, _| matches!(screen, Screen::Home { .. })).await;
    // A late touch does nothing, and the next request is served.
    world.touch(Touch::Approve).await;
    world.script(ScriptMode::Approve).await;
    assert_eq!(world.ask(make_credential()).await[0], 0x00);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_away_is_waited_for() {
    let world = World::new(PATIENCE).await;
    world.script(ScriptMode::Approve).await;
    world.phone().online(false).await;
    world.key_is(KeyState::PhoneOffline).await;
    let (reply, ()) = tokio::join!(world.ask(make_credential()), async {
        // The request is at the relay before the phone is back.
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.phone().online(true).await;
    });
    assert_eq!(reply[0], 0x00);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_phone_is_called_by_a_push_and_signs_in() {
    let world = World::new(PATIENCE).await;
    world.phone().asleep(true).await;
    world.key_is(KeyState::PhoneOffline).await;
    // Nobody touches the phone until it shows the request.
    let (made, ()) = tokio::join!(world.ask(make_credential()), async {
        world.phone_shows(|screen, connected| matches!(screen, Screen::Request { .. }) && connected).await;
        assert!(!world.sandbox.view().borrow().phones[0].asleep);
        world.touch(Touch::Approve).await;
        world.touch(Touch::Unlock).await;
    });
    assert_eq!(made[0], 0x00);

    world.script(ScriptMode::Approve).await;
    world.key_is(KeyState::Ready).await;
    world.phone().asleep(true).await;
    world.key_is(KeyState::PhoneOffline).await;
    assert_eq!(flags(&world.ask(get_assertion()).await) & UP_AND_UV, UP_AND_UV);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_phone_without_network_is_called_when_it_has_one() {
    let world = World::new(PATIENCE).await;
    world.script(ScriptMode::Approve).await;
    world.phone().asleep(true).await;
    world.phone().online(false).await;
    world.key_is(KeyState::PhoneOffline).await;
    let (reply, ()) = tokio::join!(world.ask(make_credential()), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(world.sandbox.view().borrow().phones[0].asleep, "a push needs a network");
        world.phone().online(true).await;
    });
    assert_eq!(reply[0], 0x00);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_touch_wakes_a_sleeping_phone() {
    let world = World::new(PATIENCE).await;
    world.phone().asleep(true).await;
    world.key_is(KeyState::PhoneOffline).await;
    world.touch(Touch::Approve).await;
    world.key_is(KeyState::Ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_stays_away_is_an_error_when_the_time_is_over() {
    let world = World::new(Duration::from_secs(3)).await;
    world.phone().online(false).await;
    world.key_is(KeyState::PhoneOffline).await;
    assert_eq!(world.ask(make_credential()).await, [0x27]);
    assert_eq!(world.computer.state().borrow().failures.1, Some(Fail::PhoneOffline));
    world.phone().online(true).await;
    world.key_is(KeyState::Ready).await;
    world.phone_shows(|screen, _| matches!(screen, Screen::Home { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_decide_while_the_phone_has_no_network() {
    let world = World::new(PATIENCE).await;
    let (reply, ()) = tokio::join!(world.ask(make_credential()), async {
        world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
        world.phone().online(false).await;
        world.key_is(KeyState::PhoneOffline).await;
        world.touch(Touch::Approve).await;
        world.touch(Touch::Unlock).await;
        world.phone_shows(|screen, _| matches!(screen, Screen::Home { .. })).await;
        world.phone().online(true).await;
    });
    assert_eq!(reply[0], 0x00);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_request_is_told_that_the_phone_is_busy() {
    let world = World::new(PATIENCE).await;
    let (first, ()) = tokio::join!(world.ask(make_credential()), async {
        world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
        let second = world.ask(make_credential()).await;
        assert_ne!(second[0], 0x00, "only one request at a time is on the screen");
        world.touch(Touch::Approve).await;
        world.touch(Touch::Unlock).await;
    });
    assert_eq!(first[0], 0x00, "and the first is not disturbed");
}
