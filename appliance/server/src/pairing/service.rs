//! A computer asks to be paired.

use pocketkey_api::{device::NewDevice, pairing::Pairing};
use pocketkey_link::id::PairingId;

use super::store::{self, Waiting};
use crate::{
    App,
    devices::{self, DeviceError, Introduced},
    secret,
};

/// How long a QR works, in milliseconds.
pub const QR_TTL: i64 = 10 * 60 * 1000;

/// How long a computer that was never paired is remembered, in milliseconds.
const KEEP_UNPAIRED: i64 = 24 * 60 * 60 * 1000;

/// Takes up the computer and lets it wait for a phone.
///
/// # Errors
/// [`DeviceError`] if the introduction is not right.
pub async fn begin(app: &App, computer: &NewDevice) -> Result<Pairing, DeviceError> {
    let introduced = Introduced::check(computer)?;
    let now = app.now();
    let pairing = PairingId(secret::random());
    let waiting = app
        .db()
        .write(move |tx| -> Result<Waiting, DeviceError> {
            devices::store::purge_unpaired(tx, now - KEEP_UNPAIRED)?;
            let computer = devices::store::upsert_computer(tx, &introduced, now)?;
            let waiting = Waiting { pairing, computer, expires_at: now + QR_TTL };
            store::insert_waiting(tx, waiting, now)?;
            Ok(waiting)
        })
        .await?;
    app.relay().expect(waiting).await?;
    Ok(Pairing {
        pairing_id: waiting.pairing.to_string(),
        device_id: waiting.computer.to_string(),
        expires_at: waiting.expires_at,
    })
}
