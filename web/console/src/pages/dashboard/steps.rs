//! What a fresh appliance still needs, until somebody has signed in.

use leptos::prelude::*;
use pocketkey_api::{dashboard::Dashboard, permission::Permission};
use pocketkey_kit::prelude::*;

use crate::{session::may, strings};

/// Which of the steps are done; `None` once all are.
pub fn done(dashboard: &Dashboard) -> Option<[bool; 4]> {
    let people = dashboard.people;
    let used = dashboard.days.iter().any(|day| day.signed_in + day.registered > 0);
    let done = [people.total > 0, people.active > 0, dashboard.computers > 0, used];
    // Who has used it before and does not now needs no lesson.
    (!(done.iter().all(|done| *done) || people.active > 0 && dashboard.computers > 0 && people.total > 1))
        .then_some(done)
}

/// The steps, the next one with its button.
#[component]
pub fn Steps(done: [bool; 4]) -> impl IntoView {
    let steps = [
        (strings::step_add_people(), strings::step_add_people_text(), "/users/new", strings::new_user()),
        (strings::step_activate(), strings::step_activate_text(), "/users", strings::to_users()),
        (strings::step_pair(), strings::step_pair_text(), "/computers", strings::computers()),
        (strings::step_sign_in(), strings::step_sign_in_text(), "/logs", strings::logs()),
    ];
    let adds = may(Permission::ManagePeople);
    let next = done.iter().position(|done| !done);
    let step = move |(index, (title, text, href, label)): (
        usize,
        (&'static str, &'static str, &'static str, &'static str),
    )| {
        let is_done = done.get(index).copied().unwrap_or(false);
        let icon = if is_done { IconKind::Check } else { IconKind::Right };
        let class = if is_done { "size-5 shrink-0 text-good" } else { "size-5 shrink-0 text-muted" };
        view! {
            <li class="flex flex-wrap items-center gap-x-3 gap-y-2 py-3" data-done=is_done.then_some("")>
                <Icon kind=icon class/>
                <div class="min-w-0 grow basis-48">
                    <p class="font-medium">
                        {title}
                        {is_done.then(|| view! { <span class="sr-only">" – " {strings::done()}</span> })}
                    </p>
                    <p class="text-sm text-muted">{text}</p>
                </div>
                {(next == Some(index) && (index > 0 || adds)).then(|| view! {
                    <LinkButton label href kind=ButtonKind::Primary small=true test_id="next-step"/>
                })}
            </li>
        }
    };
    view! {
        <div class="mb-4">
            <Card title=strings::next_steps() test_id="next-steps">
                <ol class="divide-y divide-line">{steps.into_iter().enumerate().map(step).collect_view()}</ol>
            </Card>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use pocketkey_api::dashboard::{Dashboard, Day, MailHealth, People, RelayHealth};

    use super::done;

    #[test]
    fn steps_end_when_all_are_done() {
        let dashboard = |total, active, computers, signed_in| Dashboard {
            people: People { total, active, ..People::default() },
            unused_keys: 0,
            computers,
            days: vec![Day { signed_in, ..Day::default() }],
            failures: Vec::new(),
            mail: MailHealth::default(),
            relay: RelayHealth::default(),
        };
        assert_eq!(done(&dashboard(0, 0, 0, 0)), Some([false; 4]));
        assert_eq!(done(&dashboard(1, 1, 0, 0)), Some([true, true, false, false]));
        assert_eq!(done(&dashboard(1, 1, 1, 1)), None);
        assert_eq!(done(&dashboard(9, 5, 2, 0)), None);
    }
}
