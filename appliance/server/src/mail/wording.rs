//! What mails say: shown, changed, tried out, put back.

use data_encoding::BASE64;
use pocketkey_api::{
    audit::Action,
    mail::{MailTemplate, MailTrial, SendPreview, TemplatePreview, TemplateText},
};
use serde_json::Value;

use super::{
    MailError, qr,
    render::render,
    settings, settings_store,
    templates::{Template, text::TemplateError},
};
use crate::{
    App,
    audit::{self, Actor, Target},
    validate::{self, Fields},
};

/// Every kind of mail.
///
/// # Errors
/// If the database fails.
pub async fn list(app: &App) -> Result<Vec<MailTemplate>, MailError> {
    app.db()
        .read(|conn| {
            let all = Template::ALL.iter().map(|template| {
                let changed = settings_store::template(conn, template.definition().name)?;
                Ok(described(*template, changed))
            });
            all.collect()
        })
        .await
}

/// One kind of mail.
///
/// # Errors
/// [`MailError::NoTemplate`].
pub async fn show(app: &App, name: &str) -> Result<MailTemplate, MailError> {
    let template = find(name)?;
    let changed = app.db().read(move |conn| settings_store::template(conn, template.definition().name)).await;
    Ok(described(template, changed.map_err(MailError::Db)?))
}

fn find(name: &str) -> Result<Template, MailError> {
    Template::parse(name).ok_or(MailError::NoTemplate)
}

fn described(template: Template, changed: Option<(TemplateText, i64)>) -> MailTemplate {
    let definition = template.definition();
    let (content, changed_at) = changed.map_or((template.built_in(), None), |(text, at)| (text, Some(at)));
    MailTemplate {
        name: definition.name.into(),
        title: definition.title.into(),
        about: definition.about.into(),
        content,
        changed_at,
        placeholders: template.placeholders(),
    }
}

/// Changes what a mail says, from the next one sent on.
///
/// # Errors
/// [`MailError::NoTemplate`], [`MailError::Invalid`].
pub async fn change(
    app: &App,
    by: Actor,
    name: &str,
    content: TemplateText,
) -> Result<MailTemplate, MailError> {
    let template = find(name)?;
    let content = template.check(content).map_err(MailError::Invalid)?;
    let (now, shown) = (app.now(), content.clone());
    app.db()
        .write(move |tx| {
            let definition = template.definition();
            settings_store::set_template(tx, definition.name, &content, now)?;
            let target = Target::new(definition.name, definition.title);
            audit::record(tx, now, &by, Action::MailTemplateChanged, target, &Value::Null)
        })
        .await?;
    Ok(described(template, Some((shown, now))))
}

/// From the next one sent on, a mail says what is built in.
///
/// # Errors
/// [`MailError::NoTemplate`].
pub async fn reset(app: &App, by: Actor, name: &str) -> Result<(), MailError> {
    let template = find(name)?;
    let now = app.now();
    app.db()
        .write(move |tx| {
            let definition = template.definition();
            if settings_store::reset_template(tx, definition.name)? {
                let target = Target::new(definition.name, definition.title);
                audit::record(tx, now, &by, Action::MailTemplateReset, target, &Value::Null)?;
            }
            Ok(())
        })
        .await
}

/// A mail with sample data in it. Its HTML is kept for a while, to be shown in a frame.
///
/// # Errors
/// [`MailError::NoTemplate`], [`MailError::Invalid`].
pub fn preview(app: &App, name: &str, content: TemplateText) -> Result<TemplatePreview, MailError> {
    let template = find(name)?;
    let content = template.check(content).map_err(MailError::Invalid)?;
    let picture = |text: &str| {
        let png = qr::png(text).unwrap_or_default();
        format!("data:image/png;base64,{}", BASE64.encode(&png))
    };
    let filled = template.fill(&content, &template.sample(), picture).map_err(unfilled)?;
    let id = app.mailer().keep_preview(filled.html);
    let html_path = format!("/api/v1/settings/templates/previews/{id}");
    Ok(TemplatePreview { subject: filled.subject, text: filled.text, html_path })
}

/// Sends a mail with sample data right now.
///
/// # Errors
/// [`MailError::NoTemplate`], [`MailError::Invalid`]. That it was not sent is no error.
pub async fn send(app: &App, by: Actor, name: &str, send: SendPreview) -> Result<MailTrial, MailError> {
    let template = find(name)?;
    let mut fields = Fields::default();
    let to = fields.email("to", &send.to);
    fields.finish().map_err(MailError::Invalid)?;
    let content = template.check(send.content).map_err(MailError::Invalid)?;
    let way = app.mailer().current();
    let message_id = way.message_id();
    let head = way.letterhead(&to, &message_id, app.now());
    let message = render(&head, template, &content, &template.sample())
        .map_err(|error| MailError::Invalid(validate::one("to", error.to_string())))?;
    settings::try_out(app, by, &way, &to, message).await
}

fn unfilled(error: TemplateError) -> MailError {
    MailError::Invalid(validate::one("html", error.to_string()))
}
