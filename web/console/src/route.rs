//! Which page an address means, and in which part of the program that page is.

use pocketkey_api::{GroupId, KeyId, MailId, RunId, UserId, WebhookId, WorkflowId};

/// A page of the console, by the part it is in: see [`crate::parts`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Addresses of before signing in: from there it goes on to the dashboard.
    Home,
    /// `/dashboard`
    Dashboard,
    /// `/users`
    Users,
    /// People and what they have.
    People(People),
    /// What is run beside them.
    Operations(Operations),
    /// `/settings`: from there it goes on to the first of them.
    FirstSettings,
    /// How the appliance is set up.
    Settings(Settings),
    /// Anything else.
    NotFound,
}

/// A page about people and what they have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum People {
    /// `/users/new`
    NewUser,
    /// `/users/import`
    ImportUsers,
    /// `/users/ID`
    User(UserId),
    /// `/users/ID/keys/new`
    NewKey(UserId),
    /// `/groups`
    Groups,
    /// `/groups/ID`
    Group(GroupId),
    /// `/keys`
    Keys,
    /// `/keys/ID`
    Key(KeyId),
    /// `/settings/keys`
    KeySettings,
    /// `/workflows`
    Workflows,
    /// `/workflows/new`
    NewWorkflow,
    /// `/workflows/ID`
    Workflow(WorkflowId),
    /// `/workflows/ID/edit`
    EditWorkflow(WorkflowId),
    /// `/workflows/ID/runs/ID`
    Run(WorkflowId, RunId),
}

/// A page about what is run beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operations {
    /// `/computers`
    Computers,
    /// `/inbox`
    Inbox,
    /// `/inbox/ID`
    Mail(MailId),
    /// `/logs`
    SignIns,
    /// `/logs/audit`
    Audit,
    /// `/outbox`
    Outbox,
}

/// A page about how the appliance, or who is signed in, is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    /// `/settings/mail`
    Mail,
    /// `/settings/templates`
    Templates,
    /// `/settings/templates/NAME`
    Template(String),
    /// `/settings/admins`
    Admins,
    /// `/settings/api-keys`
    ApiKeys,
    /// `/settings/webhooks`
    Webhooks,
    /// `/settings/webhooks/ID`
    Webhook(WebhookId),
    /// `/account`
    Account,
    /// Wherever an admin is who has to set up a second step first.
    SecondStep,
}

impl Route {
    /// The page at `path`. Ids are safe in addresses as they are.
    pub fn of(path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments[..] {
            [] | ["setup" | "sign-in" | "join"] => Self::Home,
            ["dashboard"] => Self::Dashboard,
            ["logs"] => Self::Operations(Operations::SignIns),
            ["logs", "audit"] => Self::Operations(Operations::Audit),
            ["users"] => Self::Users,
            ["users", "new"] => Self::People(People::NewUser),
            ["users", "import"] => Self::People(People::ImportUsers),
            ["users", id] => Self::People(People::User(id.into())),
            ["users", id, "keys", "new"] => Self::People(People::NewKey(id.into())),
            ["groups"] => Self::People(People::Groups),
            ["groups", id] => Self::People(People::Group(id.into())),
            ["keys"] => Self::People(People::Keys),
            ["keys", id] => Self::People(People::Key(id.into())),
            ["settings", "keys"] => Self::People(People::KeySettings),
            ["workflows"] => Self::People(People::Workflows),
            ["workflows", "new"] => Self::People(People::NewWorkflow),
            ["workflows", id] => Self::People(People::Workflow(id.into())),
            ["workflows", id, "edit"] => Self::People(People::EditWorkflow(id.into())),
            ["workflows", workflow, "runs", id] => Self::People(People::Run(workflow.into(), id.into())),
            ["computers"] => Self::Operations(Operations::Computers),
            ["inbox"] => Self::Operations(Operations::Inbox),
            ["inbox", id] => Self::Operations(Operations::Mail(id.into())),
            ["outbox"] => Self::Operations(Operations::Outbox),
            ["settings"] => Self::FirstSettings,
            ["settings", "mail"] => Self::Settings(Settings::Mail),
            ["settings", "templates"] => Self::Settings(Settings::Templates),
            ["settings", "templates", name] => Self::Settings(Settings::Template(name.into())),
            ["settings", "admins"] => Self::Settings(Settings::Admins),
            ["settings", "api-keys"] => Self::Settings(Settings::ApiKeys),
            ["settings", "webhooks"] => Self::Settings(Settings::Webhooks),
            ["settings", "webhooks", id] => Self::Settings(Settings::Webhook(id.into())),
            ["account"] => Self::Settings(Settings::Account),
            _ => Self::NotFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_pages() {
        for (path, page) in [
            ("/", Route::Home),
            ("/setup", Route::Home),
            ("/users/", Route::Users),
            ("/users/new", Route::People(People::NewUser)),
            ("/users/import", Route::People(People::ImportUsers)),
            ("/groups/g1", Route::People(People::Group("g1".into()))),
            ("/users/u1", Route::People(People::User("u1".into()))),
            ("/users/u1/keys/new", Route::People(People::NewKey("u1".into()))),
            ("/users/u1/keys", Route::NotFound),
            ("/keys/k1", Route::People(People::Key("k1".into()))),
            ("/settings/keys", Route::People(People::KeySettings)),
            ("/workflows/new", Route::People(People::NewWorkflow)),
            ("/workflows/w1", Route::People(People::Workflow("w1".into()))),
            ("/workflows/w1/edit", Route::People(People::EditWorkflow("w1".into()))),
            ("/workflows/w1/runs/r1", Route::People(People::Run("w1".into(), "r1".into()))),
            ("/computers", Route::Operations(Operations::Computers)),
            ("/dashboard", Route::Dashboard),
            ("/logs", Route::Operations(Operations::SignIns)),
            ("/logs/audit", Route::Operations(Operations::Audit)),
            ("/inbox/m1", Route::Operations(Operations::Mail("m1".into()))),
            ("/outbox", Route::Operations(Operations::Outbox)),
            ("/settings/mail", Route::Settings(Settings::Mail)),
            ("/settings/templates/invitation", Route::Settings(Settings::Template("invitation".into()))),
            ("/settings/admins", Route::Settings(Settings::Admins)),
            ("/settings/api-keys", Route::Settings(Settings::ApiKeys)),
            ("/settings/webhooks", Route::Settings(Settings::Webhooks)),
            ("/settings/webhooks/w1", Route::Settings(Settings::Webhook("w1".into()))),
            ("/account", Route::Settings(Settings::Account)),
            ("/nothing", Route::NotFound),
        ] {
            assert_eq!(Route::of(path), page, "{path}");
        }
    }
}
