//! What happened to a user and their keys, newest first, as far as the appliance knows.

use leptos::prelude::*;
use pocketkey_api::{
    activation::{ActivationMethod, ActivationStatus},
    user::UserDetail,
};
use pocketkey_kit::prelude::*;

use crate::strings;

/// Something that happened.
#[derive(Debug, PartialEq, Eq)]
struct Happened {
    at: i64,
    what: String,
    icon: IconKind,
}

/// All of it, newest first; of things at the same time the consequence first.
fn history(detail: &UserDetail, now: i64) -> Vec<Happened> {
    let mut all = vec![Happened {
        at: detail.user.created_at,
        what: strings::user_was_added().into(),
        icon: IconKind::User,
    }];
    let mut add = |at, what: &str, icon| all.push(Happened { at, what: what.to_owned(), icon });
    for key in &detail.keys {
        add(key.created_at, strings::key_was_assigned(), IconKind::Key);
        if let Some(invitation) = &key.activation {
            let (what, icon) = match invitation.method {
                ActivationMethod::Now => (strings::invited_now(), IconKind::Phone),
                ActivationMethod::Email => (strings::invited_by_email(), IconKind::Mail),
            };
            add(invitation.created_at, what, icon);
            let unused = matches!(invitation.status, ActivationStatus::Open | ActivationStatus::Expired);
            if unused && invitation.expires_at <= now {
                add(invitation.expires_at, strings::invitation_expired(), IconKind::Alert);
            }
        }
        if let Some(phone) = &key.phone {
            add(phone.activated_at, &strings::phone_activated(&phone.model), IconKind::Check);
        }
    }
    all.sort_by_key(|happened| happened.at);
    all.reverse();
    all
}

/// The tab.
pub fn activity(detail: &UserDetail) -> AnyView {
    let now = pocketkey_kit::time::use_now().get_untracked();
    let line = |happened: Happened| {
        view! {
            <li class="flex items-center gap-3 px-5 py-3" data-testid="activity">
                <Icon kind=happened.icon class="size-5 shrink-0 text-muted"/>
                <span class="min-w-0 grow break-words">{happened.what}</span>
                <span class="text-sm whitespace-nowrap text-muted"><RelativeTime at=happened.at/></span>
            </li>
        }
    };
    let lines = history(detail, now).into_iter().map(line).collect_view();
    view! { <ol class="card divide-y divide-line">{lines}</ol> }.into_any()
}
