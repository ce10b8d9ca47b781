//! What changes how one signs in wants the password or a passkey first, unless that was given within the last ten minutes.
//! The appliance says when: the request is sent, and sent again once it is confirmed.

use leptos::prelude::*;
use pocketkey_api::{
    Problem,
    account::{Account, Password},
};
use pocketkey_kit::{api, prelude::*, webauthn};

use crate::{passkey, session::use_session, strings};

/// The page's question. Copies are handles to the same one.
#[derive(Clone, Copy)]
pub struct Sensitive {
    open: RwSignal<bool>,
    again: StoredValue<Option<Callback<()>>>,
}

impl Sensitive {
    /// For a page that shows one [`ConfirmYourself`].
    pub fn new() -> Self {
        Self { open: RwSignal::new(false), again: StoredValue::new(None) }
    }

    /// Sends as [`FormState::send`] does; asks first if the appliance wants that.
    pub fn send<T, A>(
        self,
        form: FormState,
        request: impl Fn() -> A + Clone + Send + Sync + 'static,
        done: impl Fn(T) + Clone + Send + Sync + 'static,
    ) where
        T: 'static,
        A: Future<Output = Result<T, Problem>> + 'static,
    {
        let (answer, done_now) = (request(), done.clone());
        let confirmed = async move {
            match answer.await {
                Err(problem) if problem.code == "confirm_first" => Ok(None),
                answer => answer.map(Some),
            }
        };
        form.send(confirmed, move |answer| match answer {
            Some(answer) => done_now(answer),
            None => {
                let again = move |()| self.send(form, request.clone(), done.clone());
                self.again.set_value(Some(Callback::new(again)));
                self.open.set(true);
            }
        });
    }

    fn confirmed(self) {
        self.open.set(false);
        if let Some(again) = self.again.try_update_value(Option::take).flatten() {
            again.run(());
        }
    }
}

/// The question.
#[component]
pub fn ConfirmYourself(account: Load<Account>, sensitive: Sensitive) -> impl IntoView {
    view! {
        <Dialog open=sensitive.open title=strings::confirm_yourself() test_id="confirm-yourself">
            <Question account sensitive/>
        </Dialog>
    }
}

#[component]
fn Question(account: Load<Account>, sensitive: Sensitive) -> impl IntoView {
    let session = use_session();
    let (form, by_passkey) = (FormState::new(), FormState::new());
    let password = RwSignal::new(String::new());
    let submit = move || {
        let given = Password { password: password.get_untracked() };
        by_passkey.set_problem(None);
        form.send(async move { api::post_only("/api/v1/account/confirm", &given).await }, move |()| {
            sensitive.confirmed()
        });
    };
    let use_passkey = move || {
        let url = session.with_untracked(|session| session.url.clone()).unwrap_or_default();
        let confirm = async move {
            let assertion = passkey::assertion(&url).await?;
            api::post_as_json("/api/v1/account/confirm/passkey", &assertion).await
        };
        form.set_problem(None);
        by_passkey.send(confirm, move |()| sensitive.confirmed());
    };
    let has_passkey = account.with_untracked(|account| !account.passkeys.is_empty()) == Some(true);
    view! {
        <Form on_submit=submit>
            <FormProblem state=form/>
            <FormProblem state=by_passkey/>
            <p class="text-muted">{strings::confirm_yourself_text()}</p>
            <TextField
                name="password"
                label=strings::current_password()
                value=password
                kind="password"
                autocomplete="current-password"
                error=form.error("password")
            />
            <div class="flex flex-wrap justify-end gap-2">
                {(has_passkey && webauthn::is_there()).then(|| view! {
                    <Button
                        label=strings::use_passkey()
                        icon=IconKind::Key
                        loading=by_passkey.busy()
                        on_click=use_passkey
                        test_id="confirm-passkey"
                    />
                })}
                <Button
                    label=strings::confirm()
                    kind=ButtonKind::Primary
                    loading=form.busy()
                    test_id="confirm-password"
                />
            </div>
        </Form>
    }
}
