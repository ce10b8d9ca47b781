//! Inviting admins.

use pocketkey_api::{
    Page,
    admin::{AcceptInvitation, AdminInvitation, AdminSummary, InvitationPreview, InvitationToken, Role},
    session::{Session, SignIn},
};
use pocketkey_server::db::DbError;
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Client, PASSWORD};

const LIST: &str = "/api/v1/admins/invitations";

async fn accept(client: &mut Client, token: &str, password: &str) -> Answer {
    let accept = AcceptInvitation { token: token.into(), password: password.into() };
    client.post("/api/v1/admins/invitations/accept", &accept).await
}

async fn preview(client: &mut Client, token: &str) -> Answer {
    client.post("/api/v1/admins/invitations/preview", &InvitationToken { token: token.into() }).await
}

async fn pending(client: &mut Client) -> Vec<AdminInvitation> {
    client.get(LIST).await.expect(200).json::<Page<AdminInvitation>>().items
}

/// Waits until the outbox has sent `count` mails.
async fn sent(appliance: &Appliance, count: i64) {
    loop {
        let sent: Result<i64, DbError> = appliance
            .app
            .db()
            .read(|conn| {
                let sql = "SELECT count(*) FROM outbox WHERE state = 'sent'";
                Ok(conn.query_row(sql, [], |row| row.get(0))?)
            })
            .await;
        if sent.unwrap() >= count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_invited_chooses_a_password_and_is_in() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let skip = appliance.audit().await.len();
    let invited = owner.invite_admin("ada", Role::HelpDesk).await;
    assert_eq!((invited.role, invited.invited_by.as_str()), (Role::HelpDesk, "Grace Hopper"));
    assert_eq!(pending(&mut owner).await, std::slice::from_ref(&invited));
    let token = owner.invitation_token("ada@example.org").await;
    assert!(token.len() >= 43, "256 bits");

    let mut ada = appliance.client();
    let said: InvitationPreview = preview(&mut ada, &token).await.expect(200).json();
    assert_eq!((said.name.as_str(), said.organisation.as_str()), ("ada", "Example Labs"));
    assert_eq!(
        (said.email.as_str(), said.role, said.expires_at),
        ("ada@example.org", Role::HelpDesk, invited.expires_at)
    );
    // Looking, and a password that will not do, use nothing up.
    let short = accept(&mut ada, &token, "short").await.expect_problem(422, "invalid_fields");
    assert_eq!(short.fields[0].field, "password");
    let session: Session = accept(&mut ada, &token, "a password of her own").await.expect(201).json();
    let admin = session.admin.unwrap();
    assert_eq!((admin.name.as_str(), admin.role), ("ada", Role::HelpDesk));
    ada.get("/api/v1/users").await.expect(200);
    assert!(pending(&mut owner).await.is_empty());

    for answer in [
        preview(&mut appliance.client(), &token).await,
        accept(&mut appliance.client(), &token, PASSWORD).await,
    ] {
        answer.expect_problem(410, "invitation_over");
    }
    let sign_in = SignIn { email: "ADA@example.org".into(), password: "a password of her own".into() };
    appliance.client().post("/api/v1/session", &sign_in).await.expect(200);
    let actions = ["admin.invited", "admin.joined", "admin.signed_in", "admin.signed_in"];
    assert_eq!(appliance.actions(skip).await, actions);
    assert_eq!(appliance.audit().await[skip + 1].1, "ada", "joining is her own deed");
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_again_the_link_before_is_void_and_so_is_what_was_revoked_or_too_old() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let invited = owner.invite_admin("ada", Role::Admin).await;
    let first = owner.invitation_token("ada@example.org").await;
    appliance.clock.advance_seconds(3600);
    let again: AdminInvitation =
        owner.post(&format!("{LIST}/{}/mail", invited.id), &()).await.expect(200).json();
    assert_eq!((&again.id, again.expires_at), (&invited.id, invited.expires_at + 3_600_000));
    sent(&appliance, 2).await;
    let second = owner.invitation_token("ada@example.org").await;
    assert_ne!(first, second);
    preview(&mut appliance.client(), &first).await.expect_problem(410, "invitation_over");
    preview(&mut appliance.client(), &second).await.expect(200);

    appliance.clock.advance_seconds(3 * 24 * 3600);
    let mut late = appliance.client();
    accept(&mut late, &second, PASSWORD).await.expect_problem(410, "invitation_over");
    assert_eq!(owner.get(LIST).await.status, 401, "the owner's session is over by then");
    let mut owner = appliance.client();
    owner
        .post("/api/v1/session", &SignIn { email: ADMIN.into(), password: PASSWORD.into() })
        .await
        .expect(200);
    assert_eq!(pending(&mut owner).await.len(), 1, "it is still seen, to be sent again");
    owner.post(&format!("{LIST}/{}/mail", invited.id), &()).await.expect(200);
    sent(&appliance, 3).await;
    let third = owner.invitation_token("ada@example.org").await;
    owner.delete(&format!("{LIST}/{}", invited.id)).await.expect(204);
    accept(&mut appliance.client(), &third, PASSWORD).await.expect_problem(410, "invitation_over");
    for path in [format!("{LIST}/{}", invited.id), format!("{LIST}/nobody")] {
        owner.delete(&path).await.expect_problem(404, "not_found");
        owner.post(&format!("{path}/mail"), &()).await.expect_problem(404, "not_found");
    }
    let listed: Page<AdminSummary> = owner.get("/api/v1/admins").await.json();
    assert_eq!(listed.items.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_an_admins_or_invited_once() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    owner.invite_admin("ada", Role::Admin).await;
    for (name, email, field) in [
        ("Ada", "ADA@example.org", "email"),
        ("Grace", ADMIN, "email"),
        ("Bob", "bob@", "email"),
        (" ", "bob@example.org", "name"),
    ] {
        let new = serde_json::json!({ "name": name, "email": email, "role": "admin" });
        let problem = owner.post(LIST, &new).await.expect_problem(422, "invalid_fields");
        assert_eq!(problem.fields[0].field, field, "{email}");
    }
    let strange = serde_json::json!({ "name": "Bob", "email": "bob@example.org", "role": "king" });
    owner.post(LIST, &strange).await.expect_problem(422, "wrong_shape");
    assert_eq!(pending(&mut owner).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_hashes_are_stored_and_guessing_is_slowed_down() {
    let appliance = Appliance::start().await;
    let mut owner = appliance.set_up().await;
    let invited = owner.invite_admin("ada", Role::Admin).await;
    let token = owner.invitation_token("ada@example.org").await;
    let hash: Result<Vec<u8>, DbError> = appliance
        .app
        .db()
        .read(|conn| Ok(conn.query_row("SELECT token_hash FROM admin_invitations", [], |row| row.get(0))?))
        .await;
    assert_ne!(hash.unwrap(), token.as_bytes());
    for _ in 0..50 {
        preview(&mut appliance.client(), "nonsense").await.expect_problem(410, "invitation_over");
    }
    preview(&mut appliance.client(), &token).await.expect_problem(429, "too_many_tries");
    appliance.clock.advance_seconds(5);
    for _ in 0..10 {
        preview(&mut appliance.client(), &token).await.expect(200);
    }
    assert_eq!(pending(&mut owner).await[0].id, invited.id);
}
