//! What a webhook was told, newest first, with all there is to say of a delivery beside the list.

use leptos::prelude::*;
use pocketkey_api::webhook::{Delivery, DeliveryState};
use pocketkey_kit::{api, prelude::*, time};

use super::webhook::Handle;
use crate::strings;

/// The list.
#[component]
pub fn Deliveries(handle: Handle) -> impl IntoView {
    let router = use_router();
    let row = move |delivery: Delivery| {
        let (label, tone) = state_words(delivery.state);
        let href = router.with("delivery", &delivery.id);
        view! {
            <li class="relative space-y-0.5 px-5 py-3 hover:bg-sunken" data-testid="delivery-row">
                <p class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <RowLink href>{strings::action(&delivery.kind)}</RowLink>
                    <Badge label tone dot=true test_id="delivery-state"/>
                    <span class="text-sm text-muted"><RelativeTime at=delivery.created_at/></span>
                </p>
                {delivery.outcome.map(|outcome| view! { <p class="truncate text-sm text-muted">{outcome}</p> })}
            </li>
        }
    };
    let draw = move |all: Vec<Delivery>| {
        let rows = all.into_iter().map(row).collect_view();
        view! { <ul class="divide-y divide-line" data-testid="deliveries">{rows}</ul> }.into_any()
    };
    let none = || {
        view! {
            <EmptyState
                icon=IconKind::Outbox
                title=strings::no_deliveries()
                text=strings::no_deliveries_text()
                test_id="no-deliveries"
            />
        }
        .into_any()
    };
    view! {
        <Card title=strings::deliveries() class="overflow-hidden [&>h2]:px-5 [&>h2]:pt-4">
            {handle.deliveries.show(none, draw)}
        </Card>
        <Drawer
            name="delivery"
            page=handle.deliveries.page()
            id=|delivery: &Delivery| delivery.id.clone()
            title=|delivery: &Delivery| strings::action(&delivery.kind)
            draw=move |delivery: Delivery| view! { <Facts delivery handle/> }.into_any()
        />
    }
}

#[component]
fn Facts(delivery: Delivery, handle: Handle) -> impl IntoView {
    let (form, toasts) = (FormState::new(), use_toasts());
    let Delivery { id, kind: _, state, tries, outcome, created_at, next_try_at, payload } = delivery;
    let path = handle.path(&format!("/deliveries/{}/retry", api::encode(&id)));
    let retry = move || {
        let path = path.clone();
        form.send(async move { api::post_only(&path, &()).await }, move |()| {
            toasts.say(strings::delivery_retried());
            handle.look_soon();
        });
    };
    let (label, tone) = state_words(state);
    let readable = serde_json::from_str::<serde_json::Value>(&payload)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or(payload);
    view! {
        <FormProblem state=form/>
        <dl class="divide-y divide-line text-sm">
            {fact(strings::state(), view! { <Badge label tone dot=true/> })}
            {fact(strings::when(), time::full(created_at))}
            {fact(strings::tries(), tries.to_string())}
            {outcome.map(|outcome| fact(strings::last_outcome(), outcome))}
            {next_try_at.map(|at| fact(strings::next_try_at(), view! { <RelativeTime at/> }))}
            {fact(strings::delivery_id(), view! { <code class="text-sm break-all">{id}</code> })}
        </dl>
        <h3 class="mt-4 mb-1.5 text-sm">{strings::payload()}</h3>
        <pre class="overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-sm" tabindex="0" data-testid="payload">
            {readable}
        </pre>
        <div class="mt-5">
            <Button label=strings::retry_delivery() icon=IconKind::Refresh loading=form.busy() on_click=retry test_id="retry-delivery"/>
        </div>
    }
}

fn state_words(state: DeliveryState) -> (&'static str, Tone) {
    match state {
        DeliveryState::Waiting => (strings::delivery_waiting(), Tone::Warn),
        DeliveryState::Delivered => (strings::delivered(), Tone::Good),
        DeliveryState::Failed => (strings::given_up(), Tone::Bad),
    }
}
