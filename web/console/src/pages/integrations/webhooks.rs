//! Settings → Webhooks.

use leptos::prelude::*;
use pocketkey_api::webhook::{Webhook, WebhookSecret};
use pocketkey_kit::{api, prelude::*};

use super::{SecretDialog, webhook_form::WebhookForm};
use crate::{pages::settings::SettingsTabs, strings};

/// The page.
#[component]
pub fn WebhooksPage() -> impl IntoView {
    let webhooks = load(|| api::get::<Vec<Webhook>>("/api/v1/webhooks"));
    let adding = RwSignal::new(false);
    let made = RwSignal::new(None::<String>);
    let done = move |answer: WebhookSecret| {
        webhooks.refetch();
        made.set(Some(answer.secret));
    };
    let draw = move |all: Vec<Webhook>| {
        if all.is_empty() {
            return view! {
                <EmptyState
                    icon=IconKind::Globe
                    title=strings::no_webhooks()
                    text=strings::no_webhooks_text()
                    test_id="no-webhooks"
                >
                    <Button
                        label=strings::new_webhook()
                        icon=IconKind::Plus
                        kind=ButtonKind::Primary
                        on_click=move || adding.set(true)
                        test_id="first-webhook"
                    />
                </EmptyState>
            }
            .into_any();
        }
        let row = |webhook| view! { <Row webhook/> };
        view! {
            <ul class="divide-y divide-line" data-testid="webhooks">{all.into_iter().map(row).collect_view()}</ul>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::webhooks() text=strings::webhooks_text()>
            <Button
                label=strings::new_webhook()
                icon=IconKind::Plus
                kind=ButtonKind::Primary
                on_click=move || adding.set(true)
                test_id="new-webhook"
            />
        </PageHeader>
        <SettingsTabs/>
        <div class="card overflow-hidden">{webhooks.show(draw)}</div>
        <SecretDialog
            open=adding
            title=strings::new_webhook()
            text=strings::webhook_secret_text()
            made
            test_id="new-webhook-dialog"
        >
            <WebhookForm open=adding on_made=Callback::new(done)/>
        </SecretDialog>
    }
}

#[component]
fn Row(webhook: Webhook) -> impl IntoView {
    let href = format!("/settings/webhooks/{}", webhook.id);
    let told = strings::told_of(webhook.actions.len());
    let (url, failing) = (webhook.url.clone(), webhook.failing.clone());
    view! {
        <li class="relative space-y-1 px-5 py-3.5 hover:bg-sunken" data-testid="webhook-row">
            <p class="flex flex-wrap items-center gap-x-2.5 gap-y-1 break-all">
                <RowLink href>{url}</RowLink>
                <Health webhook/>
            </p>
            <p class="text-sm text-muted">{told}</p>
            {failing.map(|why| view! { <p class="text-sm break-words">{why}</p> })}
        </li>
    }
}

/// Whether what a webhook is told arrives.
#[component]
pub fn Health(webhook: Webhook) -> impl IntoView {
    let (label, tone) = match &webhook {
        Webhook { enabled: false, .. } => (strings::switched_off(), Tone::Neutral),
        Webhook { failing: Some(_), .. } => (strings::failing(), Tone::Bad),
        Webhook { waiting: 1.., .. } => (strings::delivery_waiting(), Tone::Warn),
        Webhook { delivered_at: Some(_), .. } => (strings::arrives(), Tone::Good),
        _ => (strings::nothing_told(), Tone::Neutral),
    };
    view! { <Badge label tone dot=true test_id="webhook-health"/> }
}
