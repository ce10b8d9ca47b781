//! What each endpoint needs. One table, so that it can be read, and tested, as a whole.

use axum::http::Method;
pub use pocketkey_api::permission::Permission;

/// What each endpoint of the admins' needs; the longest prefix of its path decides.
#[rustfmt::skip]
const TABLE: &[(&[&str], &str, Permission)] = &[
    (&["GET"], "/api/v1/events", Permission::SeePeople),
    (&["GET", "POST", "PUT", "PATCH", "DELETE"], "/api/v1/account", Permission::Own),
    (&["GET"], "/api/v1/admins", Permission::SeeAdmins),
    (&["POST", "PUT", "PATCH", "DELETE"], "/api/v1/admins", Permission::ManageAdmins),
    (&["GET"], "/api/v1/users", Permission::SeePeople),
    (&["POST", "PATCH", "DELETE"], "/api/v1/users", Permission::ManagePeople),
    (&["PUT", "DELETE"], "/api/v1/users/{id}/block", Permission::HelpPeople),
    (&["POST"], "/api/v1/users/{id}/keys", Permission::HelpPeople),
    (&["GET"], "/api/v1/keys", Permission::SeePeople),
    (&["POST", "DELETE"], "/api/v1/keys/{id}/activation", Permission::HelpPeople),
    (&["POST"], "/api/v1/keys/{id}/replace", Permission::HelpPeople),
    (&["PUT"], "/api/v1/keys/{id}/settings", Permission::HelpPeople),
    (&["GET"], "/api/v1/settings/keys", Permission::SeePeople),
    (&["PUT"], "/api/v1/settings/keys", Permission::ManagePeople),
    (&["DELETE"], "/api/v1/keys/{id}", Permission::ManagePeople),
    (&["PUT", "DELETE"], "/api/v1/keys/{id}/block", Permission::HelpPeople),
    (&["GET"], "/api/v1/groups", Permission::SeePeople),
    (&["POST", "PUT", "DELETE"], "/api/v1/groups", Permission::ManagePeople),
    (&["GET"], "/api/v1/workflows", Permission::SeePeople),
    (&["POST", "PUT", "PATCH", "DELETE"], "/api/v1/workflows", Permission::ManagePeople),
    (&["GET"], "/api/v1/runs", Permission::SeePeople),
    (&["POST", "PUT", "DELETE"], "/api/v1/runs", Permission::ManagePeople),
    (&["GET"], "/api/v1/computers", Permission::SeePeople),
    (&["DELETE"], "/api/v1/computers", Permission::ManagePeople),
    (&["PUT", "DELETE"], "/api/v1/computers/{id}/block", Permission::HelpPeople),
    (&["GET"], "/api/v1/jobs", Permission::SeePeople),
    (&["POST"], "/api/v1/jobs", Permission::ManagePeople),
    (&["POST"], "/api/v1/imports", Permission::ManagePeople),
    (&["GET"], "/api/v1/exports", Permission::SeePeople),
    (&["GET"], "/api/v1/dashboard", Permission::SeePeople),
    (&["GET"], "/api/v1/authentications", Permission::SeePeople),
    (&["GET"], "/api/v1/logs", Permission::SeePeople),
    (&["PUT"], "/api/v1/logs", Permission::ManagePeople),
    (&["GET"], "/api/v1/audit", Permission::SeeAudit),
    (&["GET"], "/api/v1/exports/audit", Permission::SeeAudit),
    (&["GET", "PUT", "DELETE"], "/api/v1/inbox", Permission::Mail),
    (&["GET", "POST", "PATCH", "DELETE"], "/api/v1/webhooks", Permission::Integrate),
    (&["GET", "POST", "DELETE"], "/api/v1/api-keys", Permission::Integrate),
    (&["GET"], "/api/v1/outbox", Permission::SeePeople),
    (&["POST", "DELETE"], "/api/v1/outbox", Permission::HelpPeople),
    (&["GET"], "/api/v1/settings/sign-in", Permission::SeeAdmins),
    (&["PUT"], "/api/v1/settings/sign-in", Permission::SetSignIn),
    (&["GET", "PUT", "POST"], "/api/v1/settings/mail", Permission::Mail),
    (&["GET", "PUT", "POST", "DELETE"], "/api/v1/settings/templates", Permission::Mail),
];

/// All that an admin may do who has yet to set up the second step that every admin needs.
const SET_UP_SECOND_STEP: &[(&str, &str)] = &[
    ("GET", "/api/v1/account"),
    ("POST", "/api/v1/account/confirm"),
    ("POST", "/api/v1/account/totp"),
    ("PUT", "/api/v1/account/totp"),
    ("POST", "/api/v1/account/passkeys/start"),
    ("POST", "/api/v1/account/passkeys"),
];

/// Whether `method` on the route `path` is part of setting up a second step.
pub fn sets_up_second_step(method: &Method, path: &str) -> bool {
    SET_UP_SECOND_STEP.contains(&(method.as_str(), path))
}

/// What `method` on the route `path` needs; `None` if the table does not know it, which nobody gets past.
pub fn needed(method: &Method, path: &str) -> Option<Permission> {
    let under =
        |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let rows =
        TABLE.iter().filter(|(methods, prefix, _)| methods.contains(&method.as_str()) && under(prefix));
    rows.max_by_key(|(_, prefix, _)| prefix.len()).map(|(.., permission)| *permission)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_decides() {
        for (method, path, permission) in [
            (Method::GET, "/api/v1/users", Some(Permission::SeePeople)),
            (Method::GET, "/api/v1/users/{id}", Some(Permission::SeePeople)),
            (Method::DELETE, "/api/v1/users/{id}", Some(Permission::ManagePeople)),
            (Method::DELETE, "/api/v1/users/{id}/block", Some(Permission::HelpPeople)),
            (Method::POST, "/api/v1/users/bulk", Some(Permission::ManagePeople)),
            (Method::GET, "/api/v1/usersandmore", None),
            (Method::PUT, "/api/v1/users", None),
        ] {
            assert_eq!(needed(&method, path), permission, "{method} {path}");
        }
    }
}
