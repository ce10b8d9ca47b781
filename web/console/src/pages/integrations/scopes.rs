//! What a key may do, as boxes to tick.

use leptos::prelude::*;
use pocketkey_api::permission::Permission;
use pocketkey_kit::field::{toggle, until_changed};

use crate::{session::may, strings};

/// The boxes.
#[component]
pub fn Scopes(
    /// Which are given.
    chosen: RwSignal<Vec<Permission>>,
    /// What is wrong with the choice.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let error = until_changed(chosen, error);
    let scope = move |scope: Permission| {
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    data-testid=format!("scope-{}", scope.as_str())
                    prop:checked=move || chosen.with(|chosen| chosen.contains(&scope))
                    on:change=move |event| toggle(chosen, scope, event_target_checked(&event))
                />
                <span class="min-w-0">
                    <code class="field-label block">{scope.as_str()}</code>
                    <span class="field-hint block">{strings::scope(scope)}</span>
                </span>
            </label>
        }
    };
    // Nobody gives more than they have.
    let given = Permission::ALL.into_iter().filter(|scope| scope.is_scope() && may(*scope));
    view! {
        <fieldset class="min-w-0" aria-describedby="field-scopes-error">
            <legend class="field-label mb-1.5">{strings::scopes()}</legend>
            <div class="grid gap-2 sm:grid-cols-2">{given.map(scope).collect_view()}</div>
            <p class="field-error mt-1.5" id="field-scopes-error" role="alert" hidden=move || error.get().is_none()>
                {move || error.get()}
            </p>
        </fieldset>
    }
}
