//! The tables of how mail leaves, and of what it says.

use pocketkey_api::mail::{MailSettings, TemplateText};
use rusqlite::{Connection, OptionalExtension, params};

use super::mailer::Stored;
use crate::{db::DbError, secret::ServerSecret};

/// What the password is sealed for.
const PURPOSE: &str = "mail password";

/// The settings; the defaults where there are none.
pub fn load(conn: &Connection, secret: &ServerSecret) -> Result<Stored, DbError> {
    let row = conn
        .query_row("SELECT settings, password FROM mail_settings WHERE id = 1", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<Vec<u8>>>(1)?))
        })
        .optional()?;
    let Some((settings, password)) = row else { return Ok(Stored::default()) };
    let settings: MailSettings = serde_json::from_str(&settings).unwrap_or_else(|error| {
        tracing::error!(%error, "the mail settings cannot be read; the defaults hold");
        MailSettings::default()
    });
    let password = password.and_then(|sealed| {
        let password = secret.open(PURPOSE, &sealed);
        if password.is_none() {
            tracing::error!("the mail server's password cannot be read; set it again");
        }
        password
    });
    Ok(Stored { settings, password })
}

/// Stores the settings, the password sealed.
pub fn save(tx: &Connection, secret: &ServerSecret, stored: &Stored) -> Result<(), DbError> {
    // Plain data: it always becomes JSON.
    let settings = serde_json::to_string(&stored.settings).unwrap_or_default();
    let password = stored.password.as_ref().map(|password| secret.seal(PURPOSE, password));
    tx.execute(
        "INSERT INTO mail_settings (id, settings, password) VALUES (1, ?1, ?2)
         ON CONFLICT (id) DO UPDATE SET settings = ?1, password = ?2",
        params![settings, password],
    )?;
    Ok(())
}

/// What a mail says, if it was changed, and when.
pub fn template(conn: &Connection, name: &str) -> Result<Option<(TemplateText, i64)>, DbError> {
    let found = conn
        .prepare_cached("SELECT subject, html, text, changed_at FROM mail_templates WHERE name = ?1")?
        .query_row([name], |row| {
            Ok((TemplateText { subject: row.get(0)?, html: row.get(1)?, text: row.get(2)? }, row.get(3)?))
        })
        .optional()?;
    Ok(found)
}

/// Changes what a mail says.
pub fn set_template(tx: &Connection, name: &str, content: &TemplateText, now: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO mail_templates (name, subject, html, text, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (name) DO UPDATE SET subject = ?2, html = ?3, text = ?4, changed_at = ?5",
        params![name, content.subject, content.html, content.text, now],
    )?;
    Ok(())
}

/// From now on a mail says what is built in; false if it does already.
pub fn reset_template(tx: &Connection, name: &str) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM mail_templates WHERE name = ?1", [name])? > 0)
}
