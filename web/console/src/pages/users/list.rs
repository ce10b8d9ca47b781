//! Users → All users (A1): the list, its search, more of it on demand, live.

use leptos::prelude::*;
use pocketkey_api::{Page, UserId, event::Event, user::User, user::UserDetail};
use pocketkey_kit::{api, load::load, prelude::*};

use crate::{labels::UserStatusBadge, strings};

/// Users fetched at a time.
const PAGE: usize = 50;
/// Users fetched at most when a long list is fetched again.
const PAGE_MOST: usize = 200;

/// The list of users.
#[component]
pub fn UserList() -> impl IntoView {
    let (search, q) = use_search("/users");

    let shown = StoredValue::new(PAGE);
    Effect::new(move |_| {
        q.track();
        shown.set_value(PAGE);
    });
    let users = load(move || {
        let path = list_path(&q.get(), shown.get_value().clamp(PAGE, PAGE_MOST), None);
        async move { api::get::<Page<User>>(&path).await }
    });
    use_event(move |event| match event {
        Event::User { user_id } | Event::Key { user_id, .. } => refresh(users, &user_id),
        Event::Lagged => users.refetch(),
        Event::Computer { .. } | Event::Mail { .. } | Event::MailFault => {}
    });

    // Fetched again, a list stays as long as it was.
    Effect::new(move |_| {
        if let Some(count) = users.with(|page| page.items.len()) {
            shown.set_value(count);
        }
    });
    let more = move |after: String| list_path(&q.get_untracked(), PAGE, Some(&after));
    let draw = move |page: Page<User>| {
        if page.items.is_empty() {
            return nobody(&q.get_untracked());
        }
        let columns = [
            (strings::NAME, ""),
            (strings::STATUS, ""),
            (strings::GROUPS, "hidden md:table-cell"),
            (strings::KEYS, "hidden sm:table-cell"),
        ];
        let columns = columns.map(|(label, class)| Column { label, class }).to_vec();
        view! {
            <Table caption=strings::USERS columns test_id="users">
                {page.items.into_iter().map(row).collect_view()}
            </Table>
            <LoadMore list=users path=more/>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::USERS>
            <LinkButton
                label=strings::NEW_USER
                href="/users/new"
                icon=IconKind::Plus
                kind=ButtonKind::Primary
                test_id="new-user"
            />
        </PageHeader>
        <div class="mb-4">
            <SearchField label=strings::SEARCH_USERS value=search/>
        </div>
        <div class="card overflow-hidden">{users.show(draw)}</div>
    }
}

fn row(user: User) -> impl IntoView {
    let User { id, name, email, status, groups, key_count, .. } = user;
    view! {
        <tr data-testid="user-row">
            <td class="max-w-0 w-1/2">
                <div class="flex items-center gap-3">
                    <span class="avatar" aria-hidden="true">{pocketkey_kit::shell::initials(&name)}</span>
                    <div class="min-w-0">
                        <div class="truncate">
                            <RowLink href=format!("/users/{id}")>{name}</RowLink>
                        </div>
                        <div class="truncate text-sm text-muted">{email}</div>
                    </div>
                </div>
            </td>
            <td class="w-px whitespace-nowrap">
                <UserStatusBadge status/>
            </td>
            <td class="hidden md:table-cell">
                <span class="flex flex-wrap gap-1">
                    {groups.into_iter().map(|group| view! { <Badge label=group.name/> }).collect_view()}
                </span>
            </td>
            <td class="hidden tabular-nums text-muted sm:table-cell">{key_count}</td>
        </tr>
    }
}

fn nobody(q: &str) -> AnyView {
    if q.is_empty() {
        view! {
            <EmptyState
                icon=IconKind::Users
                title=strings::NO_USERS
                text=strings::NO_USERS_TEXT
                test_id="no-users"
            >
                <LinkButton
                    label=strings::FIRST_USER
                    href="/users/new"
                    icon=IconKind::Plus
                    kind=ButtonKind::Primary
                    test_id="first-user"
                />
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                icon=IconKind::Search
                title=strings::nobody_found(q)
                text=strings::NOBODY_FOUND_TEXT
                test_id="no-match"
            >
                <LinkButton label=strings::SHOW_ALL_USERS href="/users"/>
            </EmptyState>
        }
        .into_any()
    }
}

fn list_path(q: &str, limit: usize, after: Option<&str>) -> String {
    let mut path = format!("/api/v1/users?limit={limit}");
    for (name, value) in [("search", Some(q).filter(|q| !q.is_empty())), ("after", after)] {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", api::encode(value)));
        }
    }
    path
}

/// A listed user's row is brought up to date alone; somebody else may have to be listed now.
fn refresh(users: Load<Page<User>>, id: &UserId) {
    let listed = users.with_untracked(|page| page.items.iter().any(|user| user.id == *id));
    if listed != Some(true) {
        users.refetch();
        return;
    }
    let id = id.clone();
    leptos::task::spawn_local(async move {
        let answer = api::get::<UserDetail>(&format!("/api/v1/users/{id}")).await;
        let Ok(detail) = answer else { return users.refetch() };
        users.update(|page| {
            if let Some(user) = page.items.iter_mut().find(|user| user.id == id) {
                *user = detail.user;
            }
        });
    });
}
