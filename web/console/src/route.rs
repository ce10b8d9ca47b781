//! Which page an address means.

use pocketkey_api::{GroupId, KeyId, MailId, RunId, UserId, WebhookId, WorkflowId};

/// A page of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Addresses of before signing in: from there it goes on to the dashboard.
    Home,
    /// `/dashboard`
    Dashboard,
    /// `/users`
    Users,
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
    /// `/settings`: from there it goes on to the first of them.
    Settings,
    /// `/settings/mail`
    MailSettings,
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
    /// Anything else.
    NotFound,
}

impl Route {
    /// The page at `path`. Ids are safe in addresses as they are.
    pub fn of(path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments[..] {
            [] | ["setup" | "sign-in" | "join"] => Self::Home,
            ["dashboard"] => Self::Dashboard,
            ["logs"] => Self::SignIns,
            ["logs", "audit"] => Self::Audit,
            ["users"] => Self::Users,
            ["users", "new"] => Self::NewUser,
            ["users", "import"] => Self::ImportUsers,
            ["users", id] => Self::User(id.into()),
            ["users", id, "keys", "new"] => Self::NewKey(id.into()),
            ["groups"] => Self::Groups,
            ["groups", id] => Self::Group(id.into()),
            ["keys"] => Self::Keys,
            ["keys", id] => Self::Key(id.into()),
            ["settings", "keys"] => Self::KeySettings,
            ["workflows"] => Self::Workflows,
            ["workflows", "new"] => Self::NewWorkflow,
            ["workflows", id] => Self::Workflow(id.into()),
            ["workflows", id, "edit"] => Self::EditWorkflow(id.into()),
            ["workflows", workflow, "runs", id] => Self::Run(workflow.into(), id.into()),
            ["computers"] => Self::Computers,
            ["inbox"] => Self::Inbox,
            ["inbox", id] => Self::Mail(id.into()),
            ["outbox"] => Self::Outbox,
            ["settings"] => Self::Settings,
            ["settings", "mail"] => Self::MailSettings,
            ["settings", "templates"] => Self::Templates,
            ["settings", "templates", name] => Self::Template(name.into()),
            ["settings", "admins"] => Self::Admins,
            ["settings", "api-keys"] => Self::ApiKeys,
            ["settings", "webhooks"] => Self::Webhooks,
            ["settings", "webhooks", id] => Self::Webhook(id.into()),
            ["account"] => Self::Account,
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
            ("/users/new", Route::NewUser),
            ("/users/import", Route::ImportUsers),
            ("/groups/g1", Route::Group("g1".into())),
            ("/users/u1", Route::User("u1".into())),
            ("/users/u1/keys/new", Route::NewKey("u1".into())),
            ("/users/u1/keys", Route::NotFound),
            ("/keys/k1", Route::Key("k1".into())),
            ("/settings/keys", Route::KeySettings),
            ("/workflows/new", Route::NewWorkflow),
            ("/workflows/w1", Route::Workflow("w1".into())),
            ("/workflows/w1/edit", Route::EditWorkflow("w1".into())),
            ("/workflows/w1/runs/r1", Route::Run("w1".into(), "r1".into())),
            ("/computers", Route::Computers),
            ("/dashboard", Route::Dashboard),
            ("/logs", Route::SignIns),
            ("/logs/audit", Route::Audit),
            ("/inbox/m1", Route::Mail("m1".into())),
            ("/outbox", Route::Outbox),
            ("/settings/mail", Route::MailSettings),
            ("/settings/templates/invitation", Route::Template("invitation".into())),
            ("/settings/admins", Route::Admins),
            ("/settings/api-keys", Route::ApiKeys),
            ("/settings/webhooks", Route::Webhooks),
            ("/settings/webhooks/w1", Route::Webhook("w1".into())),
            ("/account", Route::Account),
            ("/nothing", Route::NotFound),
        ] {
            assert_eq!(Route::of(path), page, "{path}");
        }
    }
}
