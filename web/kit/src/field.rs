//! Form fields: native controls with label, hint and error tied to them by id.
//!
//! A field's `name` is the field's name in the API; its id and `data-testid` are `field-NAME`.

use leptos::prelude::*;

use crate::{
    icon::{Icon, IconKind},
    strings,
};

/// Label above, hint and error below a control.
#[component]
fn Field(
    id: String,
    label: String,
    #[prop(optional_no_strip)] hint: Option<String>,
    #[prop(optional)] optional: bool,
    error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>
                {label}
                {optional.then(|| view! { <span class="font-normal text-muted">" (" {strings::optional()} ")"</span> })}
            </label>
            {children()}
            {hint.map(|hint| view! { <p class="field-hint" id=format!("{id}-hint")>{hint}</p> })}
            <p class="field-error" id=format!("{id}-error") hidden=move || error.get().is_none()>
                <Icon kind=IconKind::Alert/>
                <span>{move || error.get()}</span>
            </p>
        </div>
    }
    .into_any()
}

/// The value of `aria-describedby`.
fn described_by(id: &str, hint: bool, error: Signal<Option<String>>) -> impl Fn() -> Option<String> + use<> {
    let (hint, error_id) = (hint.then(|| format!("{id}-hint")), format!("{id}-error"));
    move || match (&hint, error.with(Option::is_some)) {
        (hint, false) => hint.clone(),
        (None, true) => Some(error_id.clone()),
        (Some(hint), true) => Some(format!("{error_id} {hint}")),
    }
}

/// What is wrong with a value, for as long as it is the value at fault.
pub fn until_changed<T>(value: RwSignal<T>, error: Signal<Option<String>>) -> Signal<Option<String>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let fault = Memo::new(move |_| error.get().map(|error| (value.get_untracked(), error)));
    Signal::derive(move || {
        let is_it = |(at_fault, _): &(T, String)| value.with(|value| value == at_fault);
        fault.get().filter(is_it).map(|(_, error)| error)
    })
}

/// Puts an item among the chosen ones, or takes it out.
pub fn toggle<T: PartialEq + Send + Sync + 'static>(chosen: RwSignal<Vec<T>>, item: T, on: bool) {
    chosen.update(|chosen| {
        chosen.retain(|other| *other != item);
        if on {
            chosen.push(item);
        }
    });
}

/// A line of text.
#[component]
pub fn TextField(
    /// The field's name in the API.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// Its value.
    value: RwSignal<String>,
    /// `type`: `text`, `email`, `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What to know before typing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with the value.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// May stay empty, and says so.
    #[prop(optional)]
    optional: bool,
    /// `autocomplete`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Least number of characters.
    #[prop(optional, into)]
    min_length: Option<u32>,
    /// Shown while empty.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// Cannot be changed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let error = until_changed(value, error);
    let described = described_by(&id, hint.is_some(), error);
    view! {
        <Field id=id.clone() label hint optional error>
            <input
                class="input"
                id=id.clone()
                data-testid=id.clone()
                name=name
                type=kind
                required=!optional
                minlength=min_length.map(|length| length.to_string())
                autocomplete=autocomplete
                autocapitalize=(kind != "text").then_some("none")
                spellcheck="false"
                placeholder=placeholder
                disabled=move || disabled.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </Field>
    }
    .into_any()
}

/// Several lines of text, in letters of one width.
#[component]
pub fn TextArea(
    /// The field's name in the API.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// Its value.
    value: RwSignal<String>,
    /// How many lines are shown.
    #[prop(default = 8)]
    rows: u32,
    /// What to know before typing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with the value.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let error = until_changed(value, error);
    let described = described_by(&id, hint.is_some(), error);
    view! {
        <Field id=id.clone() label hint error>
            <textarea
                class="input font-mono text-sm!"
                id=id.clone()
                data-testid=id.clone()
                name=name
                rows=rows.to_string()
                required=true
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </Field>
    }
    .into_any()
}

/// One of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice<T> {
    /// The value.
    pub value: T,
    /// Its name in the page: the last part of its `data-testid`.
    pub key: &'static str,
    /// Its words.
    pub label: &'static str,
    /// What it means; may be empty.
    pub hint: &'static str,
}

/// A drop-down list.
#[component]
pub fn Select<T: Copy + PartialEq + Send + Sync + 'static>(
    /// The field's name in the API.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// What can be chosen.
    options: Vec<Choice<T>>,
    /// What is chosen.
    value: RwSignal<T>,
    /// What to know before choosing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with the value.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let error = until_changed(value, error);
    let described = described_by(&id, hint.is_some(), error);
    let choose = {
        let options = options.clone();
        move |event| {
            let key = event_target_value(&event);
            if let Some(option) = options.iter().find(|option| option.key == key) {
                value.set(option.value);
            }
        }
    };
    let option = move |option: Choice<T>| {
        view! { <option value=option.key selected=move || value.get() == option.value>{option.label}</option> }
    };
    view! {
        <Field id=id.clone() label hint error>
            <select
                class="input"
                id=id.clone()
                data-testid=id.clone()
                name=name
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
                on:change=choose
            >
                {options.into_iter().map(option).collect_view()}
            </select>
        </Field>
    }
    .into_any()
}

/// One of a few, each with an explanation: radio buttons in boxes.
#[component]
pub fn Choices<T: Copy + PartialEq + Send + Sync + 'static>(
    /// The field's name in the API.
    #[prop(into)]
    name: String,
    /// What is chosen here.
    #[prop(into)]
    legend: String,
    /// What can be chosen.
    options: Vec<Choice<T>>,
    /// What is chosen.
    value: RwSignal<T>,
    /// Sets the boxes side by side where there is room.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let option = move |option: Choice<T>| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name=name.clone()
                    value=option.key
                    data-testid=format!("field-{name}-{}", option.key)
                    prop:checked=move || value.get() == option.value
                    on:change=move |_| value.set(option.value)
                />
                <span>
                    <span class="field-label block">{option.label}</span>
                    <span class="field-hint block">{option.hint}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="min-w-0">
            <legend class="field-label mb-1.5">{legend}</legend>
            <div class=if wide { "grid gap-2 sm:grid-cols-2" } else { "grid gap-2" }>
                {options.into_iter().map(option).collect_view()}
            </div>
        </fieldset>
    }
    .into_any()
}

/// On or off.
#[component]
pub fn Switch(
    /// The field's name in the API.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// Its value.
    value: RwSignal<bool>,
    /// What being on means.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let hint_id = format!("{id}-hint");
    view! {
        <div class="flex items-start justify-between gap-4">
            <div class="min-w-0">
                <label class="field-label" for=id.clone()>{label}</label>
                {hint.clone().map(|hint| view! { <p class="field-hint" id=hint_id.clone()>{hint}</p> })}
            </div>
            <input
                class="switch"
                type="checkbox"
                role="switch"
                id=id.clone()
                data-testid=id
                name=name
                aria-describedby=hint.is_some().then_some(hint_id)
                prop:checked=move || value.get()
                on:change=move |event| value.set(event_target_checked(&event))
            />
        </div>
    }
    .into_any()
}
