//! Name and e-mail address.

use leptos::prelude::*;
use pocketkey_api::account::{Account, AccountChange};
use pocketkey_kit::{api, prelude::*};

use super::confirm::Sensitive;
use crate::{session::use_session, strings};

/// The form.
#[component]
pub fn Profile(account: Load<Account>, sensitive: Sensitive) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let form = FormState::new();
    let own = account.with_untracked(|account| account.admin.clone());
    let (name, email) = own.map(|own| (own.name, own.email)).unwrap_or_default();
    let (name, email) = (RwSignal::new(name), RwSignal::new(email));
    let unchanged = Signal::derive(move || {
        account.with(|account| account.admin.name == name.get() && account.admin.email == email.get())
            == Some(true)
    });
    let save = move || {
        let request = move || {
            let change =
                AccountChange { name: Some(name.get_untracked()), email: Some(email.get_untracked()) };
            async move { api::patch::<_, Account>("/api/v1/account", &change).await }
        };
        sensitive.send(form, request, move |changed: Account| {
            name.set(changed.admin.name.clone());
            email.set(changed.admin.email.clone());
            account.put(changed);
            session.refetch();
            toasts.say(strings::saved(strings::profile()));
        });
    };
    view! {
        <Card title=strings::profile()>
            <Form on_submit=save class="max-w-md space-y-4" test_id="profile-form">
                <FormProblem state=form/>
                <TextField
                    name="name"
                    label=strings::full_name()
                    value=name
                    autocomplete="name"
                    error=form.error("name")
                />
                <TextField
                    name="email"
                    label=strings::email()
                    value=email
                    kind="email"
                    autocomplete="username"
                    error=form.error("email")
                />
                <Button label=strings::save() disabled=unchanged loading=form.busy() test_id="save-profile"/>
            </Form>
        </Card>
    }
}
