//! Mails as they arrive, newest first; the search, and what is done with all that it finds.

use leptos::prelude::*;
use pocketkey_api::{event::Event, inbox::MailSummary};
use pocketkey_kit::{api, prelude::*};

use super::fault::{FaultDialog, FaultNote, load_fault};
use crate::{confirm::Ask, strings};

/// The mails that `q` finds, in the API.
fn path(q: &str) -> String {
    api::with_query("/api/v1/inbox", [("search", q)])
}

/// The list.
#[component]
pub fn MailList() -> impl IntoView {
    let (search, q) = use_search();
    let mails = load_list::<MailSummary>(move || q.with(|q| path(q)))
        .refetch_on(|event| matches!(event, Event::Mail { .. }));
    let draw = |all: Vec<MailSummary>| {
        view! { <ul class="divide-y divide-line">{all.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    let (asking, breaking) = (RwSignal::new(false), RwSignal::new(false));
    let fault = load_fault();
    let empty = Signal::derive(move || mails.page().with(|page| page.items.is_empty()).unwrap_or(true));
    // A search that cannot be understood leaves the list as it was, and says why.
    let problem = move || {
        mails.page().problem().get().filter(|_| mails.page().with(|_| ()).is_some()).map(|problem| {
            view! {
                <div class="mb-4">
                    <ProblemNote problem/>
                </div>
            }
        })
    };
    view! {
        <PageHeader title=strings::inbox() text=strings::inbox_text()>
            <Button
                label=strings::fault_title()
                icon=IconKind::Alert
                on_click=move || breaking.set(true)
                test_id="set-fault"
            />
            <Button
                label=strings::delete_all()
                icon=IconKind::Trash
                disabled=empty
                on_click=move || asking.set(true)
                test_id="delete-all"
            />
        </PageHeader>
        <FaultNote fault/>
        <div class="mb-4">
            <SearchField label=strings::search_mail() value=search/>
            <p class="mt-1.5 text-sm text-muted">{strings::search_mail_hint()}</p>
        </div>
        {problem}
        <div class="card overflow-hidden">{mails.show(move || nothing(&q.get_untracked()), draw)}</div>
        <DeleteDialog open=asking q mails/>
        <FaultDialog open=breaking fault/>
    }
}

fn row(mail: MailSummary) -> impl IntoView {
    let attached = (mail.attachments > 0).then(|| {
        view! {
            <span class="inline-flex items-center gap-0.5" data-testid="attached">
                <Icon kind=IconKind::Clip class="size-4"/>
                <span class="sr-only">{strings::attachments()} " "</span>
                {mail.attachments}
            </span>
        }
    });
    view! {
        <li class="relative px-5 py-3.5 hover:bg-sunken" data-testid="mail-row">
            <div class="flex items-center justify-between gap-4 text-sm">
                <span class="min-w-0 truncate">
                    <span class="text-muted">{strings::to()} " "</span>
                    {mail.to.join(", ")}
                    <span class="text-muted">" · " {strings::from(&mail.from)}</span>
                </span>
                <span class="flex shrink-0 items-center gap-2 text-muted">
                    {attached} <RelativeTime at=mail.received_at/>
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

fn nothing(q: &str) -> AnyView {
    if q.is_empty() {
        view! {
            <EmptyState
                icon=IconKind::Inbox
                title=strings::no_mail()
                text=strings::no_mail_text()
                test_id="no-mail"
            />
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                icon=IconKind::Search
                title=strings::no_mail_found(q)
                text=strings::no_mail_found_text()
                test_id="no-match"
            >
                <LinkButton label=strings::show_all_mail() href="/inbox"/>
            </EmptyState>
        }
        .into_any()
    }
}

/// Asks before everything that is listed, or would be, is deleted.
#[component]
fn DeleteDialog(open: RwSignal<bool>, q: Memo<String>, mails: List<MailSummary>) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let delete = move || {
        let path = path(&q.get_untracked());
        form.send(async move { api::delete(&path).await }, move |()| {
            open.set(false);
            toasts.say(strings::mails_deleted());
            mails.refetch();
        });
    };
    view! {
        <Dialog open title=strings::delete_all() test_id="delete-dialog">
            {move || {
                let text = q.with(|q| strings::delete_all_text(q));
                view! { <Ask text yes=strings::delete() form open on_yes=delete test_id="confirm-delete"/> }
            }}
        </Dialog>
    }
}
