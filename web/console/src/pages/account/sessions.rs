//! Where one is signed in, and the way out of each.

use leptos::prelude::*;
use pocketkey_api::{account::OpenSession, event::Event};
use pocketkey_kit::{api, prelude::*};

use crate::strings;

const PATH: &str = "/api/v1/account/sessions";

/// The card.
#[component]
pub fn Sessions() -> impl IntoView {
    let toasts = use_toasts();
    let sessions = load(|| async { api::get::<Vec<OpenSession>>(PATH).await })
        .refetch_on(|event| matches!(event, Event::Admin { .. }));
    let end = Callback::new(move |path: String| {
        toasts.attempt(async move { api::delete(&path).await }, move |()| sessions.refetch());
    });
    let draw = move |all: Vec<OpenSession>| {
        let others = all.iter().any(|session| !session.current);
        let row = move |session| view! { <Row session end/> };
        view! {
            <ul class="divide-y divide-line" data-testid="sessions">{all.into_iter().map(row).collect_view()}</ul>
            {others.then(|| view! {
                <div class="mt-3">
                    <Button
                        label=strings::everywhere_else()
                        icon=IconKind::SignOut
                        on_click=move || end.run(PATH.to_owned())
                        test_id="sign-out-elsewhere"
                    />
                </div>
            })}
        }
        .into_any()
    };
    view! { <Card title=strings::open_sessions()>{sessions.show(draw)}</Card> }
}

#[component]
fn Row(session: OpenSession, end: Callback<String>) -> impl IntoView {
    let OpenSession { id, browser, ip, created_at, used_at, current } = session;
    let path = format!("{PATH}/{id}");
    let from = (!ip.is_empty()).then(|| view! { {ip} " · " });
    view! {
        <li class="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5" data-testid="session-row">
            <div class="min-w-0 grow basis-48">
                <p class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <span class="font-medium">{strings::browser(browser)}</span>
                    {current.then(|| view! { <Badge label=strings::this_browser() tone=Tone::Accent/> })}
                </p>
                <p class="text-sm text-muted">
                    {from} {strings::signed_in_at()} " " <RelativeTime at=created_at/> " · " {strings::used_at()} " "
                    <RelativeTime at=used_at/>
                </p>
            </div>
            {(!current).then(|| view! {
                <Button
                    label=strings::sign_out()
                    small=true
                    on_click=move || end.run(path.clone())
                    test_id="end-session"
                />
            })}
        </li>
    }
}
