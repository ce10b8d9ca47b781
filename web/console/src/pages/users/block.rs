//! Blocking a user with all their keys, and unblocking.

use leptos::prelude::*;
use pocketkey_api::user::User;
use pocketkey_kit::prelude::*;

use crate::{
    confirm::{Confirm, Subject},
    strings,
};

/// Says what it means, and does it.
#[component]
pub fn BlockUser(user: User, confirm: Confirm) -> impl IntoView {
    let blocked = user.blocked_at.is_some();
    let subject = StoredValue::new(Subject {
        path: format!("/api/v1/users/{}", user.id),
        name: user.name,
        block_text: strings::block_user_text(),
        delete_text: strings::delete_user_text(),
        then: None,
    });
    view! {
        <div class="card mt-5 flex flex-wrap items-center gap-x-4 gap-y-3 px-5 py-4">
            <p class="grow basis-64 text-sm text-muted">
                {if blocked { strings::user_blocked_text() } else { strings::block_user_hint() }}
            </p>
            <Button
                label=if blocked { strings::unblock_user() } else { strings::block_user() }
                icon=if blocked { IconKind::Check } else { IconKind::Block }
                on_click=move || confirm.block(subject.get_value(), blocked)
                test_id="block-user"
            />
        </div>
    }
}
