//! Sign-in with e-mail address and password.

use leptos::prelude::*;
use pocketkey_api::session::{Session, SignIn};
use pocketkey_kit::{api, prelude::*};

use crate::{pages::welcome::Welcome, session::use_session, strings};

/// The sign-in form. It appears at whatever address was asked for, which is shown once signed in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = use_session();
    let form = FormState::new();
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let submit = move || {
        let sign_in = SignIn { email: email.get_untracked(), password: password.get_untracked() };
        form.send(async move { api::post::<_, Session>("/api/v1/session", &sign_in).await }, move |answer| {
            session.put(answer)
        });
    };
    let text = move || session.with(|session| session.organisation.clone()).unwrap_or_default();
    view! {
        <Welcome title=strings::SIGN_IN text=Signal::derive(text)>
            <Form on_submit=submit test_id="sign-in-form">
                <FormProblem state=form/>
                <TextField
                    name="email"
                    label=strings::EMAIL
                    value=email
                    kind="email"
                    autocomplete="username"
                    error=form.error("email")
                />
                <TextField
                    name="password"
                    label=strings::PASSWORD
                    value=password
                    kind="password"
                    autocomplete="current-password"
                    error=form.error("password")
                />
                <div class="grid">
                    <Button
                        label=strings::SIGN_IN
                        kind=ButtonKind::Primary
                        loading=form.busy()
                        test_id="sign-in-submit"
                    />
                </div>
            </Form>
        </Welcome>
    }
}
