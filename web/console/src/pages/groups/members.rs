//! Who is in a group: found and added, listed and taken out, each with a way back.

use leptos::prelude::*;
use pocketkey_api::{
    GroupId, Page, Problem, UserId, event::Event, group, permission::Permission, user::User,
};
use pocketkey_kit::{api, prelude::*};

use crate::{session::may, strings};

/// Users that are offered at a time.
const OFFERED: usize = 6;

/// Adds or removes one member; the answer says whether that was a change.
async fn change(group: GroupId, user: UserId, join: bool) -> Result<group::Members, Problem> {
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    if join {
        add.push(user)
    } else {
        remove.push(user)
    }
    api::post(&format!("/api/v1/groups/{group}/members"), &group::Members { add, remove }).await
}

/// The list, and a search above it for who is to be added.
#[component]
pub fn Members(group: GroupId) -> impl IntoView {
    let toasts = use_toasts();
    let group = StoredValue::new(group);
    let members = load_list::<User>(move || format!("/api/v1/users?sort=name&group={}", group.get_value()))
        .refetch_on(|event| matches!(event, Event::Users | Event::Groups | Event::User { .. }));
    let set = Callback::new(move |(user, join): (User, bool)| {
        // The page may be another one when the answer comes, or when it is taken back.
        let group = group.get_value();
        toasts.attempt(change(group.clone(), user.id.clone(), join), move |_| {
            let said = if join { strings::joined(&user.name) } else { strings::left(&user.name) };
            toasts.say_undo(said, move || change(group.clone(), user.id.clone(), !join));
        });
    });
    let row = move |user: User| {
        let (name, leaving) = (user.name.clone(), user.clone());
        view! {
            <li class="flex items-center gap-3 px-5 py-2" data-testid="member">
                <span class="min-w-0 grow">
                    <a class="font-medium hover:underline" href=format!("/users/{}", user.id)>{user.name}</a>
                    <span class="block truncate text-sm text-muted">{user.email}</span>
                </span>
                {may(Permission::ManagePeople).then(|| view! {
                    <button
                        class="btn btn-secondary btn-small"
                        type="button"
                        aria-label=strings::remove(&name)
                        data-testid="remove-member"
                        on:click=move |_| set.run((leaving.clone(), false))
                    >
                        {strings::remove_label()}
                    </button>
                })}
            </li>
        }
    };
    let none = || {
        view! {
            <EmptyState
                icon=IconKind::Users
                title=strings::no_members()
                text=strings::no_members_text()
                test_id="no-members"
            />
        }
        .into_any()
    };
    let draw = move |all: Vec<User>| {
        view! { <ul class="divide-y divide-line">{all.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    view! {
        {may(Permission::ManagePeople).then(|| view! {
            <AddMember group=group.get_value() set/>
        })}
        <div class="card overflow-hidden">{members.show(none, draw)}</div>
    }
}

/// A search for users, who are added with a click.
#[component]
fn AddMember(group: GroupId, set: Callback<(User, bool)>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = load(move || {
        let path = search.with(|search| {
            let q = search.trim();
            (!q.is_empty()).then(|| format!("/api/v1/users?limit={OFFERED}&search={}", api::encode(q)))
        });
        async move {
            match path {
                Some(path) => api::get::<Page<User>>(&path).await,
                None => Ok(Page { items: Vec::new(), next: None }),
            }
        }
    });
    let found = found.refetch_on(|event| matches!(event, Event::User { .. } | Event::Users));
    let offer = move |user: User| {
        let is_in = user.groups.iter().any(|it| it.id == group);
        let (name, joining) = (user.name.clone(), user.clone());
        view! {
            <li class="flex items-center gap-3 px-5 py-2" data-testid="found-user">
                <span class="min-w-0 grow">
                    <span class="font-medium">{user.name}</span>
                    <span class="block truncate text-sm text-muted">{user.email}</span>
                </span>
                {if is_in {
                    view! { <span class="text-sm text-muted">{strings::is_member()}</span> }.into_any()
                } else {
                    view! {
                        <button
                            class="btn btn-secondary btn-small"
                            type="button"
                            aria-label=strings::add(&name)
                            data-testid="add-member"
                            on:click=move |_| set.run((joining.clone(), true))
                        >
                            {strings::add_group()}
                        </button>
                    }
                    .into_any()
                }}
            </li>
        }
    };
    let offers = move || {
        let q = search.with(|search| search.trim().to_owned());
        let page = found.get().filter(|_| !q.is_empty())?;
        let offer = offer.clone();
        Some(if page.items.is_empty() {
            view! { <p class="card mt-2 px-5 py-3 text-sm text-muted">{strings::nobody_found(&q)}</p> }
                .into_any()
        } else {
            view! {
                <ul class="card mt-2 divide-y divide-line">{page.items.into_iter().map(offer).collect_view()}</ul>
            }
            .into_any()
        })
    };
    view! {
        <div class="mb-4">
            <SearchField label=strings::add_members() value=search test_id="add-search"/>
            <div aria-live="polite">{offers}</div>
        </div>
    }
}
