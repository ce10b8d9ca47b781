//! Settings → API keys.

use leptos::prelude::*;
use pocketkey_api::api_key::{ApiKey, ApiKeyState};
use pocketkey_kit::{api, prelude::*, time};

use super::new_api_key::NewApiKeyDialog;
use crate::{confirm::Ask, pages::settings::SettingsTabs, strings};

/// The page.
#[component]
pub fn ApiKeysPage() -> impl IntoView {
    let keys = load(|| api::get::<Vec<ApiKey>>("/api/v1/api-keys"));
    let (adding, asking) = (RwSignal::new(false), RwSignal::new(None::<ApiKey>));
    let draw = move |all: Vec<ApiKey>| {
        if all.is_empty() {
            return view! {
                <EmptyState
                    icon=IconKind::Key
                    title=strings::no_api_keys()
                    text=strings::no_api_keys_text()
                    test_id="no-api-keys"
                >
                    <Button
                        label=strings::new_api_key()
                        icon=IconKind::Plus
                        kind=ButtonKind::Primary
                        on_click=move || adding.set(true)
                        test_id="first-api-key"
                    />
                </EmptyState>
            }
            .into_any();
        }
        let row = move |key| view! { <Row key asking/> };
        view! {
            <ul class="divide-y divide-line" data-testid="api-keys">{all.into_iter().map(row).collect_view()}</ul>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::api_keys() text=strings::api_keys_text()>
            <LinkButton label=strings::read_api() href="/api/docs" icon=IconKind::External external=true test_id="api-docs"/>
            <Button
                label=strings::new_api_key()
                icon=IconKind::Plus
                kind=ButtonKind::Primary
                on_click=move || adding.set(true)
                test_id="new-api-key"
            />
        </PageHeader>
        <SettingsTabs/>
        <div class="card overflow-hidden">{keys.show(draw)}</div>
        <NewApiKeyDialog open=adding keys/>
        <Revoke asking keys/>
    }
}

#[component]
fn Row(key: ApiKey, asking: RwSignal<Option<ApiKey>>) -> impl IntoView {
    let (label, tone) = match key.state {
        ApiKeyState::Active => (strings::active(), Tone::Good),
        ApiKeyState::Expired => (strings::expired(), Tone::Bad),
        ApiKeyState::Orphaned => (strings::orphaned(), Tone::Bad),
    };
    let scope =
        |scope: &pocketkey_api::permission::Permission| view! { <li class="badge">{scope.as_str()}</li> };
    let used = match key.last_used_at {
        Some(at) => view! { {strings::last_used()} " " <RelativeTime at/> }.into_any(),
        None => strings::never_used().into_any(),
    };
    let ends = key.expires_at.map_or(strings::no_end().to_owned(), |at| strings::ends(&time::full(at)));
    let scopes = key.scopes.iter().map(scope).collect_view();
    let revoke = {
        let key = key.clone();
        move || asking.set(Some(key.clone()))
    };
    view! {
        <li class="flex flex-wrap items-start justify-between gap-x-4 gap-y-3 px-5 py-4" data-testid="api-key-row">
            <div class="min-w-0 grow basis-64 space-y-1.5">
                <p class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <span class="min-w-0 font-medium break-words">{key.name}</span>
                    <Badge label tone dot=true test_id="api-key-state"/>
                    <code class="text-sm text-muted">{format!("{}…", key.hint)}</code>
                </p>
                <p class="text-sm text-muted">
                    {strings::made_by(&key.made_by)} " " <RelativeTime at=key.created_at/> " · " {used} " · " {ends}
                </p>
                <ul class="flex flex-wrap gap-1.5" aria-label=strings::scopes()>{scopes}</ul>
            </div>
            <Button label=strings::revoke() icon=IconKind::Trash small=true on_click=revoke test_id="revoke"/>
        </li>
    }
}

/// Asks, and revokes.
#[component]
fn Revoke(asking: RwSignal<Option<ApiKey>>, keys: Load<Vec<ApiKey>>) -> impl IntoView {
    let (open, form, toasts) = (RwSignal::new(false), FormState::new(), use_toasts());
    Effect::new(move |_| {
        form.set_problem(None);
        open.set(asking.with(Option::is_some));
    });
    let title = move || {
        let name = asking.with(|key| key.as_ref().map(|key| key.name.clone()));
        strings::revoke_question(&name.unwrap_or_default())
    };
    let revoke = move || {
        let Some(key) = asking.get_untracked() else { return };
        let path = format!("/api/v1/api-keys/{}", key.id);
        form.send(async move { api::delete(&path).await }, move |()| {
            open.set(false);
            keys.refetch();
            toasts.say(strings::revoked(&key.name));
        });
    };
    view! {
        <Dialog open title=Signal::derive(title) test_id="revoke-dialog">
            <Ask text=strings::revoke_text() yes=strings::revoke() form open on_yes=revoke test_id="ask-yes"/>
        </Dialog>
    }
}
