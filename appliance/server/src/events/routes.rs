//! `GET /api/v1/events`.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event as Message, Sse},
};
use futures_util::Stream;
use pocketkey_api::event::Event;
use pocketkey_routes::{Routes, routes};
use tokio::{sync::broadcast::error::RecvError, time};

use crate::{App, admins::Admin};

/// How often an idle stream shows that it lives, and whether its session still does.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The endpoints of this feature.
pub fn routes() -> Routes<App> {
    routes!(listen)
}

/// What changed, as it changes: server-sent events whose data are `Event`s. Ends with the session.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", security(("session" = [])), responses(
    (status = 200, description = "A stream of `Event`s", body = Event, content_type = "text/event-stream"),
    (status = 401, description = "Not signed in", body = pocketkey_api::Problem),
))]
async fn listen(
    State(app): State<App>,
    admin: Admin,
) -> Sse<impl Stream<Item = Result<Message, Infallible>>> {
    let stopped = Box::pin(app.stopped());
    let changes = app.events().subscribe();
    let mut tick = time::interval(KEEP_ALIVE);
    tick.reset();
    let start = (changes, tick, stopped, app, admin);
    Sse::new(futures_util::stream::unfold(start, |mut state| async move {
        let (changes, tick, stopped, app, admin) = &mut state;
        let message = tokio::select! {
            () = stopped => return None,
            _ = tick.tick() => {
                if !admin.is_signed_in(app).await {
                    return None;
                }
                Message::default().comment("")
            }
            event = changes.recv() => {
                let event = match event {
                    Ok(event) => event,
                    Err(RecvError::Lagged(_)) => Event::Lagged,
                    Err(RecvError::Closed) => return None,
                };
                // It may be this one who was blocked, or signed out elsewhere.
                if matches!(event, Event::Admin { .. } | Event::Lagged) && !admin.is_signed_in(app).await {
                    return None;
                }
                // Events are plain data: they always become JSON.
                Message::default().json_data(event).unwrap_or_default()
            }
        };
        Some((Ok(message), state))
    }))
}
