//! Computers: which are paired with whose phone, live; blocking and deleting them.

use leptos::prelude::*;
use pocketkey_api::{Page, admin::Role, computer::Computer, event::Event};
use pocketkey_kit::{api, load::load, prelude::*};

use crate::{
    confirm::{Confirm, ConfirmDialog, Subject},
    session::may,
    strings,
};

/// Computers fetched at a time, and at most when a long list is fetched again.
const PAGE: (usize, usize) = (50, 200);

/// The list of computers.
#[component]
pub fn ComputerList() -> impl IntoView {
    let shown = StoredValue::new(PAGE.0);
    let computers = load(move || {
        let path = list_path(shown.get_value().clamp(PAGE.0, PAGE.1), None);
        async move { api::get::<Page<Computer>>(&path).await }
    });
    // Fetched again, a list stays as long as it was.
    Effect::new(move |_| {
        if let Some(count) = computers.with(|page| page.items.len()) {
            shown.set_value(count);
        }
    });
    use_changes(|event| !matches!(event, Event::Mail { .. }), move || computers.refetch());
    let confirm = Confirm::new();
    let more = |after: String| list_path(PAGE.0, Some(&after));
    let draw = move |page: Page<Computer>| {
        if page.items.is_empty() {
            return none();
        }
        let row = |computer| view! { <Row computer confirm/> };
        view! {
            <ul class="divide-y divide-line" data-testid="computers">
                {page.items.into_iter().map(row).collect_view()}
            </ul>
            <LoadMore list=computers path=more/>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::computers() text=strings::computers_text()/>
        <div class="card overflow-hidden">{computers.show(draw)}</div>
        <ConfirmDialog confirm/>
    }
}

#[component]
fn Row(computer: Computer, confirm: Confirm) -> impl IntoView {
    let Computer { id, name, os, phone, online, seen_at, blocked_at } = computer;
    let status = match (blocked_at, online) {
        (Some(_), _) => Some((strings::blocked_label(), Tone::Bad)),
        (None, true) => Some((strings::online(), Tone::Good)),
        (None, false) => None,
    };
    let phone = match phone {
        Some(phone) => view! {
            {phone.model} " · "
            <a class="link" href=format!("/users/{}", phone.user_id)>{phone.user_name}</a>
        }
        .into_any(),
        None => strings::no_phone().into_any(),
    };
    let seen = match (blocked_at, online) {
        (Some(at), _) => view! { " · " {strings::blocked_since()} " " <RelativeTime at/> }.into_any(),
        (None, false) => view! { " · " {strings::last_seen()} " " <RelativeTime at=seen_at/> }.into_any(),
        (None, true) => ().into_any(),
    };
    let blocked = blocked_at.is_some();
    let subject = StoredValue::new(Subject {
        path: format!("/api/v1/computers/{id}"),
        name: name.clone(),
        block_text: strings::block_computer_text(),
        delete_text: strings::delete_computer_text(),
        then: None,
    });
    let on_block = move || {
        if blocked { confirm.unblock(subject.get_value()) } else { confirm.block(subject.get_value()) }
    };
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3.5" data-testid="computer-row">
            <Icon kind=IconKind::Computer class="size-5 shrink-0 text-muted"/>
            <div class="min-w-0 grow basis-48">
                <p class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <span class="min-w-0 font-medium break-words">{name}</span>
                    <span class="text-sm text-muted">{os}</span>
                    {status.map(|(label, tone)| view! { <Badge label tone dot=true test_id="computer-status"/> })}
                </p>
                <p class="text-sm text-muted">{phone} {seen}</p>
            </div>
            <div class="flex gap-2">
                {may(Role::helps_people).then(|| view! {
                    <Button
                        label=if blocked { strings::unblock() } else { strings::block() }
                        small=true
                        on_click=on_block
                        test_id="block-computer"
                    />
                })}
                {may(Role::manages_people).then(|| view! {
                    <Button
                        label=strings::delete()
                        icon=IconKind::Trash
                        icon_only=true
                        small=true
                        kind=ButtonKind::Ghost
                        on_click=move || confirm.delete(subject.get_value())
                        test_id="delete-computer"
                    />
                })}
            </div>
        </li>
    }
}

fn none() -> AnyView {
    let command = format!("pocketkey pair --server {}", window().location().origin().unwrap_or_default());
    view! {
        <EmptyState
            icon=IconKind::Computer
            title=strings::no_computers()
            text=strings::no_computers_text()
            test_id="no-computers"
        >
            <div class="flex flex-wrap items-center justify-center gap-2">
                <code class="rounded-md bg-accent-soft px-2.5 py-1.5 text-sm break-words" data-testid="pair-command">
                    {command.clone()}
                </code>
                <CopyButton text=command/>
            </div>
        </EmptyState>
    }
    .into_any()
}

fn list_path(limit: usize, after: Option<&str>) -> String {
    let after = after.map(|after| format!("&after={}", api::encode(after))).unwrap_or_default();
    format!("/api/v1/computers?limit={limit}{after}")
}
