//! Where this browser stands: to be set up, signed out or signed in.

use leptos::prelude::*;
use pocketkey_api::{
    admin::Role,
    permission::Permission,
    session::{Session, SessionState},
};
use pocketkey_kit::{
    api,
    load::{Load, load},
};

/// The session, fetched at start; sign-in, set-up and sign-out put a newer one in place.
#[derive(Clone, Copy)]
pub struct SessionHandle(pub Load<Session>);

/// Fetches the session for everything below. An answer that says "not signed in" sends the person to sign in, where
/// they are: the address stays, and so the page comes back after signing in.
pub fn provide_session() -> SessionHandle {
    let session = load(|| api::get::<Session>("/api/v1/session"));
    provide_context(SessionHandle(session));
    api::on_signed_out(move || sign_out(session));
    SessionHandle(session)
}

/// The session provided above.
pub fn use_session() -> Load<Session> {
    expect_context::<SessionHandle>().0
}

/// Shows the sign-in page: the session is over.
pub fn sign_out(session: Load<Session>) {
    session.update(|session| {
        if matches!(session.state, SessionState::SignedIn | SessionState::SetUpSecondStep) {
            session.state = SessionState::SignedOut;
            session.admin = None;
        }
    });
}

/// The role of the signed-in admin.
pub fn use_role() -> Memo<Role> {
    let session = use_session();
    Memo::new(move |_| role_of(session))
}

/// Whether the signed-in admin may do something. With another role, pages are drawn anew.
pub fn may(something: Permission) -> bool {
    something.is_held_by(untrack(|| role_of(use_session())))
}

/// The least before it is known.
fn role_of(session: Load<Session>) -> Role {
    session.with(|session| session.admin.as_ref().map(|admin| admin.role)).flatten().unwrap_or(Role::Auditor)
}

/// The e-mail address of the signed-in admin.
pub fn own_email() -> String {
    let email = use_session().with_untracked(|session| session.admin.as_ref().map(|own| own.email.clone()));
    email.flatten().unwrap_or_default()
}
