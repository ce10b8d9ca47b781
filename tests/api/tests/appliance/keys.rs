//! Every kind of key, the list of keys, their settings, and what is done to them.

use pocketkey_api::{
    KeyId, Page, UserId,
    activation::{ActivationMethod, ActivationStatus, NewActivation},
    group::{Group, NewGroup},
    key::{Key, KeyKind, KeyOfUser, KeyStatus, NewKey, Verification},
    settings::{SettingOrigin, SettingsChoice, SettingsView},
    user::{NewUser, User},
};
use pocketkey_server::db::DbError;
use pocketkey_tests_api::{Appliance, Client, Phone};

/// What the audit log says was done, oldest first.
pub async fn actions(appliance: &Appliance) -> Vec<String> {
    let read = appliance.app.db().read(|conn| -> Result<Vec<String>, DbError> {
        let mut query = conn.prepare("SELECT action FROM audit ORDER BY id")?;
        Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    });
    read.await.unwrap()
}

async fn listed(admin: &mut Client, query: &str) -> Vec<String> {
    let page: Page<KeyOfUser> = admin.get(&format!("/api/v1/keys?{query}")).await.expect(200).json();
    page.items.into_iter().map(|of| format!("{} {}", of.user.username, of.key.kind.key())).collect()
}

async fn assign(admin: &mut Client, user: &UserId, kind: KeyKind, label: &str) -> Key {
    let new = NewKey { label: label.into(), ..NewKey::of(kind) };
    admin.post(&format!("/api/v1/users/{user}/keys"), &new).await.expect(201).json()
}

#[tokio::test]
async fn every_kind_is_assigned_and_only_smartphones_are_activated() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let ada = admin.add_user("ada").await;
    for kind in KeyKind::ALL {
        let key = assign(&mut admin, &ada.id, kind, " No. 4711 ").await;
        assert_eq!((key.kind, key.status, key.label.as_str()), (kind, KeyStatus::NotActivated, "No. 4711"));
        assert_eq!(key.settings.is_some(), kind == KeyKind::Smartphone);
        let path = format!("/api/v1/keys/{}", key.id);
        let invite = NewActivation { method: ActivationMethod::Email };
        let invited = admin.post(&format!("{path}/activation"), &invite).await;
        let settings = admin.get(&format!("{path}/settings")).await;
        if kind == KeyKind::Smartphone {
            invited.expect(201);
            settings.expect(200);
        } else {
            invited.expect_problem(409, "no_device");
            settings.expect_problem(409, "no_settings");
            let set = NewKey {
                settings: Some(SettingsChoice { offline_login: Some(true), ..<_>::default() }),
                ..NewKey::of(kind)
            };
            let answer = admin.post(&format!("/api/v1/users/{}/keys", ada.id), &set).await;
            assert_eq!(answer.expect_problem(422, "invalid_fields").fields[0].field, "settings");
        }
        let blocked: Key = admin.put(&format!("{path}/block"), &()).await.expect(200).json();
        assert_eq!(blocked.status, KeyStatus::Blocked);
    }
    let long = NewKey { label: "x".repeat(65), ..NewKey::of(KeyKind::Card) };
    admin.post(&format!("/api/v1/users/{}/keys", ada.id), &long).await.expect_problem(422, "invalid_fields");
    for kind in ["card", "usb_key", "fingerprint"] {
        let users: Page<User> = admin.get(&format!("/api/v1/users?key={kind}")).await.expect(200).json();
        assert_eq!(users.items.len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn the_list_of_keys_is_filtered_sorted_and_paged() {
    let hour = std::time::Duration::from_secs(60 * 60);
    let appliance = Appliance::start_with(|config| config.activation_ttl = hour).await;
    let mut admin = appliance.set_up().await;
    assert!(listed(&mut admin, "").await.is_empty());
    let group: Group =
        admin.post("/api/v1/groups", &NewGroup { name: "Lab".into() }).await.expect(201).json();
    let new = NewUser {
        username: "cara".into(),
        name: "Cara Card".into(),
        email: "cara@example.org".into(),
        groups: vec![group.id.clone()],
        ..NewUser::default()
    };
    let cara: User = admin.post("/api/v1/users", &new).await.expect(201).json();
    assign(&mut admin, &cara.id, KeyKind::Card, "Badge 0815").await;
    admin.invite_new("stale").await;
    appliance.clock.advance_seconds(2 * 60 * 60);
    admin.invite_new("pending").await;
    let (_, _, codes) = admin.invite_new("active").await;
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    let (_, blocked, _) = admin.invite_new("blocked").await;
    admin.put(&format!("/api/v1/keys/{}/block", blocked.id), &()).await.expect(200);
    let (out, _, _) = admin.invite_new("out").await;
    admin.put(&format!("/api/v1/users/{}/block", out.id), &()).await.expect(200);

    for (query, found) in [
        ("status=active", &["active smartphone"][..]),
        ("status=pending", &["pending smartphone"]),
        ("status=not_activated&sort=added", &["cara card", "stale smartphone"]),
        ("status=stale", &["stale smartphone"]),
        ("status=blocked&sort=name", &["blocked smartphone", "out smartphone"]),
        ("kind=card", &["cara card"]),
        ("search=badge%20cara", &["cara card"]),
        ("search=081", &["cara card"]),
        ("search=08", &["cara card"]),
        ("search=pending%20example", &["pending smartphone"]),
        ("search=nothing%0Aelse", &[]),
        (&format!("group={}", group.id), &["cara card"]),
        ("group=nowhere", &[]),
        ("kind=fingerprint", &[]),
    ] {
        assert_eq!(listed(&mut admin, query).await, found, "{query}");
    }
    for sort in ["added", "-added", "name", "-name"] {
        let all = listed(&mut admin, &format!("sort={sort}")).await;
        assert_eq!(all.len(), 6);
        let (mut paged, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/keys?sort={sort}&limit=2{after}");
            let page: Page<KeyOfUser> = admin.get(&path).await.expect(200).json();
            paged.extend(page.items.iter().map(|of| format!("{} {}", of.user.username, of.key.kind.key())));
            let Some(next) = page.next else { break };
            after = format!("&after={next}");
        }
        assert_eq!(paged, all, "{sort}");
        let wrong = admin.get(&format!("/api/v1/keys?sort={sort}&after=x")).await;
        wrong.expect_problem(400, "wrong_cursor");
    }
    admin.get("/api/v1/keys?status=odd").await.expect_problem(400, "malformed_query");
    let one: KeyOfUser = admin.get(&format!("/api/v1/keys/{}", blocked.id)).await.expect(200).json();
    assert_eq!((one.key.id, one.user.email.as_str()), (blocked.id, "blocked@example.org"));
    admin.get("/api/v1/keys/nothing").await.expect_problem(404, "not_found");
}

fn choice(offline: Option<bool>, verification: Option<Verification>) -> SettingsChoice {
    SettingsChoice { offline_login: offline, verification, ..SettingsChoice::default() }
}

#[tokio::test]
async fn settings_are_inherited_and_say_where_from() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut groups: Vec<Group> = Vec::new();
    for name in ["Lax", "Strict"] {
        groups.push(admin.post("/api/v1/groups", &NewGroup { name: name.into() }).await.expect(201).json());
    }
    let new = NewUser {
        username: "ada".into(),
        name: "Ada".into(),
        email: "ada@example.org".into(),
        groups: groups.iter().map(|group| group.id.clone()).collect(),
        ..NewUser::default()
    };
    let ada: User = admin.post("/api/v1/users", &new).await.expect(201).json();
    let key = admin.add_key(&ada.id).await;
    let path = format!("/api/v1/keys/{}/settings", key.id);
    async fn seen(admin: &mut Client, path: &str) -> (bool, SettingOrigin) {
        let view: SettingsView = admin.get(path).await.expect(200).json();
        (view.effective.settings.offline_login, view.effective.origins.offline_login)
    }
    assert_eq!(seen(&mut admin, &path).await, (false, SettingOrigin::BuiltIn));

    let organisation = choice(Some(true), Some(Verification::ReaderTapAndPin));
    let view: SettingsView = admin.put("/api/v1/settings/keys", &organisation).await.expect(200).json();
    assert_eq!((view.own, view.effective.origins.offline_login), (organisation, SettingOrigin::Organisation));
    assert_eq!(view.inherited.origins.offline_login, SettingOrigin::BuiltIn);
    assert_eq!(seen(&mut admin, &path).await, (true, SettingOrigin::Organisation));

    for (group, offline) in groups.iter().zip([true, false]) {
        let path = format!("/api/v1/groups/{}/settings", group.id);
        let view: SettingsView = admin.put(&path, &choice(Some(offline), None)).await.expect(200).json();
        let here = SettingOrigin::Group { group: group.clone() };
        assert_eq!(view.effective.origins.offline_login, here);
        assert_eq!(view.effective.origins.verification, SettingOrigin::Organisation);
    }
    let strict = SettingOrigin::Group { group: groups[1].clone() };
    assert_eq!(seen(&mut admin, &path).await, (false, strict));

    let view: SettingsView = admin.put(&path, &choice(Some(true), None)).await.expect(200).json();
    assert_eq!(view.effective.origins.offline_login, SettingOrigin::Key);
    let of: KeyOfUser = admin.get(&format!("/api/v1/keys/{}", key.id)).await.expect(200).json();
    let settings = of.key.settings.unwrap();
    assert!(!of.key.uses_defaults && settings.offline_login);
    assert_eq!(settings.verification, Verification::ReaderTapAndPin);

    // What the phone is told is what holds.
    let codes = admin.invite(&key.id, ActivationMethod::Now).await.codes.unwrap();
    let redeemed = Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    let redeemed: pocketkey_api::activation::Redeemed = redeemed.json();
    assert_eq!(redeemed.settings, settings);

    admin.put(&path, &SettingsChoice::default()).await.expect(200);
    let of: KeyOfUser = admin.get(&format!("/api/v1/keys/{}", key.id)).await.expect(200).json();
    assert!(of.key.uses_defaults);
    for gone in ["/api/v1/groups/x/settings", "/api/v1/keys/x/settings"] {
        admin.get(gone).await.expect_problem(404, "not_found");
        admin.put(gone, &SettingsChoice::default()).await.expect_problem(404, "not_found");
    }
    let changed = actions(&appliance).await;
    let changed: Vec<_> = changed.iter().filter(|action| action.contains("settings")).collect();
    assert_eq!(
        changed,
        [
            "settings.keys_changed",
            "group.settings_changed",
            "group.settings_changed",
            "key.settings_changed",
            "key.settings_changed"
        ]
    );
}

#[tokio::test]
async fn a_revoked_invitation_opens_nothing_and_can_be_sent_again() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, key, codes) = admin.invite_new("ada").await;
    let path = format!("/api/v1/keys/{}/activation", key.id);
    for _ in 0..2 {
        let key: Key = admin.delete(&path).await.expect(200).json();
        assert_eq!(key.status, KeyStatus::NotActivated);
        assert_eq!(key.activation.unwrap().status, ActivationStatus::Voided);
    }
    let late = Phone::default().redeem_link(&mut appliance.client(), &codes.link).await;
    late.expect_problem(410, "activation_voided");
    let codes = admin.invite(&key.id, ActivationMethod::Now).await.codes.unwrap();
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    let key: Key = admin.delete(&path).await.expect(200).json();
    assert_eq!(key.status, KeyStatus::Active, "an active key stays so");
    admin.delete("/api/v1/keys/x/activation").await.expect_problem(404, "not_found");
    let revoked = actions(&appliance).await.into_iter().filter(|it| it == "key.invitation_revoked").count();
    assert_eq!(revoked, 1);
}

#[tokio::test]
async fn a_replaced_key_is_blocked_once_the_new_one_is_active() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, old, codes) = admin.invite_new("ada").await;
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    let own = choice(Some(true), None);
    admin.put(&format!("/api/v1/keys/{}/settings", old.id), &own).await.expect(200);
    let path = format!("/api/v1/keys/{}/replace", old.id);
    let new: Key = admin.post(&path, &()).await.expect(201).json();
    assert_eq!(
        (new.replaces.as_ref(), new.kind, new.status),
        (Some(&old.id), old.kind, KeyStatus::NotActivated)
    );
    assert!(new.settings.unwrap().offline_login && !new.uses_defaults);
    admin.post(&path, &()).await.expect_problem(409, "being_replaced");
    admin.post("/api/v1/keys/x/replace", &()).await.expect_problem(404, "not_found");

    async fn status(admin: &mut Client, id: &KeyId) -> KeyStatus {
        admin.get(&format!("/api/v1/keys/{id}")).await.expect(200).json::<KeyOfUser>().key.status
    }
    let codes = admin.invite(&new.id, ActivationMethod::Now).await.codes.unwrap();
    assert_eq!(status(&mut admin, &old.id).await, KeyStatus::Active, "until then it works");
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    assert_eq!(status(&mut admin, &new.id).await, KeyStatus::Active);
    assert_eq!(status(&mut admin, &old.id).await, KeyStatus::Blocked);
    admin.delete(&format!("/api/v1/keys/{}/block", old.id)).await.expect(200);
    assert_eq!(status(&mut admin, &old.id).await, KeyStatus::Active, "and can be made to work again");
    let done = actions(&appliance).await;
    assert!(done.contains(&"key.replaced".to_owned()) && done.contains(&"key.retired".to_owned()));
    admin.delete(&format!("/api/v1/keys/{}", old.id)).await.expect(204);
    let of: KeyOfUser = admin.get(&format!("/api/v1/keys/{}", new.id)).await.expect(200).json();
    assert_eq!(of.key.replaces, None);
}
