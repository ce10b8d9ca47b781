//! Where this browser stands: to be set up, signed out or signed in.

use leptos::prelude::*;
use pocketkey_api::{
    admin::Role,
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

/// Whether the admin may change people, settings and workflows.
pub fn may_manage() -> Signal<bool> {
    let role = use_role();
    Signal::derive(move || role.get().manages_people())
}

/// Whether the admin may assign keys, invite, block and unblock.
pub fn may_help() -> Signal<bool> {
    let role = use_role();
    Signal::derive(move || role.get().helps_people())
}

/// Shows the sign-in page: the session is over.
pub fn sign_out(session: Load<Session>) {
    session.update(|session| {
        if session.state == SessionState::SignedIn {
            session.state = SessionState::SignedOut;
            session.admin = None;
        }
    });
}

/// What the signed-in admin may do; the least before that is known.
pub fn use_role() -> Memo<Role> {
    let session = use_session();
    Memo::new(move |_| {
        let role = session.with(|session| session.admin.as_ref().map(|admin| admin.role));
        role.flatten().unwrap_or(Role::Auditor)
    })
}

/// Whether the signed-in admin may do something. Pages are drawn anew when the role changes.
pub fn may(something: fn(Role) -> bool) -> bool {
    something(use_role().get_untracked())
}
