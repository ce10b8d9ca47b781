//! Above the list of users: search, filters, order and columns.

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::user::{HasKey, Standing, UserSort};
use pocketkey_kit::{load::load, prelude::*};

use super::view::{Col, View, remember};
use crate::{pages::groups::all_groups, strings};

/// What can be chosen above the list.
#[component]
pub fn Filters(view: Memo<View>) -> impl IntoView {
    let router = use_router();
    let change = move |change: &dyn Fn(&mut View)| {
        let mut changed = view.get_untracked();
        change(&mut changed);
        router.replace(&changed.address());
    };
    let search = RwSignal::new(view.with_untracked(|view| view.filter.search.clone()));
    let q = Memo::new(move |_| view.with(|view| view.filter.search.clone()));
    search_in_address(search, q, move |text| {
        let mut changed = view.get_untracked();
        text.clone_into(&mut changed.filter.search);
        changed.address()
    });
    let groups = load(all_groups);
    use_event(move |event| {
        if matches!(event, pocketkey_api::event::Event::Groups | pocketkey_api::event::Event::Lagged) {
            groups.refetch();
        }
    });

    let statuses = Standing::ALL.map(|it| (it.key().to_owned(), standing_label(it).to_owned())).to_vec();
    let keys = HasKey::ALL.map(|it| (it.key().to_owned(), key_label(it).to_owned())).to_vec();
    let sorts = UserSort::ALL.map(|it| (it.key().to_owned(), sort_label(it).to_owned())).to_vec();
    let group_options = Signal::derive(move || {
        let all = groups.get().unwrap_or_default();
        all.into_iter().map(|group| (group.id.0, group.name)).collect::<Vec<_>>()
    });
    let choosing = RwSignal::new(false);
    view! {
        <div class="mb-4 flex flex-wrap gap-2" role="group" aria-label=strings::filters()>
            <div class="w-full sm:w-64">
                <SearchField label=strings::search_users() value=search/>
            </div>
            <Filter
                label=strings::status()
                any=strings::any_status()
                options=Signal::stored(statuses)
                value=Signal::derive(move || view.with(|view| view.filter.status.map_or("", Standing::key).to_owned()))
                on_choose=move |key: String| change(&|view| {
                    view.filter.status = Standing::ALL.into_iter().find(|it| it.key() == key);
                })
                test_id="filter-status"
            />
            <Filter
                label=strings::group()
                any=strings::any_group()
                options=group_options
                value=Signal::derive(move || view.with(|view| view.filter.group.as_ref().map(|id| id.0.clone()).unwrap_or_default()))
                on_choose=move |id: String| change(&|view| {
                    view.filter.group = Some(id.as_str()).filter(|id| !id.is_empty()).map(Into::into);
                })
                test_id="filter-group"
            />
            <Filter
                label=strings::keys()
                any=strings::any_key()
                options=Signal::stored(keys)
                value=Signal::derive(move || view.with(|view| view.filter.key.map_or("", HasKey::key).to_owned()))
                on_choose=move |key: String| change(&|view| {
                    view.filter.key = HasKey::ALL.into_iter().find(|it| it.key() == key);
                })
                test_id="filter-key"
            />
            <Filter
                label=strings::sort()
                any=""
                options=Signal::stored(sorts)
                value=Signal::derive(move || view.with(|view| view.sort.key().to_owned()))
                on_choose=move |key: String| change(&|view| {
                    view.sort = UserSort::ALL.into_iter().find(|it| it.key() == key).unwrap_or(UserSort::Username);
                })
                test_id="sort"
            />
            <Button
                label=strings::columns()
                icon=IconKind::Columns
                icon_only=true
                on_click=move || choosing.set(true)
                test_id="columns"
            />
        </div>
        <Dialog open=choosing title=strings::columns() test_id="columns-dialog">
            <ColumnChooser view/>
        </Dialog>
    }
}

/// A choice of one, or of any.
#[component]
pub fn Filter(
    label: &'static str,
    /// The words for no choice; none = one is always chosen.
    any: &'static str,
    options: Signal<Vec<(String, String)>>,
    value: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
    test_id: &'static str,
) -> impl IntoView {
    let option = move |(key, label): (String, String)| {
        let own = key.clone();
        view! { <option value=key selected=move || value.get() == own>{label}</option> }
    };
    view! {
        <select
            class="input w-auto! max-w-56 min-w-0 grow sm:grow-0"
            aria-label=label
            data-testid=test_id
            data-set=move || (!any.is_empty() && value.with(|value| !value.is_empty())).then_some("")
            on:change=move |event| on_choose.run(event_target_value(&event))
        >
            {(!any.is_empty()).then(|| option((String::new(), any.to_owned())))}
            {move || options.get().into_iter().map(option).collect_view()}
        </select>
    }
}

#[component]
fn ColumnChooser(view: Memo<View>) -> impl IntoView {
    let router = use_router();
    let tick = move |col: Col| {
        let shown = move || view.with(|view| view.columns.contains(&col));
        let toggle = move |event| {
            let on = event_target_checked(&event);
            let mut changed = view.get_untracked();
            changed.columns = Col::ALL
                .into_iter()
                .filter(|it| if *it == col { on } else { changed.columns.contains(it) })
                .collect();
            remember(&changed.columns);
            router.replace(&changed.address());
        };
        view! {
            <label class="chip">
                <input
                    type="checkbox"
                    data-testid=format!("column-{}", col.key())
                    prop:checked=shown
                    on:change=toggle
                />
                {col.label()}
            </label>
        }
    };
    view! {
        <p class="mb-3 text-sm text-muted">{strings::columns_text()}</p>
        <div class="flex flex-wrap gap-2">{Col::ALL.map(tick).collect_view()}</div>
    }
}

fn standing_label(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => strings::active(),
        Standing::Pending => strings::pending(),
        Standing::NotInvited => strings::not_invited(),
        Standing::NeverInvited => strings::never_invited(),
        Standing::Stale => strings::stale(),
        Standing::Blocked => strings::blocked_label(),
    }
}

fn key_label(key: HasKey) -> &'static str {
    match key {
        HasKey::None => strings::no_key(),
        HasKey::Smartphone => strings::smartphone(),
        HasKey::Card => strings::card(),
        HasKey::Fingerprint => strings::fingerprint(),
        HasKey::UsbKey => strings::usb_key(),
        HasKey::Unused => strings::unused_key(),
    }
}

fn sort_label(sort: UserSort) -> &'static str {
    match sort {
        UserSort::Username => strings::sort_username(),
        UserSort::UsernameDown => strings::sort_username_down(),
        UserSort::Name => strings::sort_name(),
        UserSort::NameDown => strings::sort_name_down(),
        UserSort::Email => strings::sort_email(),
        UserSort::EmailDown => strings::sort_email_down(),
        UserSort::Added => strings::sort_added(),
        UserSort::AddedDown => strings::sort_added_down(),
    }
}

/// Keeps the search field and the address the same: what is typed goes into the address after a short pause, and going
/// back or following a link changes the field. `address` is that of the page with another search.
pub fn search_in_address(
    search: RwSignal<String>,
    q: Memo<String>,
    address: impl Fn(&str) -> String + Copy + 'static,
) {
    let router = use_router();
    let pause = StoredValue::new(None::<TimeoutHandle>);
    // What this put into the address: when it comes back from there, more may have been typed.
    let sent = StoredValue::new(q.get_untracked());
    Effect::new(move |_| {
        let text = search.with(|search| search.trim().to_owned());
        if text == q.get_untracked() {
            return;
        }
        let go = move || {
            sent.set_value(text.clone());
            router.replace(&address(&text));
        };
        let handle = set_timeout_with_handle(go, Duration::from_millis(200)).ok();
        pause.update_value(|pause| {
            if let Some(earlier) = std::mem::replace(pause, handle) {
                earlier.clear();
            }
        });
    });
    Effect::new(move |_| {
        let q = q.get();
        if sent.get_value() != q {
            sent.set_value(q.clone());
            search.set(q);
        }
    });
    on_cleanup(move || {
        if let Some(Some(handle)) = pause.try_get_value() {
            handle.clear();
        }
    });
}
