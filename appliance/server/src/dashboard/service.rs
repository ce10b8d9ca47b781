//! Putting the numbers together.

use pocketkey_api::dashboard::{Dashboard, RelayHealth};

use super::store;
use crate::{App, db::DbError};

/// How things stand now.
///
/// # Errors
/// If the database fails.
pub async fn show(app: &App) -> Result<Dashboard, DbError> {
    let now = app.now();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (phones, computers) = app.relay().online();
    let relay = RelayHealth {
        phones: number(phones),
        computers: number(computers),
        overflows: app.relay().overflows(),
        started_at: app.started_at(),
    };
    app.db()
        .read(move |conn| {
            let (days, failures) = store::days(conn, now)?;
            Ok(Dashboard {
                people: store::people(conn, now)?,
                unused_keys: store::unused_keys(conn, now)?,
                computers: store::computers(conn)?,
                days,
                failures,
                mail: store::mail(conn, now)?,
                relay,
            })
        })
        .await
}
