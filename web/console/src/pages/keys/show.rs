//! A security key: where it stands, what can be done about it, and its own settings.

use leptos::prelude::*;
use pocketkey_api::{
    KeyId,
    activation::{Activation, ActivationMethod},
    event::Event,
    key::KeyOfUser,
};
use pocketkey_kit::{api, load::load, prelude::*};

use super::choices::SettingsForm;
use crate::{
    confirm::{Confirm, ConfirmDialog},
    pages::users::{
        activation::{Invitation, invite},
        key_card::KeyCard,
    },
    session::may_help,
    strings,
};

/// The page.
#[component]
pub fn KeyPage(id: KeyId) -> impl IntoView {
    let id = StoredValue::new(id);
    let path = move || format!("/api/v1/keys/{}", id.get_value());
    let of = load(move || async move { api::get::<KeyOfUser>(&path()).await });
    use_event(move |event| match event {
        Event::Key { key_id, .. } if key_id != id.get_value() => {}
        Event::Key { .. }
        | Event::User { .. }
        | Event::Users
        | Event::Settings
        | Event::Phone { .. }
        | Event::Lagged => of.refetch(),
        _ => {}
    });
    let name = move || of.with(|of| of.user.name.clone()).unwrap_or_else(|| strings::security_keys().into());
    let user = Memo::new(move |_| of.with(|of| of.user.id.clone()));
    let has_settings = Memo::new(move |_| of.with(|of| of.key.kind.has_device()) == Some(true));
    let confirm = Confirm::new();
    let toasts = use_toasts();
    let form = FormState::new();
    let open = RwSignal::new(false);
    let shown = RwSignal::new(None::<Activation>);
    let activate = Callback::new(move |(key_id, method): (KeyId, ActivationMethod)| {
        form.send(async move { invite(&key_id, method).await }, move |activation| {
            if let Some(address) = &activation.mailed_to {
                toasts.say(strings::mailed_to(address));
            } else {
                shown.set(Some(activation));
                open.set(true);
            }
        });
    });
    Effect::new(move |_| {
        if let Some(problem) = form.problem().get() {
            toasts.problem(&problem);
        }
    });
    let invitation = move || {
        shown.get().zip(user.get()).map(|(activation, user_id)| {
            let again = Callback::new(move |method| activate.run((id.get_value(), method)));
            view! { <Invitation user_id key_id=id.get_value() activation on_again=again/> }
        })
    };
    view! {
        <PageHeader
            title=Signal::derive(name)
            back=("/keys".to_owned(), strings::security_keys().to_owned())
        >
            {move || user.get().map(|user| view! {
                <LinkButton
                    label=strings::to_the_user()
                    href=format!("/users/{user}?tab=keys")
                    icon=IconKind::User
                    test_id="to-user"
                />
            })}
        </PageHeader>
        {of.show(move |of| {
            view! { <KeyCard key=of.key busy=form.busy() on_activate=activate confirm/> }.into_any()
        })}
        {move || has_settings.get().then(|| view! {
            <section class="card mt-5 p-5" aria-label=strings::key_settings()>
                <h2>{strings::key_settings()}</h2>
                <p class="mt-0.5 mb-4 text-sm text-muted">{strings::key_settings_text()}</p>
                <SettingsForm path=format!("{}/settings", path()) editable=may_help()/>
            </section>
        })}
        <ConfirmDialog confirm/>
        <Dialog open title=strings::activate_phone() test_id="activation-dialog">{invitation}</Dialog>
    }
}
