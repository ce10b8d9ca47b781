//! Security keys: active, pending, or all (A3, A6).

use leptos::prelude::*;
use pocketkey_api::{
    event::Event,
    key::{KeyKind, KeyOfUser, KeySort, KeyStanding},
};
use pocketkey_kit::{api, prelude::*};

use crate::{
    filters::{Choose, ChooseGroup, FilterBar, Filters, options},
    labels::{KeyStatusBadge, kind_icon, kind_name},
    strings,
};

/// Those active, those invited, all.
const TABS: [Tab; 3] = [
    Tab { key: "active", label: strings::active },
    Tab { key: "pending", label: strings::pending },
    Tab { key: "all", label: strings::tab_all },
];

/// The page.
#[component]
pub fn KeyList() -> impl IntoView {
    let filters = Filters::of(&["kind", "group", "status", "sort"]);
    let tab = use_tab(&TABS);
    let keys = load_list::<KeyOfUser>(move || match tab.get() {
        "all" => filters.path("/api/v1/keys", &[]),
        status => filters.path("/api/v1/keys", &[("status", status)]),
    });
    let is_about = |event: &Event| {
        matches!(
            event,
            Event::User { .. } | Event::Key { .. } | Event::Phone { .. } | Event::Users | Event::Lagged
        )
    };
    use_changes(is_about, move || keys.refetch());
    let draw = |all: Vec<KeyOfUser>| {
        let columns = vec![
            Column::new(strings::user(), ""),
            Column::new(strings::key_type(), "hidden sm:table-cell"),
            Column::new(strings::status(), ""),
            Column::new(strings::assigned(), "hidden md:table-cell"),
        ];
        view! {
            <Table caption=strings::security_keys() columns test_id="keys">
                {all.into_iter().map(row).collect_view()}
            </Table>
        }
        .into_any()
    };
    let status = move || {
        (tab.get() == "all").then(|| {
            let options = options(KeyStanding::ALL, KeyStanding::key, standing_label);
            view! { <Choose filters name="status" label=strings::status() any=strings::any_status() options/> }
        })
    };
    let sorts = KeySort::ALL.into_iter().filter(|sort| *sort != KeySort::AddedDown);
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
        <FilterBar search=strings::search_keys()>
            {status}
            <Choose
                filters
                name="kind"
                label=strings::key_type()
                any=strings::any_kind()
                options=options(KeyKind::ALL, KeyKind::key, kind_name)
            />
            <ChooseGroup filters/>
            <Choose
                filters
                name="sort"
                label=strings::sort()
                any=sort_label(KeySort::AddedDown)
                options=options(sorts, KeySort::key, sort_label)
            />
        </FilterBar>
        <div class="card">{keys.show(move || nothing(filters, tab.get_untracked()), draw)}</div>
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
fn nothing(filters: Filters, tab: &'static str) -> AnyView {
    if filters.any() {
        let all = api::with_query("/keys", [("tab", tab)]);
        return view! {
            <EmptyState
                icon=IconKind::Search
                title=strings::no_keys_match()
                text=strings::no_keys_match_text()
                test_id="no-match"
            >
                <LinkButton label=strings::show_all_keys() href=all test_id="show-all"/>
            </EmptyState>
        }
        .into_any();
    }
    let (title, text) = match tab {
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
