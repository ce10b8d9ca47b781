//! What lists are searched and filtered by, all of it in the address, so that it survives a reload and can be shared.

use leptos::prelude::*;
use pocketkey_api::event::Event;
use pocketkey_kit::{api, prelude::*, time};

use crate::{pages::groups::all_groups, strings};

/// How far back a list is looked through: its word in the address, and its milliseconds.
fn spans() -> [(&'static str, i64, &'static str); 4] {
    [
        ("1h", time::DAY / 24, strings::last_hour()),
        ("24h", time::DAY, strings::last_day()),
        ("7d", 7 * time::DAY, strings::last_week()),
        ("30d", 30 * time::DAY, strings::last_month()),
    ]
}

/// The filters of a list, as the address has them.
#[derive(Clone, Copy)]
pub struct Filters {
    router: Router,
    all: StoredValue<Vec<(&'static str, Memo<String>)>>,
}

impl Filters {
    /// Those of these names, and the search; in the API they are called the same.
    pub fn of(names: &[&'static str]) -> Self {
        let router = use_router();
        let all = names.iter().chain(&["q"]).map(|name| (*name, router.query(name)));
        Self { router, all: StoredValue::new(all.collect()) }
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

    /// Whether there is any. The order of a list is none.
    pub fn any(self) -> bool {
        let is_set = |(name, value): &(&str, Memo<String>)| *name != "sort" && !value.with(String::is_empty);
        self.all.with_value(|all| all.iter().any(is_set))
    }

    /// The address in the API of what they find; `own` are parameters beside them.
    pub fn path(self, base: &str, own: &[(&'static str, &str)]) -> String {
        let all = self.all.with_value(|all| {
            let in_api = |(name, value): &(&'static str, Memo<String>)| match (*name, value.get()) {
                ("q", search) => ("search", search),
                ("since", since) => {
                    let span = spans().into_iter().find(|(key, ..)| *key == since);
                    ("from", span.map(|(_, span, _)| (time::now() - span).to_string()).unwrap_or_default())
                }
                named => named,
            };
            all.iter().map(in_api).collect::<Vec<_>>()
        });
        // Of two for the same, such as a span and a date, the first holds.
        let mut query: Vec<(&str, &str)> = own.to_vec();
        for (name, value) in &all {
            if !value.is_empty() && query.iter().all(|(other, _)| other != name) {
                query.push((name, value));
            }
        }
        api::with_query(base, query)
    }
}

/// A search field and what can be chosen beside it.
#[component]
pub fn FilterBar(
    /// What is searched.
    search: &'static str,
    children: Children,
) -> impl IntoView {
    let (value, _) = use_search();
    view! {
        <div class="mb-4 flex flex-wrap gap-2" role="group" aria-label=strings::filters()>
            <div class="w-full sm:w-64">
                <SearchField label=search value/>
            </div>
            {children()}
        </div>
    }
    .into_any()
}

/// A choice among `options`, their names and words.
#[component]
pub fn Choose(
    filters: Filters,
    name: &'static str,
    label: &'static str,
    /// The words for no choice.
    any: &'static str,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let value = Memo::new(move |_| filters.get(name));
    let option = move |(key, label): (String, String)| {
        let own = key.clone();
        view! { <option value=key selected=move || value.with(|value| *value == own)>{label}</option> }
    };
    view! {
        <select
            class="input w-auto! min-w-0 grow basis-36 sm:max-w-56 sm:grow-0 sm:basis-auto"
            aria-label=label
            data-testid=format!("filter-{name}")
            data-set=move || value.with(|value| !value.is_empty()).then_some("")
            on:change=move |event| filters.set(name, &event_target_value(&event))
        >
            {option((String::new(), any.to_owned()))}
            {move || options.get().into_iter().map(option).collect_view()}
        </select>
    }
    .into_any()
}

/// `all` as options of [`Choose`]: the name of each in the address, and its words.
pub fn options<T: Copy, W: Into<String>>(
    all: impl IntoIterator<Item = T>,
    key: fn(T) -> &'static str,
    words: impl Fn(T) -> W,
) -> Vec<(String, String)> {
    all.into_iter().map(|it| (key(it).to_owned(), words(it).into())).collect()
}

/// A choice among the groups.
#[component]
pub fn ChooseGroup(filters: Filters) -> impl IntoView {
    let groups = load(all_groups).refetch_on(|event| *event == Event::Groups);
    let options = Signal::derive(move || {
        let all = groups.get().unwrap_or_default();
        all.into_iter().map(|group| (group.id.0, group.name)).collect::<Vec<_>>()
    });
    view! { <Choose filters name="group" label=strings::group() any=strings::any_group() options/> }
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
    let file = move |format| Signal::derive(move || filters.path(path, &[("format", format)]));
    view! {
        <LinkButton label=strings::export_csv() href=file("csv") icon=IconKind::Download external=true test_id="export-csv"/>
        <LinkButton label=strings::export_json() href=file("json") icon=IconKind::Download external=true test_id="export-json"/>
    }
}
