//! Deleting for good, after a word was typed.

use leptos::prelude::*;
use pocketkey_kit::{api, prelude::*};

use crate::strings;

/// What it means, the word to type, and the button that does it. For inside of a dialog.
#[component]
pub fn TypeToDelete(
    /// The address of what is deleted in the API.
    path: String,
    /// What people call it.
    name: String,
    /// What has to be typed.
    word: String,
    /// What comes of it.
    text: &'static str,
    /// The page to go to afterwards.
    then: &'static str,
    /// The dialog.
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = FormState::new();
    let (router, toasts) = (use_router(), use_toasts());
    let typed = RwSignal::new(String::new());
    let label = strings::type_to_confirm(&word);
    let not_yet = Signal::derive(move || typed.with(|typed| typed.trim() != word));
    let delete = move || {
        let (path, name) = (path.clone(), name.clone());
        form.send(async move { api::delete(&path).await }, move |()| {
            open.set(false);
            toasts.say(strings::deleted(&name));
            router.go(then);
        });
    };
    view! {
        <Form on_submit=delete>
            <FormProblem state=form/>
            <p class="text-muted">{text}</p>
            <TextField name="confirm" label value=typed/>
            <DialogButtons
                open
                form
                label=strings::delete()
                kind=ButtonKind::Danger
                disabled=not_yet
                test_id="delete-confirm"
            />
        </Form>
    }
}
