//! What both logs are filtered by, all of it in the address.

use leptos::prelude::*;
use pocketkey_kit::{api, prelude::*, router::Router, time};

use crate::{pages::users::filters::Filter, strings};

/// How far back a log is looked through: its word in the address, and its milliseconds.
fn spans() -> [(&'static str, i64, &'static str); 4] {
    [
        ("1h", 60 * 60 * 1000, strings::last_hour()),
        ("24h", 24 * 60 * 60 * 1000, strings::last_day()),
        ("7d", 7 * 24 * 60 * 60 * 1000, strings::last_week()),
        ("30d", 30 * 24 * 60 * 60 * 1000, strings::last_month()),
    ]
}

/// The filters of a list, as the address has them.
#[derive(Clone, Copy)]
pub struct Filters {
    router: Router,
    all: StoredValue<Vec<(&'static str, Memo<String>)>>,
}

impl Filters {
    /// Those of these names; in the API they are called the same. `since` and `q` come by themselves.
    pub fn of(names: &[&'static str]) -> Self {
        let router = use_router();
        let all = names.iter().chain(&["since", "from", "to", "q"]);
        Self { router, all: StoredValue::new(all.map(|name| (*name, router.query(name))).collect()) }
    }

    /// What one of them is.
    pub fn get(self, name: &str) -> String {
        let found =
            self.all.with_value(|all| all.iter().find(|(own, _)| *own == name).map(|(_, value)| *value));
        found.map(|value| value.get()).unwrap_or_default()
    }

    /// Changes one of them.
    pub fn set(self, name: &str, value: &str) {
        self.router.replace(&self.router.with(name, value));
    }

    /// Whether there is any.
    pub fn any(self) -> bool {
        self.all.with_value(|all| all.iter().any(|(_, value)| value.with(|value| !value.is_empty())))
    }

    /// The address in the API of what they find; `own` are parameters beside them.
    pub fn path(self, base: &str, own: &[(&str, String)]) -> String {
        let mut query = Vec::new();
        let all: Vec<_> =
            self.all.with_value(|all| all.iter().map(|(name, value)| (*name, value.get())).collect());
        for (name, value) in all.iter().filter(|(_, value)| !value.is_empty()) {
            match *name {
                "q" => query.push(format!("search={}", api::encode(value))),
                "since" => {
                    let span = spans().into_iter().find(|(key, ..)| key == value);
                    query.extend(span.map(|(_, span, _)| format!("from={}", time::now() - span)));
                }
                name => query.push(format!("{name}={}", api::encode(value))),
            }
        }
        query.extend(own.iter().map(|(name, value)| format!("{name}={}", api::encode(value))));
        if query.is_empty() { base.to_owned() } else { format!("{base}?{}", query.join("&")) }
    }
}

/// A choice among `options`, their names and words.
#[component]
pub fn Choose(
    filters: Filters,
    name: &'static str,
    label: &'static str,
    any: &'static str,
    options: Vec<(String, String)>,
) -> impl IntoView {
    view! {
        <Filter
            label
            any
            options=Signal::stored(options)
            value=Signal::derive(move || filters.get(name))
            on_choose=move |key: String| filters.set(name, &key)
            test_id=name
        />
    }
}

/// How far back.
#[component]
pub fn Since(filters: Filters) -> impl IntoView {
    let options = spans().map(|(key, _, label)| (key.to_owned(), label.to_owned())).to_vec();
    view! { <Choose filters name="since" label=strings::when() any=strings::any_time() options/> }
}

/// What narrows the list down besides the choices above it, for example to one user, each to be taken away.
#[component]
pub fn Narrowed(
    filters: Filters,
    /// Names, and words.
    what: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let chip = move |(name, label): (&'static str, &'static str)| {
        move || {
            let value = filters.get(name);
            (!value.is_empty()).then(|| {
                let words = match (name, value.parse()) {
                    ("from" | "to", Ok(at)) => format!("{label} {}", time::full(at)),
                    _ => label.to_owned(),
                };
                view! {
                    <button
                        class="chip"
                        type="button"
                        data-testid=format!("without-{name}")
                        aria-label=strings::without(&words)
                        on:click=move |_| filters.set(name, "")
                    >
                        {words.clone()}
                        <Icon kind=IconKind::Close class="size-4"/>
                    </button>
                }
            })
        }
    };
    view! {
        <div class="mb-4 flex flex-wrap gap-2 empty:hidden">{what.into_iter().map(chip).collect_view()}</div>
    }
}

/// The list as a file, as it is filtered.
#[component]
pub fn Exports(filters: Filters, path: &'static str) -> impl IntoView {
    let file = move |format: &'static str| {
        Signal::derive(move || filters.path(path, &[("format", format.to_owned())]))
    };
    view! {
        <LinkButton label=strings::export_csv() href=file("csv") icon=IconKind::Download external=true test_id="export-csv"/>
        <LinkButton label=strings::export_json() href=file("json") icon=IconKind::Download external=true test_id="export-json"/>
    }
}

/// A line of what a drawer says: nothing if there is nothing to say.
pub fn fact(label: &'static str, value: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="grid grid-cols-[7rem_1fr] gap-x-3 py-2">
            <dt class="text-muted">{label}</dt>
            <dd class="min-w-0 break-words">{value}</dd>
        </div>
    }
    .into_any()
}
