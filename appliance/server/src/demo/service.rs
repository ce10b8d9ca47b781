//! Registering and signing in.

use std::num::NonZeroU32;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use pocketkey_api::demo::{CredentialKind, DemoOutcome, StartRegistration, StartSignIn};
use serde_json::Value;
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, NonDiscoverableAuthentication16,
    NonDiscoverableAuthenticationServerState, NonDiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        Credentials, Hint,
        auth::{AllowedCredentials, AuthenticationVerificationOptions, PublicKeyCredentialRequestOptions},
        register::{
            AuthenticatorAttachmentReq, CredProtect, PublicKeyCredentialUserEntity,
            RegistrationVerificationOptions, UserHandle16,
        },
    },
    response::{
        CredentialId,
        auth::AuthenticatorData,
        register::{Attestation, DynamicState, StaticState},
    },
};

use super::{
    model::DemoError,
    store::{self, Credential},
};
use crate::{
    App,
    db::DbError,
    secret,
    validate::Fields,
    webauthn::{Ceremonies, GRACE, Handle, Site, StoredKey, descriptor, keep},
};

/// Ceremonies at once.
pub const MOST: usize = 1000;

/// Time limits a page may ask for, in milliseconds, and what it gets without asking.
const TIMEOUTS: std::ops::RangeInclusive<u32> = 5_000..=300_000;
const TIMEOUT: u32 = 120_000;

/// The longest account name, in characters.
const MAX_NAME: usize = 64;

/// A ceremony that waits for the browser.
pub enum Ceremony {
    /// A registration.
    Register {
        /// What the verification needs.
        state: RegistrationServerState<16>,
        /// The account's name.
        account: String,
        /// The account's handle.
        handle: Handle,
        /// Whether the credential is to be discoverable.
        discoverable: bool,
    },
    /// A sign-in without a name.
    Passkey(DiscoverableAuthenticationServerState),
    /// A sign-in of a named account.
    SecurityKey(NonDiscoverableAuthenticationServerState),
}

/// All that run.
pub type Running = Ceremonies<Ceremony>;

/// Begins a registration: the browser's options.
///
/// # Errors
/// See [`DemoError`].
pub async fn start_registration(
    app: &App,
    ceremonies: &Running,
    start: &StartRegistration,
) -> Result<Value, DemoError> {
    let site = Site::at(app.url())?;
    let mut fields = Fields::default();
    let account = fields.line("account", &start.account, MAX_NAME);
    let timeout = timeout(&mut fields, start.timeout);
    fields.finish().map_err(DemoError::Fields)?;

    let (name, discoverable) = (account.clone(), start.kind == CredentialKind::Passkey);
    let (handle, known) = app
        .db()
        .read(move |conn| -> Result<(Handle, Vec<Credential>), DbError> {
            match store::handle(conn, &name)? {
                Some(handle) => Ok((handle, store::credentials(conn, &handle)?)),
                None => Ok((secret::random(), Vec::new())),
            }
        })
        .await?;
    // One credential of each kind on each phone.
    let known = known.into_iter().filter(|credential| credential.discoverable == discoverable);
    let exclude = known.filter_map(|one| descriptor(one.id, one.transports)).collect();

    let user_id = UserHandle16::from(handle);
    // The library takes only names by RFC 8265; ours is put in below, since nothing is verified against it.
    let user = PublicKeyCredentialUserEntity::from(&user_id);
    let mut options = if discoverable {
        PublicKeyCredentialCreationOptions::passkey(&site.rp_id, user, exclude)
    } else {
        PublicKeyCredentialCreationOptions::second_factor(&site.rp_id, user, exclude)
    };
    options.timeout = timeout.saturating_add(GRACE);
    options.extensions.cred_protect = CredProtect::None;
    options.authenticator_selection.authenticator_attachment =
        AuthenticatorAttachmentReq::None(Hint::SecurityKey);
    let challenge = options.challenge.as_data();
    let (state, client) =
        options.start_ceremony().map_err(|error| DemoError::Verification(error.to_string()))?;
    let mut json = serde_json::to_value(&client)?;
    json["timeout"] = timeout.get().into();
    json["rp"]["name"] = "Pocketkey demo".into();
    json["user"]["name"] = account.as_str().into();
    json["user"]["displayName"] = account.as_str().into();
    let ceremony = Ceremony::Register { state, account, handle, discoverable };
    ceremonies.begin(challenge, ceremony, keep(timeout))?;
    Ok(json)
}

/// Ends a registration with the browser's `RegistrationResponseJSON`.
///
/// # Errors
/// See [`DemoError`].
pub async fn finish_registration(
    app: &App,
    ceremonies: &Running,
    response: &Value,
) -> Result<DemoOutcome, DemoError> {
    let site = Site::at(app.url())?;
    let response = Registration::from_json_relaxed(response.to_string().as_bytes())?;
    let ceremony = ceremonies.end(response.challenge_relaxed()?.0).ok_or(DemoError::Expired)?;
    let Ceremony::Register { state, account, handle, discoverable } = ceremony else {
        return Err(DemoError::Expired);
    };
    let options = RegistrationVerificationOptions::<&str, &str> {
        allowed_origins: &[site.origin.as_str()],
        error_on_unsolicited_extensions: false,
        ..Default::default()
    };
    let verified = state.verify(&site.rp_id, &response, &options)?;
    let (metadata, dynamic) = (verified.metadata(), verified.dynamic_state());
    let Ok(static_state) = verified.static_state().encode();
    let Ok(dynamic_state) = dynamic.encode();
    let Ok(transports) = verified.transports().encode();
    let credential = Credential {
        id: verified.id().as_ref().to_vec(),
        handle,
        discoverable,
        transports,
        static_state,
        dynamic_state,
    };
    let outcome = DemoOutcome {
        account: account.clone(),
        credential_id: BASE64URL_NOPAD.encode(&credential.id),
        user_verified: dynamic.user_verified,
        sign_count: dynamic.sign_count,
        aaguid: Some(uuid(metadata.aaguid.data())),
        attestation: Some(
            match metadata.attestation {
                Attestation::None => "none",
                Attestation::Surrogate => "packed",
            }
            .to_owned(),
        ),
    };
    let now = app.now();
    let stored = app.db().write(move |tx| store::insert(tx, &account, &credential, now)).await;
    if !stored? {
        return Err(DemoError::Verification(
            "the name or the credential was registered meanwhile".to_owned(),
        ));
    }
    Ok(outcome)
}

/// Begins a sign-in: the browser's options.
///
/// # Errors
/// See [`DemoError`].
pub async fn start_sign_in(app: &App, ceremonies: &Running, start: &StartSignIn) -> Result<Value, DemoError> {
    let site = Site::at(app.url())?;
    let mut fields = Fields::default();
    let timeout = timeout(&mut fields, start.timeout);
    let account = match start.kind {
        CredentialKind::SecurityKey => fields.line("account", &start.account, MAX_NAME),
        CredentialKind::Passkey => String::new(),
    };
    fields.finish().map_err(DemoError::Fields)?;
    let refused = |error: &dyn std::fmt::Display| DemoError::Verification(error.to_string());
    let set = |options: &mut PublicKeyCredentialRequestOptions<'_, '_>| {
        options.timeout = timeout.saturating_add(GRACE);
        options.hints = Hint::SecurityKey;
        options.challenge.as_data()
    };
    let (challenge, ceremony, mut json) = if start.kind == CredentialKind::Passkey {
        let mut options = DiscoverableCredentialRequestOptions::passkey(&site.rp_id);
        let challenge = set(&mut options.0);
        let (state, client) = options.start_ceremony().map_err(|error| refused(&error))?;
        (challenge, Ceremony::Passkey(state), serde_json::to_value(&client)?)
    } else {
        let known = app
            .db()
            .read(move |conn| -> Result<Vec<Credential>, DemoError> {
                let handle = store::handle(conn, &account)?.ok_or(DemoError::UnknownAccount)?;
                Ok(store::credentials(conn, &handle)?)
            })
            .await?;
        let mut allowed = AllowedCredentials::with_capacity(known.len());
        for one in known.into_iter().filter_map(|one| descriptor(one.id, one.transports)) {
            allowed.push(one.into());
        }
        let mut options = NonDiscoverableCredentialRequestOptions::second_factor(&site.rp_id, allowed)
            .map_err(|_| DemoError::UnknownAccount)?;
        let challenge = set(options.options());
        let (state, client) = options.start_ceremony().map_err(|error| refused(&error))?;
        (challenge, Ceremony::SecurityKey(state), serde_json::to_value(&client)?)
    };
    json["timeout"] = timeout.get().into();
    ceremonies.begin(challenge, ceremony, keep(timeout))?;
    Ok(json)
}

/// Ends a sign-in with the browser's `AuthenticationResponseJSON`.
///
/// # Errors
/// See [`DemoError`].
pub async fn finish_sign_in(
    app: &App,
    ceremonies: &Running,
    response: &Value,
) -> Result<DemoOutcome, DemoError> {
    let site = Site::at(app.url())?;
    let json = response.to_string();
    // Every response reads as one without a user handle; one that must have it is read again below.
    let response = NonDiscoverableAuthentication16::from_json_relaxed(json.as_bytes())?;
    let ceremony = ceremonies.end(response.challenge_relaxed()?.0).ok_or(DemoError::Expired)?;
    let id = response.raw_id().as_ref().to_vec();
    let found = app
        .db()
        .read(move |conn| -> Result<_, DbError> {
            let Some(credential) = store::find(conn, &id)? else { return Ok(None) };
            Ok(store::name(conn, &credential.handle)?.map(|name| (credential, name)))
        })
        .await?;
    let (stored, account) = found.ok_or(DemoError::UnknownCredential)?;

    let damaged =
        |what: &dyn std::fmt::Display| DemoError::Verification(format!("the stored credential: {what}"));
    let user_id = UserHandle16::from(stored.handle);
    let static_state =
        <StaticState<StoredKey>>::decode(stored.static_state.as_slice()).map_err(|error| damaged(&error))?;
    let dynamic_state = DynamicState::decode(stored.dynamic_state).map_err(|error| damaged(&error))?;
    let id = CredentialId::try_from(stored.id.as_slice()).map_err(|error| damaged(&error))?;
    let mut credential = AuthenticatedCredential::new(id, &user_id, static_state, dynamic_state)
        .map_err(|error| damaged(&error))?;
    let options = AuthenticationVerificationOptions::<&str, &str> {
        allowed_origins: &[site.origin.as_str()],
        error_on_unsolicited_extensions: false,
        ..Default::default()
    };
    let changed = match ceremony {
        Ceremony::SecurityKey(state) => state.verify(&site.rp_id, &response, &mut credential, &options)?,
        Ceremony::Passkey(state) => {
            let response = DiscoverableAuthentication16::from_json_relaxed(json.as_bytes())?;
            state.verify(&site.rp_id, &response, &mut credential, &options)?
        }
        Ceremony::Register { .. } => return Err(DemoError::Expired),
    };
    let data = AuthenticatorData::try_from(response.response().authenticator_data());
    let user_verified = data.is_ok_and(|data| data.flags().user_verified);
    let dynamic = credential.dynamic_state();
    let Ok(after) = dynamic.encode();
    if changed {
        let (id, before) = (stored.id.clone(), stored.dynamic_state);
        let updated = app.db().write(move |tx| store::update(tx, &id, before, after)).await;
        if !updated? {
            return Err(DemoError::Verification("the credential was used twice at the same time".to_owned()));
        }
    }
    Ok(DemoOutcome {
        account,
        credential_id: BASE64URL_NOPAD.encode(&stored.id),
        user_verified,
        sign_count: dynamic.sign_count,
        aaguid: None,
        attestation: None,
    })
}

fn timeout(fields: &mut Fields, asked: Option<u32>) -> NonZeroU32 {
    let asked = asked.unwrap_or(TIMEOUT);
    if !TIMEOUTS.contains(&asked) {
        fields.wrong("timeout", format!("{} to {} milliseconds.", TIMEOUTS.start(), TIMEOUTS.end()));
    }
    NonZeroU32::new(asked).unwrap_or(NonZeroU32::MIN)
}

/// `00010203-0405-0607-0809-0a0b0c0d0e0f`.
fn uuid(bytes: &[u8]) -> String {
    let hex = HEXLOWER.encode(bytes);
    let groups =
        [0..8, 8..12, 12..16, 16..20, 20..32].map(|group| hex.get(group).unwrap_or_default().to_owned());
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids() {
        let bytes: Vec<u8> = (0..16).collect();
        assert_eq!(uuid(&bytes), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }
}
