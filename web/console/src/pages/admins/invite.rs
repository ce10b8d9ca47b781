//! Inviting an admin.

use leptos::prelude::*;
use pocketkey_api::admin::{AdminInvitation, NewAdminInvitation, Role};
use pocketkey_kit::{api, prelude::*};

use super::grantable;
use crate::{session::use_role, strings};

/// The form. For inside of a dialog.
#[component]
pub fn InviteForm(open: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let options = grantable(use_role().get_untracked());
    let name = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    // The least of what may be granted first.
    let role = RwSignal::new(Role::HelpDesk);
    let submit = move || {
        let new = NewAdminInvitation {
            name: name.get_untracked(),
            email: email.get_untracked(),
            role: role.get_untracked(),
        };
        let send = async move { api::post::<_, AdminInvitation>("/api/v1/admins/invitations", &new).await };
        form.send(send, move |invited| {
            toasts.say(strings::admin_invited(&invited.email));
            open.set(false);
        });
    };
    view! {
        <Form on_submit=submit test_id="invite-form">
            <FormProblem state=form/>
            <p class="text-sm text-muted">{strings::invite_admin_text()}</p>
            <TextField name="name" label=strings::full_name() value=name error=form.error("name")/>
            <TextField name="email" label=strings::email() value=email kind="email" error=form.error("email")/>
            <Choices name="role" legend=strings::admin_role() options value=role/>
            <DialogButtons open form label=strings::invite() test_id="invite-submit"/>
        </Form>
    }
}
