//! The dashboard's numbers, and that each is what the list behind it holds.

use pocketkey_api::{
    Page,
    activation::ActivationMethod,
    authentication::AuthReason,
    dashboard::{Dashboard, FailureCount},
    user::{User, UserCount},
};
use pocketkey_server::db::DbError;
use pocketkey_tests_api::{ADMIN, Appliance, Client, PASSWORD, Phone};

const DAY: i64 = 24 * 60 * 60 * 1000;

async fn dashboard(admin: &mut Client) -> Dashboard {
    admin.get("/api/v1/dashboard").await.expect(200).json()
}

#[tokio::test]
async fn a_fresh_appliance_has_nothing_to_count() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let shown = dashboard(&mut admin).await;
    assert_eq!((shown.people.total, shown.computers, shown.failures.len()), (0, 0, 0));
    assert_eq!((shown.days.len(), shown.days[29].at), (30, appliance.app.now() / DAY * DAY));
    assert_eq!(shown.relay.started_at, appliance.app.now());
}

#[tokio::test]
async fn people_are_counted_as_the_list_finds_them() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, _, codes) = admin.invite_new("ada").await;
    Phone::default().redeem_link(&mut appliance.client(), &codes.link).await.expect(200);
    admin.invite_new("bob").await;
    admin.add_user("cyd").await;
    admin.add_user("dan").await;
    let eve = admin.add_user("eve").await;
    admin.put(&format!("/api/v1/users/{}/block", eve.id), &()).await.expect(200);
    let people = dashboard(&mut admin).await.people;
    assert_eq!((people.total, people.lapsed), (5, 0));
    for (status, count) in [
        ("active", people.active),
        ("pending", people.pending),
        ("never_invited", people.never_invited),
        ("blocked", people.blocked),
    ] {
        let found: UserCount =
            admin.get(&format!("/api/v1/users/count?status={status}")).await.expect(200).json();
        assert_eq!((status, found.count), (status, count));
    }
    assert_eq!((people.active, people.pending, people.never_invited, people.blocked), (1, 1, 2, 1));

    appliance.clock.advance_seconds(91 * 24 * 60 * 60);
    let again = pocketkey_api::session::SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    admin.post("/api/v1/session", &again).await.expect(200);
    let shown = dashboard(&mut admin).await;
    assert_eq!((shown.people.pending, shown.people.lapsed, shown.unused_keys), (0, 1, 1));
    let unused: Page<User> = admin.get("/api/v1/users?key=unused").await.expect(200).json();
    assert_eq!(unused.items.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["ada"]);
}

#[tokio::test]
async fn days_and_reasons_and_mails_are_counted() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let today = appliance.app.now() / DAY;
    let write = appliance.app.db().write::<_, DbError, _>(move |tx| {
        for (day, action, outcome, reason, count) in [
            (today, "sign_in", "succeeded", "", 7),
            (today, "register", "succeeded", "", 2),
            (today, "", "failed", "phone_offline", 1),
            (today - 29, "sign_in", "failed", "denied", 3),
            (today - 30, "sign_in", "failed", "denied", 100),
        ] {
            tx.execute(
                "INSERT INTO authentication_days VALUES (?1, ?2, ?3, ?4, ?5)",
                (day, action, outcome, reason, count),
            )?;
        }
        Ok(())
    });
    write.await.unwrap();
    let shown = dashboard(&mut admin).await;
    let (first, last) = (shown.days[0], shown.days[29]);
    assert_eq!((first.failed, last.signed_in, last.registered, last.failed), (3, 7, 2, 1));
    let failures = [(AuthReason::Denied, 3), (AuthReason::PhoneOffline, 1)];
    assert_eq!(shown.failures, failures.map(|(reason, count)| FailureCount { reason, count }));

    let user = admin.add_user("ada").await;
    let key = admin.add_key(&user.id).await;
    admin.invite(&key.id, ActivationMethod::Email).await;
    let mail = dashboard(&mut admin).await.mail;
    assert_eq!((mail.queued + mail.sent_today, mail.failed), (1, 0));
}
