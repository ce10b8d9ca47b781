//! E-mail address and password, or a passkey.

use leptos::prelude::*;
use pocketkey_api::session::{Session, SignIn};
use pocketkey_kit::{api, prelude::*, webauthn};

use super::Or;
use crate::{passkey, session::use_session, strings};

/// The form.
#[component]
pub fn PasswordForm() -> impl IntoView {
    let session = use_session();
    let (form, by_passkey) = (FormState::new(), FormState::new());
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let submit = move || {
        let sign_in = SignIn { email: email.get_untracked(), password: password.get_untracked() };
        by_passkey.set_problem(None);
        form.send(async move { api::post::<_, Session>("/api/v1/session", &sign_in).await }, move |answer| {
            session.put(answer)
        });
    };
    let use_passkey = move || {
        let url = session.with_untracked(|session| session.url.clone()).unwrap_or_default();
        let sign_in = async move {
            let assertion = passkey::assertion(&url).await?;
            api::post_as_json::<Session>("/api/v1/session/passkey", &assertion).await
        };
        form.set_problem(None);
        by_passkey.send(sign_in, move |answer| session.put(answer));
    };
    view! {
        <FormProblem state=by_passkey/>
        <Form on_submit=submit test_id="sign-in-form">
            <FormProblem state=form/>
            <TextField
                name="email"
                label=strings::email()
                value=email
                kind="email"
                autocomplete="username"
                error=form.error("email")
            />
            <TextField
                name="password"
                label=strings::password()
                value=password
                kind="password"
                autocomplete="current-password"
                error=form.error("password")
            />
            <div class="grid">
                <Button
                    label=strings::sign_in()
                    kind=ButtonKind::Primary
                    loading=form.busy()
                    test_id="sign-in-submit"
                />
            </div>
        </Form>
        {webauthn::is_there().then(|| view! {
            <Or/>
            <div class="grid">
                <Button
                    label=strings::sign_in_passkey()
                    icon=IconKind::Key
                    loading=by_passkey.busy()
                    on_click=use_passkey
                    test_id="sign-in-passkey"
                />
            </div>
        })}
    }
}
