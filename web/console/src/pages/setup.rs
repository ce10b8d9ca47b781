//! Set-up: the first admin, by the one-time link that the appliance prints when it starts (A12).

use leptos::prelude::*;
use pocketkey_api::session::{Session, Setup};
use pocketkey_kit::{api, dom, prelude::*};

use crate::{pages::welcome::Welcome, session::use_session, strings};

/// The set-up form.
#[component]
pub fn SetupPage() -> impl IntoView {
    let session = use_session();
    let form = FormState::new();
    let token = RwSignal::new(dom::fragment());
    let needs_token = token.with_untracked(String::is_empty);
    let organisation = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let submit = move || {
        let setup = Setup {
            token: token_of(&token.get_untracked()).to_owned(),
            organisation: organisation.get_untracked(),
            name: name.get_untracked(),
            email: email.get_untracked(),
            password: password.get_untracked(),
        };
        form.send(async move { api::post::<_, Session>("/api/v1/setup", &setup).await }, move |answer| {
            session.put(answer)
        });
    };
    let refused = move |code: &str| {
        form.problem().with(|problem| problem.as_ref().is_some_and(|problem| problem.code == code))
    };
    // A token from the link that turns out wrong can be typed anew.
    let asks_token = Memo::new(move |asked: Option<&bool>| {
        asked == Some(&true) || needs_token || refused("wrong_setup_token")
    });
    let token_field = move || {
        asks_token.get().then(|| {
            view! {
                <TextField
                    name="token"
                    label=strings::setup_token()
                    value=token
                    hint=strings::setup_token_hint()
                />
            }
        })
    };
    // Somebody else was quicker: there is an admin to sign in as.
    Effect::new(move |_| {
        if refused("already_set_up") {
            session.refetch();
        }
    });
    view! {
        <Welcome title=strings::setup() text=strings::setup_text()>
            <Form on_submit=submit test_id="setup-form">
                <FormProblem state=form/>
                {token_field}
                <TextField
                    name="organisation"
                    label=strings::organisation()
                    value=organisation
                    hint=strings::organisation_hint()
                    autocomplete="organization"
                    error=form.error("organisation")
                />
                <TextField
                    name="name"
                    label=strings::your_name()
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
                <TextField
                    name="password"
                    label=strings::password()
                    value=password
                    kind="password"
                    hint=strings::password_hint()
                    autocomplete="new-password"
                    min_length=10_u32
                    error=form.error("password")
                />
                <div class="grid">
                    <Button
                        label=strings::setup_submit()
                        kind=ButtonKind::Primary
                        loading=form.busy()
                        test_id="setup-submit"
                    />
                </div>
            </Form>
        </Welcome>
    }
}

/// The token in what was typed: the whole link, or the token alone.
fn token_of(text: &str) -> &str {
    let text = text.trim();
    text.rsplit_once('#').map_or(text, |(_, token)| token)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_token_is_found_in_the_link() {
        assert_eq!(super::token_of(" https://key.example/setup#abc \n"), "abc");
        assert_eq!(super::token_of("abc"), "abc");
    }
}
