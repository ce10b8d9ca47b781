//! "New security key" for a user there is already: type, settings, activation.

use leptos::prelude::*;
use pocketkey_api::{KeyId, UserId, key::Key, user::UserDetail};
use pocketkey_kit::{api, prelude::*};

use super::{
    activation::{Invitation, MethodChoice, invite},
    draft::KeyDraft,
    key_steps::{NoDeviceStep, SettingsStep, TypeStep},
    wizard::Wizard,
};
use crate::{labels::kind_name, strings};

const STEPS: [&str; 3] = ["", "settings", "activation"];

/// The wizard.
#[component]
pub fn NewKeyPage(user_id: UserId) -> impl IntoView {
    let user = {
        let path = format!("/api/v1/users/{user_id}");
        load(move || {
            let path = path.clone();
            async move { api::get::<UserDetail>(&path).await }
        })
    };
    let name = move || user.with(|detail| detail.user.name.clone()).unwrap_or_default();
    let email = Signal::derive(move || user.with(|detail| detail.user.email.clone()).unwrap_or_default());

    let home = format!("/users/{user_id}?tab=keys");
    let wizard = Wizard::new(format!("/users/{user_id}/keys/new"), &STEPS);
    let draft = KeyDraft::new();
    let form = FormState::new();
    let toasts = use_toasts();
    let assigned = RwSignal::new(None::<KeyId>);
    let activation = RwSignal::new(None);

    let back_link = home.clone();
    let owner = user_id.clone();
    let choose = Callback::new(move |method| {
        let keys = format!("/api/v1/users/{owner}/keys");
        form.send(
            async move {
                let key_id = match assigned.get_untracked() {
                    Some(key_id) => key_id,
                    None => api::post::<_, Key>(&keys, &draft.to_api()).await?.id,
                };
                assigned.set(Some(key_id.clone()));
                wizard.finish();
                invite(&key_id, method).await
            },
            move |answer| activation.set(Some(answer)),
        );
    });
    let step = move || match wizard.step() {
        0 => {
            let leave = home.clone();
            let next = move || wizard.go(if draft.kind.get_untracked().has_device() { 1 } else { 2 });
            view! { <TypeStep draft on_back=move || wizard.leave(&leave) on_next=next/> }.into_any()
        }
        1 => view! { <SettingsStep draft on_back=move || wizard.go(0) on_next=move || wizard.go(2)/> }
            .into_any(),
        _ if !draft.kind.get().has_device() => {
            let (path, home) = (format!("/api/v1/users/{user_id}/keys"), home.clone());
            let assign = move || {
                let (path, home) = (path.clone(), home.clone());
                form.send(async move { api::post::<_, Key>(&path, &draft.to_api()).await }, move |key| {
                    toasts.say(strings::key_assigned(kind_name(key.kind)));
                    wizard.leave(&home);
                });
            };
            view! { <NoDeviceStep form on_back=move || wizard.go(0) on_assign=assign/> }.into_any()
        }
        _ => {
            let user_id = user_id.clone();
            let home = home.clone();
            let way = move || match (assigned.get(), activation.get()) {
                (Some(key_id), Some(activation)) => {
                    view! { <Invitation user_id=user_id.clone() key_id activation on_again=choose/> }
                        .into_any()
                }
                _ => view! { <MethodChoice email form on_choose=choose/> }.into_any(),
            };
            view! {
                <StepHeading title=strings::step_activation_title() text=strings::step_activation_text()/>
                {way}
                <div class="mt-6 flex justify-between gap-2">
                    {move || (!wizard.is_finished()).then(|| view! {
                        <Button
                            label=strings::back()
                            icon=IconKind::Left
                            on_click=move || wizard.go(1)
                            test_id="back"
                        />
                    })}
                    <span></span>
                    {move || wizard.is_finished().then(|| view! {
                        <LinkButton label=strings::to_user() href=home.clone() test_id="to-user"/>
                    })}
                </div>
            }
            .into_any()
        }
    };
    view! {
        <div class="mx-auto max-w-2xl">
            <PageHeader
                title=strings::new_key()
                back=(back_link, strings::back_to_user().to_owned())
            />
            <p class="-mt-4 mb-5 text-muted">{move || name()}</p>
            <Steps
                labels=vec![strings::step_type(), strings::step_settings(), strings::step_activation()]
                current=Signal::derive(move || wizard.step())
            />
            <div class="card p-5 sm:p-6">{step}</div>
        </div>
    }
}
