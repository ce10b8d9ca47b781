//! Adding and changing a webhook: where to, and what it is told.

use leptos::prelude::*;
use pocketkey_api::{
    audit::Action,
    webhook::{NewWebhook, Webhook, WebhookChange, WebhookSecret},
};
use pocketkey_kit::{api, field::toggle, prelude::*};

use crate::strings;

/// The form: makes a webhook, or changes `of`. For inside of a dialog.
#[component]
pub fn WebhookForm(
    /// The dialog.
    open: RwSignal<bool>,
    /// Which one is changed.
    #[prop(optional)]
    of: Option<Webhook>,
    /// Takes a new one.
    #[prop(optional)]
    on_made: Option<Callback<WebhookSecret>>,
    /// Takes a changed one.
    #[prop(optional)]
    on_changed: Option<Callback<Webhook>>,
) -> impl IntoView {
    let form = FormState::new();
    let (first_url, first_actions) =
        of.as_ref().map(|of| (of.url.clone(), of.actions.clone())).unwrap_or_default();
    let url = RwSignal::new(first_url);
    let everything = RwSignal::new(first_actions.is_empty());
    let actions = RwSignal::new(first_actions);
    let id = of.map(|of| of.id);
    let label = if id.is_some() { strings::save() } else { strings::add_webhook() };
    let nothing = Signal::derive(move || !everything.get() && actions.with(Vec::is_empty));
    let save = move || {
        let url = url.get_untracked();
        let actions = if everything.get_untracked() { Vec::new() } else { actions.get_untracked() };
        match id.clone() {
            None => {
                let new = NewWebhook { url, actions };
                form.send(async move { api::post("/api/v1/webhooks", &new).await }, move |made| {
                    if let Some(on_made) = on_made {
                        on_made.run(made);
                    }
                });
            }
            Some(id) => {
                let change = WebhookChange { url: Some(url), actions: Some(actions), enabled: None };
                let path = format!("/api/v1/webhooks/{id}");
                form.send(async move { api::patch(&path, &change).await }, move |changed| {
                    open.set(false);
                    if let Some(on_changed) = on_changed {
                        on_changed.run(changed);
                    }
                });
            }
        }
    };
    view! {
        <Form on_submit=save class="max-w-2xl space-y-5">
            <FormProblem state=form/>
            <TextField
                name="url"
                label=strings::webhook_url()
                hint=strings::webhook_url_hint()
                placeholder="https://"
                value=url
                error=form.error("url")
            />
            <Switch
                name="everything"
                label=strings::tell_everything()
                hint=strings::tell_everything_hint()
                value=everything
            />
            {move || (!everything.get()).then(|| view! { <Actions actions/> })}
            <DialogButtons open form label disabled=nothing test_id="save-webhook"/>
        </Form>
    }
}

/// The actions by what they are about: each thing opens to its deeds.
#[component]
fn Actions(actions: RwSignal<Vec<Action>>) -> impl IntoView {
    let thing = |action: &Action| action.as_str().split('.').next().unwrap_or_default();
    let mut things: Vec<(&'static str, Vec<Action>)> = Vec::new();
    for action in Action::ALL {
        match things.iter_mut().find(|(name, _)| *name == thing(action)) {
            Some((_, deeds)) => deeds.push(*action),
            None => things.push((thing(action), vec![*action])),
        }
    }
    let group = move |(name, deeds): (&'static str, Vec<Action>)| {
        let all = deeds.len();
        let of_group = deeds.clone();
        let count = move || {
            let chosen = actions.with(|chosen| of_group.iter().filter(|deed| chosen.contains(deed)).count());
            strings::chosen_of(chosen, all)
        };
        view! {
            <details class="border-b border-line last:border-0" data-testid=format!("actions-{name}")>
                <summary class="cursor-pointer px-3 py-2 hover:bg-sunken">
                    {strings::thing(name)} " " <span class="text-sm text-muted">{count}</span>
                </summary>
                <div class="flex flex-wrap gap-2 px-3 pt-1 pb-3">
                    {deeds.into_iter().map(|deed| view! { <Deed deed actions/> }).collect_view()}
                </div>
            </details>
        }
    };
    view! {
        <fieldset class="min-w-0">
            <legend class="field-label mb-1.5">{strings::told()}</legend>
            <div class="rounded-lg border border-line">{things.into_iter().map(group).collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn Deed(deed: Action, actions: RwSignal<Vec<Action>>) -> impl IntoView {
    view! {
        <label class="chip">
            <input
                type="checkbox"
                data-testid=format!("action-{}", deed.as_str())
                prop:checked=move || actions.with(|chosen| chosen.contains(&deed))
                on:change=move |event| toggle(actions, deed, event_target_checked(&event))
            />
            {strings::action(deed.as_str())}
        </label>
    }
}
