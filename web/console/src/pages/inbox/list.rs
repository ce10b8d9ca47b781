//! Mails as they arrive, newest first.

use leptos::prelude::*;
use pocketkey_api::{Page, event::Event, inbox::MailSummary};
use pocketkey_kit::{api, load::load, prelude::*};

use crate::strings;

/// The list.
#[component]
pub fn MailList() -> impl IntoView {
    let mails = load(|| api::get::<Page<MailSummary>>("/api/v1/inbox"));
    use_event(move |event| {
        if matches!(event, Event::Mail { .. } | Event::Lagged) {
            mails.refetch();
        }
    });
    let more = |after: String| format!("/api/v1/inbox?after={}", api::encode(&after));
    let draw = move |page: Page<MailSummary>| {
        if page.items.is_empty() {
            return view! {
                <EmptyState
                    icon=IconKind::Inbox
                    title=strings::NO_MAIL
                    text=strings::NO_MAIL_TEXT
                    test_id="no-mail"
                />
            }
            .into_any();
        }
        view! {
            <ul class="divide-y divide-line">{page.items.into_iter().map(row).collect_view()}</ul>
            <LoadMore list=mails path=more/>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::INBOX text=strings::INBOX_TEXT/>
        <div class="card overflow-hidden">{mails.show(draw)}</div>
    }
}

fn row(mail: MailSummary) -> impl IntoView {
    view! {
        <li class="relative px-5 py-3.5 hover:bg-sunken" data-testid="mail-row">
            <div class="flex items-baseline justify-between gap-4">
                <span class="min-w-0 truncate text-sm">
                    <span class="text-muted">{strings::TO} " "</span>
                    {mail.to.join(", ")}
                </span>
                <span class="shrink-0 text-sm text-muted">
                    <RelativeTime at=mail.received_at/>
                </span>
            </div>
            <div class="truncate">
                <RowLink href=format!("/inbox/{}", mail.id)>
                    {strings::subject(mail.subject)}
                </RowLink>
            </div>
            <p class="truncate text-sm text-muted">{mail.snippet}</p>
        </li>
    }
}
