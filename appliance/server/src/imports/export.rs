//! Users to CSV: page by page, so that memory does not feel how many there are.

use axum::body::{Body, Bytes};
use futures_util::stream;
use pocketkey_api::{
    audit::Action,
    import::status_word,
    user::{User, UserFilter},
};

use serde_json::json;

use crate::{
    App,
    audit::{self, Actor, Target},
    db::DbError,
    export::csv_lines,
    users::{ListUsers, UserError, service},
};

/// The headings; an import knows them all.
const HEADINGS: [&str; 7] = ["User ID", "Username", "Name", "E-mail", "Groups", "Status", "Keys"];
const PAGE: u32 = 200;

enum State {
    Begin,
    /// The rest begins after this place.
    After(String),
    End,
}

/// A file of the users that `filter` finds; that it was taken is noted first.
///
/// # Errors
/// If the database fails.
pub async fn users(app: &App, filter: UserFilter, by: &Actor) -> Result<Body, DbError> {
    let (now, by) = (app.now(), by.clone());
    let detail = json!({ "filter": filter });
    let write =
        app.db().write(move |tx| audit::record(tx, now, &by, Action::UsersExported, Target::NONE, &detail));
    write.await?;
    Ok(body(app.clone(), filter))
}

/// A file of the users that `filter` finds. Where the database fails, the file breaks off, and so does its download.
fn body(app: App, filter: UserFilter) -> Body {
    Body::from_stream(stream::try_unfold(State::Begin, move |state| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let (after, mut rows) = match state {
                State::Begin => (None, vec![HEADINGS.map(str::to_owned)]),
                State::After(place) => (Some(place), Vec::new()),
                State::End => return Ok(None),
            };
            let page = ListUsers { sort: None, after, limit: Some(PAGE) };
            let page = service::list(&app, filter, page).await?;
            rows.extend(page.items.into_iter().map(row));
            let next = page.next.map_or(State::End, State::After);
            Ok::<_, UserError>(Some((Bytes::from(csv_lines(rows)), next)))
        }
    }))
}

fn row(user: User) -> [String; 7] {
    let groups: Vec<_> = user.groups.into_iter().map(|group| group.name).collect();
    [
        user.external_id,
        user.username,
        user.name,
        user.email,
        groups.join("|"),
        status_word(user.status).to_owned(),
        user.key_count.to_string(),
    ]
}
