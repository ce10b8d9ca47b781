//! kill -9 between any two steps of the walk from set-up to sign-in: nothing that was acknowledged is lost, and every
//! mail is sent.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod process;

use pocketkey_api::{
    Page,
    activation::{Activation, ActivationMethod, ActivationStatus, NewActivation},
    inbox::{Mail, MailSummary},
    key::{Key, KeyKind, KeyStatus, NewKey},
    sandbox::{AuthenticatorSettings, KeyState, Screen, Script, ScriptMode, Touch},
    session::{Session, SessionState, SignIn},
    user::{NewUser, User, UserDetail, UserStatus},
};
use pocketkey_key::computer::{Computer, ComputerOptions, KeepState};
use pocketkey_phone::{Phone, PhoneOptions};
use pocketkey_relay_client::Rest;
use pocketkey_tests_api::{PATIENCE, until};
use process::{Appliance, first_admin};
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_to_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut appliance = Appliance::start(&data).await;

    // The set-up link is the same after a crash, works once, and is dead afterwards.
    let token = appliance.setup_token().await;
    appliance.crash().await;
    assert_eq!(appliance.setup_token().await, token);
    let setup = first_admin(token);
    let mut rest = Rest::new(&appliance.url());
    rest.enter("/api/v1/setup", &setup).await.unwrap();
    appliance.crash().await;
    let session: Session = rest.get("/api/v1/session").await.unwrap();
    assert_eq!(session.state, SessionState::SignedIn, "the session outlives the crash");
    assert!(rest.enter("/api/v1/setup", &setup).await.is_err(), "the link is dead");
    let sign_in = SignIn { email: setup.email.clone(), password: setup.password.clone() };
    rest.enter("/api/v1/session", &sign_in).await.unwrap();

    let user = NewUser {
        username: "ada".into(),
        name: "Ada Lovelace".into(),
        email: "ada@example.test".into(),
        ..NewUser::default()
    };
    let user: User = rest.post("/api/v1/users", &user).await.unwrap();
    appliance.crash().await;
    let new_key = NewKey::of(KeyKind::Smartphone);
    let key: Key = rest.post(&format!("/api/v1/users/{}/keys", user.id), &new_key).await.unwrap();
    appliance.crash().await;

    // Acknowledged and killed at once: the mail is in the outbox and goes out after the restart.
    let by_mail = NewActivation { method: ActivationMethod::Email };
    let invite = format!("/api/v1/keys/{}/activation", key.id);
    rest.post::<_, Activation>(&invite, &by_mail).await.unwrap();
    appliance.crash().await;
    let mail = until("the mail arrives", async || {
        let inbox: Page<MailSummary> = rest.get("/api/v1/inbox").await.ok()?;
        inbox.items.into_iter().next()
    })
    .await;
    appliance.crash().await;
    let mail: Mail = rest.get(&format!("/api/v1/inbox/{}", mail.id)).await.unwrap();
    let link =
        mail.links.iter().find(|link| link.contains("/activate#")).expect("a link in the mail").clone();

    // The phone activates; a killed appliance still knows.
    let phone = Phone::start(PhoneOptions {
        id: "phone".into(),
        model: "Test phone".into(),
        os: "Test OS".into(),
        server: None,
        data: Some(folder.path().join("phone")),
        push: None,
        script: ScriptMode::Approve,
        authenticator: AuthenticatorSettings::default(),
    })
    .unwrap();
    phone.touch(Touch::Scan { text: link }).await;
    let mut screen = phone.watch();
    let home = screen.wait_for(|phone| matches!(phone.screen, Screen::Home { .. }));
    timeout(PATIENCE, home).await.expect("the phone is activated").unwrap();
    appliance.crash().await;
    let detail: UserDetail = rest.get(&format!("/api/v1/users/{}", user.id)).await.unwrap();
    assert_eq!(detail.user.status, UserStatus::Active);
    assert_eq!(detail.keys[0].status, KeyStatus::Active);
    assert_eq!(detail.keys[0].phone.as_ref().unwrap().model, "Test phone");
    assert_eq!(detail.keys[0].activation.unwrap().status, ActivationStatus::Redeemed);

    // The computer pairs; after a crash both find each other again and a request gets its answer.
    let computer = Computer::start(ComputerOptions {
        keep: KeepState::InFolder(folder.path().join("computer")),
        ..ComputerOptions::new(&appliance.url(), "Test computer")
    })
    .unwrap();
    until("the phone reconnects", async || phone.watch().borrow().connected.then_some(())).await;
    let text = computer.pairing_text().await;
    phone.touch(Touch::Scan { text }).await;
    let mut state = computer.state();
    let ready = |state: &pocketkey_key::computer::View| state.state == KeyState::Ready;
    timeout(PATIENCE, state.wait_for(ready)).await.expect("paired").unwrap();
    appliance.crash().await;
    until("both ends come back and the phone answers", async || {
        let selection = computer.exchange(vec![0x0b]).await;
        (selection == [0x00]).then_some(())
    })
    .await;

    // A request that waits for its person outlives the crash: it is still on the screen, and its answer arrives.
    phone.script(Script { mode: ScriptMode::Ask }).await;
    let (reply, ()) = tokio::join!(computer.exchange(vec![0x0b]), async {
        let mut screen = phone.watch();
        let shown = screen.wait_for(|phone| matches!(phone.screen, Screen::Request { .. }));
        timeout(PATIENCE, shown).await.expect("the request is shown").unwrap();
        appliance.crash().await;
        assert!(matches!(phone.watch().borrow().screen, Screen::Request { .. }));
        phone.touch(Touch::Approve).await;
    });
    assert_eq!(reply, [0x00]);

    let inbox: Page<MailSummary> = rest.get("/api/v1/inbox").await.unwrap();
    assert_eq!(inbox.items.len(), 1, "the one invitation was sent, and not again at every restart");
}
