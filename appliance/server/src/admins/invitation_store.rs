//! The table of invitations of admins.

use pocketkey_api::{AdminInvitationId, admin::AdminInvitation};
use rusqlite::{Connection, OptionalExtension, Row};

use super::store::role;
use crate::{db::DbError, validate};

const COLUMNS: &str = "id, role, name, email, invited_by, created_at, expires_at";

fn invitation(row: &Row<'_>) -> rusqlite::Result<AdminInvitation> {
    Ok(AdminInvitation {
        id: AdminInvitationId(row.get(0)?),
        role: role(row, 1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        invited_by: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}

/// Adds an invitation.
pub fn insert(conn: &Connection, new: &AdminInvitation, token_hash: &[u8; 32]) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO admin_invitations (id, role, name, email, email_key, token_hash, invited_by, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            &new.id.0,
            new.role.as_str(),
            &new.name,
            &new.email,
            validate::key(&new.email),
            token_hash,
            &new.invited_by,
            new.created_at,
            new.expires_at,
        ),
    )?;
    Ok(())
}

/// Gives an invitation another token and another expiry.
pub fn renew(conn: &Connection, renewed: &AdminInvitation, token_hash: &[u8; 32]) -> Result<(), DbError> {
    conn.execute(
        "UPDATE admin_invitations SET token_hash = ?2, invited_by = ?3, created_at = ?4, expires_at = ?5 WHERE id = ?1",
        (&renewed.id.0, token_hash, &renewed.invited_by, renewed.created_at, renewed.expires_at),
    )?;
    Ok(())
}

/// One invitation.
pub fn find(conn: &Connection, id: &AdminInvitationId) -> Result<Option<AdminInvitation>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM admin_invitations WHERE id = ?1");
    Ok(conn.query_row(&sql, [&id.0], invitation).optional()?)
}

/// The invitation of this token, if it works at `now`.
pub fn by_token(conn: &Connection, hash: &[u8; 32], now: i64) -> Result<Option<AdminInvitation>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM admin_invitations WHERE token_hash = ?1 AND expires_at > ?2");
    Ok(conn.query_row(&sql, (hash, now), invitation).optional()?)
}

/// Invitations whose addresses come after `after`, by address; also those whose time is over.
pub fn list(conn: &Connection, after: &str, limit: u32) -> Result<Vec<AdminInvitation>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM admin_invitations WHERE email_key > ?1 ORDER BY email_key LIMIT ?2"
    ))?;
    Ok(query.query_map((after, limit), invitation)?.collect::<Result<_, _>>()?)
}

/// Deletes an invitation.
pub fn delete(conn: &Connection, id: &AdminInvitationId) -> Result<(), DbError> {
    conn.execute("DELETE FROM admin_invitations WHERE id = ?1", [&id.0])?;
    Ok(())
}
