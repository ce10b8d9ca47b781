//! The second step: a code of the authenticator app, or a recovery code.

use leptos::prelude::*;
use pocketkey_api::session::{SecondStep, Session, SessionState};
use pocketkey_kit::{api, prelude::*};

use crate::{session::use_session, strings};

/// The form.
#[component]
pub fn CodeForm(
    /// What the appliance said after the first step.
    owing: String,
) -> impl IntoView {
    let session = use_session();
    let form = FormState::new();
    let code = RwSignal::new(String::new());
    let back = move || {
        session.update(|session| {
            session.state = SessionState::SignedOut;
            session.second_step = None;
        });
    };
    let submit = move || {
        let step = SecondStep { second_step: owing.clone(), code: code.get_untracked() };
        form.send(
            async move { api::post::<_, Session>("/api/v1/session/code", &step).await },
            move |answer| session.put(answer),
        );
    };
    view! {
        <Form on_submit=submit test_id="code-form">
            <FormProblem state=form/>
            <TextField
                name="code"
                label=strings::app_code()
                value=code
                hint=strings::second_step_hint()
                autocomplete="one-time-code"
                error=form.error("code")
            />
            <div class="grid gap-2">
                <Button
                    label=strings::continue_label()
                    kind=ButtonKind::Primary
                    loading=form.busy()
                    test_id="code-submit"
                />
                <Button label=strings::begin_again() kind=ButtonKind::Ghost on_click=back test_id="code-back"/>
            </div>
        </Form>
    }
}
