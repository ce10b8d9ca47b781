//! Who may connect: by its certificate, from memory alone; or, without a good one, by the database, once, and then it
//! is given a certificate.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use pocketkey_link::{
    certificate::{Authority, Certificate, Checker, LIFETIME_MS, Permitted, Role as Certified},
    id::DeviceId,
};
use rusqlite::{Connection, params};

use super::Role;
use crate::{
    App,
    db::DbError,
    devices::{self, Device, store::parsed},
    pairing,
    secret::ServerSecret,
};

/// A device that may connect, if it proves to be the one.
#[derive(Debug)]
pub struct Admitted {
    /// The device.
    pub device: Device,
    /// The certificate to give it.
    pub fresh: Option<Vec<u8>>,
}

/// Issues and checks certificates.
#[derive(Debug)]
pub struct Admission {
    authority: Authority,
    checker: Checker,
    organisation: [u8; 16],
    /// Void is what was issued to a device until then, in Unix milliseconds.
    revoked: Mutex<HashMap<DeviceId, i64>>,
}

impl Admission {
    /// The admission of the appliance with this secret; `revoked` as the database holds it.
    pub fn new(secret: &ServerSecret, revoked: HashMap<DeviceId, i64>) -> Self {
        let authority = Authority::new(&secret.derive("device certificates", b""));
        let mut organisation = [0; 16];
        organisation.copy_from_slice(&secret.derive("organisation", b"")[..16]);
        Self { checker: authority.verifier(), authority, organisation, revoked: Mutex::new(revoked) }
    }

    /// What was issued to a device until `now` is void.
    pub fn revoke(&self, device: DeviceId, now: i64) {
        let mut revoked = self.revoked.lock().unwrap_or_else(PoisonError::into_inner);
        revoked.retain(|_, at| *at >= now - LIFETIME);
        revoked.insert(device, now);
    }

    /// The device that a certificate names, if it is ours, not expired and not revoked.
    pub fn by_certificate(&self, device: DeviceId, certificate: &[u8], now: i64) -> Option<Device> {
        let now = u64::try_from(now).ok()?;
        let known = self.checker.check(certificate, now).inspect_err(|error| tracing::debug!(%error)).ok()?;
        let revoked = self.revoked.lock().unwrap_or_else(PoisonError::into_inner).get(&device).copied();
        let issued_at = i64::try_from(known.issued_at).ok()?;
        if known.device != device
            || known.organisation != self.organisation
            || revoked.is_some_and(|at| issued_at <= at)
        {
            return None;
        }
        let role = match known.role {
            Certified::Phone => Role::Phone,
            Certified::Computer => Role::Computer,
        };
        Some(Device { id: device, role, sign_key: known.sign_key })
    }

    /// The device as the database knows it, with a new certificate; `None` if it knows none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn by_database(&self, app: &App, device: DeviceId) -> Result<Option<Admitted>, DbError> {
        let found = app
            .db()
            .read::<_, DbError, _>(move |conn| {
                Ok((devices::store::find(conn, device)?, pairing::store::bonds_of(conn, device)?))
            })
            .await?;
        let (Some(device), bonds) = found else { return Ok(None) };
        let now = u64::try_from(app.now()).unwrap_or(0);
        let peers = bonds.iter().map(|bond| Permitted {
            pairing: bond.pairing,
            device: if bond.computer == device.id { bond.phone } else { bond.computer },
        });
        let fresh = self.authority.issue(&Certificate {
            device: device.id,
            role: match device.role {
                Role::Phone => Certified::Phone,
                Role::Computer => Certified::Computer,
            },
            organisation: self.organisation,
            sign_key: device.sign_key,
            peers: peers.collect(),
            issued_at: now,
            expires_at: now + LIFETIME_MS,
        });
        Ok(Some(Admitted { device, fresh: Some(fresh) }))
    }
}

/// [`LIFETIME_MS`], as the database counts.
const LIFETIME: i64 = LIFETIME_MS.cast_signed();

/// Notes that what was issued to a device until `now` is void; what has expired by itself is forgotten.
///
/// # Errors
/// If the database fails.
pub fn revoke(tx: &Connection, device: DeviceId, now: i64) -> Result<(), DbError> {
    tx.prepare_cached("DELETE FROM revocations WHERE revoked_at < ?1")?.execute([now - LIFETIME])?;
    tx.prepare_cached(
        "INSERT INTO revocations (device, revoked_at) VALUES (?1, ?2)
         ON CONFLICT (device) DO UPDATE SET revoked_at = ?2",
    )?
    .execute(params![device.to_string(), now])?;
    Ok(())
}

/// What was revoked lately.
///
/// # Errors
/// If the database fails.
pub fn revoked(conn: &Connection) -> Result<HashMap<DeviceId, i64>, DbError> {
    let mut all = conn.prepare("SELECT device, revoked_at FROM revocations")?;
    let rows = all.query_map([], |row| Ok((parsed(row, 0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: DeviceId = DeviceId([1; 16]);
    const NOW: i64 = 1_800_000_000_000;

    fn admission(secret: u8) -> Admission {
        Admission::new(&ServerSecret::new([secret; 32]), HashMap::new())
    }

    fn certificate(of: &Admission, organisation: [u8; 16]) -> Vec<u8> {
        let issued_at = NOW.cast_unsigned();
        of.authority.issue(&Certificate {
            device: DEVICE,
            role: Certified::Phone,
            organisation,
            sign_key: [7; 32],
            peers: Vec::new(),
            issued_at,
            expires_at: issued_at + LIFETIME_MS,
        })
    }

    #[test]
    fn a_certificate_admits_its_device_until_it_expires_or_is_revoked() {
        let ours = admission(1);
        let certificate = certificate(&ours, ours.organisation);
        let device = Device { id: DEVICE, role: Role::Phone, sign_key: [7; 32] };
        assert_eq!(ours.by_certificate(DEVICE, &certificate, NOW), Some(device));
        assert_eq!(ours.by_certificate(DeviceId([2; 16]), &certificate, NOW), None, "another device");
        assert_eq!(ours.by_certificate(DEVICE, &certificate, NOW + LIFETIME), None, "expired");
        assert_eq!(ours.by_certificate(DEVICE, b"nonsense", NOW), None);
        ours.revoke(DEVICE, NOW - 1);
        assert_eq!(ours.by_certificate(DEVICE, &certificate, NOW), Some(device), "issued later");
        ours.revoke(DEVICE, NOW);
        assert_eq!(ours.by_certificate(DEVICE, &certificate, NOW), None, "revoked");
    }

    #[test]
    fn another_appliances_certificate_is_worth_nothing() {
        let (ours, theirs) = (admission(1), admission(2));
        let forged = certificate(&theirs, ours.organisation);
        assert_eq!(ours.by_certificate(DEVICE, &forged, NOW), None);
        let foreign = certificate(&ours, theirs.organisation);
        assert_eq!(ours.by_certificate(DEVICE, &foreign, NOW), None);
    }

    #[test]
    fn revocations_are_forgotten_once_what_they_void_has_expired() {
        let ours = admission(1);
        ours.revoke(DEVICE, NOW);
        ours.revoke(DeviceId([2; 16]), NOW + LIFETIME + 1);
        assert_eq!(ours.revoked.lock().unwrap().len(), 1);
    }
}
