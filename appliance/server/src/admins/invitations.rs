//! Inviting admins: a mail with a link whose fragment is a token. Whoever holds it sets a password and is an admin.

use pocketkey_api::{
    AdminId, AdminInvitationId, Page,
    admin::{AcceptInvitation, AdminInvitation, InvitationPreview, NewAdminInvitation, Role},
    audit::Action,
    event::Event,
    session,
};
use serde_json::{Value, json};

use super::{
    AdminError, invitation_store as invited,
    model::{INVITATION_TTL, ListAdmins, Visitor, check_new_password},
    password, sign_in, store,
};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::{DbError, Tx},
    mail::{self, OutgoingMail, model::MailKind},
    secret,
    validate::{self, Fields},
};

/// One page of the invitations that were not accepted, by e-mail address.
///
/// # Errors
/// If the database fails.
pub async fn list(app: &App, page: ListAdmins) -> Result<Page<AdminInvitation>, AdminError> {
    let size = page.page_size();
    let items = app.db().read(move |conn| invited::list(conn, &page.after, size + 1)).await?;
    Ok(Page::cut(items, size, |last| validate::key(&last.email)))
}

/// Invites somebody.
///
/// # Errors
/// [`AdminError::Invalid`], also if the address is taken; [`AdminError::BeyondRole`].
pub async fn invite(
    app: &App,
    new: NewAdminInvitation,
    by: Actor,
    role: Role,
) -> Result<AdminInvitation, AdminError> {
    if !role.manages(new.role) {
        return Err(AdminError::BeyondRole);
    }
    let now = app.now();
    let mut fields = Fields::default();
    let invitation = AdminInvitation {
        id: AdminInvitationId(secret::new_id()),
        role: new.role,
        name: fields.line("name", &new.name, 200),
        email: fields.email("email", &new.email),
        invited_by: by.name.clone(),
        created_at: now,
        expires_at: now + INVITATION_TTL,
    };
    fields.finish().map_err(AdminError::Invalid)?;
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            if store::is_taken(tx, &validate::key(&invitation.email), &AdminId::from(""))? {
                let taken = "An admin has this address, or was invited with it.";
                return Err(AdminError::Invalid(validate::one("email", taken)));
            }
            let token = secret::new_token::<32>();
            invited::insert(tx, &invitation, &secret::token_hash(&token))?;
            send(&shared, tx, &invitation, &token)?;
            note(&shared, tx, &invitation, &by, Action::AdminInvited)?;
            Ok(invitation)
        })
        .await
}

/// Sends an invitation again; the link sent before is void.
///
/// # Errors
/// [`AdminError::NoInvitation`], [`AdminError::BeyondRole`].
pub async fn send_again(
    app: &App,
    id: AdminInvitationId,
    by: Actor,
    role: Role,
) -> Result<AdminInvitation, AdminError> {
    let (shared, now) = (app.clone(), app.now());
    app.db()
        .write(move |tx| {
            let before = reach(tx, &id, role)?;
            let renewed = AdminInvitation {
                invited_by: by.name.clone(),
                created_at: now,
                expires_at: now + INVITATION_TTL,
                ..before
            };
            let token = secret::new_token::<32>();
            invited::renew(tx, &renewed, &secret::token_hash(&token))?;
            send(&shared, tx, &renewed, &token)?;
            note(&shared, tx, &renewed, &by, Action::AdminInvitationSent)?;
            Ok(renewed)
        })
        .await
}

/// Revokes an invitation; a mail that is still on its way is held back.
///
/// # Errors
/// [`AdminError::NoInvitation`], [`AdminError::BeyondRole`].
pub async fn revoke(app: &App, id: AdminInvitationId, by: Actor, role: Role) -> Result<(), AdminError> {
    let shared = app.clone();
    app.db()
        .write(move |tx| {
            let invitation = reach(tx, &id, role)?;
            invited::delete(tx, &id)?;
            mail::service::drop_queued(&shared, tx, &id.0)?;
            note(&shared, tx, &invitation, &by, Action::AdminInvitationRevoked)?;
            Ok(())
        })
        .await
}

/// What an invitation is about, for whoever holds its token.
///
/// # Errors
/// [`AdminError::InvitationOver`], or [`AdminError::TooMany`] after too many of those.
pub async fn preview(app: &App, token: &str, visitor: &Visitor) -> Result<InvitationPreview, AdminError> {
    let now = app.now();
    app.sign_in_guard().begin_unknown(visitor.ip, now)?;
    let hash = secret::token_hash(token);
    let (invitation, organisation) = app
        .db()
        .read(move |conn| {
            let found = invited::by_token(conn, &hash, now)?.ok_or(AdminError::InvitationOver)?;
            Ok::<_, AdminError>((found, store::organisation(conn)?))
        })
        .await?;
    app.sign_in_guard().right_unknown(visitor.ip);
    let AdminInvitation { role, name, email, invited_by, expires_at, .. } = invitation;
    Ok(InvitationPreview { organisation, name, email, role, invited_by, expires_at })
}

/// Makes whoever holds the token an admin and signs them in; gives the session's token.
///
/// # Errors
/// [`AdminError::InvitationOver`], or [`AdminError::TooMany`] after too many of those; [`AdminError::Invalid`] if the
/// password is not good enough: the invitation still works then.
pub async fn accept(app: &App, accept: AcceptInvitation, visitor: Visitor) -> Result<String, AdminError> {
    preview(app, &accept.token, &visitor).await?;
    let mut fields = Fields::default();
    check_new_password(&mut fields, &accept.password);
    fields.finish().map_err(AdminError::Invalid)?;
    let password_hash = password::hash(app, accept.password).await?;
    let (shared, now) = (app.clone(), app.now());
    app.db()
        .write(move |tx| {
            let found = invited::by_token(tx, &secret::token_hash(&accept.token), now)?;
            let invitation = found.ok_or(AdminError::InvitationOver)?;
            invited::delete(tx, &invitation.id)?;
            mail::service::drop_queued(&shared, tx, &invitation.id.0)?;
            let AdminInvitation { role, name, email, .. } = invitation;
            let admin = session::Admin { id: AdminId(secret::new_id()), role, name, email };
            store::insert(tx, &admin, &password_hash, now)?;
            let by = visitor.actor(&admin);
            let detail = json!({ "role": role.as_str(), "invited_by": invitation.invited_by });
            audit::record(tx, now, &by, Action::AdminJoined, Target::NONE, &detail)?;
            shared.events().emit(tx, Event::AdminInvitations);
            sign_in::open(&shared, tx, &admin.id, &visitor, "invitation", false)
        })
        .await
}

/// The invitation, if what it grants is within reach of `role`.
fn reach(tx: &Tx<'_>, id: &AdminInvitationId, role: Role) -> Result<AdminInvitation, AdminError> {
    let found = invited::find(tx, id)?.ok_or(AdminError::NoInvitation)?;
    if role.manages(found.role) { Ok(found) } else { Err(AdminError::BeyondRole) }
}

fn send(app: &App, tx: &Tx<'_>, invitation: &AdminInvitation, token: &str) -> Result<(), DbError> {
    let kind = MailKind::AdminInvitation(mail::model::AdminInvitation {
        id: invitation.id.clone(),
        organisation: store::organisation(tx)?,
        name: invitation.name.clone(),
        invited_by: invitation.invited_by.clone(),
        role: invitation.role,
        link: format!("{}/join#{token}", app.url()),
        expires_at: invitation.expires_at,
    });
    mail::service::enqueue(app, tx, &OutgoingMail { to: invitation.email.clone(), kind })?;
    Ok(())
}

fn note(
    app: &App,
    tx: &Tx<'_>,
    invitation: &AdminInvitation,
    by: &Actor,
    action: Action,
) -> Result<(), DbError> {
    let target = Target::new(&invitation.id.0, &invitation.name);
    let detail = match action {
        Action::AdminInvited => json!({ "email": invitation.email, "role": invitation.role.as_str() }),
        _ => Value::Null,
    };
    audit::record(tx, app.now(), by, action, target, &detail)?;
    app.events().emit(tx, Event::AdminInvitations);
    Ok(())
}
