//! Users → All users (A1): the list as the address says, more of it on demand, live.

use leptos::prelude::*;
use pocketkey_api::{
    JobId, Page, UserId,
    event::Event,
    permission::Permission,
    user::{User, UserCount, UserSort},
};
use pocketkey_kit::{api, prelude::*};
use serde::Deserialize;

use super::{
    bulk::Chosen,
    filters::UserFilters,
    view::{Col, View, use_view},
};
use crate::{labels::UserStatusBadge, parts, session::may, strings};

/// The list of users.
#[component]
pub fn UserList() -> impl IntoView {
    let view = use_view();
    // Which users, and in which order; columns alone do not make for another list.
    let asked = Memo::new(move |_| View { columns: Vec::new(), ..view.get() });
    let chosen = RwSignal::new(Chosen::default());
    Effect::new(move |_| {
        asked.track();
        chosen.set(Chosen::default());
    });
    let list = load_list::<User>(move || asked.with(View::list_path));
    let users = list.page();
    let count = load(move || {
        let path = asked.with(|view| view.filter_path("/api/v1/users/count", &[]));
        async move { api::get::<UserCount>(&path).await }
    });
    use_event(move |event| match event {
        Event::User { user_id } | Event::Key { user_id, .. } => {
            refresh(users, &user_id);
            count.refetch();
        }
        Event::Users | Event::Lagged => {
            users.refetch();
            count.refetch();
        }
        _ => {}
    });
    let total = Signal::derive(move || count.with(|count| count.count));
    let listed = Signal::derive(move || {
        users.with(|page| u32::try_from(page.items.len()).unwrap_or(u32::MAX)).unwrap_or(0)
    });
    let job = RwSignal::new(None::<JobId>);
    let working = Memo::new(move |_| job.with(Option::is_some));
    let choosing = Memo::new(move |_| chosen.with(Chosen::count) > 0);
    let draw = move |all: Vec<User>| {
        let view = view.get();
        let columns = view.columns.clone();
        let row = move |user| row(user, &columns, users, chosen);
        view! {
            <div class="overflow-x-auto">
                <Table caption=strings::users_label() columns=head(&view, users, chosen) test_id="users">
                    {all.into_iter().map(row).collect_view()}
                </Table>
            </div>
        }
        .into_any()
    };
    let manages = may(Permission::ManagePeople);
    let export =
        Signal::derive(move || asked.with(|view| view.filter_path("/api/v1/exports/users.csv", &[])));
    view! {
        <PageHeader title=strings::users_label()>
            {manages.then(|| view! {
                <LinkButton label=strings::import() href="/users/import" icon=IconKind::Upload test_id="import"/>
            })}
            <LinkButton
                label=strings::export()
                href=export
                icon=IconKind::Download
                external=true
                test_id="export"
            />
            {manages.then(|| view! {
                <LinkButton
                    label=strings::new_user()
                    href="/users/new"
                    icon=IconKind::Plus
                    kind=ButtonKind::Primary
                    test_id="new-user"
                />
            })}
        </PageHeader>
        <UserFilters view/>
        {move || working.get().then(|| lazy_piece(parts::job_card(job)))}
        <p class="mb-2 text-sm text-muted" role="status" data-testid="user-count">
            {move || total.get().map(strings::users)}
        </p>
        {move || choosing.get().then(|| lazy_piece(parts::bulk_bar(chosen, asked, total, listed, job)))}
        <div class="card">{list.show(move || nobody(&view.get_untracked()), draw)}</div>
    }
}

/// The headings: a box that chooses everybody in the list, the name, and the columns wanted.
fn head(view: &View, users: Load<Page<User>>, chosen: RwSignal<Chosen>) -> Vec<Column> {
    let sorted = |[up, down]: [UserSort; 2]| {
        let (now, next) = match view.sort {
            sort if sort == up => (Some("ascending"), down),
            sort if sort == down => (Some("descending"), up),
            _ => (None, up),
        };
        Sort { href: View { sort: next, ..view.clone() }.address(), now }
    };
    let all = move || {
        users.with(|page| page.items.iter().all(|user| chosen.with(|chosen| chosen.holds(&user.id))))
            == Some(true)
    };
    let toggle = move |event| {
        let ids = users.with_untracked(|page| page.items.iter().map(|user| user.id.clone()).collect());
        let on = event_target_checked(&event);
        chosen.set(if on { Chosen::Some(ids.unwrap_or_default()) } else { Chosen::default() });
    };
    let check = view! {
        <input
            class="check"
            type="checkbox"
            aria-label=strings::choose_all_shown()
            data-testid="choose-shown"
            prop:checked=all
            on:change=toggle
        />
    };
    let mut columns = Vec::new();
    if may(Permission::ManagePeople) {
        columns.push(Column { content: Some(check.into_any()), ..Column::new("", "w-px pr-0!") });
    }
    let by_name = Some(sorted([UserSort::Name, UserSort::NameDown]));
    columns.push(Column { sort: by_name, ..Column::new(strings::name(), "") });
    columns.extend(
        view.columns
            .iter()
            .map(|col| Column { sort: col.sorts().map(sorted), ..Column::new(col.label(), col.class()) }),
    );
    columns
}

fn row(
    user: User,
    columns: &[Col],
    users: Load<Page<User>>,
    chosen: RwSignal<Chosen>,
) -> impl IntoView + use<> {
    let id = StoredValue::new(user.id.clone());
    let is_chosen = move || id.with_value(|id| chosen.with(|chosen| chosen.holds(id)));
    let toggle = move |event| {
        let shown =
            users.with_untracked(|page| page.items.iter().map(|user| user.id.clone()).collect::<Vec<_>>());
        let on = event_target_checked(&event);
        chosen.update(|chosen| chosen.set(&id.get_value(), on, shown.unwrap_or_default().into_iter()));
    };
    let cells = columns.iter().map(|col| cell(*col, &user)).collect_view();
    let User { id, name, email, .. } = user;
    view! {
        <tr data-testid="user-row" aria-selected=move || is_chosen().then_some("true")>
            {may(Permission::ManagePeople).then(|| view! {
                <td class="w-px pr-0!">
                    <input
                        class="check"
                        type="checkbox"
                        aria-label=strings::choose(&name)
                        data-testid="choose"
                        prop:checked=is_chosen
                        on:change=toggle
                    />
                </td>
            })}
            <td class="max-w-0 w-1/2 lg:min-w-52">
                <div class="flex items-center gap-3">
                    <span class="avatar max-sm:hidden" aria-hidden="true">
                        {pocketkey_kit::shell::initials(&name)}
                    </span>
                    <div class="min-w-0">
                        <div class="truncate">
                            <RowLink href=format!("/users/{id}")>{name}</RowLink>
                        </div>
                        <div class="truncate text-sm text-muted">{email}</div>
                    </div>
                </div>
            </td>
            {cells}
        </tr>
    }
}

fn cell(col: Col, user: &User) -> AnyView {
    let content = match col {
        Col::Username => user.username.clone().into_any(),
        Col::UserId => user.external_id.clone().into_any(),
        Col::Status => view! { <UserStatusBadge status=user.status/> }.into_any(),
        Col::Groups => {
            let badges = user.groups.iter().map(|group| view! { <Badge label=group.name.clone()/> });
            view! { <span class="flex flex-wrap gap-1">{badges.collect_view()}</span> }.into_any()
        }
        Col::Keys => user.key_count.into_any(),
        Col::Added => view! { <RelativeTime at=user.created_at/> }.into_any(),
    };
    view! { <td class=col.class()>{content}</td> }.into_any()
}

fn nobody(view: &View) -> AnyView {
    if view.is_all() {
        return view! {
            <EmptyState
                icon=IconKind::Users
                title=strings::no_users()
                text=strings::no_users_text()
                test_id="no-users"
            >
                {may(Permission::ManagePeople).then(|| view! {
                    <span class="flex flex-wrap justify-center gap-2">
                        <LinkButton
                            label=strings::first_user()
                            href="/users/new"
                            icon=IconKind::Plus
                            kind=ButtonKind::Primary
                            test_id="first-user"
                        />
                        <LinkButton label=strings::import() href="/users/import" icon=IconKind::Upload/>
                    </span>
                })}
            </EmptyState>
        }
        .into_any();
    }
    let everybody = View { filter: Default::default(), ..view.clone() }.address();
    let title = match &*view.filter.search {
        "" => strings::nobody_like_that().to_owned(),
        q => strings::nobody_found(q),
    };
    view! {
        <EmptyState icon=IconKind::Search title text=strings::nobody_found_text() test_id="no-match">
            <LinkButton label=strings::show_all_users() href=everybody test_id="show-all"/>
        </EmptyState>
    }
    .into_any()
}

/// Of what the appliance tells of a user, as much as a row shows.
#[derive(Deserialize)]
struct Listed {
    user: User,
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
        let answer = api::get::<Listed>(&format!("/api/v1/users/{id}")).await;
        let Ok(listed) = answer else { return users.refetch() };
        users.update(|page| {
            if let Some(user) = page.items.iter_mut().find(|user| user.id == id) {
                *user = listed.user;
            }
        });
    });
}
