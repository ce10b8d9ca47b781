//! Surfaces and small signs: card, badge, note, empty state, skeleton.

use leptos::prelude::*;
use pocketkey_api::Problem;

use crate::{
    icon::{Icon, IconKind},
    strings,
};

/// What a sign means, which gives its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Neutral,
    /// The product's own colour.
    Accent,
    /// All is well.
    Good,
    /// Waits, or needs a look.
    Warn,
    /// Failed.
    Bad,
}

/// A white box; with a title, a section named by it.
#[component]
pub fn Card(
    /// Its heading (h2).
    #[prop(optional, into)]
    title: Option<String>,
    /// Further classes, such as padding; `p-5` unless given.
    #[prop(default = "p-5")]
    class: &'static str,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
    children: Children,
) -> impl IntoView {
    let heading = title.clone().map(|title| view! { <h2 class="mb-3">{title}</h2> });
    view! {
        <section class=format!("card {class}") aria-label=title data-testid=test_id>
            {heading}
            {children()}
        </section>
    }
    .into_any()
}

/// A pill with a word, such as a status.
#[component]
pub fn Badge(
    /// The word.
    #[prop(into)]
    label: Signal<String>,
    /// Its meaning.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// With a dot before it, as statuses have.
    #[prop(optional)]
    dot: bool,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
) -> impl IntoView {
    let class = move || {
        let tone = match tone.get() {
            Tone::Neutral => "badge",
            Tone::Accent => "badge badge-accent",
            Tone::Good => "badge badge-good",
            Tone::Warn => "badge badge-warn",
            Tone::Bad => "badge badge-bad",
        };
        if dot { format!("{tone} badge-dot") } else { tone.to_owned() }
    };
    view! { <span class=class data-testid=test_id>{move || label.get()}</span> }.into_any()
}

/// A coloured paragraph. A bad one is announced at once.
#[component]
pub fn Note(
    /// Its meaning.
    #[prop(optional)]
    tone: Tone,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
    children: Children,
) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Neutral | Tone::Accent => ("note", IconKind::Info),
        Tone::Good => ("note note-good", IconKind::Check),
        Tone::Warn => ("note note-warn", IconKind::Alert),
        Tone::Bad => ("note note-bad", IconKind::Alert),
    };
    view! {
        <div class=class role=(tone == Tone::Bad).then_some("alert") data-testid=test_id>
            <Icon kind=icon/>
            <div class="min-w-0 grow">{children()}</div>
        </div>
    }
    .into_any()
}

/// A problem in words.
#[component]
pub fn ProblemNote(
    /// What went wrong.
    problem: Problem,
) -> impl IntoView {
    view! {
        <Note tone=Tone::Bad test_id="problem">
            <strong class="font-semibold">{problem.title}</strong>
            {problem.detail.map(|detail| view! { " " {detail} })}
        </Note>
    }
}

/// Nothing here yet – and what to do about it.
#[component]
pub fn EmptyState(
    /// A picture of what is missing.
    icon: IconKind,
    /// What is missing.
    #[prop(into)]
    title: String,
    /// Why, or what comes of the next step.
    #[prop(into)]
    text: String,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
    /// The next step: a button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="flex flex-col items-center px-6 py-14 text-center" data-testid=test_id>
            <span class="mb-4 rounded-full bg-accent-soft p-3.5 text-accent-text">
                <Icon kind=icon class="size-6"/>
            </span>
            <h2>{title}</h2>
            <p class="mt-1 max-w-md text-muted">{text}</p>
            {children.map(|children| view! { <div class="mt-5">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// Grey bars in place of what is being fetched.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 4)]
    lines: usize,
) -> impl IntoView {
    let line = |index: usize| view! { <span class=if index.is_multiple_of(2) { "skeleton h-4 w-2/3" } else { "skeleton h-4 w-1/2" }></span> };
    view! {
        <div class="space-y-3 p-5" role="status">
            <span class="sr-only">{strings::loading()}</span>
            {(0..lines).map(line).collect_view()}
        </div>
    }
    .into_any()
}
