//! Passkeys: added, renamed, deleted.

use leptos::prelude::*;
use pocketkey_api::account::{Account, Passkey, PasskeyName};
use pocketkey_kit::{api, prelude::*};

use super::confirm::Sensitive;
use crate::{confirm::Ask, passkey, session::use_session, strings};

/// What the dialog shows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shown {
    Add,
    Rename(Passkey),
    Delete(Passkey),
}

/// The card.
#[component]
pub fn Passkeys(account: Load<Account>, sensitive: Sensitive) -> impl IntoView {
    let open = RwSignal::new(false);
    let shown = RwSignal::new(Shown::Add);
    let show = Callback::new(move |what: Shown| {
        shown.set(what);
        open.set(true);
    });
    let passkeys = Memo::new(move |_| account.with(|account| account.passkeys.clone()).unwrap_or_default());
    let list = move || {
        let all = passkeys.get();
        if all.is_empty() {
            return view! {
                <p class="mb-4" data-testid="no-passkeys">
                    <span class="font-medium">{strings::no_passkeys()}"."</span>
                    " "
                    <span class="text-muted">{strings::no_passkeys_text()}</span>
                </p>
            }
            .into_any();
        }
        let row = move |passkey| view! { <Row passkey show/> };
        view! {
            <ul class="mb-4 divide-y divide-line" data-testid="passkeys">{all.into_iter().map(row).collect_view()}</ul>
        }
        .into_any()
    };
    let title = move || match shown.get() {
        Shown::Add => strings::add_passkey().to_owned(),
        Shown::Rename(_) => strings::rename_passkey().to_owned(),
        Shown::Delete(passkey) => strings::delete_question(&passkey.name),
    };
    let content = move || match shown.get() {
        Shown::Delete(passkey) => view! { <Delete passkey account open sensitive/> }.into_any(),
        Shown::Add => view! { <Name passkey=None account open sensitive/> }.into_any(),
        Shown::Rename(passkey) => view! { <Name passkey=Some(passkey) account open sensitive/> }.into_any(),
    };
    view! {
        <Card title=strings::passkeys_label()>
            {list}
            <Button
                label=strings::add_passkey()
                icon=IconKind::Plus
                on_click=move || show.run(Shown::Add)
                test_id="add-passkey"
            />
        </Card>
        <Dialog open title=Signal::derive(title) test_id="passkey-dialog">{content}</Dialog>
    }
}

#[component]
fn Row(passkey: Passkey, show: Callback<Shown>) -> impl IntoView {
    let used = match passkey.used_at {
        Some(at) => view! { {strings::used_at()} " " <RelativeTime at/> }.into_any(),
        None => strings::not_used().into_any(),
    };
    let (at, name) = (passkey.created_at, passkey.name.clone());
    let (edit, gone) = (strings::edit(&name), format!("{} {name}", strings::delete()));
    let (renamed, deleted) = (passkey.clone(), passkey);
    view! {
        <li class="flex items-center gap-3 py-2.5" data-testid="passkey-row">
            <Icon kind=IconKind::Key class="size-5 shrink-0 text-muted"/>
            <div class="min-w-0 grow">
                <p class="font-medium break-words">{name}</p>
                <p class="text-sm text-muted">{strings::added()} " " <RelativeTime at/> " · " {used}</p>
            </div>
            <Button
                label=edit
                icon=IconKind::Edit
                icon_only=true
                small=true
                kind=ButtonKind::Ghost
                on_click=move || show.run(Shown::Rename(renamed.clone()))
                test_id="rename-passkey"
            />
            <Button
                label=gone
                icon=IconKind::Trash
                icon_only=true
                small=true
                kind=ButtonKind::Ghost
                on_click=move || show.run(Shown::Delete(deleted.clone()))
                test_id="delete-passkey"
            />
        </li>
    }
}

/// Names a new passkey, or one there is anew.
#[component]
fn Name(
    passkey: Option<Passkey>,
    account: Load<Account>,
    open: RwSignal<bool>,
    sensitive: Sensitive,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let form = FormState::new();
    let is_new = passkey.is_none();
    let name = RwSignal::new(passkey.as_ref().map(|passkey| passkey.name.clone()).unwrap_or_default());
    let path = passkey.map(|passkey| format!("/api/v1/account/passkeys/{}", passkey.id));
    let submit = move || {
        let path = path.clone();
        let url = session.with_untracked(|session| session.url.clone()).unwrap_or_default();
        let request = move || {
            let (path, url, name) = (path.clone(), url.clone(), name.get_untracked());
            async move {
                match path {
                    Some(path) => api::patch::<_, Passkey>(&path, &PasskeyName { name }).await,
                    None => passkey::add(name, &url).await,
                }
            }
        };
        sensitive.send(form, request, move |done: Passkey| {
            open.set(false);
            account.refetch();
            toasts.say(if is_new { strings::passkey_added().to_owned() } else { strings::saved(&done.name) });
        });
    };
    view! {
        <Form on_submit=submit>
            <FormProblem state=form/>
            {is_new.then(|| view! { <p class="text-muted">{strings::add_passkey_text()}</p> })}
            <TextField
                name="passkey-name"
                label=strings::passkey_name()
                value=name
                hint=strings::passkey_name_hint()
                error=form.error("name")
            />
            <DialogButtons
                open
                form
                label=if is_new { strings::continue_label() } else { strings::save() }
                test_id="save-passkey"
            />
        </Form>
    }
}

#[component]
fn Delete(
    passkey: Passkey,
    account: Load<Account>,
    open: RwSignal<bool>,
    sensitive: Sensitive,
) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let path = format!("/api/v1/account/passkeys/{}", passkey.id);
    let delete = move || {
        let (path, name) = (path.clone(), passkey.name.clone());
        let request = move || {
            let path = path.clone();
            async move { api::delete(&path).await }
        };
        sensitive.send(form, request, move |()| {
            open.set(false);
            account.refetch();
            toasts.say(strings::deleted(&name));
        });
    };
    view! {
        <Ask
            text=strings::delete_passkey_text()
            yes=strings::delete()
            form
            open
            on_yes=delete
            test_id="delete-passkey-confirm"
        />
    }
}
