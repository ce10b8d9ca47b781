//! `/healthz` (the process lives) and `/readyz` (it can do its work), for supervisors.

use axum::{Router, extract::State, http::StatusCode, routing::get};

use crate::{App, db::DbError, problem::ApiError};

/// The two endpoints.
pub fn routes() -> Router<App> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

async fn ready(State(app): State<App>) -> Result<&'static str, ApiError> {
    let readable: Result<i64, DbError> =
        app.db().read(|conn| Ok(conn.query_row("SELECT id FROM appliance", [], |row| row.get(0))?)).await;
    match readable {
        Ok(_) => Ok("ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "The database cannot be read."))
        }
    }
}
