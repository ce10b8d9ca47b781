//! The sandbox's endpoints, and what they do to phone and key.

use axum::Router;
use pocketkey_api::{
    Problem,
    sandbox::{
        Asleep, AuthenticatorSettings, Far, Fault, KeepaliveSettings, Keepalives, KeyState, Online,
        PhoneAttestation, PhoneVerification, Sandbox, Screen, Script, ScriptMode, Switch, Touch,
    },
};
use pocketkey_server::Config;
use pocketkey_tests_api::Client;
use pocketkey_world::SandboxOptions;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    time::timeout,
};

use super::{PATIENCE, World, flags, get_assertion, make_credential};

const PHONE: &str = "/api/v1/sandbox/phones/phone-1";

fn client(world: &World) -> Client {
    Client::new(Router::from(world.sandbox.routes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_are_touched_scripted_and_switched_over_the_api() {
    let world = World::new(PATIENCE).await;
    let mut client = client(&world);
    client.post(&format!("{PHONE}/script"), &Script { mode: ScriptMode::Ask }).await.expect(202);
    let (made, ()) = tokio::join!(world.ask(make_credential()), async {
        world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
        let shown: Sandbox = client.get("/api/v1/sandbox").await.expect(200).json();
        assert!(matches!(shown.phones[0].screen, Screen::Request { .. }));
        client.post(&format!("{PHONE}/touch"), &Touch::Approve).await.expect(202);
        client.post(&format!("{PHONE}/touch"), &Touch::Unlock).await.expect(202);
    });
    assert_eq!(made[0], 0x00);
    client.post(&format!("{PHONE}/asleep"), &Asleep { asleep: true }).await.expect(202);
    world.key_is(KeyState::PhoneOffline).await;
    client.post(&format!("{PHONE}/asleep"), &Asleep { asleep: false }).await.expect(202);
    world.key_is(KeyState::Ready).await;
    client.post(&format!("{PHONE}/far"), &Far { far: true }).await.expect(202);
    world.phone_is(|phone| phone.far).await;
    client.post(&format!("{PHONE}/online"), &Online { online: false }).await.expect(202);
    world.key_is(KeyState::PhoneOffline).await;
    let (status, _) = client.stream("/api/v1/sandbox/events").await;
    assert_eq!(status, 200);
    let console = client.get("/api/v1/sandbox/console?to=/inbox").await.expect(303);
    assert_eq!(console.header("location"), "/inbox");
    assert!(console.header("set-cookie").contains("HttpOnly"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said() {
    let world = World::new(PATIENCE).await;
    let mut client = client(&world);
    let nobody = "/api/v1/sandbox/phones/phone-9";
    let not_found = [
        client.post(&format!("{nobody}/touch"), &Touch::Deny).await,
        client.post(&format!("{nobody}/script"), &Script { mode: ScriptMode::Deny }).await,
        client.post(&format!("{nobody}/online"), &Online { online: true }).await,
        client.post(&format!("{nobody}/asleep"), &Asleep { asleep: true }).await,
        client.post(&format!("{nobody}/far"), &Far { far: true }).await,
        client.put(&format!("{nobody}/authenticator"), &AuthenticatorSettings::default()).await,
    ];
    for answer in not_found {
        answer.expect_problem(404, "phone_not_found");
    }
    let missing = KeepaliveSettings { keepalives: Keepalives::Missing };
    client.put("/api/v1/sandbox/key/keepalives", &missing).await.expect_problem(409, "no_virtual_key");
    client.put("/api/v1/sandbox/key/on", &Switch { on: false }).await.expect_problem(409, "no_virtual_key");
    let problem: Problem =
        client.post("/api/v1/sandbox/key/replug", &()).await.expect_problem(409, "no_virtual_key");
    assert!(problem.title.contains("stand-in"));
    for unknown in
        [serde_json::json!({ "verification": "by_chance" }), serde_json::json!({ "fault": "none_such" })]
    {
        client.put(&format!("{PHONE}/authenticator"), &unknown).await.expect_problem(422, "wrong_shape");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_follows_what_the_phones_authenticator_can_do() {
    let world = World::new(PATIENCE).await;
    world.script(ScriptMode::Approve).await;
    let mut client = client(&world);
    let says = |info: &[u8], word: &str| String::from_utf8_lossy(info).contains(word);
    assert!(!says(&world.ask(vec![0x04]).await, "clientPin"));
    let pin = AuthenticatorSettings { verification: PhoneVerification::Pin, ..Default::default() };
    client.put(&format!("{PHONE}/authenticator"), &pin).await.expect(202);
    // The key has no reason to ask until a client wants something of the phone: here, which is refused without a PIN.
    assert_ne!(world.ask(make_credential()).await[0], 0x00);
    assert!(says(&world.ask(vec![0x04]).await, "clientPin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_shown_and_end_when_switched_off() {
    let world = World::new(PATIENCE).await;
    world.script(ScriptMode::Approve).await;
    let mut client = client(&world);
    let set =
        |fault| AuthenticatorSettings { fault, attestation: PhoneAttestation::None, ..Default::default() };
    client.put(&format!("{PHONE}/authenticator"), &set(Some(Fault::MalformedReply))).await.expect(202);
    let reply = world.ask(make_credential()).await;
    assert_eq!(reply[0], 0x00);
    let mut decoder = minicbor::Decoder::new(&reply[1..]);
    assert!(decoder.skip().is_err() || decoder.position() != reply.len() - 1, "{reply:02x?}");
    let shown: Sandbox = client.get("/api/v1/sandbox").await.expect(200).json();
    assert_eq!(shown.phones[0].authenticator.fault, Some(Fault::MalformedReply));

    client.put(&format!("{PHONE}/authenticator"), &set(None)).await.expect(202);
    assert_eq!(world.ask(make_credential()).await[0], 0x00);
    assert_ne!(flags(&world.ask(get_assertion()).await), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_stalls_is_given_up() {
    let world = World::new(std::time::Duration::from_secs(2)).await;
    world.script(ScriptMode::Approve).await;
    let stall = AuthenticatorSettings { fault: Some(Fault::Stall), ..Default::default() };
    client(&world).put(&format!("{PHONE}/authenticator"), &stall).await.expect(202);
    assert_eq!(world.ask(make_credential()).await, [0x2f], "CTAP2_ERR_USER_ACTION_TIMEOUT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_follows_the_sandbox_does_not_keep_it_from_stopping() {
    let data = tempfile::tempdir().unwrap();
    let any = "127.0.0.1:0".parse().unwrap();
    let config = Config { listen: any, smtp_listen: any, sandbox: true, ..Config::new(data.path()) };
    let appliance = pocketkey_server::start(config).await.unwrap();
    let address = appliance.http_addr;
    let options = SandboxOptions {
        server: format!("http://{address}"),
        setup_token: None,
        data: data.path().to_owned(),
        uhid: false,
    };
    let sandbox = pocketkey_world::Sandbox::new(options).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopping = async { stopped.await.unwrap() };
    let running =
        tokio::spawn(appliance.with_routes(sandbox.routes(), pocketkey_world::DOCUMENT).run_until(stopping));
    let mut page = TcpStream::connect(address).await.unwrap();
    page.write_all(b"GET /api/v1/sandbox/events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut head = [0; 12];
    page.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    stop.send(()).unwrap();
    timeout(PATIENCE, running).await.expect("it stops").unwrap();
}
