//! Changing the password.

use leptos::prelude::*;
use pocketkey_api::account::Password;
use pocketkey_kit::{api, prelude::*};

use super::confirm::Sensitive;
use crate::strings;

/// The form.
#[component]
pub fn ChangePassword(sensitive: Sensitive) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let password = RwSignal::new(String::new());
    let save = move || {
        let request = move || {
            let new = Password { password: password.get_untracked() };
            async move { api::put::<_, ()>("/api/v1/account/password", &new).await }
        };
        sensitive.send(form, request, move |()| {
            password.set(String::new());
            toasts.say(strings::password_changed());
        });
    };
    // The page may ask for the present one, too: that one is `field-password`.
    view! {
        <Card title=strings::password()>
            <Form on_submit=save class="max-w-md space-y-4" test_id="password-form">
                <FormProblem state=form/>
                <p class="text-sm text-muted">{strings::password_text()}</p>
                <TextField
                    name="new-password"
                    label=strings::new_password()
                    value=password
                    kind="password"
                    hint=strings::password_hint()
                    autocomplete="new-password"
                    min_length=10_u32
                    error=form.error("password")
                />
                <Button label=strings::change_password() loading=form.busy() test_id="change-password"/>
            </Form>
        </Card>
    }
}
