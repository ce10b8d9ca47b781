//! What the palette finds: the pages of the main menu and those below them, what the admin may do, groups and users.

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::{Page, admin::Role, group::GroupSummary, user::User};
use pocketkey_kit::{api, load::load, prelude::*};

use crate::{
    pages::groups::all_groups,
    session::may,
    shortcuts::{Shortcuts, letter},
    strings,
};

/// Users and groups that are offered at a time.
const OFFERED: usize = 8;
/// So long after the last letter users are searched.
const PAUSE: Duration = Duration::from_millis(150);

/// What it does, who sees it, its picture, its name and its address.
type Entry = (&'static str, fn(Role) -> bool, IconKind, &'static str, &'static str);

/// Pages and actions beside the main menu, and who sees them.
fn more() -> [Entry; 11] {
    [
        (strings::go_to(), |role| role != Role::HelpDesk, IconKind::Log, strings::audit(), "/logs/audit"),
        (strings::go_to(), Role::manages_people, IconKind::Mail, strings::mail_settings(), "/settings/mail"),
        (strings::go_to(), Role::manages_people, IconKind::Edit, strings::templates(), "/settings/templates"),
        (
            strings::go_to(),
            Role::manages_people,
            IconKind::Key,
            strings::default_settings(),
            "/settings/keys",
        ),
        (
            strings::go_to(),
            |role| role != Role::HelpDesk,
            IconKind::Shield,
            strings::admins(),
            "/settings/admins",
        ),
        (strings::go_to(), |_| true, IconKind::User, strings::account(), "/account"),
        (strings::actions(), Role::manages_people, IconKind::Plus, strings::new_user(), "/users/new"),
        (
            strings::actions(),
            Role::manages_people,
            IconKind::Upload,
            strings::import_users(),
            "/users/import",
        ),
        (strings::actions(), Role::manages_people, IconKind::Plus, strings::new_group(), "/groups?new=1"),
        (strings::actions(), Role::manages_people, IconKind::Plus, strings::new_workflow(), "/workflows/new"),
        (
            strings::actions(),
            Role::manages_people,
            IconKind::Plus,
            strings::invite_admin(),
            "/settings/admins?new=1",
        ),
    ]
}

/// The palette.
#[component]
pub fn ConsolePalette(shortcuts: Shortcuts) -> impl IntoView {
    let open = shortcuts.palette;
    let query = RwSignal::new(String::new());
    let words = Memo::new(move |_| query.with(|query| query.trim().to_owned()));
    let asked = after_pause(words);
    let groups = load(move || {
        let wanted = open.get();
        async move { if wanted { all_groups().await } else { Ok(Vec::new()) } }
    });
    let users = load(move || {
        let q = asked.get();
        async move {
            if q.is_empty() {
                return Ok((q, Vec::new()));
            }
            let path = format!("/api/v1/users?limit={OFFERED}&search={}", api::encode(&q));
            api::get::<Page<User>>(&path).await.map(|page| (q, page.items))
        }
    });
    Effect::new(move |_| {
        if open.get() {
            query.set(String::new());
        }
    });
    let fixed = StoredValue::new(pages_and_actions(shortcuts));
    let items = Signal::derive(move || {
        let q = words.get();
        let mut items: Vec<_> =
            fixed.with_value(|all| all.iter().filter(|it| it.matches(&q)).cloned().collect());
        if q.is_empty() {
            return items;
        }
        let groups = groups.get().unwrap_or_default();
        items.extend(groups.into_iter().map(group).filter(|it| it.matches(&q)).take(OFFERED));
        // The answer may be to what was typed before.
        let (answered, found) = users.get().unwrap_or_default();
        let nobody = answered == q && found.is_empty();
        items.extend(found.into_iter().map(user).filter(|it| answered == q || it.matches(&q)));
        items.extend((!nobody).then(|| all_users(&q)));
        items
    });
    let note = move || {
        let q = words.get();
        let answered = users.with(|(answered, found)| (*answered == q).then_some(found.len()));
        match (q.is_empty(), users.problem().get(), answered.flatten()) {
            (true, ..) => None,
            (_, Some(problem), _) => Some(problem.to_string()),
            (_, None, Some(_)) => items.with(Vec::is_empty).then(|| strings::nothing_matches(&q)),
            (_, None, None) => Some(strings::searching().to_owned()),
        }
    };
    view! { <Palette open query items note=Signal::derive(note)/> }
}

/// What `words` says, once it has not changed for [`PAUSE`].
fn after_pause(words: Memo<String>) -> RwSignal<String> {
    let settled = RwSignal::new(String::new());
    Effect::new(move |earlier: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = earlier {
            timer.clear();
        }
        let words = words.get();
        let settle = move || {
            settled.try_set(words);
        };
        set_timeout_with_handle(settle, PAUSE).ok()
    });
    settled
}

fn pages_and_actions(shortcuts: Shortcuts) -> Vec<PaletteItem> {
    let menu = shortcuts.nav.get_value();
    let pages = menu.into_iter().map(|page| PaletteItem {
        keys: letter(page.href).map(|letter| format!("g {letter}")),
        external: page.external,
        ..item(strings::go_to(), page.icon, page.label, page.href)
    });
    let more = more().into_iter().filter(|(_, seen_by, ..)| may(*seen_by));
    pages.chain(more.map(|(section, _, icon, label, href)| item(section, icon, label, href))).collect()
}

fn item(
    section: &'static str,
    icon: IconKind,
    label: impl Into<String>,
    href: impl Into<String>,
) -> PaletteItem {
    PaletteItem {
        section,
        icon,
        label: label.into(),
        hint: String::new(),
        keys: None,
        href: href.into(),
        external: false,
    }
}

fn group(group: GroupSummary) -> PaletteItem {
    PaletteItem {
        hint: strings::members(group.member_count),
        ..item(strings::groups(), IconKind::Groups, group.name, format!("/groups/{}", group.id))
    }
}

fn user(user: User) -> PaletteItem {
    PaletteItem {
        hint: format!("{} · {}", user.username, user.email),
        ..item(strings::users_label(), IconKind::User, user.name, format!("/users/{}", user.id))
    }
}

/// The list of all that a search finds.
fn all_users(q: &str) -> PaletteItem {
    let href = format!("/users?q={}", api::encode(q));
    item(strings::users_label(), IconKind::Search, strings::search_users_for(q), href)
}
