//! The console in parts: pages whose program a browser fetches when somebody goes there.
//!
//! A part is what the attribute names; scripts/build-web.sh cuts the program there. What only one part needs is in its
//! file, what several need is in a file those share, and what `crate::app` draws itself comes with the first load. Every
//! combination of parts may have such a file, so parts are few: a new page joins the one whose pages it is used with.

#![allow(unsafe_code, reason = "the attribute writes how a part's functions are linked once they are there")]

use leptos::prelude::*;
use pocketkey_api::{GroupId, JobId, KeyId, MailId, RunId, UserId, WebhookId, WorkflowId};
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
    shortcuts::{Sheet, Shortcuts},
};

/// A page, unless its part could not be fetched.
type Page = Result<AnyView, SplitLoaderError>;

// Before signing in.

#[wasm_split(welcome, fallible)]
pub fn set_up() -> Page {
    Ok(view! { <setup::SetupPage/> }.into_any())
}

#[wasm_split(welcome, fallible)]
pub fn sign_in() -> Page {
    Ok(view! { <sign_in::SignInPage/> }.into_any())
}

#[wasm_split(welcome, fallible)]
pub fn join() -> Page {
    Ok(view! { <sign_in::JoinPage/> }.into_any())
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

// People and what they have.

#[wasm_split(people, fallible, preload(fetch_people))]
pub fn user(id: UserId) -> Page {
    Ok(view! { <users::show::UserPage id/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn new_user() -> Page {
    Ok(view! { <users::new::NewUserPage/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn new_key(user_id: UserId) -> Page {
    Ok(view! { <users::new_key::NewKeyPage user_id/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn import_users() -> Page {
    Ok(view! { <users::import::ImportPage/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn group_list() -> Page {
    Ok(view! { <groups::list::GroupList/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn group(id: GroupId) -> Page {
    Ok(view! { <groups::show::GroupPage id/> }.into_any())
}

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
pub fn key_list() -> Page {
    Ok(view! { <keys::list::KeyList/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn key(id: KeyId) -> Page {
    Ok(view! { <keys::show::KeyPage id/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn key_settings() -> Page {
    Ok(view! { <keys::defaults::DefaultsPage/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn workflow_list() -> Page {
    Ok(view! { <workflows::list::WorkflowList/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn new_workflow() -> Page {
    Ok(view! { <workflows::wizard::NewWorkflowPage/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn edit_workflow(id: WorkflowId) -> Page {
    Ok(view! { <workflows::wizard::EditWorkflowPage id/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn workflow(id: WorkflowId) -> Page {
    Ok(view! { <workflows::show::WorkflowPage id/> }.into_any())
}

#[wasm_split(people, fallible)]
pub fn run(workflow: WorkflowId, id: RunId) -> Page {
    Ok(view! { <workflows::run::RunPage workflow id/> }.into_any())
}

// What is run beside them.

#[wasm_split(operations, fallible, preload(fetch_operations))]
pub fn computers() -> Page {
    Ok(view! { <computers::ComputerList/> }.into_any())
}

#[wasm_split(operations, fallible)]
pub fn inbox() -> Page {
    Ok(view! { <inbox::list::MailList/> }.into_any())
}

#[wasm_split(operations, fallible)]
pub fn inbox_mail(id: MailId) -> Page {
    Ok(view! { <inbox::show::MailPage id/> }.into_any())
}

#[wasm_split(operations, fallible)]
pub fn sign_ins() -> Page {
    Ok(view! { <logs::sign_ins::SignInsPage/> }.into_any())
}

#[wasm_split(operations, fallible)]
pub fn audit() -> Page {
    Ok(view! { <logs::audit::AuditPage/> }.into_any())
}

#[wasm_split(operations, fallible)]
pub fn outbox() -> Page {
    Ok(view! { <mail::outbox::OutboxList/> }.into_any())
}

// How the appliance is set up.

#[wasm_split(settings, fallible, preload(fetch_settings))]
pub fn mail_settings() -> Page {
    Ok(view! { <mail::settings::MailSettingsPage/> }.into_any())
}

#[wasm_split(settings, fallible)]
pub fn template_list() -> Page {
    Ok(view! { <mail::templates::TemplateList/> }.into_any())
}

#[wasm_split(settings, fallible)]
pub fn template(name: String) -> Page {
    Ok(view! { <mail::template::TemplatePage name/> }.into_any())
}

#[wasm_split(settings, fallible)]
pub fn admins() -> Page {
    Ok(view! { <admins::AdminsPage/> }.into_any())
}

#[wasm_split(settings, fallible)]
pub fn second_step_first() -> Page {
    Ok(view! { <account::RequiredPage/> }.into_any())
}

#[wasm_split(settings, fallible)]
pub fn account() -> Page {
    Ok(view! { <account::AccountPage/> }.into_any())
}

#[wasm_split(settings, fallible)]
pub fn api_keys() -> Page {
    Ok(view! { <integrations::api_keys::ApiKeysPage/> }.into_any())
}

#[wasm_split(settings, fallible)]
pub fn webhook_list() -> Page {
    Ok(view! { <integrations::webhooks::WebhooksPage/> }.into_any())
}

#[wasm_split(settings, fallible)]
pub fn webhook(id: WebhookId) -> Page {
    Ok(view! { <integrations::webhook::WebhookPage id/> }.into_any())
}

// What keys bring up on any page.

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
