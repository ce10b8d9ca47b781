//! Two-step sign-in and recovery codes.

use pocketkey_api::{
    Page,
    account::{Account, RecoveryCodes, TotpSetup},
    admin::{AdminSummary, Role},
    inbox::Mail,
    session::{SecondStep, Session, SessionState, SignIn},
};
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Client, PASSWORD, app_code as app};
use serde_json::json;

const TOTP: &str = "/api/v1/account/totp";

/// Turns it on; gives the secret and the recovery codes.
async fn turn_on(appliance: &Appliance, admin: &mut Client) -> (String, Vec<String>) {
    let setup: TotpSetup = admin.post(TOTP, &()).await.expect(200).json();
    let code = app(&setup.secret, appliance.app.now());
    let codes: RecoveryCodes = admin.put(TOTP, &json!({ "code": code })).await.expect(200).json();
    // The code is used up.
    appliance.clock.advance_seconds(30);
    (setup.secret, codes.codes)
}

/// The first step; gives what the second one wants.
async fn first_step(client: &mut Client) -> String {
    let given = SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    let session: Session = client.post("/api/v1/session", &given).await.expect(200).json();
    assert_eq!((session.state, session.admin), (SessionState::SecondStep, None));
    session.second_step.unwrap()
}

async fn second_step(client: &mut Client, second_step: &str, code: &str) -> Answer {
    let given = SecondStep { second_step: second_step.into(), code: code.into() };
    client.post("/api/v1/session/code", &given).await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_on_once_a_code_was_right_and_then_a_password_alone_does_not_do() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let skip = appliance.audit().await.len();
    let setup: TotpSetup = admin.post(TOTP, &()).await.expect(200).json();
    assert!(
        setup.url.starts_with("otpauth://totp/Example%20Labs:grace%40example.org?secret="),
        "{}",
        setup.url
    );
    assert!(setup.qr_svg.contains("<svg"));
    let wrong = admin.put(TOTP, &json!({ "code": "000000" })).await.expect_problem(422, "invalid_fields");
    assert_eq!(wrong.fields[0].field, "code");
    // Not on yet; begun anew, the first secret is void.
    let given = SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    let session: Session = appliance.client().post("/api/v1/session", &given).await.expect(200).json();
    assert_eq!(session.state, SessionState::SignedIn);
    let stale = app(&setup.secret, appliance.app.now());
    let (secret, codes) = turn_on(&appliance, &mut admin).await;
    assert_eq!(codes.len(), 10);
    admin.put(TOTP, &json!({ "code": stale })).await.expect_problem(409, "two_step_on");
    admin.post(TOTP, &()).await.expect_problem(409, "two_step_on");
    let account: Account = admin.get("/api/v1/account").await.json();
    assert_eq!((account.two_step_since.is_some(), account.recovery_codes_left), (true, 10));
    let listed: Page<AdminSummary> = admin.get("/api/v1/admins").await.json();
    assert!(listed.items[0].two_step);

    let mut other = appliance.client();
    let owing = first_step(&mut other).await;
    assert_eq!(other.cookie, None, "no session yet");
    other.get("/api/v1/users").await.expect_problem(401, "signed_out");
    second_step(&mut other, &owing, "000000").await.expect_problem(401, "wrong_code");
    let code = app(&secret, appliance.app.now());
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let session: Session = second_step(&mut other, &owing, &spaced).await.expect(200).json();
    assert_eq!(session.state, SessionState::SignedIn);
    other.get("/api/v1/users").await.expect(200);

    // Each code once, and what was owed is paid.
    second_step(&mut appliance.client(), &owing, &code).await.expect_problem(401, "sign_in_over");
    let owing = first_step(&mut appliance.client()).await;
    second_step(&mut appliance.client(), &owing, &code).await.expect_problem(401, "wrong_code");
    let actions = [
        "admin.signed_in",
        "account.two_step_on",
        "admin.sign_in_failed",
        "admin.signed_in",
        "admin.sign_in_failed",
    ];
    assert_eq!(appliance.actions(skip).await, actions);
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_codes_work_once_each_and_new_ones_void_the_old() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    admin.post("/api/v1/account/recovery-codes", &()).await.expect_problem(409, "two_step_off");
    let (_, codes) = turn_on(&appliance, &mut admin).await;
    let mut other = appliance.client();
    let owing = first_step(&mut other).await;
    second_step(&mut other, &owing, &codes[3].to_uppercase()).await.expect(200);
    let account: Account = other.get("/api/v1/account").await.json();
    assert_eq!(account.recovery_codes_left, 9);
    let owing = first_step(&mut appliance.client()).await;
    second_step(&mut appliance.client(), &owing, &codes[3]).await.expect_problem(401, "wrong_code");
    let fresh: RecoveryCodes = admin.post("/api/v1/account/recovery-codes", &()).await.expect(200).json();
    second_step(&mut appliance.client(), &owing, &codes[4]).await.expect_problem(401, "wrong_code");
    second_step(&mut appliance.client(), &owing, &fresh.codes[0]).await.expect(200);
    for entry in std::fs::read_dir(appliance.folder()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(fresh.codes.iter().all(|code| !text.contains(code.as_str())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn turned_off_the_password_does_and_the_codes_are_void() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    admin.delete(TOTP).await.expect_problem(409, "two_step_off");
    admin.put(TOTP, &json!({ "code": "123456" })).await.expect_problem(409, "two_step_off");
    turn_on(&appliance, &mut admin).await;
    admin.delete(TOTP).await.expect(204);
    let account: Account = admin.get("/api/v1/account").await.json();
    assert_eq!((account.two_step_since, account.recovery_codes_left), (None, 0));
    let given = SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    let session: Session = appliance.client().post("/api/v1/session", &given).await.expect(200).json();
    assert_eq!(session.state, SessionState::SignedIn);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_step_comes_within_five_minutes_and_before_the_password_changes() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (secret, _) = turn_on(&appliance, &mut admin).await;
    let owing = first_step(&mut appliance.client()).await;
    appliance.clock.advance_seconds(300);
    let code = app(&secret, appliance.app.now());
    second_step(&mut appliance.client(), &owing, &code).await.expect_problem(401, "sign_in_over");
    second_step(&mut appliance.client(), "nonsense", &code).await.expect_problem(401, "sign_in_over");
    let owing = first_step(&mut appliance.client()).await;
    admin.put("/api/v1/account/password", &json!({ "password": "staple staple" })).await.expect(204);
    second_step(&mut appliance.client(), &owing, &code).await.expect_problem(401, "sign_in_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_locks_the_account_whoever_knows_the_password() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (secret, _) = turn_on(&appliance, &mut admin).await;
    for number in 0..10 {
        if number >= 5 {
            appliance.clock.advance_seconds(60);
        }
        // The right password again and again makes no difference.
        let owing = first_step(&mut appliance.client()).await;
        second_step(&mut appliance.client(), &owing, "000000").await.expect_problem(401, "wrong_code");
    }
    appliance.clock.advance_seconds(60);
    let given = SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    let locked = appliance.client().post("/api/v1/session", &given).await;
    locked.expect_problem(429, "too_many_tries");
    appliance.clock.advance_seconds(15 * 60);
    let owing = first_step(&mut appliance.client()).await;
    let code = app(&secret, appliance.app.now());
    second_step(&mut appliance.client(), &owing, &code).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_resets_it_when_the_phone_is_lost() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let mut ada = appliance.join(&mut owner, "ada", Role::Owner).await;
    let of = async |client: &mut Client, name: &str| {
        let all: Page<AdminSummary> = client.get("/api/v1/admins").await.json();
        all.items.into_iter().find(|item| item.admin.name == name).unwrap()
    };
    let (own, hers) = (of(&mut owner, "Grace Hopper").await, of(&mut owner, "ada").await);
    let path = |admin: &AdminSummary| format!("/api/v1/admins/{}/second-step", admin.admin.id);
    let (_, codes) = turn_on(&appliance, &mut owner).await;

    // Never one's own; nothing is done where there is nothing.
    owner.delete(&path(&own)).await.expect_problem(409, "yourself");
    let skip = appliance.audit().await.len();
    owner.delete(&path(&hers)).await.expect(200);
    assert_eq!(appliance.actions(skip).await, [""; 0]);
    ada.get("/api/v1/account").await.expect(200);

    let mut other = appliance.client();
    let owing = first_step(&mut other).await;
    let after: AdminSummary = ada.delete(&path(&own)).await.expect(200).json();
    assert_eq!((after.two_step, after.passkey_count), (false, 0));
    assert_eq!(appliance.actions(skip).await, ["admin.second_step_reset"]);
    // Signed out everywhere; sign-ins that wait for a code, and the codes, are void.
    owner.get("/api/v1/account").await.expect_problem(401, "signed_out");
    second_step(&mut other, &owing, &codes[0]).await.expect_problem(401, "sign_in_over");
    let path = format!("/api/v1/inbox/wait?search=to:{ADMIN}&seconds=30");
    let mail: Mail = ada.get(&path).await.expect(200).json();
    assert_eq!(mail.summary.subject, "Your second step for Pocketkey was reset");
    assert!(mail.links.iter().any(|link| link.ends_with("/account")), "{:?}", mail.links);
    assert!(mail.text.contains("ada took your authenticator app"), "{}", mail.text);

    // The password alone, and everything can be set up anew.
    let given = SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    let session: Session = owner.post("/api/v1/session", &given).await.expect(200).json();
    assert_eq!(session.state, SessionState::SignedIn);
    let account: Account = owner.get("/api/v1/account").await.json();
    assert_eq!((account.two_step_since, account.recovery_codes_left), (None, 0));
    turn_on(&appliance, &mut owner).await;
    first_step(&mut appliance.client()).await;
}
