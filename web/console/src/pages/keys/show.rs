//! A security key: where it stands, what can be done about it, and its own settings.

use leptos::prelude::*;
use pocketkey_api::{KeyId, event::Event, key::KeyOfUser, permission::Permission};
use pocketkey_kit::{api, prelude::*};

use super::settings::SettingsForm;
use crate::{
    confirm::{Confirm, ConfirmDialog},
    pages::users::{
        activation::{InvitationDialog, Inviting},
        key_card::KeyCard,
    },
    session::may,
    strings,
};

/// The page.
#[component]
pub fn KeyPage(id: KeyId) -> impl IntoView {
    let id = StoredValue::new(id);
    let path = move || format!("/api/v1/keys/{}", id.get_value());
    let of =
        load(move || async move { api::get::<KeyOfUser>(&path()).await }).refetch_on(
            move |event| match event {
                Event::Key { key_id, .. } => *key_id == id.get_value(),
                Event::User { .. } | Event::Users | Event::Settings | Event::Phone { .. } => true,
                _ => false,
            },
        );
    let name = move || of.with(|of| of.user.name.clone()).unwrap_or_else(|| strings::security_keys().into());
    let user = Memo::new(move |_| of.with(|of| of.user.id.clone()));
    let has_settings = Memo::new(move |_| of.with(|of| of.key.kind.has_device()) == Some(true));
    let (confirm, inviting) = (Confirm::new(), Inviting::new());
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
            view! { <KeyCard key=of.key inviting confirm/> }.into_any()
        })}
        {move || has_settings.get().then(|| view! {
            <section class="card mt-5 p-5" aria-label=strings::key_settings()>
                <h2>{strings::key_settings()}</h2>
                <p class="mt-0.5 mb-4 text-sm text-muted">{strings::key_settings_text()}</p>
                <SettingsForm path=format!("{}/settings", path()) editable=may(Permission::HelpPeople)/>
            </section>
        })}
        <ConfirmDialog confirm/>
        <InvitationDialog inviting/>
    }
}
