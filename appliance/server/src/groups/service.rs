//! Making and listing groups.

use pocketkey_api::{
    GroupId,
    group::{Group, NewGroup},
};

use super::{GroupError, store};
use crate::{App, db::DbError, secret, validate::Fields};

/// Makes a group.
///
/// # Errors
/// [`GroupError::Invalid`] if the name is empty, too long or taken.
pub async fn create(app: &App, new: NewGroup) -> Result<Group, GroupError> {
    let mut fields = Fields::default();
    let name = fields.line("name", &new.name, 100);
    fields.finish().map_err(GroupError::Invalid)?;
    let group = Group { id: GroupId(secret::new_id()), name };
    app.db()
        .write(move |tx| {
            store::insert(tx, &group)?;
            Ok(group)
        })
        .await
}

/// Every group, by name.
///
/// # Errors
/// If the database fails.
pub async fn list(app: &App) -> Result<Vec<Group>, DbError> {
    app.db().read(store::all).await
}
