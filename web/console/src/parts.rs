//! The console in parts: pages whose program a browser fetches when somebody goes there.
//!
//! A part is what the attribute names; scripts/build-web.sh cuts the program there. What only one part needs is in its
//! file, what several need is in a file those share, and what `crate::app` draws itself comes with the first load. Every
//! combination of parts may have such a file, so parts are few: a new page joins the one whose pages it is used with. A part
//! has one function for all its pages, because each function costs the first load half a kilobyte.

#![allow(unsafe_code, reason = "the attribute writes how a part's functions are linked once they are there")]

use leptos::prelude::*;
use pocketkey_api::JobId;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    pages::{
        account, admins, computers, dashboard, groups, inbox, integrations,
        job::JobCard,
        keys, logs, mail, setup, sign_in,
        users::{
            self,
            bulk::{BulkBar, Chosen},
            view::View,
        },
        workflows,
    },
    palette::ConsolePalette,
    route::{Operations, People, Settings},
    shortcuts::{Sheet, Shortcuts},
};

/// A page, unless its part could not be fetched.
type Page = Result<AnyView, SplitLoaderError>;

/// A page of before signing in.
pub enum Welcome {
    /// Who opens the appliance for the first time sets it up.
    SetUp,
    /// Signing in.
    SignIn,
    /// Accepting the invitation to be an admin.
    Join,
}

/// What comes before signing in.
#[wasm_split(welcome, fallible)]
pub fn welcome(page: Welcome) -> Page {
    Ok(match page {
        Welcome::SetUp => view! { <setup::SetupPage/> }.into_any(),
        Welcome::SignIn => view! { <sign_in::SignInPage/> }.into_any(),
        Welcome::Join => view! { <sign_in::JoinPage/> }.into_any(),
    })
}

// The pages most begin with, each by itself.

#[wasm_split(dashboard, fallible, preload(fetch_dashboard))]
pub fn dashboard() -> Page {
    Ok(view! { <dashboard::DashboardPage/> }.into_any())
}

#[wasm_split(users, fallible, preload(fetch_users))]
pub fn user_list() -> Page {
    Ok(view! { <users::list::UserList/> }.into_any())
}

/// People and what they have.
#[wasm_split(people, fallible, preload(fetch_people))]
pub fn people(page: People) -> Page {
    Ok(match page {
        People::NewUser => view! { <users::new::NewUserPage/> }.into_any(),
        People::ImportUsers => view! { <users::import::ImportPage/> }.into_any(),
        People::User(id) => view! { <users::show::UserPage id/> }.into_any(),
        People::NewKey(user_id) => view! { <users::new_key::NewKeyPage user_id/> }.into_any(),
        People::Groups => view! { <groups::list::GroupList/> }.into_any(),
        People::Group(id) => view! { <groups::show::GroupPage id/> }.into_any(),
        People::Keys => view! { <keys::list::KeyList/> }.into_any(),
        People::Key(id) => view! { <keys::show::KeyPage id/> }.into_any(),
        People::KeySettings => view! { <keys::defaults::DefaultsPage/> }.into_any(),
        People::Workflows => view! { <workflows::list::WorkflowList/> }.into_any(),
        People::NewWorkflow => view! { <workflows::wizard::NewWorkflowPage/> }.into_any(),
        People::Workflow(id) => view! { <workflows::show::WorkflowPage id/> }.into_any(),
        People::EditWorkflow(id) => view! { <workflows::wizard::EditWorkflowPage id/> }.into_any(),
        People::Run(workflow, id) => view! { <workflows::run::RunPage workflow id/> }.into_any(),
    })
}

/// What is run beside them.
#[wasm_split(operations, fallible, preload(fetch_operations))]
pub fn operations(page: Operations) -> Page {
    Ok(match page {
        Operations::Computers => view! { <computers::ComputerList/> }.into_any(),
        Operations::Inbox => view! { <inbox::list::MailList/> }.into_any(),
        Operations::Mail(id) => view! { <inbox::show::MailPage id/> }.into_any(),
        Operations::SignIns => view! { <logs::sign_ins::SignInsPage/> }.into_any(),
        Operations::Audit => view! { <logs::audit::AuditPage/> }.into_any(),
        Operations::Outbox => view! { <mail::outbox::OutboxList/> }.into_any(),
    })
}

/// How the appliance is set up.
#[wasm_split(settings, fallible, preload(fetch_settings))]
pub fn settings(page: Settings) -> Page {
    Ok(match page {
        Settings::Mail => view! { <mail::settings::MailSettingsPage/> }.into_any(),
        Settings::Templates => view! { <mail::templates::TemplateList/> }.into_any(),
        Settings::Template(name) => view! { <mail::template::TemplatePage name/> }.into_any(),
        Settings::Admins => view! { <admins::AdminsPage/> }.into_any(),
        Settings::ApiKeys => view! { <integrations::api_keys::ApiKeysPage/> }.into_any(),
        Settings::Webhooks => view! { <integrations::webhooks::WebhooksPage/> }.into_any(),
        Settings::Webhook(id) => view! { <integrations::webhook::WebhookPage id/> }.into_any(),
        Settings::Account => view! { <account::AccountPage/> }.into_any(),
        Settings::SecondStep => view! { <account::RequiredPage/> }.into_any(),
    })
}

// What comes up on a page in answer to a deed.

#[wasm_split(people, fallible)]
pub fn bulk_bar(
    chosen: RwSignal<Chosen>,
    view: Memo<View>,
    total: Signal<Option<u32>>,
    shown: Signal<u32>,
    job: RwSignal<Option<JobId>>,
) -> Page {
    Ok(view! { <BulkBar chosen view total shown job/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn job_card(job: RwSignal<Option<JobId>>) -> Page {
    Ok(view! { <JobCard job/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn palette(shortcuts: Shortcuts) -> Page {
    Ok(view! { <ConsolePalette shortcuts/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn shortcut_sheet(shortcuts: Shortcuts) -> Page {
    Ok(view! { <Sheet shortcuts/> }.into_any())
}

/// Fetches every part in turn, likeliest first, so that pages are there before they are gone to. What cannot be had is
/// tried again, and said, when it is needed.
pub async fn fetch_all() {
    drop(fetch_users().await);
    drop(fetch_dashboard().await);
    drop(fetch_people().await);
    drop(fetch_operations().await);
    drop(fetch_settings().await);
}
