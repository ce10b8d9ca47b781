//! Computers: which are paired with whose phone, live; blocking and deleting them.

use leptos::prelude::*;
use pocketkey_api::{computer::Computer, event::Event, permission::Permission};
use pocketkey_kit::prelude::*;

use crate::{
    confirm::{Confirm, ConfirmDialog, Subject},
    session::may,
    strings,
};

/// The list of computers.
#[component]
pub fn ComputerList() -> impl IntoView {
    let computers = load_list::<Computer>(|| "/api/v1/computers".to_owned());
    use_changes(|event| !matches!(event, Event::Mail { .. }), move || computers.refetch());
    let confirm = Confirm::new();
    let draw = move |all: Vec<Computer>| {
        let rows = all.into_iter().map(|computer| view! { <Row computer confirm/> }).collect_view();
        view! { <ul class="divide-y divide-line" data-testid="computers">{rows}</ul> }.into_any()
    };
    view! {
        <PageHeader title=strings::computers() text=strings::computers_text()/>
        <div class="card overflow-hidden">{computers.show(none, draw)}</div>
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
                {may(Permission::HelpPeople).then(|| view! {
                    <Button
                        label=if blocked { strings::unblock() } else { strings::block() }
                        small=true
                        on_click=move || confirm.block(subject.get_value(), blocked)
                        test_id="block-computer"
                    />
                })}
                {may(Permission::ManagePeople).then(|| view! {
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
