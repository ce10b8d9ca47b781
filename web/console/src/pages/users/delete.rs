//! Deleting a user, after the username was typed.

use leptos::prelude::*;
use pocketkey_api::user::User;
use pocketkey_kit::{api, prelude::*};

use crate::strings;

/// What it means, and the button that does it.
#[component]
pub fn DeleteUser(user: User, open: RwSignal<bool>) -> impl IntoView {
    let form = FormState::new();
    let (router, toasts) = (use_router(), use_toasts());
    let typed = RwSignal::new(String::new());
    let User { id, username, name, .. } = user;
    let label = strings::type_to_confirm(&username);
    let not_yet = Signal::derive(move || typed.with(|typed| typed.trim() != username));
    let delete = move || {
        let (path, name) = (format!("/api/v1/users/{id}"), name.clone());
        form.send(async move { api::delete(&path).await }, move |()| {
            open.set(false);
            toasts.say(strings::deleted(&name));
            router.go("/users");
        });
    };
    view! {
        <Form on_submit=delete>
            <FormProblem state=form/>
            <p class="text-muted">{strings::DELETE_USER_TEXT}</p>
            <TextField name="confirm" label value=typed/>
            <div class="flex justify-end gap-2">
                <Button label=strings::CANCEL on_click=move || open.set(false)/>
                <Button
                    label=strings::DELETE
                    kind=ButtonKind::Danger
                    disabled=not_yet
                    loading=form.busy()
                    test_id="delete-confirm"
                />
            </div>
        </Form>
    }
}
