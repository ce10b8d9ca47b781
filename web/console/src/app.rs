//! The routes, and what stands around them.

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::{
    event::Event,
    permission::Permission,
    session::{Session, SessionState},
};
use pocketkey_kit::{api, prelude::*};

use crate::{
    pages::not_found::NotFound,
    parts::{self, Welcome},
    route::{Route, Settings},
    session::{may, provide_session, sign_out, use_session},
    shortcuts::{BroughtUp, Shortcuts, provide_shortcuts},
    strings,
};

/// How long after the start the pages not gone to yet are fetched.
const FETCH_ALL: Duration = Duration::from_secs(3);

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    let path = provide_router().path();
    provide_clock();
    provide_toasts();
    let session = provide_session().0;
    // With another role, everything is drawn anew.
    let state = Memo::new(move |_| {
        session.with(|session| (session.state, session.admin.as_ref().map(|admin| admin.role)))
    });
    // An invitation is for whoever holds it, not for whoever is signed in here.
    let joins = Memo::new(move |_| path.with(|path| path == "/join"));
    let page = move || match state.get().map(|(state, _)| state) {
        None => session.show(|_| ().into_any()),
        Some(SessionState::Setup) => lazy(parts::welcome(Welcome::SetUp)),
        Some(_) if joins.get() => lazy(parts::welcome(Welcome::Join)),
        Some(SessionState::SignedOut | SessionState::SecondStep) => lazy(parts::welcome(Welcome::SignIn)),
        Some(SessionState::SetUpSecondStep) => lazy(parts::settings(Settings::SecondStep)),
        Some(SessionState::SignedIn) => view! { <Console/> }.into_any(),
    };
    view! {
        {page}
        <ToastRegion/>
    }
}

/// What a signed-in admin sees.
#[component]
fn Console() -> impl IntoView {
    provide_events();
    let session = use_session();
    // A stream that breaks off may mean that the session is over.
    let lost = expect_context::<Live>().lost();
    Effect::new(move |_| {
        if lost.get() {
            session.refetch();
        }
    });
    // So may a new role, or a new name.
    use_event(move |event| {
        let is_own = |session: &Session| match (&event, &session.admin) {
            (Event::Admin { admin_id }, Some(own)) => own.id == *admin_id,
            _ => false,
        };
        if session.with_untracked(is_own) == Some(true) {
            session.refetch();
        }
    });
    let organisation = move || session.with(|session| session.organisation.clone()).unwrap_or_default();
    let account = move || session.with(admin_name).unwrap_or_default();
    let nav = {
        let item = |href, label, icon, external| NavItem { href, label, icon, external };
        let mut nav = vec![
            item("/dashboard", strings::dashboard(), IconKind::Chart, false),
            item("/users", strings::users_label(), IconKind::Users, false),
            item("/groups", strings::groups(), IconKind::Groups, false),
            item("/keys", strings::keys(), IconKind::Key, false),
            item("/workflows", strings::workflows(), IconKind::Flow, false),
            item("/computers", strings::computers(), IconKind::Computer, false),
        ];
        if may(Permission::Mail) {
            nav.push(item("/inbox", strings::inbox(), IconKind::Inbox, false));
        }
        nav.push(item("/outbox", strings::outbox(), IconKind::Outbox, false));
        nav.push(item("/logs", strings::logs(), IconKind::Log, false));
        if may(Permission::SeeAdmins) {
            nav.push(item("/settings", strings::settings(), IconKind::Settings, false));
        }
        if session.with_untracked(|session| session.sandbox) == Some(true) {
            nav.push(item("/sandbox", strings::sandbox(), IconKind::Box, true));
            nav.push(item("/demo", strings::demo_site(), IconKind::Globe, true));
        }
        nav
    };
    let shortcuts = provide_shortcuts(nav.clone());
    // Once the page is there and at rest.
    set_timeout(|| leptos::task::spawn_local(parts::fetch_all()), FETCH_ALL);
    let path = use_router().path();
    let route = Memo::new(move |_| path.with(|path| Route::of(path)));
    view! {
        <AppShell
            organisation=Signal::derive(organisation)
            account=Signal::derive(account)
            nav
            menu=Box::new(|| view! { <AccountMenu/> }.into_any())
            on_search=move || shortcuts.palette.set(true)
        >
            <BroughtUp shortcuts/>
            {move || page(route.get())}
        </AppShell>
    }
}

fn page(route: Route) -> AnyView {
    match route {
        Route::Home => go_on("/dashboard"),
        Route::Dashboard => lazy(parts::dashboard()),
        Route::Users => lazy(parts::user_list()),
        Route::People(page) => lazy(parts::people(page)),
        Route::Operations(page) => lazy(parts::operations(page)),
        Route::FirstSettings if may(Permission::Mail) => go_on("/settings/mail"),
        Route::FirstSettings => go_on("/settings/admins"),
        Route::Settings(page) => lazy(parts::settings(page)),
        Route::NotFound => view! { <NotFound/> }.into_any(),
    }
}

/// Goes on to another page.
fn go_on(address: &'static str) -> AnyView {
    let router = use_router();
    request_animation_frame(move || router.replace(address));
    ().into_any()
}

fn admin_name(session: &Session) -> String {
    session.admin.as_ref().map(|admin| admin.name.clone()).unwrap_or_default()
}

/// Who is signed in, the theme, the language, and the way out.
#[component]
fn AccountMenu() -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let router = use_router();
    let help = expect_context::<Shortcuts>().help;
    let leave = move |_| {
        toasts.attempt(async { api::delete("/api/v1/session").await }, move |()| {
            sign_out(session);
            router.go("/sign-in");
        });
    };
    view! {
        <div class="px-2.5 pt-1.5 pb-2.5">
            <p class="font-semibold">{move || session.with(admin_name)}</p>
            <p class="truncate text-sm text-muted" data-testid="admin-email">
                {move || session.with(|session| session.admin.as_ref().map(|admin| admin.email.clone()))}
            </p>
        </div>
        <button
            class="menu-item mb-1.5"
            type="button"
            popovertarget="account-menu"
            popovertargetaction="hide"
            data-testid="own-account"
            on:click=move |_| router.go("/account")
        >
            <Icon kind=IconKind::User class=""/>
            {strings::account()}
        </button>
        <ThemeToggle/>
        <LanguageToggle/>
        <button
            class="menu-item mt-1.5"
            type="button"
            popovertarget="account-menu"
            popovertargetaction="hide"
            aria-keyshortcuts="?"
            data-testid="show-shortcuts"
            // Once the menu is closed and its button has the focus, which comes back there.
            on:click=move |_| request_animation_frame(move || help.set(true))
        >
            <Icon kind=IconKind::Keyboard class=""/>
            <span class="grow">{strings::shortcuts()}</span>
            <kbd class="kbd" aria-hidden="true">"?"</kbd>
        </button>
        <button class="menu-item" type="button" data-testid="sign-out" on:click=leave>
            <Icon kind=IconKind::SignOut class=""/>
            {strings::sign_out()}
        </button>
        <p class="px-2.5 pt-2 pb-1 text-sm text-muted">
            {move || session.with(|session| strings::version(&session.version))}
        </p>
    }
}
