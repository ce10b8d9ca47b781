//! The one-time set-up.

use pocketkey_api::session::{Session, SessionState, Setup};
use pocketkey_tests_api::{ADMIN, Appliance, PASSWORD};

fn setup(token: String) -> Setup {
    Setup {
        token,
        organisation: " Example Labs ".into(),
        name: "Grace Hopper".into(),
        email: ADMIN.into(),
        password: PASSWORD.into(),
    }
}

#[tokio::test]
async fn the_first_admin_sets_up_and_is_signed_in_and_the_link_is_dead() {
    let appliance = Appliance::start().await;
    let mut client = appliance.client();
    let before: Session = client.get("/api/v1/session").await.expect(200).json();
    assert_eq!(before.state, SessionState::Setup);

    let answer = client.post("/api/v1/setup", &setup(appliance.setup_token())).await.expect(201);
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("pocketkey=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax")
    );
    assert!(!cookie.contains("Secure"), "plain http on localhost");
    let session: Session = answer.json();
    assert_eq!(session.state, SessionState::SignedIn);
    assert_eq!((session.organisation.as_str(), session.sandbox), ("Example Labs", false));
    assert_eq!(session.admin.unwrap().email, ADMIN);
    assert_eq!(session.url, format!("http://localhost:{}", appliance.http_addr.port()));

    let again = appliance.client().post("/api/v1/setup", &setup(appliance.setup_token())).await;
    again.expect_problem(410, "already_set_up");
}

#[tokio::test]
async fn the_link_is_the_same_after_a_restart_until_it_is_used() {
    let appliance =
        Appliance::start_with(|config| config.url = Some("https://keys.example.org/".into())).await;
    let link = appliance.setup_link.clone().unwrap();
    assert!(link.starts_with("https://keys.example.org/setup#"), "{link}");
    let appliance = appliance.restart().await;
    assert_eq!(appliance.setup_link.as_ref(), Some(&link));
    let mut client = appliance.client();
    let answer = client.post("/api/v1/setup", &setup(appliance.setup_token())).await.expect(201);
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-pocketkey=")
            && cookie.contains("; Path=/;")
            && cookie.contains("; Secure")
    );

    let cookie = client.cookie;
    let appliance = appliance.restart().await;
    assert_eq!(appliance.setup_link, None);
    let mut client = appliance.client();
    client.cookie = cookie;
    let session: Session = client.get("/api/v1/session").await.expect(200).json();
    assert_eq!(session.state, SessionState::SignedIn, "a restart signs nobody out");
}

#[tokio::test]
async fn another_token_does_not_set_up() {
    let appliance = Appliance::start().await;
    let other = Appliance::start().await;
    for wrong in [String::new(), "x".into(), other.setup_token()] {
        appliance
            .client()
            .post("/api/v1/setup", &setup(wrong))
            .await
            .expect_problem(403, "wrong_setup_token");
    }
    let session: Session = appliance.client().get("/api/v1/session").await.json();
    assert_eq!(session.state, SessionState::Setup);
}

#[tokio::test]
async fn every_field_at_fault_is_named_and_nothing_is_stored() {
    let appliance = Appliance::start().await;
    let bad = Setup {
        token: appliance.setup_token(),
        organisation: " ".into(),
        name: "two\nlines".into(),
        email: "grace".into(),
        password: "too short".into(),
    };
    let problem = appliance.client().post("/api/v1/setup", &bad).await.expect_problem(422, "invalid_fields");
    let named: Vec<_> = problem.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(named, ["organisation", "name", "email", "password"]);
    appliance.set_up().await;
}

#[tokio::test]
async fn of_two_at_once_one_sets_up() {
    let appliance = Appliance::start().await;
    let (mut one, mut two) = (appliance.client(), appliance.client());
    let setup = setup(appliance.setup_token());
    let (a, b) = tokio::join!(one.post("/api/v1/setup", &setup), two.post("/api/v1/setup", &setup));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 410]);
}
