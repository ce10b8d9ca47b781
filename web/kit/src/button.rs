//! Buttons, and links that look like them.

use leptos::prelude::*;

use crate::icon::{Icon, IconKind};

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// The page's one main action.
    Primary,
    /// Anything else.
    #[default]
    Secondary,
    /// Cannot be undone.
    Danger,
    /// Quiet: in rows and bars.
    Ghost,
}

fn class(kind: ButtonKind, small: bool, icon_only: bool) -> String {
    let kind = match kind {
        ButtonKind::Primary => "btn btn-primary",
        ButtonKind::Secondary => "btn btn-secondary",
        ButtonKind::Danger => "btn btn-danger",
        ButtonKind::Ghost => "btn btn-ghost",
    };
    format!("{kind}{}{}", if small { " btn-small" } else { "" }, if icon_only { " btn-icon" } else { "" })
}

/// A button. Without `on_click` it submits its form.
#[component]
pub fn Button(
    /// Its words; with `icon_only` they are its accessible name.
    #[prop(into)]
    label: Signal<String>,
    /// How it looks.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the words.
    #[prop(optional, into)]
    icon: Option<IconKind>,
    /// Show the icon alone.
    #[prop(optional)]
    icon_only: bool,
    /// Lower and tighter.
    #[prop(optional)]
    small: bool,
    /// Busy: shows a spinner and cannot be pressed.
    #[prop(optional, into)]
    loading: Signal<bool>,
    /// Cannot be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What it does.
    #[prop(optional, into)]
    on_click: Option<Callback<()>>,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
) -> impl IntoView {
    view! {
        <button
            class=class(kind, small, icon_only)
            type=if on_click.is_some() { "button" } else { "submit" }
            disabled=move || loading.get() || disabled.get()
            aria-busy=move || loading.get().then_some("true")
            aria-label=move || icon_only.then(|| label.get())
            title=move || icon_only.then(|| label.get())
            data-testid=test_id
            on:click=move |_| {
                if let Some(on_click) = on_click {
                    on_click.run(());
                }
            }
        >
            {move || {
                if loading.get() {
                    view! { <span class="spinner" aria-hidden="true"></span> }.into_any()
                } else {
                    icon.map(|kind| view! { <Icon kind/> }).into_any()
                }
            }}
            {(!icon_only).then(|| view! { <span>{move || label.get()}</span> })}
        </button>
    }
    .into_any()
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// Its words.
    #[prop(into)]
    label: String,
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// How it looks.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the words.
    #[prop(optional, into)]
    icon: Option<IconKind>,
    /// Lower and tighter.
    #[prop(optional)]
    small: bool,
    /// Leaves this app (another page of the appliance): the router keeps out of it.
    #[prop(optional)]
    external: bool,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
) -> impl IntoView {
    view! {
        <a
            class=class(kind, small, false)
            href=move || href.get()
            rel=external.then_some("external")
            data-testid=test_id
        >
            {icon.map(|kind| view! { <Icon kind/> })}
            <span>{label}</span>
        </a>
    }
    .into_any()
}
