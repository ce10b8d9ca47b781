//! Joining as an admin, by the link of an invitation. Looking at it uses nothing up.

use leptos::prelude::*;
use pocketkey_api::{
    admin::{AcceptInvitation, InvitationPreview, InvitationToken},
    session::Session,
};
use pocketkey_kit::{api, dom, prelude::*};

use crate::{pages::welcome::Welcome, session::use_session, strings};

/// The page.
#[component]
pub fn JoinPage() -> impl IntoView {
    let token = StoredValue::new(dom::fragment());
    let preview = load(move || {
        let token = InvitationToken { token: token.get_value() };
        async move { api::post::<_, InvitationPreview>("/api/v1/admins/invitations/preview", &token).await }
    });
    let text = move || {
        let text = preview
            .with(|invited| strings::join_text(&invited.invited_by, &invited.organisation, invited.role));
        text.unwrap_or_default()
    };
    let title =
        move || if preview.with(|_| ()).is_some() { strings::join_title() } else { strings::invitation() };
    let draw = move |invited: InvitationPreview| {
        view! { <JoinForm token=token.get_value() email=invited.email/> }.into_any()
    };
    let content = move || match preview.problem().get() {
        Some(problem) if problem.code == "invitation_over" => view! {
            <ProblemNote problem/>
            <div class="mt-4 grid">
                <LinkButton label=strings::sign_in() href="/" test_id="to-sign-in"/>
            </div>
        }
        .into_any(),
        _ => preview.show(draw),
    };
    view! {
        <Welcome title=Signal::derive(move || title().to_owned()) text=Signal::derive(text)>
            {content}
        </Welcome>
    }
}

#[component]
fn JoinForm(token: String, email: String) -> impl IntoView {
    let (session, router) = (use_session(), use_router());
    let form = FormState::new();
    let password = RwSignal::new(String::new());
    dom::focus_soon("main form input");
    let submit = move || {
        let accept = AcceptInvitation { token: token.clone(), password: password.get_untracked() };
        let send = async move { api::post::<_, Session>("/api/v1/admins/invitations/accept", &accept).await };
        form.send(send, move |answer| {
            session.put(answer);
            router.replace("/dashboard");
        });
    };
    view! {
        <Form on_submit=submit test_id="join-form">
            <FormProblem state=form/>
            <div class="field">
                <p class="field-label">{strings::email()}</p>
                <p class="break-words" data-testid="join-email">{email}</p>
            </div>
            <TextField
                name="password"
                label=strings::choose_password()
                value=password
                kind="password"
                hint=strings::password_hint()
                autocomplete="new-password"
                min_length=10_u32
                error=form.error("password")
            />
            <div class="grid">
                <Button label=strings::join() kind=ButtonKind::Primary loading=form.busy() test_id="join-submit"/>
            </div>
        </Form>
    }
}
