//! The session cookie, and the extractor that only a signed-in admin gets past.

use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::{HeaderMap, header, request::Parts},
};
use pocketkey_api::session;

use super::{AdminError, permission, service};
use crate::{App, audit::Actor, limit::ClientIp, problem::ApiError};

/// The signed-in admin. A handler that takes it answers everybody else with 401 `signed_out`, and those whose role does
/// not include it (see [`permission`]) with 403 `not_permitted`.
#[derive(Debug, Clone)]
pub struct Admin {
    /// Who.
    pub admin: session::Admin,
    /// Who, for the audit log.
    pub actor: Actor,
    token: String,
}

impl Admin {
    /// Whether the session still lives; does not count as use.
    pub async fn is_signed_in(&self, app: &App) -> bool {
        matches!(service::find_session(app, &self.token).await, Ok(Some(_)))
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let token = token(app, &parts.headers).ok_or(AdminError::SignedOut)?;
        let admin = service::signed_in(app, &token).await?;
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let needed = permission::needed(&parts.method, route);
        if !needed.is_some_and(|permission| permission.is_held_by(admin.role)) {
            return Err(AdminError::NotPermitted.into());
        }
        let Ok(ClientIp(ip)) = ClientIp::from_request_parts(parts, app).await;
        let actor = Actor::admin(&admin, ip);
        Ok(Self { admin, actor, token })
    }
}

/// The cookie's name: with the prefix that browsers guard, where the address is https.
fn name(app: &App) -> &'static str {
    if is_https(app) { "__Host-pocketkey" } else { "pocketkey" }
}

fn is_https(app: &App) -> bool {
    app.url().starts_with("https:")
}

/// The session token among the request's cookies.
pub fn token(app: &App, headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies =
        lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(key, _)| *key == name(app)).map(|(_, token)| token.to_owned())
}

/// `Set-Cookie` that keeps `token` until the browser closes; `None` takes it away.
pub fn set_cookie(app: &App, token: Option<&str>) -> String {
    let secure = if is_https(app) { "; Secure" } else { "" };
    let gone = if token.is_none() { "; Max-Age=0" } else { "" };
    format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}{gone}", name(app), token.unwrap_or(""))
}
