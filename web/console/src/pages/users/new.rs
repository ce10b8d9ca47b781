//! The "New user" wizard (A2–A5): the person, and in the same go a security key and its activation.
//!
//! Nothing is sent before "Done" or the choice of an activation, so that everything can be changed by going back;
//! what the appliance then finds fault with brings the person back to the step where it was typed.

use leptos::prelude::*;
use pocketkey_api::{
    KeyId, Problem, UserId,
    key::Key,
    user::{NewUser, User},
};
use pocketkey_kit::{api, dom, prelude::*};

use super::{
    activation::{Invitation, MethodChoice, invite},
    draft::{KeyDraft, UserDraft},
    group_picker::GroupPicker,
    key_steps::{NoDeviceStep, SettingsStep, TypeStep},
    wizard::Wizard,
};
use crate::{labels::kind_name, strings};

const STEPS: [&str; 4] = ["", "key", "settings", "activation"];

/// The wizard.
#[component]
pub fn NewUserPage() -> impl IntoView {
    let wizard = Wizard::new("/users/new".into(), &STEPS);
    let person = UserDraft::new();
    let key = KeyDraft::new();
    let form = FormState::new();
    let added = RwSignal::new(None::<UserId>);

    let step = move || match wizard.step() {
        0 => view! { <PersonStep wizard person form/> }.into_any(),
        1 => {
            let next = move || wizard.go(if key.kind.get_untracked().has_device() { 2 } else { 3 });
            view! { <TypeStep draft=key on_back=move || wizard.go(0) on_next=next/> }.into_any()
        }
        2 => view! { <SettingsStep draft=key on_back=move || wizard.go(1) on_next=move || wizard.go(3)/> }
            .into_any(),
        _ if !key.kind.get().has_device() => view! { <AssignStep wizard person key form added/> }.into_any(),
        _ => view! { <ActivationStep wizard person key form added/> }.into_any(),
    };
    let labels = vec![
        strings::step_person(),
        strings::step_type(),
        strings::step_settings(),
        strings::step_activation(),
    ];
    view! {
        <div class="mx-auto max-w-2xl">
            <PageHeader title=strings::new_user() back=("/users".to_owned(), strings::users_label().to_owned())/>
            <Steps labels current=Signal::derive(move || wizard.step())/>
            <div class="card p-5 sm:p-6">{step}</div>
        </div>
    }
}

async fn add(user: NewUser) -> Result<User, Problem> {
    api::post("/api/v1/users", &user).await
}

/// Who.
#[component]
fn PersonStep(wizard: Wizard, person: UserDraft, form: FormState) -> impl IntoView {
    if form.problem().with_untracked(Option::is_some) {
        dom::focus_soon("[aria-invalid='true']");
    }
    let toasts = use_toasts();
    // Both buttons submit, so that the browser checks the fields; this tells which.
    let done = StoredValue::new(true);
    let submit = move || {
        if !done.get_value() {
            form.set_problem(None);
            return wizard.go(1);
        }
        form.send(add(person.to_api()), move |user| {
            toasts.say(strings::user_added(&user.name));
            wizard.leave(&format!("/users/{}", user.id));
        });
    };
    view! {
        <StepHeading title=strings::step_person_title() quiet=!wizard.has_moved()/>
        <Form on_submit=submit test_id="user-form">
            <FormProblem state=form/>
            <div class="grid gap-5 sm:grid-cols-2">
                <TextField
                    name="name"
                    label=strings::full_name()
                    value=person.name
                    error=form.error("name")
                />
                <TextField
                    name="email"
                    label=strings::email()
                    value=person.email
                    kind="email"
                    error=form.error("email")
                />
                <TextField
                    name="username"
                    label=strings::username()
                    value=person.username
                    hint=strings::username_hint()
                    error=form.error("username")
                />
                <TextField
                    name="external_id"
                    label=strings::user_id()
                    value=person.external_id
                    hint=strings::user_id_hint()
                    optional=true
                    error=form.error("external_id")
                />
            </div>
            <GroupPicker chosen=person.groups error=form.error("groups")/>
            <div class="flex flex-wrap justify-end gap-2 pt-1">
                <span on:click=move |_| done.set_value(true)>
                    <Button label=strings::done() loading=form.busy() test_id="done"/>
                </span>
                <span on:click=move |_| done.set_value(false)>
                    <Button
                        label=strings::assign_key()
                        kind=ButtonKind::Primary
                        icon=IconKind::Key
                        disabled=form.busy()
                        test_id="assign-key"
                    />
                </span>
            </div>
        </Form>
    }
}

/// Adds the user and assigns a key that there is nothing to activate of.
#[component]
fn AssignStep(
    wizard: Wizard,
    person: UserDraft,
    key: KeyDraft,
    form: FormState,
    /// The user, once added.
    added: RwSignal<Option<UserId>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let assign = move || {
        form.send(
            async move {
                let user_id = add_once(wizard, person, added).await?;
                api::post::<_, Key>(&format!("/api/v1/users/{user_id}/keys"), &key.to_api()).await
            },
            move |key| {
                toasts.say(strings::key_assigned(kind_name(key.kind)));
                wizard.leave(&format!("/users/{}?tab=keys", key.user_id));
            },
        );
    };
    view! { <NoDeviceStep form on_back=move || wizard.go(1) on_assign=assign/> }
}

/// Adds the user, unless a try before came to grief after that. What is found fault with brings the person back to where
/// it was typed.
async fn add_once(
    wizard: Wizard,
    person: UserDraft,
    added: RwSignal<Option<UserId>>,
) -> Result<UserId, Problem> {
    if let Some(user_id) = added.get_untracked() {
        return Ok(user_id);
    }
    match add(person.to_api()).await {
        Ok(user) => {
            added.set(Some(user.id.clone()));
            Ok(user.id)
        }
        Err(problem) => {
            if !problem.fields.is_empty() {
                wizard.go(0);
            }
            Err(problem)
        }
    }
}

/// How the phone gets its code; the choice adds the user, assigns the key and invites.
#[component]
fn ActivationStep(
    wizard: Wizard,
    person: UserDraft,
    key: KeyDraft,
    form: FormState,
    /// The user, once added.
    added: RwSignal<Option<UserId>>,
) -> impl IntoView {
    let assigned = RwSignal::new(None::<KeyId>);
    let activation = RwSignal::new(None);
    let choose = Callback::new(move |method| {
        form.send(
            async move {
                let user_id = add_once(wizard, person, added).await?;
                wizard.finish();
                let key_id = match assigned.get_untracked() {
                    Some(key_id) => key_id,
                    None => {
                        let path = format!("/api/v1/users/{user_id}/keys");
                        api::post::<_, Key>(&path, &key.to_api()).await?.id
                    }
                };
                assigned.set(Some(key_id.clone()));
                invite(&key_id, method).await
            },
            move |answer| activation.set(Some(answer)),
        );
    });
    let way = move || match (added.get(), assigned.get(), activation.get()) {
        (Some(user_id), Some(key_id), Some(activation)) => {
            view! { <Invitation user_id key_id activation on_again=choose/> }.into_any()
        }
        _ => view! { <MethodChoice email=person.email form on_choose=choose/> }.into_any(),
    };
    let buttons = move || match added.get() {
        None => view! {
            <Button label=strings::back() icon=IconKind::Left on_click=move || wizard.go(2) test_id="back"/>
        }
        .into_any(),
        Some(user_id) => {
            let href = format!("/users/{user_id}?tab=keys");
            view! { <LinkButton label=strings::to_user() href test_id="to-user"/> }.into_any()
        }
    };
    view! {
        <StepHeading title=strings::step_activation_title() text=strings::step_activation_text()/>
        {way}
        <div class="mt-6 flex">{buttons}</div>
    }
}
