//! Where one is in a wizard.

use leptos::prelude::*;

use crate::strings;

/// The steps of a wizard, the current one marked.
#[component]
pub fn Steps(
    /// Their names, in order.
    labels: Vec<&'static str>,
    /// Index of the current one.
    #[prop(into)]
    current: Signal<usize>,
) -> impl IntoView {
    let step = move |(index, label): (usize, &'static str)| {
        view! {
            <li
                class=move || if index < current.get() { "step step-done" } else { "step" }
                aria-current=move || (index == current.get()).then_some("step")
            >
                <span>{label}</span>
            </li>
        }
    };
    view! {
        <ol class="steps mb-6" aria-label=strings::steps() data-testid="steps">
            {labels.into_iter().enumerate().map(step).collect_view()}
        </ol>
    }
    .into_any()
}
