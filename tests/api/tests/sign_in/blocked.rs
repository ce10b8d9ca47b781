//! An administrator blocks while somebody is being asked (A21).

use pocketkey_api::{
    Page,
    activation::ActivationMethod,
    computer::Computer,
    user::{User, UserDetail},
};
use pocketkey_key::fail::Fail;
use pocketkey_tests_api::Client;

use super::*;

/// "Within a second" is what is promised; a busy machine that tests may take longer.
const AT_ONCE: Duration = Duration::from_secs(30);

impl World {
    /// Signed in as the sandbox's admin.
    pub(crate) async fn admin(&self) -> Client {
        let kept = std::fs::read(self.data.path().join("sandbox-admin.json")).unwrap();
        let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
        let mut admin = Client::new(self.router.clone());
        admin.post("/api/v1/session", &kept).await.expect(200);
        admin
    }

    /// Asks, and once the phone shows the request, does something about it; gives the reply and the phone's next screen.
    async fn ask_and(&self, act: impl Future<Output = ()>) -> (Vec<u8>, Screen) {
        tokio::join!(self.ask(make_credential()), async {
            self.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
            act.await;
            let home =
                self.phone_shows(|screen, connected| matches!(screen, Screen::Home { .. }) && !connected);
            timeout(AT_ONCE, home).await.expect("the request leaves the phone at once")
        })
    }

    fn last_failure(&self) -> Option<Fail> {
        self.computer.state().borrow().failures.1
    }
}

pub(crate) async fn ada(admin: &mut Client) -> UserDetail {
    let users: Page<User> = admin.get("/api/v1/users?search=ada").await.expect(200).json();
    admin.get(&format!("/api/v1/users/{}", users.items[0].id)).await.expect(200).json()
}

fn notice(screen: &Screen) -> &str {
    match screen {
        Screen::Home { notice, .. } => notice.as_deref().unwrap_or_default(),
        _ => "",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_blocked_while_its_phone_is_asked_fails_at_both_ends_and_comes_back_once_unblocked() {
    let world = World::new(PATIENCE).await;
    let mut admin = world.admin().await;
    let path = format!("/api/v1/keys/{}/block", ada(&mut admin).await.keys[0].id);
    let mut blocking = admin.clone();
    let asked = world.ask_and(async {
        blocking.put(&path, &()).await.expect(200);
    });
    let (reply, screen) = timeout(AT_ONCE, asked).await.expect("both ends are told at once");
    assert_eq!(reply, [0x27], "CTAP2_ERR_OPERATION_DENIED");
    assert_eq!(world.last_failure(), Some(Fail::Blocked));
    assert!(notice(&screen).contains("administrator blocked"), "{screen:?}");

    // Asked anew, the answer is the same, and no touch helps.
    world.key_is(KeyState::PhoneOffline).await;
    world.touch(Touch::Approve).await;
    assert_eq!(world.ask(make_credential()).await, [0x27]);
    assert_eq!(world.last_failure(), Some(Fail::Blocked));
    world.phone_shows(|screen, _| notice(screen).contains("administrator blocked this phone")).await;

    admin.delete(&path).await.expect(200);
    world.key_is(KeyState::Ready).await;
    world.phone_shows(|screen, connected| connected && notice(screen).contains("not blocked any more")).await;
    world.script(ScriptMode::Approve).await;
    assert_eq!(flags(&world.ask(make_credential()).await) & UP_AND_UV, UP_AND_UV);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_is_blocked_while_it_asks_is_told_so_and_asks_nobody_any_more() {
    let world = World::new(PATIENCE).await;
    let mut admin = world.admin().await;
    let computer = admin.get("/api/v1/computers").await.expect(200).json::<Page<Computer>>().items.remove(0);
    let path = format!("/api/v1/computers/{}/block", computer.id);
    let (reply, _) = tokio::join!(world.ask(make_credential()), async {
        world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
        admin.put(&path, &()).await.expect(200);
        world.phone_shows(|screen, connected| connected && notice(screen).contains("blocked")).await
    });
    assert_eq!(reply, [0x27]);
    world.key_is(KeyState::ApplianceUnreachable).await;
    assert_eq!(world.ask(make_credential()).await, [0x27]);
    assert_eq!(world.last_failure(), Some(Fail::Blocked));
    let trouble = world.computer.state().borrow().trouble.clone().unwrap();
    assert!(trouble.contains("administrator blocked"), "{trouble}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_deleted_while_its_phone_is_asked_leaves_the_computer_without_a_phone() {
    let world = World::new(PATIENCE).await;
    let mut admin = world.admin().await;
    let UserDetail { user, keys } = ada(&mut admin).await;
    let path = format!("/api/v1/keys/{}", keys[0].id);
    let (reply, _) = world
        .ask_and(async {
            admin.delete(&path).await.expect(204);
        })
        .await;
    assert_eq!(reply, [0x27]);
    world.key_is(KeyState::NoPhone).await;

    // The phone may be invited again, as another key.
    world.phone_shows(|screen, _| notice(screen).contains("does not know this phone")).await;
    let path = format!("/api/v1/users/{}", user.id);
    assert_eq!(admin.get(&path).await.expect(200).json::<UserDetail>().keys, []);
    let key = admin.add_key(&user.id).await;
    let text = admin.invite(&key.id, ActivationMethod::Now).await.codes.unwrap().link;
    world.touch(Touch::Scan { text }).await;
    world.phone_shows(|screen, connected| connected && notice(screen) == "Activated.").await;
    let text = world.computer.pairing_text().await;
    world.touch(Touch::Scan { text }).await;
    world.key_is(KeyState::Ready).await;
}
