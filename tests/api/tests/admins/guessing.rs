//! What slows down guessing, and that nothing tells an unknown address from a known one.

use pocketkey_api::{
    Page,
    admin::{AdminSummary, Role},
    session::SignIn,
};
use pocketkey_tests_api::{ADMIN, Answer, Appliance, PASSWORD};

async fn sign_in(appliance: &Appliance, email: &str, password: &str) -> Answer {
    let given = SignIn { email: email.into(), password: password.into() };
    appliance.client().post("/api/v1/session", &given).await
}

/// Ten wrong ones in a row: five at once, then one a minute.
async fn ten_wrong(appliance: &Appliance, email: &str) {
    for number in 0..10 {
        if number >= 5 {
            appliance.clock.advance_seconds(60);
        }
        sign_in(appliance, email, "not the password").await.expect_problem(401, "wrong_password");
    }
    appliance.clock.advance_seconds(60);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_passwords_in_a_row_lock_any_address_for_a_quarter_of_an_hour() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let mut answers = Vec::new();
    for email in [ADMIN, "nobody@example.org"] {
        ten_wrong(&appliance, email).await;
        let locked = sign_in(&appliance, email, PASSWORD).await;
        locked.expect_problem(429, "too_many_tries");
        answers.push((locked.headers.clone(), locked.body.clone()));
        if email == ADMIN {
            let listed: Page<AdminSummary> = owner.get("/api/v1/admins").await.json();
            assert_eq!(listed.items[0].locked_until, Some(appliance.app.now() - 60_000 + 15 * 60_000));
        }
        appliance.clock.advance_seconds(14 * 60 - 1);
        sign_in(&appliance, email, PASSWORD).await.expect_problem(429, "too_many_tries");
        appliance.clock.advance_seconds(1);
    }
    assert_eq!(answers[0], answers[1]);
    sign_in(&appliance, ADMIN, PASSWORD).await.expect(200);
    let failed: Vec<_> = appliance
        .audit()
        .await
        .into_iter()
        .filter(|(action, ..)| action == "admin.sign_in_failed")
        .map(|(.., target)| target)
        .collect();
    assert_eq!(failed.len(), 20);
    assert!(failed[..10].iter().all(|name| name == "Grace Hopper"));
    assert!(failed[10..].iter().all(|name| name == "nobody@example.org"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_unlocks() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    appliance.join(&mut owner, "ada", Role::Admin).await;
    ten_wrong(&appliance, "ada@example.org").await;
    sign_in(&appliance, "ada@example.org", PASSWORD).await.expect_problem(429, "too_many_tries");
    let listed: Page<AdminSummary> = owner.get("/api/v1/admins").await.json();
    let path = format!("/api/v1/admins/{}/lock", listed.items[0].admin.id);
    let skip = appliance.audit().await.len();
    for _ in 0..2 {
        let unlocked: AdminSummary = owner.delete(&path).await.expect(200).json();
        assert_eq!(unlocked.locked_until, None);
    }
    assert_eq!(appliance.actions(skip).await, ["admin.unlocked"]);
    sign_in(&appliance, "ada@example.org", PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_typed_for_an_address_is_not_written_down() {
    let appliance = Appliance::start().await;
    appliance.set_up().await;
    for typed in ["hunter2-my-secret", "x@y z", &"x".repeat(5000)] {
        sign_in(&appliance, typed, "oops").await.expect_problem(401, "wrong_password");
    }
    let audit = appliance.audit().await;
    assert_eq!(audit.len(), 4);
    assert!(
        audit[1..].iter().all(|(action, _, target)| action == "admin.sign_in_failed" && target.is_empty())
    );
}
