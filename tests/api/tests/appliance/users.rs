//! Users, groups and keys.

use pocketkey_api::{
    GroupId, Page,
    group::{Group, NewGroup},
    key::{CredentialStorage, Key, KeyKind, KeySettings, KeyStatus, NewKey, Verification},
    user::{NewUser, User, UserDetail, UserStatus},
};
use pocketkey_tests_api::{Answer, Appliance};

fn fields(answer: &Answer) -> Vec<String> {
    answer.expect_problem(422, "invalid_fields").fields.into_iter().map(|field| field.field).collect()
}

#[tokio::test]
async fn a_user_with_groups_and_a_key() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut groups = Vec::new();
    for name in ["Research", "Board"] {
        groups.push(
            admin.post("/api/v1/groups", &NewGroup { name: name.into() }).await.expect(201).json::<Group>(),
        );
    }
    let listed: Vec<Group> = admin.get("/api/v1/groups").await.expect(200).json();
    assert_eq!(listed.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Board", "Research"]);

    let new = NewUser {
        external_id: "4711".into(),
        username: "ada".into(),
        name: " Ada Lovelace ".into(),
        email: "Ada@example.org".into(),
        groups: vec![groups[0].id.clone(), groups[1].id.clone(), groups[0].id.clone()],
    };
    let user: User = admin.post("/api/v1/users", &new).await.expect(201).json();
    assert_eq!(
        (user.name.as_str(), user.status, user.key_count),
        ("Ada Lovelace", UserStatus::NotInvited, 0)
    );
    assert_eq!(user.groups, listed);

    let settings = KeySettings {
        bluetooth_proximity: true,
        offline_login: true,
        verification: Verification::ReaderTapAndPin,
        credential_storage: CredentialStorage::Both,
    };
    let path = format!("/api/v1/users/{}/keys", user.id);
    let own = NewKey { settings: Some(settings.into()), ..NewKey::of(KeyKind::Smartphone) };
    let own: Key = admin.post(&path, &own).await.expect(201).json();
    assert_eq!(
        (own.uses_defaults, own.settings, own.status),
        (false, Some(settings), KeyStatus::NotActivated)
    );
    let default: Key = admin.add_key(&user.id).await;
    assert_eq!((default.uses_defaults, default.settings), (true, Some(KeySettings::default())));

    let appliance = appliance.restart().await;
    let cookie = admin.cookie;
    let mut admin = appliance.client();
    admin.cookie = cookie;
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{}", user.id)).await.expect(200).json();
    assert_eq!(detail.user, User { key_count: 2, ..user });
    assert_eq!(detail.keys, [own, default]);
}

#[tokio::test]
async fn every_field_at_fault_is_named() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let bad = NewUser {
        external_id: "x".repeat(65),
        username: "a b".into(),
        name: String::new(),
        email: "ada@".into(),
        groups: Vec::new(),
    };
    let mut named = fields(&admin.post("/api/v1/users", &bad).await);
    named.sort();
    assert_eq!(named, ["email", "external_id", "name", "username"]);

    let good = NewUser {
        external_id: "4711".into(),
        username: "ada".into(),
        name: "Ada".into(),
        email: "ada@example.org".into(),
        groups: Vec::new(),
    };
    admin.post("/api/v1/users", &good).await.expect(201);
    let same = NewUser { username: "ADA".into(), email: "ADA@Example.org".into(), ..good.clone() };
    assert_eq!(fields(&admin.post("/api/v1/users", &same).await), ["username", "email", "external_id"]);

    let lost = NewUser {
        external_id: String::new(),
        username: "bob".into(),
        email: "bob@example.org".into(),
        groups: vec![GroupId("nowhere".into())],
        ..good
    };
    assert_eq!(fields(&admin.post("/api/v1/users", &lost).await), ["groups"]);
    admin.post("/api/v1/users", &NewUser { groups: Vec::new(), ..lost }).await.expect(201);
    let all: Page<User> = admin.get("/api/v1/users").await.json();
    assert_eq!(all.items.len(), 2, "a refused user leaves nothing");
}

#[tokio::test]
async fn a_group_needs_a_name_of_its_own() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    admin.post("/api/v1/groups", &NewGroup { name: "Größe".into() }).await.expect(201);
    let long = "x".repeat(101);
    for name in ["Größe", "GRÖßE", " größe ", " ", "two\nlines", &long] {
        assert_eq!(
            fields(&admin.post("/api/v1/groups", &NewGroup { name: name.into() }).await),
            ["name"],
            "{name}"
        );
    }
}

#[tokio::test]
async fn paging_shows_each_user_once_and_searching_finds_parts() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for number in 0..7 {
        admin.add_user(&format!("user{number}")).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/api/v1/users?limit=3".to_owned());
    loop {
        let page: Page<User> = admin.get(&path).await.expect(200).json();
        assert!(page.items.len() <= 3);
        seen.extend(page.items.into_iter().map(|user| user.username));
        let Some(next) = page.next else { break };
        path = format!("/api/v1/users?limit=3&after={next}");
    }
    assert_eq!(seen, (0..7).map(|number| format!("user{number}")).collect::<Vec<_>>());

    for (search, found) in
        [("USER3", 1), ("lovelace", 7), ("3@example", 1), ("%25", 0), ("_", 0), ("%20user1%20", 1), ("", 7)]
    {
        let page: Page<User> = admin.get(&format!("/api/v1/users?search={search}")).await.expect(200).json();
        assert_eq!((page.items.len(), page.next), (found, None), "{search}");
    }
    admin.get("/api/v1/users?limit=many").await.expect_problem(400, "malformed_query");
}

#[tokio::test]
async fn a_user_that_does_not_exist_is_said_so() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    admin.get("/api/v1/users/nobody").await.expect_problem(404, "not_found");
    let key = NewKey::of(KeyKind::Smartphone);
    admin.post("/api/v1/users/nobody/keys", &key).await.expect_problem(404, "not_found");
}
