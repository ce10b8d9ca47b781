//! One webhook: its health, what it is told and was told; trying, changing, switching off, deleting it.

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::{
    WebhookId,
    webhook::{Delivery, Webhook, WebhookChange, WebhookSecret},
};
use pocketkey_kit::{api, prelude::*};

use super::{SecretDialog, deliveries::Deliveries, webhook_form::WebhookForm, webhooks::Health};
use crate::{confirm::Ask, pages::not_found::NotFound, strings};

/// When to look how a delivery went.
const LOOK: [Duration; 3] = [Duration::from_millis(600), Duration::from_secs(2), Duration::from_secs(6)];

/// What the page's parts share.
#[derive(Clone, Copy)]
pub struct Handle {
    id: StoredValue<WebhookId>,
    /// All webhooks, this one among them.
    webhooks: Load<Vec<Webhook>>,
    /// What it was told.
    pub deliveries: List<Delivery>,
}

impl Handle {
    /// The webhook's address in the API, and what follows.
    pub fn path(self, rest: &str) -> String {
        format!("/api/v1/webhooks/{}{rest}", self.id.get_value())
    }

    fn find(self, all: &[Webhook]) -> Option<Webhook> {
        self.id.with_value(|id| all.iter().find(|webhook| webhook.id == *id).cloned())
    }

    /// Looks again some moments from now.
    pub fn look_soon(self) {
        for moment in LOOK {
            set_timeout(
                move || {
                    self.webhooks.refetch();
                    self.deliveries.refetch();
                },
                moment,
            );
        }
    }
}

/// The page.
#[component]
pub fn WebhookPage(id: WebhookId) -> impl IntoView {
    let id = StoredValue::new(id);
    let webhooks = load(|| api::get::<Vec<Webhook>>("/api/v1/webhooks"));
    let deliveries = load_list(move || format!("/api/v1/webhooks/{}/deliveries", id.get_value()));
    let handle = Handle { id, webhooks, deliveries };
    let webhook = Memo::new(move |_| webhooks.with(|all| handle.find(all)));
    // Drawn once it is known whether there is one.
    let there = Memo::new(move |_| webhook.with(|found| found.as_ref().map(Option::is_some)));
    move || match there.get() {
        None => view! { <div class="card">{webhooks.show(|_| ().into_any())}</div> }.into_any(),
        Some(false) => view! { <NotFound/> }.into_any(),
        Some(true) => {
            let webhook = Signal::derive(move || webhook.get().flatten());
            view! { <Shown webhook handle/> }.into_any()
        }
    }
}

#[component]
fn Shown(webhook: Signal<Option<Webhook>>, handle: Handle) -> impl IntoView {
    let toasts = use_toasts();
    let (editing, renewing, deleting) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let url = move || webhook.with(|webhook| webhook.as_ref().map(|webhook| webhook.url.clone()));
    let test = FormState::new();
    let send_test = move || {
        let path = handle.path("/test");
        test.send(async move { api::post_only(&path, &()).await }, move |()| {
            toasts.say(strings::test_sent());
            handle.look_soon();
        });
    };
    let facts = move || {
        webhook.get().map(|webhook| {
            let failing = webhook.failing.clone();
            let told = strings::told_of(webhook.actions.len());
            view! {
                <p class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <Health webhook/> <span class="text-muted">{told}</span>
                </p>
                {failing.map(|why| view! { <Note tone=Tone::Warn test_id="failing">{strings::last_try_failed()} " " {why}</Note> })}
            }
        })
    };
    let changed = move |_| {
        handle.webhooks.refetch();
        toasts.say(strings::webhook_saved());
    };
    let edit = move || {
        webhook
            .get_untracked()
            .map(|of| view! { <WebhookForm open=editing of on_changed=Callback::new(changed)/> })
    };
    view! {
        <PageHeader
            title=Signal::derive(move || url().unwrap_or_default())
            back=("/settings/webhooks".to_owned(), strings::webhooks().to_owned())
        >
            <Button label=strings::send_test_delivery() icon=IconKind::Right loading=test.busy() on_click=send_test test_id="test-webhook"/>
            <Button label=strings::edit_webhook() icon=IconKind::Edit on_click=move || editing.set(true) test_id="edit-webhook"/>
        </PageHeader>
        <div class="space-y-5">
            <FormProblem state=test/>
            <div class="card space-y-4 p-5">
                {facts}
                <Enabled webhook handle/>
                <div class="flex flex-wrap gap-2">
                    <Button label=strings::renew_secret() icon=IconKind::Refresh small=true on_click=move || renewing.set(true) test_id="renew-secret"/>
                    <Button label=strings::delete() icon=IconKind::Trash small=true on_click=move || deleting.set(true) test_id="delete-webhook"/>
                </div>
            </div>
            <Deliveries handle/>
        </div>
        <Dialog open=editing title=strings::edit_webhook().to_owned() test_id="edit-webhook-dialog">{edit}</Dialog>
        <Renew open=renewing handle/>
        <Delete open=deleting handle/>
    }
}

/// Switches it on and off.
#[component]
fn Enabled(webhook: Signal<Option<Webhook>>, handle: Handle) -> impl IntoView {
    let toasts = use_toasts();
    let enabled = move || webhook.with(|webhook| webhook.as_ref().is_some_and(|webhook| webhook.enabled));
    let on = RwSignal::new(untrack(enabled));
    Effect::new(move |_| on.set(enabled()));
    Effect::watch(
        move || on.get(),
        move |wanted, _, _| {
            if *wanted == untrack(enabled) {
                return;
            }
            let change = WebhookChange { enabled: Some(*wanted), ..WebhookChange::default() };
            let path = handle.path("");
            leptos::task::spawn_local(async move {
                match api::patch::<_, Webhook>(&path, &change).await {
                    Ok(_) => {
                        handle.webhooks.refetch();
                        handle.look_soon();
                    }
                    Err(problem) => {
                        toasts.problem(&problem);
                        if !on.is_disposed() {
                            on.set(untrack(enabled));
                        }
                    }
                }
            });
        },
        false,
    );
    view! { <Switch name="enabled" label=strings::webhook_enabled() hint=strings::webhook_enabled_hint() value=on/> }
}

/// Asks, gives it another secret, and shows that.
#[component]
fn Renew(open: RwSignal<bool>, handle: Handle) -> impl IntoView {
    let form = FormState::new();
    let made = RwSignal::new(None::<String>);
    let renew = move || {
        let path = handle.path("/secret");
        form.send(async move { api::post::<_, WebhookSecret>(&path, &()).await }, move |answer| {
            made.set(Some(answer.secret));
        });
    };
    view! {
        <SecretDialog
            open
            title=strings::renew_secret()
            text=strings::webhook_secret_text()
            made
            test_id="renew-dialog"
        >
            <Ask
                text=strings::renew_secret_text()
                yes=strings::renew_secret()
                form
                open
                on_yes=renew
                test_id="ask-yes"
            />
        </SecretDialog>
    }
}

/// Asks, and deletes it.
#[component]
fn Delete(open: RwSignal<bool>, handle: Handle) -> impl IntoView {
    let (form, toasts, router) = (FormState::new(), use_toasts(), use_router());
    let delete = move || {
        let path = handle.path("");
        form.send(async move { api::delete(&path).await }, move |()| {
            open.set(false);
            toasts.say(strings::webhook_deleted());
            router.go("/settings/webhooks");
        });
    };
    view! {
        <Dialog open title=strings::delete_webhook().to_owned() test_id="delete-dialog">
            <Ask text=strings::delete_webhook_text() yes=strings::delete() form open on_yes=delete test_id="ask-yes"/>
        </Dialog>
    }
}
