//! How mail leaves: shown, set, tried.

use std::net::IpAddr;

use lettre::message::Mailbox;
use pocketkey_api::{
    audit::Action,
    mail::{MailSettings, MailSetup, MailTest, MailTrial, MailVia, SmtpServer, TlsMode},
};
use serde_json::json;

use super::{
    MailError,
    mailer::{Mailer, Stored, Way},
    settings_store, store, trial,
};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::DbError,
    validate::{self, Fields},
};

/// The longest password, in characters.
const MAX_PASSWORD: usize = 1000;

/// The most mails a second that can be set: beyond it, no limit is meant.
const MAX_RATE: u32 = 10_000;

/// Reads the settings at start.
///
/// # Errors
/// If the database fails.
pub async fn load(app: &App) -> Result<(), DbError> {
    let secret = app.secret().clone();
    let stored: Stored = app.db().read(move |conn| settings_store::load(conn, &secret)).await?;
    app.mailer().set(stored);
    Ok(())
}

/// What is set.
pub fn show(app: &App) -> MailSetup {
    let mailer = app.mailer();
    let Stored { settings, password } = mailer.stored();
    MailSetup {
        settings: with_option(mailer, settings),
        has_password: password.is_some(),
        server_option: mailer.server_option().map(str::to_owned),
        sender_option: mailer.sender_option().is_some(),
    }
}

/// `settings` with the sender of the command line, where there is one.
fn with_option(mailer: &Mailer, mut settings: MailSettings) -> MailSettings {
    if let Some(Mailbox { name, email }) = mailer.sender_option() {
        settings.sender_name = name.clone().unwrap_or_default();
        settings.sender_address = email.to_string();
    }
    settings
}

/// Sets how mail leaves, at once: what waits is tried in the new way.
///
/// # Errors
/// [`MailError::Invalid`]; [`MailError::SetByOption`] for what the command line says.
pub async fn set(app: &App, by: Actor, settings: MailSettings) -> Result<MailSetup, MailError> {
    let new = check(app.mailer(), settings)?;
    let (before, now, shared) = (app.mailer().stored(), app.now(), app.clone());
    let old = with_option(app.mailer(), before.settings.clone());
    if app.mailer().server_option().is_some()
        && (old.via, &old.server) != (new.settings.via, &new.settings.server)
    {
        return Err(MailError::SetByOption("--smtp-url"));
    }
    if app.mailer().sender_option().is_some() {
        let sender =
            |settings: &MailSettings| (settings.sender_name.clone(), settings.sender_address.clone());
        if sender(&old) != sender(&new.settings) {
            return Err(MailError::SetByOption("--mail-from"));
        }
    }
    let new_password = before.password != new.password;
    app.db()
        .write(move |tx| {
            settings_store::save(tx, shared.secret(), &new)?;
            store::hurry(tx, now)?;
            let detail = json!({ "before": old, "after": new.settings, "new_password": new_password });
            audit::record(tx, now, &by, Action::MailSettingsChanged, Target::NONE, &detail)?;
            let app = shared;
            tx.after_commit(move || {
                app.mailer().set(new);
                app.mail_waiting().notify_one();
            });
            Ok::<_, MailError>(())
        })
        .await?;
    Ok(show(app))
}

/// Sends a mail right now, and tells how that went.
///
/// # Errors
/// [`MailError::Invalid`]. That it was not sent is no error.
pub async fn test(app: &App, by: Actor, test: MailTest) -> Result<MailTrial, MailError> {
    let mut fields = Fields::default();
    let to = fields.email("to", &test.to);
    fields.finish().map_err(MailError::Invalid)?;
    let stored = match test.settings {
        Some(settings) => check(app.mailer(), settings)?,
        None => app.mailer().stored(),
    };
    let way = app.mailer().way(&stored);
    let (subject, text) =
        ("Test mail from Pocketkey", "Mail from Pocketkey arrives. Nothing else is to be done.\n");
    let message = trial::plain(&way, &to, subject, text, app.now())?;
    try_out(app, by, &way, &to, message).await
}

/// Hands `message` over right now, and notes that somebody wanted that.
pub(super) async fn try_out(
    app: &App,
    by: Actor,
    way: &Way,
    to: &str,
    message: Vec<u8>,
) -> Result<MailTrial, MailError> {
    let outcome = trial::run(way, to, &message).await;
    let now = app.now();
    let detail = json!({ "to": to, "server": way.server.host, "accepted": outcome.accepted });
    app.db()
        .write(move |tx| audit::record(tx, now, &by, Action::MailSettingsTested, Target::NONE, &detail))
        .await?;
    Ok(outcome)
}

/// Checks settings; completes the password where it is not given anew.
fn check(mailer: &Mailer, settings: MailSettings) -> Result<Stored, MailError> {
    let mut fields = Fields::default();
    let MailSettings { via, server, sender_name, sender_address, reply_to, rate } = settings;
    let SmtpServer { host, port, tls, user, password } = server;
    // What is not in use may be anything: the form does not even show it.
    let mut unused = Fields::default();
    let is_used = via == MailVia::Server && mailer.server_option().is_none();
    let checks = if is_used { &mut fields } else { &mut unused };
    let host = checks.line("host", &host, 253);
    if !host.is_empty() && !is_host(&host) {
        checks.wrong("host", "Only the server's name, such as mail.example.org.");
    }
    if port == 0 {
        checks.wrong("port", "From 1 to 65535.");
    }
    let user = checks.optional_line("user", &user, 254);
    let password = match password {
        Some(password) if password.chars().count() > MAX_PASSWORD => {
            checks.wrong("password", format!("At most {MAX_PASSWORD} characters."));
            None
        }
        Some(password) => Some(password).filter(|password| !password.is_empty()),
        None => kept_password(mailer, &host, &user, tls, checks),
    };
    if password.is_some() && user.is_empty() {
        checks.wrong("user", "A password needs a user.");
    }
    let sender_name = fields.optional_line("sender_name", &sender_name, 100);
    let sender_address = fields.email("sender_address", &sender_address);
    let mut reply_to = reply_to.trim().to_owned();
    if !reply_to.is_empty() {
        reply_to = fields.email("reply_to", &reply_to);
    }
    if rate > MAX_RATE {
        fields.wrong("rate", format!("From 0 to {MAX_RATE}."));
    }
    fields.finish().map_err(MailError::Invalid)?;
    let server = SmtpServer { host, port, tls, user, password: None };
    let settings = MailSettings { via, server, sender_name, sender_address, reply_to, rate };
    Ok(Stored { settings, password })
}

/// The stored password, unless it would go to somebody who was not meant: then it must be typed again.
fn kept_password(
    mailer: &Mailer,
    host: &str,
    user: &str,
    tls: TlsMode,
    fields: &mut Fields,
) -> Option<String> {
    let Stored { settings: MailSettings { server, .. }, password } = mailer.stored();
    let password = password.filter(|_| !user.is_empty())?;
    let is_secret = |tls: TlsMode| matches!(tls, TlsMode::Tls | TlsMode::Starttls);
    if !server.host.eq_ignore_ascii_case(host)
        || server.user != user
        || (is_secret(server.tls) && !is_secret(tls))
    {
        fields.wrong("password", "Type the password again: it was for another server, user or encryption.");
        return None;
    }
    Some(password)
}

fn is_host(text: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.parse::<IpAddr>().is_ok() || text.chars().all(name)
}

impl From<trial::Unsendable> for MailError {
    fn from(error: trial::Unsendable) -> Self {
        Self::Invalid(validate::one("to", error.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, mail::Options};

    fn mailer() -> Mailer {
        let options = Options::check(&Config::new("unused")).unwrap();
        Mailer::new(options, "127.0.0.1:2525".parse().unwrap())
    }

    fn server() -> MailSettings {
        let server = SmtpServer {
            host: "mail.example.org".into(),
            port: 587,
            tls: TlsMode::Starttls,
            user: "ada".into(),
            password: None,
        };
        MailSettings { via: MailVia::Server, server, ..MailSettings::default() }
    }

    fn at_fault(mailer: &Mailer, change: impl FnOnce(&mut MailSettings)) -> Vec<String> {
        let mut settings = server();
        change(&mut settings);
        match check(mailer, settings) {
            Err(MailError::Invalid(fields)) => fields.into_iter().map(|field| field.field).collect(),
            _ => Vec::new(),
        }
    }

    #[tokio::test]
    async fn every_field_at_fault_is_named() {
        let mailer = mailer();
        assert_eq!(at_fault(&mailer, |_| {}), [""; 0]);
        assert_eq!(at_fault(&mailer, |s| s.server.host = String::new()), ["host"]);
        assert_eq!(at_fault(&mailer, |s| s.server.host = "smtp://mail.example.org".into()), ["host"]);
        let wrong = |s: &mut MailSettings| {
            s.server.port = 0;
            s.server.user = String::new();
            s.server.password = Some("secret".into());
            s.sender_address = "nobody".into();
            s.sender_name = "a\r\nBcc: eve@example.org".into();
            s.reply_to = "a@b.c\r\nBcc: eve@example.org".into();
            s.rate = 10_001;
        };
        let all = ["port", "user", "sender_name", "sender_address", "reply_to", "rate"];
        assert_eq!(at_fault(&mailer, wrong), all);
        let unused =
            |s: &mut MailSettings| (s.via, s.server.host, s.server.port) = (MailVia::Inbox, "?".into(), 0);
        assert_eq!(at_fault(&mailer, unused), [""; 0]);
    }

    #[tokio::test]
    async fn a_stored_password_goes_to_nobody_else() {
        let mailer = mailer();
        mailer.set(Stored { settings: server(), password: Some("secret".into()) });
        assert_eq!(check(&mailer, server()).unwrap().password.as_deref(), Some("secret"));
        assert_eq!(at_fault(&mailer, |s| s.server.port = 465), [""; 0]);
        for change in [
            (|s| s.server.host = "evil.example.org".into()) as fn(&mut MailSettings),
            |s| s.server.user = "eve".into(),
            |s| s.server.tls = TlsMode::None,
            |s| s.server.tls = TlsMode::Opportunistic,
        ] {
            assert_eq!(at_fault(&mailer, change), ["password"]);
        }
        let mut anonymous = server();
        anonymous.server.user = String::new();
        assert_eq!(check(&mailer, anonymous).unwrap().password, None);
    }
}
