//! Settings that are changed after a phone was activated.

use pocketkey_api::{
    Page,
    authentication::{AuthReason, Authentication},
    key::{Key, KeyOfUser, KeySettings, Verification},
    sandbox::SimulatedPhone,
    settings::SettingsChoice,
};
use pocketkey_tests_api::Client;

use super::{blocked::ada, *};

const PIN: SettingsChoice = SettingsChoice {
    bluetooth_proximity: None,
    offline_login: None,
    verification: Some(Verification::ReaderTapAndPin),
    credential_storage: None,
};

impl World {
    async fn phone_has(&self, as_wanted: impl Fn(KeySettings) -> bool) {
        self.phone_is(|phone| phone.settings.is_some_and(&as_wanted)).await;
    }

    pub(super) async fn phone_is(&self, as_wanted: impl Fn(&SimulatedPhone) -> bool) {
        let mut view = self.sandbox.view();
        let is = view.wait_for(|view| as_wanted(&view.phones[0]));
        timeout(PATIENCE, is).await.expect("the phone is so in time").unwrap();
    }
}

/// The key, once the console says that its phone has taken what is in force, or that it has not.
async fn key_once(admin: &mut Client, path: &str, taken: bool) -> Key {
    let asking = async {
        loop {
            let key = admin.get(path).await.expect(200).json::<KeyOfUser>().key;
            if key.phone.as_ref().unwrap().settings_taken_at.is_some() == taken {
                return key;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, asking).await.expect("the console knows in time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_obeys_new_settings_at_once_and_the_console_says_that_it_has_taken_them() {
    let world = World::new(PATIENCE).await;
    let mut admin = world.admin().await;
    let path = format!("/api/v1/keys/{}", ada(&mut admin).await.keys[0].id);
    let own = format!("{path}/settings");
    let first = key_once(&mut admin, &path, true).await.phone.unwrap().settings_taken_at.unwrap();
    world.script(ScriptMode::Approve).await;
    assert_eq!(flags(&world.ask(make_credential()).await) & UP_AND_UV, UP_AND_UV);

    // By the key.
    admin.put(&own, &PIN).await.expect(200);
    world.phone_has(|settings| settings.verification == Verification::ReaderTapAndPin).await;
    assert!(key_once(&mut admin, &path, true).await.phone.unwrap().settings_taken_at.unwrap() >= first);
    assert_eq!(
        world.ask(get_assertion()).await,
        [0x2c],
        "CTAP2_ERR_INVALID_OPTION: the phone verifies nobody any more"
    );

    // By the organisation, once the key has no choice of its own.
    admin.put(&own, &SettingsChoice::default()).await.expect(200);
    world.phone_has(|settings| settings.verification == Verification::OnPhone).await;
    assert_eq!(flags(&world.ask(get_assertion()).await) & UP_AND_UV, UP_AND_UV);
    admin.put("/api/v1/settings/keys", &PIN).await.expect(200);
    world.phone_has(|settings| settings.verification == Verification::ReaderTapAndPin).await;
    admin.put("/api/v1/settings/keys", &SettingsChoice::default()).await.expect(200);
    world.phone_has(|settings| settings.verification == Verification::OnPhone).await;
    key_once(&mut admin, &path, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_on_screen_ends_as_it_began_and_a_phone_that_was_away_takes_new_settings_when_it_comes() {
    let world = World::new(PATIENCE).await;
    let mut admin = world.admin().await;
    let path = format!("/api/v1/keys/{}", ada(&mut admin).await.keys[0].id);
    let own = format!("{path}/settings");
    key_once(&mut admin, &path, true).await;
    let (reply, ()) = tokio::join!(world.ask(make_credential()), async {
        world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
        admin.put(&own, &PIN).await.expect(200);
        key_once(&mut admin, &path, false).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        key_once(&mut admin, &path, false).await;
        world.touch(Touch::Approve).await;
        world.touch(Touch::Unlock).await;
    });
    assert_eq!(flags(&reply) & UP_AND_UV, UP_AND_UV);
    world.phone_has(|settings| settings.verification == Verification::ReaderTapAndPin).await;
    key_once(&mut admin, &path, true).await;

    world.phone().online(false).await;
    world.key_is(KeyState::PhoneOffline).await;
    admin.put(&own, &SettingsChoice::default()).await.expect(200);
    assert_eq!(key_once(&mut admin, &path, false).await.settings, Some(KeySettings::default()));
    world.phone().online(true).await;
    world.phone_has(|settings| settings.verification == Verification::OnPhone).await;
    key_once(&mut admin, &path, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_has_to_be_near_refuses_when_it_is_far() {
    const REFUSED: [u8; 1] = [0x27]; // CTAP2_ERR_OPERATION_DENIED
    let world = World::new(PATIENCE).await;
    let mut admin = world.admin().await;
    let own = format!("/api/v1/keys/{}/settings", ada(&mut admin).await.keys[0].id);
    let near = SettingsChoice { bluetooth_proximity: Some(true), ..SettingsChoice::default() };
    let move_to = async |far: bool| {
        world.phone().far(far).await;
        world.phone_is(|phone| phone.far == far).await;
    };

    // Where nobody demands it, it does not matter.
    world.script(ScriptMode::Approve).await;
    move_to(true).await;
    assert_eq!(world.ask(make_credential()).await[0], 0x00);

    admin.put(&own, &near).await.expect(200);
    world.phone_has(|settings| settings.bluetooth_proximity).await;
    assert_eq!(world.ask(get_assertion()).await, REFUSED);
    let told = |screen: &Screen| matches!(screen, Screen::Home { notice: Some(text), .. } if text.contains("not near"));
    world.phone_is(|phone| told(&phone.screen)).await;
    let noted = async {
        loop {
            let log: Page<Authentication> = admin.get("/api/v1/authentications").await.expect(200).json();
            if log.items.iter().any(|entry| entry.reason == Some(AuthReason::Refused)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, noted).await.expect("the log says so in time");
    move_to(false).await;
    assert_eq!(world.ask(get_assertion()).await[0], 0x00);

    // Carried away while the person looks at it.
    world.script(ScriptMode::Ask).await;
    let (reply, ()) = tokio::join!(world.ask(get_assertion()), async {
        world.phone_shows(|screen, _| matches!(screen, Screen::Request { .. })).await;
        move_to(true).await;
        world.touch(Touch::Approve).await;
        world.touch(Touch::Unlock).await;
    });
    assert_eq!(reply, REFUSED);
}
