//! Above the list of users: search, filters, order and columns.

use leptos::prelude::*;
use pocketkey_api::user::{HasKey, Standing, UserSort};
use pocketkey_kit::prelude::*;

use super::view::{Col, View, remember};
use crate::{
    filters::{Choose, ChooseGroup, FilterBar, Filters, options},
    strings,
};

/// What can be chosen above the list.
#[component]
pub fn UserFilters(view: Memo<View>) -> impl IntoView {
    let filters = Filters::of(&["status", "group", "key", "sort"]);
    let sorts = UserSort::ALL.into_iter().filter(|sort| *sort != UserSort::Username);
    let choosing = RwSignal::new(false);
    view! {
        <FilterBar search=strings::search_users()>
            <Choose
                filters
                name="status"
                label=strings::status()
                any=strings::any_status()
                options=options(Standing::ALL, Standing::key, standing_label)
            />
            <ChooseGroup filters/>
            <Choose
                filters
                name="key"
                label=strings::keys()
                any=strings::any_key()
                options=options(HasKey::ALL, HasKey::key, key_label)
            />
            <Choose
                filters
                name="sort"
                label=strings::sort()
                any=sort_label(UserSort::Username)
                options=options(sorts, UserSort::key, sort_label)
            />
            <Button
                label=strings::columns()
                icon=IconKind::Columns
                icon_only=true
                on_click=move || choosing.set(true)
                test_id="columns"
            />
        </FilterBar>
        <Dialog open=choosing title=strings::columns() test_id="columns-dialog">
            <ColumnChooser view/>
        </Dialog>
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
