//! Inviting, previewing, redeeming.

use std::net::IpAddr;

use pocketkey_api::{
    KeyId,
    activation::{
        Activation, ActivationCode, ActivationCodes, ActivationMethod, ActivationPreview, ActivationState,
        ActivationStatus, Redeem, Redeemed,
    },
    audit::Action,
    device::NewDevice,
    event::Event,
    key::{Key, KeyStatus},
};
use pocketkey_link::qr;
use serde_json::json;

use super::{
    ActivationError, Refusal,
    code::{self, Code, PairingKey},
    model::{Invitation, MAX_FAILURES},
    store,
};
use crate::{
    App, admins,
    audit::Actor,
    authentications,
    db::{DbError, Tx},
    devices::{self, Introduced},
    keys,
    mail::{self, OutgoingMail, model::MailKind},
    secret, workflows,
};

/// How often another selector is drawn when one is taken.
const DRAWS: usize = 20;

/// Invites: makes codes, voids the key's earlier ones, and for e-mail puts the mail into the outbox, all in one
/// transaction.
///
/// # Errors
/// [`ActivationError::NoKey`], [`ActivationError::NoDevice`], [`ActivationError::KeyActive`],
/// [`ActivationError::KeyBlocked`].
pub async fn invite(
    app: &App,
    key_id: KeyId,
    method: ActivationMethod,
    by: &Actor,
) -> Result<Activation, ActivationError> {
    let (shared, by) = (app.clone(), by.clone());
    let write = app.db().write(move |tx| {
        let app = shared;
        let key = keys::store::find(tx, &key_id, app.now())?.ok_or(ActivationError::NoKey)?;
        if !key.kind.has_device() {
            return Err(ActivationError::NoDevice);
        }
        match key.status {
            KeyStatus::Active => return Err(ActivationError::KeyActive),
            KeyStatus::Blocked => return Err(ActivationError::KeyBlocked),
            KeyStatus::NotActivated | KeyStatus::Pending => {}
        }
        let made = make(&app, tx, &key_id, method)?;
        announce(&app, tx, &made.invitation);
        let detail = json!({ "method": method, "expires_at": made.state.expires_at });
        keys::service::note(tx, made.state.created_at, &by, Action::KeyInvited, &key, detail)?;
        Ok(made)
    });
    let Made { state, link, pairing_key, invitation, .. } = write.await?;
    Ok(match method {
        ActivationMethod::Now => {
            let codes = ActivationCodes { qr_svg: code::qr_svg(&link)?, link, pairing_key };
            Activation { state, codes: Some(codes), mailed_to: None }
        }
        ActivationMethod::Email => Activation { state, codes: None, mailed_to: Some(invitation.email) },
    })
}

/// An invitation that was just made.
pub(crate) struct Made {
    /// Its row number.
    pub seq: i64,
    /// The number of its mail in the outbox, if it goes by mail.
    pub mail: Option<i64>,
    state: ActivationState,
    link: String,
    pairing_key: String,
    invitation: Invitation,
}

/// Makes an invitation of a key that may have one. Voids earlier ones; announces and notes nothing.
///
/// # Errors
/// If the database fails.
pub(crate) fn make(
    app: &App,
    tx: &Tx<'_>,
    key_id: &KeyId,
    method: ActivationMethod,
) -> Result<Made, DbError> {
    let code = secret::new_token::<16>();
    let link = qr::activation_link(app.url(), &code);
    let created_at = app.now();
    let ttl = i64::try_from(app.config().activation_ttl.as_millis()).unwrap_or(i64::MAX);
    let state = ActivationState {
        method,
        status: ActivationStatus::Open,
        created_at,
        expires_at: created_at.saturating_add(ttl),
    };
    store::void_open(tx, key_id, created_at)?;
    mail::service::drop_invitations(app, tx, key_id)?;

    let pairing_key = draw_pairing_key(tx, created_at)?;
    let new = store::New {
        key_id,
        state,
        code_hash: secret::token_hash(&code),
        pairing_key: &pairing_key,
        pairing_hash: pairing_key.hash(app.secret()),
    };
    let seq = store::insert(tx, &new)?;
    let invitation = store::get(tx, seq, created_at)?;
    let pairing_key = pairing_key.digits().to_owned();
    let mail = match method {
        ActivationMethod::Now => None,
        ActivationMethod::Email => {
            let kind = MailKind::Invitation(mail::model::Invitation {
                key_id: key_id.clone(),
                organisation: admins::service::organisation(tx)?,
                name: invitation.name.clone(),
                link: link.clone(),
                pairing_key: pairing_key.clone(),
                expires_at: state.expires_at,
            });
            let mail = OutgoingMail { to: invitation.email.clone(), kind };
            Some(mail::service::enqueue(app, tx, &mail)?)
        }
    };
    Ok(Made { seq, mail, state, link, pairing_key, invitation })
}

/// Takes back a key's open invitation, and its mail if it still waits. Where none is open nothing changes.
///
/// # Errors
/// [`ActivationError::NoKey`].
pub async fn revoke(app: &App, by: &Actor, key_id: KeyId) -> Result<Key, ActivationError> {
    let (now, shared, by) = (app.now(), app.clone(), by.clone());
    app.db()
        .write(move |tx| {
            let app = shared;
            let key = keys::store::find(tx, &key_id, now)?.ok_or(ActivationError::NoKey)?;
            if key.activation.is_none_or(|latest| latest.status != ActivationStatus::Open) {
                return Ok(key);
            }
            take_back(&app, tx, &by, &key)?;
            keys::store::find(tx, &key_id, now)?.ok_or(ActivationError::NoKey)
        })
        .await
}

/// Voids a key's open invitation in `tx`.
///
/// # Errors
/// If the database fails.
pub(crate) fn take_back(app: &App, tx: &Tx<'_>, by: &Actor, key: &Key) -> Result<(), DbError> {
    let now = app.now();
    store::void_open(tx, &key.id, now)?;
    mail::service::drop_invitations(app, tx, &key.id)?;
    keys::service::note(tx, now, by, Action::KeyInvitationRevoked, key, json!({}))?;
    app.events().emit(tx, Event::Key { key_id: key.id.clone(), user_id: key.user_id.clone() });
    app.events().emit(tx, Event::User { user_id: key.user_id.clone() });
    Ok(())
}

/// A pairing key whose selector no open invitation has; where nearly all are taken, one is shared.
fn draw_pairing_key(tx: &Tx<'_>, now: i64) -> Result<PairingKey, DbError> {
    let mut key = PairingKey::random();
    for _ in 0..DRAWS {
        if !store::selector_is_open(tx, key.selector(), now)? {
            break;
        }
        key = PairingKey::random();
    }
    Ok(key)
}

/// What a code is for. Consumes nothing, but a wrong pairing key counts.
///
/// # Errors
/// [`ActivationError::Refused`] unless the invitation is open; [`ActivationError::TooMany`] when guessing.
pub async fn preview(
    app: &App,
    code: &ActivationCode,
    from: IpAddr,
) -> Result<ActivationPreview, ActivationError> {
    let code = Code::read(code).map_err(ActivationError::Invalid)?;
    guarded(app, from, async {
        let shared = app.clone();
        app.db()
            .write(move |tx| {
                let invitation = match look_up(&shared, tx, &code, from)?
                    .and_then(Invitation::allowed)
                    .and_then(Invitation::open)
                {
                    Ok(invitation) => invitation,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                Ok::<_, ActivationError>(Ok(ActivationPreview {
                    organisation: admins::service::organisation(tx)?,
                    name: invitation.name,
                    expires_at: invitation.expires_at,
                }))
            })
            .await
    })
    .await
}

/// A phone redeems a code: it becomes the key. Of two at once exactly one does. The phone that did may ask again,
/// with the same keys, and gets the same answer: the first one may not have reached it.
///
/// # Errors
/// [`ActivationError::Refused`], [`ActivationError::Device`], [`ActivationError::TooMany`].
pub async fn redeem(app: &App, redeem: Redeem, from: IpAddr) -> Result<Redeemed, ActivationError> {
    let code = Code::read(&redeem.code).map_err(ActivationError::Invalid)?;
    let sign_key = Introduced::check(&redeem.device)?.keys.sign;
    app.relay().ready().await?;
    guarded(app, from, async {
        let shared = app.clone();
        app.db()
            .write(move |tx| {
                let app = shared;
                let invitation = match look_up(&app, tx, &code, from)?.and_then(Invitation::allowed) {
                    Ok(invitation) => invitation,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let before = match invitation.status {
                    ActivationStatus::Redeemed => keys::store::phone(tx, &invitation.key_id, &sign_key)?,
                    _ => None,
                };
                let (device_id, invitation) = match (before, invitation) {
                    (Some(device_id), invitation) => (device_id, invitation),
                    (None, invitation) => match invitation.open() {
                        Ok(invitation) => {
                            (activate(&app, tx, &invitation, &redeem.device, from)?, invitation)
                        }
                        Err(refusal) => return Ok(Err(refusal)),
                    },
                };
                let key =
                    keys::store::find(tx, &invitation.key_id, app.now())?.ok_or(ActivationError::NoKey)?;
                Ok(Ok(Redeemed {
                    report_rp: authentications::store::settings(tx)?.report_rp,
                    device_id,
                    key_id: invitation.key_id,
                    organisation: admins::service::organisation(tx)?,
                    name: invitation.name,
                    email: invitation.email,
                    settings: key.settings.unwrap_or_default(),
                }))
            })
            .await
    })
    .await
}

fn activate(
    app: &App,
    tx: &Tx<'_>,
    invitation: &Invitation,
    phone: &NewDevice,
    from: IpAddr,
) -> Result<String, ActivationError> {
    let now = app.now();
    let device_id = devices::store::insert_phone(tx, phone, &invitation.key_id, now)?;
    store::set_redeemed(tx, invitation.seq)?;
    keys::store::set_activated(tx, &invitation.key_id, now)?;
    keys::service::activated(app, tx, &invitation.key_id)?;
    mail::service::drop_invitations(app, tx, &invitation.key_id)?;
    workflows::service::activated(app, tx, &invitation.key_id, &invitation.user_id)?;
    announce(app, tx, invitation);
    if let Some(key) = keys::store::find(tx, &invitation.key_id, now)? {
        let detail = json!({ "device": device_id, "os": phone.os });
        keys::service::note(tx, now, &Actor::device(from), Action::KeyActivated, &key, detail)?;
    }
    Ok(device_id)
}

/// Counts the try `work` against guessing, unless it turns out not to be a guess.
async fn guarded<T>(
    app: &App,
    from: IpAddr,
    work: impl Future<Output = Result<Result<T, Refusal>, ActivationError>>,
) -> Result<T, ActivationError> {
    let tries = &app.activation_guard().0;
    tries.take(from, app.now())?;
    let answer = work.await;
    if !matches!(answer, Ok(Err(Refusal::NotFound | Refusal::Locked))) {
        tries.give_back(&from);
    }
    Ok(answer??)
}

/// Finds the invitation that `code` stands for, whatever its state. A wrong pairing key is counted: the
/// transaction must be kept even if the answer is a refusal, which is why that is not this function's error.
fn look_up(
    app: &App,
    tx: &Tx<'_>,
    code: &Code,
    from: IpAddr,
) -> Result<Result<Invitation, Refusal>, DbError> {
    let now = app.now();
    let key = match code {
        Code::Link(hash) => return Ok(store::by_code(tx, hash, now)?.ok_or(Refusal::NotFound)),
        Code::Typed(key) => key,
    };
    let mut found = store::by_selector(tx, key.selector(), now)?;
    let hash = key.hash(app.secret());
    // A locked one does not tell whether a guess was right.
    let mut refusal = Refusal::NotFound;
    if found.iter().any(|invitation| invitation.status == ActivationStatus::Locked) {
        refusal = Refusal::Locked;
    }
    if let Some(right) = found.iter().position(|invitation| secret::equal(&invitation.pairing_hash, &hash)) {
        return Ok(Ok(found.swap_remove(right)));
    }
    for invitation in found.iter().filter(|invitation| invitation.status == ActivationStatus::Open) {
        let failures = invitation.failures + 1;
        let locks = failures >= MAX_FAILURES;
        store::set_failures(tx, invitation.seq, failures, locks)?;
        refusal = if locks { Refusal::Locked } else { refusal };
        if locks {
            tracing::warn!(key = %invitation.key_id, "an invitation is locked after wrong pairing keys");
            announce(app, tx, invitation);
            if let Some(key) = keys::store::find(tx, &invitation.key_id, now)? {
                let detail = json!({ "wrong_tries": failures });
                keys::service::note(tx, now, &Actor::device(from), Action::InvitationLocked, &key, detail)?;
            }
        }
    }
    Ok(Err(refusal))
}

/// Tells open pages that the key and its user's status may have changed.
fn announce(app: &App, tx: &Tx<'_>, invitation: &Invitation) {
    let (key_id, user_id) = (invitation.key_id.clone(), invitation.user_id.clone());
    app.events().emit(tx, Event::Key { key_id, user_id: user_id.clone() });
    app.events().emit(tx, Event::User { user_id });
}
