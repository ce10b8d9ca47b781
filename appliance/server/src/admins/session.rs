//! The session cookie, and the extractors that only a signed-in admin gets past.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::{HeaderMap, header, request::Parts},
};
use pocketkey_api::{ApiKeyId, SessionId, permission::Permission, session};

use super::{
    AdminError, browser,
    model::{CONFIRMED_FOR, Visitor},
    permission, service,
};
use crate::{
    App,
    api_keys::{self, ApiKeyError},
    audit::Actor,
    limit::ClientIp,
    problem::ApiError,
};

/// The signed-in admin, or the one that an API key acts for. A handler that takes it answers everybody else with 401
/// `signed_out` or `wrong_api_key`, and those whose role, or whose key's scopes, do not include it (see [`permission`]) with
/// 403 `not_permitted`. Where every admin needs a second step, those without one are answered 403 `second_step_missing` by
/// all but what sets one up.
#[derive(Debug, Clone)]
pub struct Admin {
    /// Who.
    pub admin: session::Admin,
    /// Who, for the audit log: the API key, if it is one.
    pub actor: Actor,
    /// Where from.
    pub visitor: Visitor,
    /// The session's id; empty for an API key, which no handler gets to see that is about sessions.
    pub session: SessionId,
    /// Until when the admin counts as having shown that it is them; an API key never does.
    pub confirmed_until: i64,
    /// Whether this session's admin showed more than a password.
    pub second_step: bool,
    token: Token,
}

/// What lets somebody in.
#[derive(Debug, Clone)]
enum Token {
    Session(String),
    ApiKey { id: ApiKeyId, scopes: Vec<Permission> },
}

impl Admin {
    /// Whether the session, or the key, still lets them in; does not count as use.
    pub async fn is_signed_in(&self, app: &App) -> bool {
        match &self.token {
            Token::Session(token) => {
                let found = service::find_session(app, token).await;
                matches!(found, Ok(Some(found)) if !found.lacks_second_step)
            }
            Token::ApiKey { id, .. } => {
                matches!(api_keys::service::still_valid(app, id.clone()).await, Ok(true))
            }
        }
    }

    /// Whether they may do this: by their role, and as an API key also by its scopes.
    pub fn holds(&self, permission: Permission) -> bool {
        let in_scope = match &self.token {
            Token::Session(_) => true,
            Token::ApiKey { scopes, .. } => permission.is_scope() && scopes.contains(&permission),
        };
        in_scope && permission.is_held_by(self.admin.role)
    }

    async fn by_session(app: &App, parts: &Parts, visitor: Visitor) -> Result<Self, ApiError> {
        let token = token(app, &parts.headers).ok_or(AdminError::SignedOut)?;
        let found = service::signed_in(app, &token).await?;
        if found.lacks_second_step && !permission::sets_up_second_step(&parts.method, route(parts)) {
            return Err(AdminError::SecondStepMissing.into());
        }
        Ok(Self {
            actor: visitor.actor(&found.admin),
            admin: found.admin,
            visitor,
            session: found.id,
            confirmed_until: found.confirmed_at + CONFIRMED_FOR,
            second_step: found.second_step,
            token: Token::Session(token),
        })
    }

    async fn by_api_key(app: &App, secret: &str, visitor: Visitor) -> Result<Self, ApiError> {
        let key = api_keys::service::authenticate(app, secret).await?;
        Ok(Self {
            actor: Actor::api_key(&key.id, &key.name, visitor.ip),
            admin: key.admin,
            visitor,
            session: SessionId(String::new()),
            confirmed_until: 0,
            second_step: false,
            token: Token::ApiKey { id: key.id, scopes: key.scopes },
        })
    }
}

/// The route that a request came by.
fn route(parts: &Parts) -> &str {
    parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str)
}

impl FromRequestParts<App> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let Ok(visitor) = Visitor::from_request_parts(parts, app).await;
        let admin = match api_keys::bearer(&parts.headers) {
            Some(secret) => Self::by_api_key(app, secret, visitor).await?,
            None => Self::by_session(app, parts, visitor).await?,
        };
        let needed = permission::needed(&parts.method, route(parts));
        match (needed, &admin.token) {
            (Some(permission), _) if admin.holds(permission) => Ok(admin),
            (_, Token::Session(_)) => Err(AdminError::NotPermitted.into()),
            (_, Token::ApiKey { .. }) => Err(ApiKeyError::NotPermitted(needed).into()),
        }
    }
}

/// A signed-in admin who gave their password or used a passkey within the last ten minutes. Others are answered 403
/// `confirm_first`.
#[derive(Debug, Clone)]
pub struct Confirmed(pub Admin);

impl FromRequestParts<App> for Confirmed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let admin = Admin::from_request_parts(parts, app).await?;
        if admin.confirmed_until <= app.now() {
            return Err(AdminError::ConfirmFirst.into());
        }
        Ok(Self(admin))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let ClientIp(ip) = ClientIp::from_request_parts(parts, state).await?;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self { ip, browser: browser::name(agent.unwrap_or_default()) })
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
