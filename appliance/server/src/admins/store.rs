//! The table of admins.

use pocketkey_api::{
    AdminId,
    admin::{AdminSummary, Role},
    session,
};
use rusqlite::{Connection, OptionalExtension, Row, types::Type};

use crate::{db::DbError, validate};

/// An admin's row, as signing in needs it.
pub struct Stored {
    /// Who.
    pub admin: session::Admin,
    /// PHC string.
    pub password_hash: String,
    /// Whether they are blocked.
    pub blocked: bool,
    /// Whether a code is asked for beside the password.
    pub two_step: bool,
    /// Whether only a passkey does, since every admin needs a second step and they have no other.
    pub passkey_only: bool,
}

/// Columns of [`admin`].
pub const ADMIN: &str = "a.id, a.role, a.name, a.email";

macro_rules! two_step {
    () => {
        "EXISTS (SELECT 1 FROM admin_totp t WHERE t.admin_id = a.id AND t.enabled_at IS NOT NULL)"
    };
}

/// Whether a code is asked for beside the password.
const TWO_STEP: &str = two_step!();

/// Whether there is anything beside the password: an authenticator app or a passkey.
pub const HAS_SECOND_STEP: &str =
    concat!("(", two_step!(), " OR EXISTS (SELECT 1 FROM admin_passkeys p WHERE p.admin_id = a.id))");

/// Whether every admin needs a second step.
pub const REQUIRED: &str = "(SELECT second_step_required FROM appliance)";

/// An admin, from a row that begins with [`ADMIN`].
pub fn admin(row: &Row<'_>) -> rusqlite::Result<session::Admin> {
    Ok(session::Admin {
        id: AdminId(row.get(0)?),
        role: role(row, 1)?,
        name: row.get(2)?,
        email: row.get(3)?,
    })
}

/// The role in a column. The tables take no other.
pub fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    let unknown = || rusqlite::Error::InvalidColumnType(column, "role".to_owned(), Type::Text);
    Role::parse(row.get_ref(column)?.as_str()?).ok_or_else(unknown)
}

/// Whether there is an admin.
pub fn any(conn: &Connection) -> Result<bool, DbError> {
    Ok(conn.query_row("SELECT EXISTS (SELECT 1 FROM admins)", [], |row| row.get(0))?)
}

/// The organisation's name; empty before set-up.
pub fn organisation(conn: &Connection) -> Result<String, DbError> {
    Ok(conn.query_row("SELECT organisation FROM appliance", [], |row| row.get(0))?)
}

/// Names the organisation.
pub fn set_organisation(conn: &Connection, name: &str) -> Result<(), DbError> {
    conn.execute("UPDATE appliance SET organisation = ?1", [name])?;
    Ok(())
}

/// Adds an admin.
pub fn insert(
    conn: &Connection,
    admin: &session::Admin,
    password_hash: &str,
    now: i64,
) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO admins (id, role, name, email, email_key, password_hash, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            &admin.id.0,
            admin.role.as_str(),
            &admin.name,
            &admin.email,
            validate::key(&admin.email),
            password_hash,
            now,
        ),
    )?;
    Ok(())
}

/// The admin with this address, compared in lower case.
pub fn by_email(conn: &Connection, email_key: &str) -> Result<Option<Stored>, DbError> {
    stored(conn, "email_key", email_key)
}

/// The admin with this id.
pub fn find(conn: &Connection, id: &AdminId) -> Result<Option<Stored>, DbError> {
    stored(conn, "id", &id.0)
}

fn stored(conn: &Connection, column: &'static str, value: &str) -> Result<Option<Stored>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {ADMIN}, a.password_hash, a.blocked_at IS NOT NULL, {TWO_STEP},
             {REQUIRED} AND {HAS_SECOND_STEP} AND NOT {TWO_STEP} FROM admins a WHERE a.{column} = ?1"
    ))?;
    let row = query.query_row([value], |row| {
        Ok(Stored {
            admin: admin(row)?,
            password_hash: row.get(4)?,
            blocked: row.get(5)?,
            two_step: row.get(6)?,
            passkey_only: row.get(7)?,
        })
    });
    Ok(row.optional()?)
}

const SUMMARY: &str = "a.created_at, a.signed_in_at, a.blocked_at,
     (SELECT count(*) FROM admin_passkeys p WHERE p.admin_id = a.id)";

fn summary(row: &Row<'_>) -> rusqlite::Result<AdminSummary> {
    Ok(AdminSummary {
        admin: admin(row)?,
        created_at: row.get(4)?,
        signed_in_at: row.get(5)?,
        blocked_at: row.get(6)?,
        passkey_count: row.get(7)?,
        two_step: row.get(8)?,
        // The guard knows.
        locked_until: None,
    })
}

/// Admins whose addresses come after `after`, by address.
pub fn list(conn: &Connection, after: &str, limit: u32) -> Result<Vec<AdminSummary>, DbError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {ADMIN}, {SUMMARY}, {TWO_STEP} FROM admins a WHERE a.email_key > ?1 ORDER BY a.email_key LIMIT ?2"
    ))?;
    Ok(query.query_map((after, limit), summary)?.collect::<Result<_, _>>()?)
}

/// One admin as listed.
pub fn show(conn: &Connection, id: &AdminId) -> Result<Option<AdminSummary>, DbError> {
    let sql = format!("SELECT {ADMIN}, {SUMMARY}, {TWO_STEP} FROM admins a WHERE a.id = ?1");
    Ok(conn.prepare_cached(&sql)?.query_row([&id.0], summary).optional()?)
}

/// Whether an owner other than `id` can sign in.
pub fn other_owner(conn: &Connection, id: &AdminId) -> Result<bool, DbError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM admins WHERE role = 'owner' AND blocked_at IS NULL AND id <> ?1)";
    Ok(conn.query_row(sql, [&id.0], |row| row.get(0))?)
}

/// Whether an admin other than `id` has this address, or somebody was invited with it.
pub fn is_taken(conn: &Connection, email_key: &str, id: &AdminId) -> Result<bool, DbError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM admins WHERE email_key = ?1 AND id <> ?2)
                   OR EXISTS (SELECT 1 FROM admin_invitations WHERE email_key = ?1)";
    Ok(conn.query_row(sql, (email_key, &id.0), |row| row.get(0))?)
}

/// Gives an admin another role.
pub fn set_role(conn: &Connection, id: &AdminId, role: Role) -> Result<(), DbError> {
    conn.execute("UPDATE admins SET role = ?2 WHERE id = ?1", (&id.0, role.as_str()))?;
    Ok(())
}

/// Blocks an admin since then, or unblocks them.
pub fn set_blocked(conn: &Connection, id: &AdminId, at: Option<i64>) -> Result<(), DbError> {
    conn.execute("UPDATE admins SET blocked_at = ?2 WHERE id = ?1", (&id.0, at))?;
    Ok(())
}

/// Deletes an admin with all that is theirs.
pub fn delete(conn: &Connection, id: &AdminId) -> Result<(), DbError> {
    conn.execute("DELETE FROM admins WHERE id = ?1", [&id.0])?;
    Ok(())
}

/// Changes an admin's name and address.
pub fn set_profile(conn: &Connection, id: &AdminId, name: &str, email: &str) -> Result<(), DbError> {
    conn.execute(
        "UPDATE admins SET name = ?2, email = ?3, email_key = ?4 WHERE id = ?1",
        (&id.0, name, email, validate::key(email)),
    )?;
    Ok(())
}

/// Changes an admin's password.
pub fn set_password(conn: &Connection, id: &AdminId, hash: &str) -> Result<(), DbError> {
    conn.execute("UPDATE admins SET password_hash = ?2 WHERE id = ?1", (&id.0, hash))?;
    Ok(())
}

/// Notes that an admin signed in.
pub fn set_signed_in(conn: &Connection, id: &AdminId, now: i64) -> Result<(), DbError> {
    conn.execute("UPDATE admins SET signed_in_at = ?2 WHERE id = ?1", (&id.0, now))?;
    Ok(())
}

/// Whether every admin needs a second step.
pub fn second_step_required(conn: &Connection) -> Result<bool, DbError> {
    Ok(conn.query_row(&format!("SELECT {REQUIRED}"), [], |row| row.get(0))?)
}

/// Chooses that.
pub fn set_second_step_required(conn: &Connection, required: bool) -> Result<(), DbError> {
    conn.execute("UPDATE appliance SET second_step_required = ?1", [required])?;
    Ok(())
}

/// Whether an admin has an authenticator app or a passkey.
pub fn has_second_step(conn: &Connection, id: &AdminId) -> Result<bool, DbError> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM admins a WHERE a.id = ?1 AND {HAS_SECOND_STEP})");
    Ok(conn.query_row(&sql, [&id.0], |row| row.get(0))?)
}
