//! What the palette finds: the pages of the main menu and those below them, what the admin may do, groups and users.

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::{Page, group::GroupSummary, permission::Permission, user::User};
use pocketkey_kit::{api, prelude::*};

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

/// The main menu, and beside it the pages and actions that the admin may see.
fn pages_and_actions(shortcuts: Shortcuts) -> Vec<PaletteItem> {
    let menu = shortcuts.nav.get_value().into_iter().map(|page| PaletteItem {
        keys: letter(page.href).map(|letter| format!("g {letter}")),
        external: page.external,
        ..item(strings::go_to(), page.icon, page.label, page.href)
    });
    let mut all: Vec<_> = menu.collect();
    let mut add = |section, seen_by, icon, label: &str, href: &str| {
        if may(seen_by) {
            all.push(item(section, icon, label, href));
        }
    };
    let go = strings::go_to();
    add(go, Permission::SeeAudit, IconKind::Log, strings::audit(), "/logs/audit");
    add(go, Permission::Mail, IconKind::Mail, strings::mail_settings(), "/settings/mail");
    add(go, Permission::Mail, IconKind::Edit, strings::templates(), "/settings/templates");
    add(go, Permission::SeePeople, IconKind::Key, strings::default_settings(), "/settings/keys");
    add(go, Permission::SeeAdmins, IconKind::Shield, strings::admins(), "/settings/admins");
    add(go, Permission::Integrate, IconKind::Key, strings::api_keys(), "/settings/api-keys");
    add(go, Permission::Integrate, IconKind::Globe, strings::webhooks(), "/settings/webhooks");
    add(go, Permission::Own, IconKind::User, strings::account(), "/account");
    let act = strings::actions();
    add(act, Permission::ManagePeople, IconKind::Plus, strings::new_user(), "/users/new");
    add(act, Permission::ManagePeople, IconKind::Upload, strings::import_users(), "/users/import");
    add(act, Permission::ManagePeople, IconKind::Plus, strings::new_group(), "/groups?new=1");
    add(act, Permission::ManagePeople, IconKind::Plus, strings::new_workflow(), "/workflows/new");
    add(act, Permission::ManageAdmins, IconKind::Plus, strings::invite_admin(), "/settings/admins?new=1");
    all
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
