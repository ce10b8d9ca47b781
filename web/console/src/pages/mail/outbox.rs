//! What the appliance sends, and what becomes of it, live.

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::{
    Page,
    admin::Role,
    event::Event,
    mail::{OutboxMail, OutboxState, Retried},
};
use pocketkey_kit::{
    api,
    load::{Load, load},
    prelude::*,
};

use crate::{session::may, strings};

/// Mails fetched at a time, and at most when a long list is fetched again.
const PAGE: (usize, usize) = (50, 200);

/// Many mails may leave at once: they are fetched together.
const REST: Duration = Duration::from_millis(300);

/// The list.
#[component]
pub fn OutboxList() -> impl IntoView {
    let router = use_router();
    let state = router.query("state");
    let (search, q) = use_search();
    let shown = StoredValue::new(PAGE.0);
    Effect::new(move |_| {
        state.track();
        q.track();
        shown.set_value(PAGE.0);
    });
    let mails = load(move || {
        let limit = shown.get_value().clamp(PAGE.0, PAGE.1);
        let path = list_path(&state.get(), &q.get(), limit, None);
        async move { api::get::<Page<OutboxMail>>(&path).await }
    });
    // Fetched again, a list stays as long as it was.
    Effect::new(move |_| {
        if let Some(count) = mails.with(|page| page.items.len()) {
            shown.set_value(count);
        }
    });
    let waits = StoredValue::new(false);
    use_event(move |event| {
        if !matches!(event, Event::Outbox | Event::Lagged) || waits.get_value() {
            return;
        }
        waits.set_value(true);
        let fetch = move || {
            waits.try_set_value(false);
            mails.refetch();
        };
        set_timeout(fetch, REST);
    });
    let helps = may(Role::helps_people);
    let more =
        move |after: String| list_path(&state.get_untracked(), &q.get_untracked(), PAGE.0, Some(&after));
    let draw = move |page: Page<OutboxMail>| {
        if page.items.is_empty() {
            return nothing(untrack(|| state.with(String::is_empty) && q.with(String::is_empty)));
        }
        let row = move |mail| view! { <Row mail mails helps/> };
        view! {
            <ul class="divide-y divide-line" data-testid="outbox">{page.items.into_iter().map(row).collect_view()}</ul>
            <LoadMore list=mails path=more/>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::outbox() text=strings::outbox_text()>
            {helps.then(|| view! { <RetryAll mails/> })}
        </PageHeader>
        <div class="mb-4 flex flex-wrap gap-2">
            <div class="w-full sm:w-64">
                <SearchField label=strings::search_outbox() value=search/>
            </div>
            <StateFilter state q/>
        </div>
        <div class="card overflow-hidden">{mails.show(draw)}</div>
    }
}

#[component]
fn StateFilter(state: Memo<String>, q: Memo<String>) -> impl IntoView {
    let router = use_router();
    let option = move |(key, label): (&'static str, &'static str)| {
        view! { <option value=key selected=move || state.with(|state| state == key)>{label}</option> }
    };
    let states = OutboxState::ALL.map(|state| (state.as_str(), state_words(state).0));
    view! {
        <select
            class="input w-auto!"
            aria-label=strings::state()
            data-testid="filter-state"
            data-set=move || (!state.with(String::is_empty)).then_some("")
            on:change=move |event| router.replace(&address(&event_target_value(&event), &q.get_untracked()))
        >
            {option(("", strings::any_state()))}
            {states.map(option).collect_view()}
        </select>
    }
}

#[component]
fn RetryAll(mails: Load<Page<OutboxMail>>) -> impl IntoView {
    let (form, toasts) = (FormState::new(), use_toasts());
    let retry = move || {
        form.send(async { api::post::<_, Retried>("/api/v1/outbox/retry", &()).await }, move |retried| {
            toasts.say(strings::mails_retried(retried.count));
            mails.refetch();
        });
    };
    view! {
        <Button
            label=strings::retry_all()
            icon=IconKind::Refresh
            loading=form.busy()
            on_click=retry
            test_id="retry-all"
        />
        <FormProblem state=form/>
    }
}

#[component]
fn Row(mail: OutboxMail, mails: Load<Page<OutboxMail>>, helps: bool) -> impl IntoView {
    let toasts = use_toasts();
    let path = StoredValue::new(format!("/api/v1/outbox/{}", mail.id));
    let retry = move || {
        leptos::task::spawn_local(async move {
            match api::post::<_, OutboxMail>(&format!("{}/retry", path.get_value()), &()).await {
                Ok(_) => toasts.say(strings::mail_retried()),
                Err(problem) => toasts.problem(&problem),
            }
            mails.refetch();
        });
    };
    let drop = move || {
        leptos::task::spawn_local(async move {
            match api::delete(&path.get_value()).await {
                Ok(()) => toasts.say(strings::mail_dropped()),
                Err(problem) => toasts.problem(&problem),
            }
            mails.refetch();
        });
    };
    let (label, tone) = state_words(mail.state);
    let is_open = matches!(mail.state, OutboxState::Queued | OutboxState::Failed);
    let tries = (mail.attempts > 0 && mail.state != OutboxState::Sent).then(|| {
        let next = mail.next_try_at.map(|at| view! { " · " {strings::next_try()} " " <RelativeTime at/> });
        view! { " · " {strings::tried(mail.attempts)} {next} }
    });
    let can_retry = helps && mail.can_retry;
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3.5" data-testid="outbox-row">
            <div class="min-w-0 grow basis-64">
                <p class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <span class="min-w-0 font-medium break-words">{mail.to}</span>
                    <Badge label tone dot=true test_id="outbox-state"/>
                </p>
                <p class="text-sm text-muted">
                    {strings::mail_kind(&mail.template)} " · " <RelativeTime at=mail.done_at.unwrap_or(mail.created_at)/> {tries}
                </p>
                {mail.last_error.map(|words| view! {
                    <p class="mt-1 text-sm break-words" data-testid="outbox-error">{words}</p>
                })}
            </div>
            <div class="flex gap-2">
                {can_retry.then(|| view! {
                    <Button label=strings::retry_mail() icon=IconKind::Refresh small=true on_click=retry test_id="retry-mail"/>
                })}
                {(helps && is_open).then(|| view! {
                    <Button
                        label=strings::drop_mail()
                        icon=IconKind::Trash
                        icon_only=true
                        small=true
                        kind=ButtonKind::Ghost
                        on_click=drop
                        test_id="drop-mail"
                    />
                })}
            </div>
        </li>
    }
}

fn state_words(state: OutboxState) -> (&'static str, Tone) {
    match state {
        OutboxState::Queued => (strings::queued(), Tone::Warn),
        OutboxState::Sent => (strings::sent(), Tone::Good),
        OutboxState::Failed => (strings::refused_mail(), Tone::Bad),
        OutboxState::Dropped => (strings::dropped(), Tone::Neutral),
    }
}

fn nothing(all: bool) -> AnyView {
    if all {
        view! {
            <EmptyState
                icon=IconKind::Outbox
                title=strings::no_outbox()
                text=strings::no_outbox_text()
                test_id="no-outbox"
            >
                <LinkButton label=strings::invite_first() href="/users"/>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                icon=IconKind::Search
                title=strings::no_outbox_found()
                text=strings::no_mail_found_text()
                test_id="no-match"
            >
                <LinkButton label=strings::show_all_mail() href="/outbox"/>
            </EmptyState>
        }
        .into_any()
    }
}

/// The address of the list in this state with this search.
fn address(state: &str, q: &str) -> String {
    with("/outbox", &[("state", state), ("q", q)])
}

fn list_path(state: &str, q: &str, limit: usize, after: Option<&str>) -> String {
    let limit = limit.to_string();
    let query = [("state", state), ("search", q), ("limit", &limit), ("after", after.unwrap_or_default())];
    with("/api/v1/outbox", &query)
}

/// `path` with those of the parameters that say something.
fn with(path: &str, query: &[(&str, &str)]) -> String {
    let set = query.iter().filter(|(_, value)| !value.is_empty());
    let set: Vec<_> = set.map(|(name, value)| format!("{name}={}", api::encode(value))).collect();
    if set.is_empty() { path.to_owned() } else { format!("{path}?{}", set.join("&")) }
}
