//! What a phone is told of its settings over HTTP, and who is told nothing.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use futures_util::StreamExt;
use pocketkey_api::{
    authentication::LogSettings,
    device::{PhoneSettings, SettingsHeld},
    group::{Group, Members, NewGroup},
    key::KeyOfUser,
    settings::SettingsChoice,
};
use pocketkey_link::{frame::Frame, id::DeviceId, proof};
use pocketkey_server::clock::Clock;
use pocketkey_tests_api::{Answer, Appliance, Client, Phone};
use tokio_tungstenite::tungstenite::Message;

use crate::device::{self, Device};

/// A phone at an appliance.
struct At<'a> {
    appliance: &'a Appliance,
    phone: &'a Phone,
    id: DeviceId,
}

impl At<'_> {
    fn held(&self, version: &str) -> SettingsHeld {
        let at = self.appliance.clock.now();
        let proof = proof::settings(&self.phone.keys, self.id, at.unsigned_abs(), version);
        SettingsHeld { version: version.into(), at, proof: BASE64URL_NOPAD.encode(&proof) }
    }

    async fn say(&self, held: &SettingsHeld) -> Answer {
        self.appliance.client().put(&format!("/api/v1/devices/{}/settings", self.id), held).await
    }

    /// Asks until it has what is in force; gives that, if it is new.
    async fn take(&self, version: &str) -> PhoneSettings {
        let new: PhoneSettings = self.say(&self.held(version)).await.expect(200).json();
        self.say(&self.held(&new.version)).await.expect(204);
        new
    }
}

/// Waits until the relay says that there is something new.
async fn news(device: &mut Device) {
    loop {
        match tokio::time::timeout(Duration::from_secs(20), device.0.next()).await.expect("news in time") {
            Some(Ok(Message::Binary(bytes))) if Frame::decode(&bytes).unwrap() == (Frame::News {}) => return,
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Nothing new comes soon.
async fn no_news(device: &mut Device) {
    assert!(tokio::time::timeout(Duration::from_millis(1_500), news(device)).await.is_err());
}

async fn taken_at(admin: &mut Client, id: DeviceId) -> Option<i64> {
    let keys: pocketkey_api::Page<KeyOfUser> = admin.get("/api/v1/keys").await.expect(200).json();
    let phones = keys.items.into_iter().filter_map(|of| of.key.phone);
    phones.into_iter().find(|phone| phone.device_id == id.to_string()).unwrap().settings_taken_at
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_phone_itself_is_told_and_only_what_it_does_not_have() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada, id) = device::phone(&mut admin, "ada").await;
    let ada = At { appliance: &appliance, phone: &ada, id };
    assert_eq!(taken_at(&mut admin, id).await, None);
    let new = ada.take("").await;
    assert_eq!((new.settings, new.report_rp), (pocketkey_api::key::KeySettings::default(), true));
    assert_eq!(taken_at(&mut admin, id).await, Some(appliance.clock.now()));
    // Saying it again changes nothing.
    let before = appliance.clock.now();
    appliance.clock.advance_seconds(60);
    ada.say(&ada.held(&new.version)).await.expect(204);
    assert_eq!(taken_at(&mut admin, id).await, Some(before));

    let (bob, bob_id) = device::phone(&mut admin, "bob").await;
    let (computer, computer_id, _) = device::computer(&mut admin).await;
    let stranger = Phone::default();
    for (phone, id) in [(&stranger, id), (&bob, id), (&computer, computer_id), (&stranger, DeviceId([7; 16]))]
    {
        let liar = At { appliance: &appliance, phone, id };
        assert_eq!(liar.say(&liar.held("")).await.expect(403).problem().code, "device_not_proven");
    }
    let other_version = SettingsHeld { version: "x".into(), ..ada.held("") };
    assert_eq!(ada.say(&other_version).await.expect(403).problem().code, "device_not_proven");
    let late = ada.held("");
    appliance.clock.advance_seconds(301);
    assert_eq!(ada.say(&late).await.expect(403).problem().code, "proof_not_fresh");
    assert_eq!(taken_at(&mut admin, bob_id).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_to_obey_something_new_is_told_so_and_nobody_else() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (ada_keys, ada_id) = device::phone(&mut admin, "ada").await;
    let (bob_keys, bob_id) = device::phone(&mut admin, "bob").await;
    let (mut at_ada, _) = Device::connect(appliance.http_addr, ada_id, &ada_keys.keys).await;
    let (mut at_bob, _) = Device::connect(appliance.http_addr, bob_id, &bob_keys.keys).await;
    let (ada, bob) = (
        At { appliance: &appliance, phone: &ada_keys, id: ada_id },
        At { appliance: &appliance, phone: &bob_keys, id: bob_id },
    );
    // After the activation.
    news(&mut at_ada).await;
    news(&mut at_bob).await;
    let first = ada.take("").await;
    assert_eq!(bob.take("").await, first);

    // A member of a group that has settings.
    let users: pocketkey_api::Page<pocketkey_api::user::User> =
        admin.get("/api/v1/users?search=ada").await.json();
    let group: Group =
        admin.post("/api/v1/groups", &NewGroup { name: "Staff".into() }).await.expect(201).json();
    let choice = SettingsChoice { bluetooth_proximity: Some(true), ..SettingsChoice::default() };
    admin.put(&format!("/api/v1/groups/{}/settings", group.id), &choice).await.expect(200);
    let members = Members { add: vec![users.items[0].id.clone()], remove: Vec::new() };
    admin.post(&format!("/api/v1/groups/{}/members", group.id), &members).await.expect(200);
    news(&mut at_ada).await;
    let second = ada.take(&first.version).await;
    assert!(second.settings.bluetooth_proximity);
    no_news(&mut at_bob).await;

    // The organisation, of which a group's choice is independent.
    let choice = SettingsChoice { offline_login: Some(true), ..choice };
    admin.put("/api/v1/settings/keys", &choice).await.expect(200);
    news(&mut at_bob).await;
    news(&mut at_ada).await;
    let third = ada.take(&second.version).await;
    assert_eq!(bob.take(&first.version).await, third);
    let quiet = LogSettings { report_rp: false, keep_days: 30 };
    admin.put("/api/v1/logs/settings", &quiet).await.expect(200);
    news(&mut at_ada).await;
    news(&mut at_bob).await;
    assert!(!ada.take(&third.version).await.report_rp);

    // One that does not ask is told again when it comes back, and one that has asked is not.
    drop((at_ada, at_bob));
    let (mut at_ada, _) = Device::connect(appliance.http_addr, ada_id, &ada_keys.keys).await;
    let (mut at_bob, _) = Device::connect(appliance.http_addr, bob_id, &bob_keys.keys).await;
    news(&mut at_bob).await;
    no_news(&mut at_ada).await;
    // Also after a restart.
    drop((at_ada, at_bob));
    let appliance = appliance.restart().await;
    let (mut at_ada, _) = Device::connect(appliance.http_addr, ada_id, &ada_keys.keys).await;
    let (mut at_bob, _) = Device::connect(appliance.http_addr, bob_id, &bob_keys.keys).await;
    news(&mut at_bob).await;
    no_news(&mut at_ada).await;
}
