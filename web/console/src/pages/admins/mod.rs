//! The admins and who is invited to become one.

mod invitations;
mod invite;
mod list;
mod sign_in;

use leptos::prelude::*;
use pocketkey_api::{admin::Role, permission::Permission};
use pocketkey_kit::prelude::*;

use crate::{
    pages::settings::SettingsTabs,
    session::{may, use_role},
    strings,
};

/// The roles that somebody of the role `of` may grant, with what they mean.
fn grantable(of: Role) -> Vec<Choice<Role>> {
    let choice = |role: Role| Choice {
        value: role,
        key: role.as_str(),
        label: strings::role(role),
        hint: strings::role_hint(role),
    };
    Role::ALL.into_iter().filter(|role| of.manages(*role)).map(choice).collect()
}

/// The page.
#[component]
pub fn AdminsPage() -> impl IntoView {
    let role = use_role();
    let open = RwSignal::new(false);
    let manages = Memo::new(move |_| !grantable(role.get()).is_empty());
    if manages.get_untracked() {
        use_router().on_asked("new", move || open.set(true));
    }
    let button = move || {
        manages.get().then(|| {
            view! {
                <Button
                    label=strings::invite_admin()
                    icon=IconKind::Plus
                    kind=ButtonKind::Primary
                    on_click=move || open.set(true)
                    test_id="invite-admin"
                />
            }
        })
    };
    view! {
        <PageHeader title=strings::admins() text=strings::admins_text()>{button}</PageHeader>
        <SettingsTabs/>
        <list::AdminList/>
        <invitations::Invitations open/>
        {may(Permission::SetSignIn).then(|| view! { <div class="mt-6"><sign_in::SignInCard/></div> })}
        <Dialog open title=strings::invite_admin() test_id="invite-dialog">
            <invite::InviteForm open/>
        </Dialog>
    }
}
