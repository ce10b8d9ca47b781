//! What a key may do, as boxes to tick.

use leptos::prelude::*;
use pocketkey_api::{admin::Role, permission::Permission};

use crate::strings;

/// The scopes that somebody of this role can give.
pub fn given_by(role: Role) -> impl Iterator<Item = Permission> {
    Permission::ALL.into_iter().filter(move |scope| scope.is_scope() && scope.is_held_by(role))
}

/// The boxes.
#[component]
pub fn Scopes(
    /// Whose scopes can be given.
    role: Role,
    /// Which are.
    chosen: RwSignal<Vec<Permission>>,
    /// What is wrong with the choice.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let scope = move |scope: Permission| {
        let toggle = move |event| {
            let on = event_target_checked(&event);
            chosen.update(|chosen| {
                chosen.retain(|other| *other != scope);
                if on {
                    chosen.push(scope);
                }
            });
        };
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    data-testid=format!("scope-{}", scope.as_str())
                    prop:checked=move || chosen.with(|chosen| chosen.contains(&scope))
                    on:change=toggle
                />
                <span class="min-w-0">
                    <code class="field-label block">{scope.as_str()}</code>
                    <span class="field-hint block">{strings::scope(scope)}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="min-w-0" aria-describedby="field-scopes-error">
            <legend class="field-label mb-1.5">{strings::scopes()}</legend>
            <div class="grid gap-2 sm:grid-cols-2">{given_by(role).map(scope).collect_view()}</div>
            <p class="field-error mt-1.5" id="field-scopes-error" role="alert" hidden=move || error.get().is_none()>
                {move || error.get()}
            </p>
        </fieldset>
    }
}
