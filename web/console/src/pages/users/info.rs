//! Who a user is, each field changed where it stands.

use leptos::{html, prelude::*};
use pocketkey_api::{
    Problem, UserId,
    permission::Permission,
    user::{User, UserChange},
};
use pocketkey_kit::{api, field::until_changed, prelude::*};

use crate::{session::may, strings};

/// Changes a user.
pub async fn change(id: UserId, change: UserChange) -> Result<User, Problem> {
    api::patch(&format!("/api/v1/users/{id}"), &change).await
}

/// A field that can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Editable {
    Name,
    Email,
    Username,
    UserId,
}

impl Editable {
    const ALL: [Self; 4] = [Self::Name, Self::Email, Self::Username, Self::UserId];

    fn label(self) -> &'static str {
        match self {
            Self::Name => strings::full_name(),
            Self::Email => strings::email(),
            Self::Username => strings::username(),
            Self::UserId => strings::user_id(),
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Username => "username",
            Self::UserId => "external_id",
        }
    }

    fn of(self, user: &User) -> String {
        match self {
            Self::Name => &user.name,
            Self::Email => &user.email,
            Self::Username => &user.username,
            Self::UserId => &user.external_id,
        }
        .clone()
    }

    fn change(self, value: String) -> UserChange {
        let value = Some(value);
        match self {
            Self::Name => UserChange { name: value, ..UserChange::default() },
            Self::Email => UserChange { email: value, ..UserChange::default() },
            Self::Username => UserChange { username: value, ..UserChange::default() },
            Self::UserId => UserChange { external_id: value, ..UserChange::default() },
        }
    }
}

/// The tab.
#[component]
pub fn Info(id: UserId, user: Memo<Option<User>>) -> impl IntoView {
    let id = StoredValue::new(id);
    let fields = Editable::ALL.map(|field| view! { <EditInPlace id=id.get_value() field user/> });
    let added =
        move || user.with(|user| user.as_ref().map(|user| view! { <RelativeTime at=user.created_at/> }));
    view! {
        <dl class="card divide-y divide-line" data-testid="user-info">
            {fields.collect_view()}
            <div class="grid gap-x-4 px-5 py-3 sm:grid-cols-[11rem_1fr]">
                <dt class="text-sm leading-6 text-muted">{strings::added()}</dt>
                <dd>{added}</dd>
            </div>
        </dl>
    }
}

/// A value, and a button that turns it into a field: Enter saves, Escape leaves it as it was.
#[component]
fn EditInPlace(id: UserId, field: Editable, user: Memo<Option<User>>) -> impl IntoView {
    let toasts = use_toasts();
    let id = StoredValue::new(id);
    let now =
        Memo::new(move |_| user.with(|user| user.as_ref().map(|user| field.of(user)).unwrap_or_default()));
    let editing = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let form = FormState::new();
    let input = NodeRef::<html::Input>::new();
    let button = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            // Not at once: the key that pressed the button would still reach the field.
            request_animation_frame(move || {
                drop(input.focus());
                input.select();
            });
        }
    });
    let stop = move || {
        editing.set(false);
        request_animation_frame(move || {
            if let Some(button) = button.try_get_untracked().flatten() {
                drop(button.focus());
            }
        });
    };
    let start = move |_| {
        typed.set(now.get_untracked());
        form.set_problem(None);
        editing.set(true);
    };
    let save = move || {
        let (before, after) = (now.get_untracked(), typed.get_untracked().trim().to_owned());
        if before == after {
            stop();
            return;
        }
        form.send(async move { change(id.get_value(), field.change(after)).await }, move |_| {
            stop();
            let id = id.get_value();
            let back = move || change(id.clone(), field.change(before.clone()));
            toasts.say_undo(strings::saved(field.label()), back);
        });
    };
    let field_id = format!("field-{}", field.key());
    let error_id = format!("{field_id}-error");
    let wrong = until_changed(typed, form.in_a_line(field.key()));
    let content = move || {
        if !editing.get() {
            let empty = now.with(String::is_empty);
            return view! {
                <span class="flex items-center justify-between gap-3">
                    <span
                        class=if empty { "min-w-0 text-muted" } else { "min-w-0 break-words" }
                        data-testid=format!("value-{}", field.key())
                    >
                        {move || if empty { "–".to_owned() } else { now.get() }}
                    </span>
                    {may(Permission::ManagePeople).then(|| view! {
                        <button
                            class="btn btn-ghost btn-small btn-icon"
                            type="button"
                            node_ref=button
                            aria-label=strings::edit(field.label())
                            title=strings::edit(field.label())
                            data-testid=format!("edit-{}", field.key())
                            on:click=start
                        >
                            <Icon kind=IconKind::Edit/>
                        </button>
                    })}
                </span>
            }
            .into_any();
        }
        let (field_id, error_id, described_by) = (field_id.clone(), error_id.clone(), error_id.clone());
        view! {
            <Form on_submit=save class="flex flex-wrap gap-2">
                <span class="field grow basis-56">
                    <input
                        node_ref=input
                        class="input"
                        id=field_id.clone()
                        data-testid=field_id
                        type=if field == Editable::Email { "email" } else { "text" }
                        required=field != Editable::UserId
                        autocomplete="off"
                        spellcheck="false"
                        aria-label=field.label()
                        aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                        aria-describedby=described_by
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                        on:keydown=move |event| {
                            if event.key() == "Escape" {
                                stop();
                            }
                        }
                    />
                    <span class="field-error" id=error_id hidden=move || wrong.with(Option::is_none)>{move || wrong.get()}</span>
                </span>
                <Button
                    label=strings::save()
                    kind=ButtonKind::Primary
                    loading=form.busy()
                    test_id=format!("save-{}", field.key())
                />
                <Button label=strings::cancel() on_click=stop/>
            </Form>
        }
        .into_any()
    };
    view! {
        <div class="grid items-center gap-x-4 px-5 py-2 sm:grid-cols-[11rem_1fr]">
            <dt class="text-sm leading-6 text-muted">{field.label()}</dt>
            <dd class="min-w-0">{content}</dd>
        </div>
    }
}
