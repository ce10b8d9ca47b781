//! The routes, and what stands around them.

use leptos::prelude::*;
use pocketkey_api::session::{Session, SessionState};
use pocketkey_kit::{api, prelude::*};

use crate::{
    pages::{
        computers, groups, inbox, mail, not_found::NotFound, setup::SetupPage, sign_in::SignInPage, users,
    },
    route::Route,
    session::{provide_session, sets_mail, sign_out, use_session},
    strings,
};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    provide_router();
    provide_clock();
    provide_toasts();
    let session = provide_session().0;
    let state = Memo::new(move |_| session.with(|session| session.state));
    let page = move || match state.get() {
        None => session.show(|_| ().into_any()),
        Some(SessionState::Setup) => view! { <SetupPage/> }.into_any(),
        Some(SessionState::SignedOut) => view! { <SignInPage/> }.into_any(),
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
    let organisation = move || session.with(|session| session.organisation.clone()).unwrap_or_default();
    let account = move || session.with(admin_name).unwrap_or_default();
    let nav = {
        let item = |href, label, icon, external| NavItem { href, label, icon, external };
        let mut nav = vec![
            item("/users", strings::USERS, IconKind::Users, false),
            item("/groups", strings::GROUPS, IconKind::Groups, false),
            item("/computers", strings::COMPUTERS, IconKind::Computer, false),
            item("/inbox", strings::INBOX, IconKind::Inbox, false),
            item("/outbox", strings::OUTBOX, IconKind::Outbox, false),
        ];
        if session.with_untracked(sets_mail) == Some(true) {
            nav.push(item("/settings", strings::SETTINGS, IconKind::Settings, false));
        }
        if session.with_untracked(|session| session.sandbox) == Some(true) {
            nav.push(item("/sandbox", strings::SANDBOX, IconKind::Box, true));
            nav.push(item("/demo", strings::DEMO_SITE, IconKind::Globe, true));
        }
        nav
    };
    let path = use_router().path();
    let route = Memo::new(move |_| path.with(|path| Route::of(path)));
    view! {
        <AppShell
            organisation=Signal::derive(organisation)
            account=Signal::derive(account)
            nav
            menu=Box::new(|| view! { <AccountMenu/> }.into_any())
        >
            {move || page(route.get())}
        </AppShell>
    }
}

fn page(route: Route) -> AnyView {
    match route {
        Route::Home => go_on("/users"),
        Route::Users => view! { <users::list::UserList/> }.into_any(),
        Route::NewUser => view! { <users::new::NewUserPage/> }.into_any(),
        Route::ImportUsers => view! { <users::import::ImportPage/> }.into_any(),
        Route::User(id) => view! { <users::show::UserPage id/> }.into_any(),
        Route::NewKey(user_id) => view! { <users::new_key::NewKeyPage user_id/> }.into_any(),
        Route::Groups => view! { <groups::list::GroupList/> }.into_any(),
        Route::Group(id) => view! { <groups::show::GroupPage id/> }.into_any(),
        Route::Computers => view! { <computers::ComputerList/> }.into_any(),
        Route::Inbox => view! { <inbox::list::MailList/> }.into_any(),
        Route::Mail(id) => view! { <inbox::show::MailPage id/> }.into_any(),
        Route::Outbox => view! { <mail::outbox::OutboxList/> }.into_any(),
        Route::Settings => go_on("/settings/mail"),
        Route::MailSettings => view! { <mail::settings::MailSettingsPage/> }.into_any(),
        Route::Templates => view! { <mail::templates::TemplateList/> }.into_any(),
        Route::Template(name) => view! { <mail::template::TemplatePage name/> }.into_any(),
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

/// Who is signed in, the theme, and the way out.
#[component]
fn AccountMenu() -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let router = use_router();
    let leave = move |_| {
        leptos::task::spawn_local(async move {
            match api::delete("/api/v1/session").await {
                Ok(()) => {
                    sign_out(session);
                    router.go("/sign-in");
                }
                Err(problem) => toasts.problem(&problem),
            }
        });
    };
    view! {
        <div class="px-2.5 pt-1.5 pb-2.5">
            <p class="font-semibold">{move || session.with(admin_name)}</p>
            <p class="truncate text-sm text-muted" data-testid="admin-email">
                {move || session.with(|session| session.admin.as_ref().map(|admin| admin.email.clone()))}
            </p>
        </div>
        <ThemeToggle/>
        <button class="menu-item mt-1.5" type="button" data-testid="sign-out" on:click=leave>
            <Icon kind=IconKind::SignOut class=""/>
            {strings::SIGN_OUT}
        </button>
        <p class="px-2.5 pt-2 pb-1 text-sm text-muted">
            {move || session.with(|session| strings::version(&session.version))}
        </p>
    }
}
