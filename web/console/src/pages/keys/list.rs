//! Security keys: active, pending, or all (A3, A6).

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::{
    Page,
    event::Event,
    key::{KeyKind, KeyOfUser, KeySort, KeyStanding},
};
use pocketkey_kit::{api, load::load, prelude::*};

use super::view::{TABS, View, use_view};
use crate::{
    labels::{KeyStatusBadge, kind_icon, kind_name},
    pages::{
        groups::all_groups,
        users::filters::{Filter, search_in_address},
    },
    strings,
};

/// Keys fetched at a time, and at most when a long list is fetched again.
const PAGE: (usize, usize) = (50, 200);
/// Many keys may change at once: they are fetched together.
const PAUSE: Duration = Duration::from_millis(300);

/// The page.
#[component]
pub fn KeyList() -> impl IntoView {
    let view = use_view();
    let shown = StoredValue::new(PAGE.0);
    Effect::new(move |_| {
        view.track();
        shown.set_value(PAGE.0);
    });
    let keys = load(move || {
        let path = view.with(|view| view.page_path(shown.get_value().clamp(PAGE.0, PAGE.1), ""));
        async move { api::get::<Page<KeyOfUser>>(&path).await }
    });
    // Fetched again, a list stays as long as it was.
    Effect::new(move |_| {
        if let Some(count) = keys.with(|page| page.items.len()) {
            shown.set_value(count);
        }
    });
    let waits = StoredValue::new(false);
    use_event(move |event| {
        let about = matches!(
            event,
            Event::User { .. } | Event::Key { .. } | Event::Phone { .. } | Event::Users | Event::Lagged
        );
        if !about || waits.get_value() {
            return;
        }
        waits.set_value(true);
        let fetch = move || {
            waits.try_set_value(false);
            keys.refetch();
        };
        set_timeout(fetch, PAUSE);
    });
    let more = move |after: String| view.with_untracked(|view| view.page_path(PAGE.0, &after));
    let draw = move |page: Page<KeyOfUser>| {
        if page.items.is_empty() {
            return nothing(&view.get_untracked());
        }
        let columns = vec![
            Column::new(strings::user(), ""),
            Column::new(strings::key_type(), "hidden sm:table-cell"),
            Column::new(strings::status(), ""),
            Column::new(strings::assigned(), "hidden md:table-cell"),
        ];
        view! {
            <Table caption=strings::security_keys() columns test_id="keys">
                {page.items.into_iter().map(row).collect_view()}
            </Table>
            <LoadMore list=keys path=more/>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::security_keys() text=strings::keys_text()>
            <LinkButton
                label=strings::default_settings()
                href="/settings/keys"
                icon=IconKind::Settings
                test_id="default-settings"
            />
        </PageHeader>
        <Tabs label=strings::security_keys() tabs=&TABS/>
        <Filters view/>
        <div class="card">{keys.show(draw)}</div>
    }
}

fn row(of: KeyOfUser) -> impl IntoView {
    let KeyOfUser { key, user } = of;
    let (what, detail) = match &key.phone {
        Some(phone) => (phone.model.clone(), strings::presence(phone.online)),
        None => (kind_name(key.kind).to_owned(), key.label.clone()),
    };
    let narrow = if detail.is_empty() { what.clone() } else { format!("{what} · {detail}") };
    view! {
        <tr data-testid="key-row">
            <td class="max-w-0 w-1/2">
                <div class="truncate"><RowLink href=format!("/keys/{}", key.id)>{user.name}</RowLink></div>
                <div class="truncate text-sm text-muted max-sm:hidden">{user.email}</div>
                <div class="truncate text-sm text-muted sm:hidden">{narrow}</div>
            </td>
            <td class="hidden sm:table-cell">
                <span class="flex items-center gap-2.5">
                    <Icon kind=kind_icon(key.kind) class="size-5 shrink-0 text-muted"/>
                    <span class="min-w-0">
                        <span class="block">{what}</span>
                        <span class="block text-sm text-muted" data-testid="key-detail">{detail}</span>
                    </span>
                </span>
            </td>
            <td class="w-px whitespace-nowrap"><KeyStatusBadge status=key.status invitation=key.activation/></td>
            <td class="hidden whitespace-nowrap text-muted md:table-cell"><RelativeTime at=key.created_at/></td>
        </tr>
    }
}

#[component]
fn Filters(view: Memo<View>) -> impl IntoView {
    let router = use_router();
    let change = move |change: &dyn Fn(&mut View)| {
        let mut changed = view.get_untracked();
        change(&mut changed);
        router.replace(&changed.address());
    };
    let search = RwSignal::new(view.with_untracked(|view| view.search.clone()));
    let q = Memo::new(move |_| view.with(|view| view.search.clone()));
    search_in_address(search, q, move |text| {
        let mut changed = view.get_untracked();
        text.clone_into(&mut changed.search);
        changed.address()
    });
    let groups = load(all_groups);
    let group_options = Signal::derive(move || {
        let all = groups.get().unwrap_or_default();
        all.into_iter().map(|group| (group.id.0, group.name)).collect::<Vec<_>>()
    });
    let kinds = KeyKind::ALL.map(|it| (it.key().to_owned(), kind_name(it).to_owned())).to_vec();
    let statuses = KeyStanding::ALL.map(|it| (it.key().to_owned(), standing_label(it).to_owned())).to_vec();
    let sorts = KeySort::ALL.map(|it| (it.key().to_owned(), sort_label(it).to_owned())).to_vec();
    let is_all = Memo::new(move |_| view.with(|view| view.tab == "all"));
    let status = move || {
        let statuses = statuses.clone();
        is_all.get().then(move || {
            view! {
                <Filter
                    label=strings::status()
                    any=strings::any_status()
                    options=Signal::stored(statuses)
                    value=Signal::derive(move || view.with(|view| view.status.map_or("", KeyStanding::key).to_owned()))
                    on_choose=move |key: String| change(&|view| {
                        view.status = KeyStanding::ALL.into_iter().find(|it| it.key() == key);
                    })
                    test_id="filter-status"
                />
            }
        })
    };
    view! {
        <div class="mb-4 flex flex-wrap gap-2" role="group" aria-label=strings::filters()>
            <div class="w-full sm:w-64">
                <SearchField label=strings::search_keys() value=search/>
            </div>
            {status}
            <Filter
                label=strings::key_type()
                any=strings::any_kind()
                options=Signal::stored(kinds)
                value=Signal::derive(move || view.with(|view| view.kind.map_or("", KeyKind::key).to_owned()))
                on_choose=move |key: String| change(&|view| view.kind = KeyKind::parse(&key))
                test_id="filter-kind"
            />
            <Filter
                label=strings::group()
                any=strings::any_group()
                options=group_options
                value=Signal::derive(move || view.with(|view| view.group.clone()))
                on_choose=move |id: String| change(&|view| view.group.clone_from(&id))
                test_id="filter-group"
            />
            <Filter
                label=strings::sort()
                any=""
                options=Signal::stored(sorts)
                value=Signal::derive(move || view.with(|view| view.sort.key().to_owned()))
                on_choose=move |key: String| change(&|view| {
                    view.sort = KeySort::ALL.into_iter().find(|it| it.key() == key).unwrap_or(KeySort::AddedDown);
                })
                test_id="sort"
            />
        </div>
    }
}

fn standing_label(standing: KeyStanding) -> &'static str {
    match standing {
        KeyStanding::Active => strings::active(),
        KeyStanding::Pending => strings::pending(),
        KeyStanding::NotActivated => strings::not_activated(),
        KeyStanding::Stale => strings::stale(),
        KeyStanding::Blocked => strings::blocked_label(),
    }
}

fn sort_label(sort: KeySort) -> &'static str {
    match sort {
        KeySort::Added => strings::sort_added(),
        KeySort::AddedDown => strings::sort_added_down(),
        KeySort::Name => strings::sort_name(),
        KeySort::NameDown => strings::sort_name_down(),
    }
}

/// No key – and the next step.
fn nothing(view: &View) -> AnyView {
    if !view.is_whole_tab() {
        let all =
            View { search: String::new(), kind: None, group: String::new(), status: None, ..view.clone() };
        return view! {
            <EmptyState
                icon=IconKind::Search
                title=strings::no_keys_match()
                text=strings::no_keys_match_text()
                test_id="no-match"
            >
                <LinkButton label=strings::show_all_keys() href=all.address() test_id="show-all"/>
            </EmptyState>
        }
        .into_any();
    }
    let (title, text) = match view.tab {
        "active" => (strings::no_active_keys(), strings::no_active_keys_text()),
        "pending" => (strings::no_pending_keys(), strings::no_pending_keys_text()),
        _ => (strings::no_keys(), strings::no_keys_at_all_text()),
    };
    view! {
        <EmptyState icon=IconKind::Key title text test_id="no-keys">
            <span class="flex flex-wrap justify-center gap-2">
                <LinkButton label=strings::to_users() href="/users" icon=IconKind::Users/>
                <LinkButton label=strings::to_workflows() href="/workflows" icon=IconKind::Flow/>
            </span>
        </EmptyState>
    }
    .into_any()
}
