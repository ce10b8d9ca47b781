//! What the appliance sends, and what becomes of it, live.

use leptos::prelude::*;
use pocketkey_api::{
    event::Event,
    mail::{OutboxMail, OutboxState, Retried},
    permission::Permission,
};
use pocketkey_kit::{api, prelude::*};

use crate::{
    filters::{Choose, FilterBar, Filters, options},
    session::may,
    strings,
};

/// The list.
#[component]
pub fn OutboxList() -> impl IntoView {
    let filters = Filters::of(&["state"]);
    let mails = load_list::<OutboxMail>(move || filters.path("/api/v1/outbox", &[]));
    use_changes(|event| matches!(event, Event::Outbox | Event::Lagged), move || mails.refetch());
    let helps = may(Permission::HelpPeople);
    let draw = move |all: Vec<OutboxMail>| {
        let rows = all.into_iter().map(|mail| view! { <Row mail mails helps/> }).collect_view();
        view! { <ul class="divide-y divide-line" data-testid="outbox">{rows}</ul> }.into_any()
    };
    view! {
        <PageHeader title=strings::outbox() text=strings::outbox_text()>
            {helps.then(|| view! { <RetryAll mails/> })}
        </PageHeader>
        <FilterBar search=strings::search_outbox()>
            <Choose
                filters
                name="state"
                label=strings::state()
                any=strings::any_state()
                options=options(OutboxState::ALL, OutboxState::as_str, |state| state_words(state).0)
            />
        </FilterBar>
        <div class="card overflow-hidden">{mails.show(move || nothing(filters), draw)}</div>
    }
}

#[component]
fn RetryAll(mails: List<OutboxMail>) -> impl IntoView {
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
fn Row(mail: OutboxMail, mails: List<OutboxMail>, helps: bool) -> impl IntoView {
    let toasts = use_toasts();
    let path = StoredValue::new(format!("/api/v1/outbox/{}", mail.id));
    let retry = move || {
        let request = async move { api::post_only(&format!("{}/retry", path.get_value()), &()).await };
        toasts.attempt(request, move |()| {
            toasts.say(strings::mail_retried());
            mails.refetch();
        });
    };
    let drop = move || {
        toasts.attempt(async move { api::delete(&path.get_value()).await }, move |()| {
            toasts.say(strings::mail_dropped());
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

fn nothing(filters: Filters) -> AnyView {
    if !filters.any() {
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
