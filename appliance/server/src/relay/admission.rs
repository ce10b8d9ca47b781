//! Who may connect: by its certificate, from memory alone; or, without a good one, by the database, once, and then it
//! is given a certificate.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use pocketkey_link::{
    certificate::{Authority, Certificate, Checker, LIFETIME_MS, Permitted, Role as Certified},
    id::DeviceId,
};
use rusqlite::{Connection, params};

use super::{Bond, Role};
use crate::{
    db::DbError,
    devices::{Device, store::parsed},
    secret::ServerSecret,
};

/// A device that may connect, if it proves to be the one.
#[derive(Debug)]
pub struct Admitted {
    /// The device.
    pub device: Device,
    /// Its bonds, as whoever admits it knows them.
    pub bonds: Vec<Bond>,
    /// The certificate to give it.
    pub fresh: Option<Vec<u8>>,
    /// When that, or the one it has shown, was issued, in Unix milliseconds.
    pub issued_at: i64,
}

/// Checks certificates.
#[derive(Debug)]
pub struct Admission {
    checker: Checker,
    organisation: [u8; 16],
    /// Void is what was issued to a device until then, in Unix milliseconds.
    revoked: Mutex<HashMap<DeviceId, i64>>,
}

impl Admission {
    /// The admission of an appliance; `revoked` as the database holds it.
    pub fn new(checker: Checker, organisation: [u8; 16], revoked: HashMap<DeviceId, i64>) -> Self {
        Self { checker, organisation, revoked: Mutex::new(revoked) }
    }

    /// What was issued to a device until `at` is void; and what has expired by itself at `now` is forgotten.
    pub fn revoke(&self, device: DeviceId, at: i64, now: i64) {
        let mut revoked = self.lock();
        revoked.retain(|_, at| *at >= now - LIFETIME);
        let latest = revoked.entry(device).or_insert(at);
        *latest = at.max(*latest);
    }

    /// Until when what was issued to a device is void.
    pub fn revoked_at(&self, device: DeviceId) -> Option<i64> {
        self.lock().get(&device).copied()
    }

    /// The device that a certificate names, if it is ours, not expired and not revoked.
    pub fn by_certificate(&self, device: DeviceId, certificate: &[u8], now: i64) -> Option<Admitted> {
        let now = u64::try_from(now).ok()?;
        let known = self.checker.check(certificate, now).inspect_err(|error| tracing::debug!(%error)).ok()?;
        let issued_at = i64::try_from(known.issued_at).ok()?;
        if known.device != device
            || known.organisation != self.organisation
            || self.revoked_at(device).is_some_and(|at| issued_at <= at)
        {
            return None;
        }
        let role = Role::from(known.role);
        let bond = |peer: &Permitted| {
            let (computer, phone) = match role {
                Role::Computer => (device, peer.device),
                Role::Phone => (peer.device, device),
            };
            Bond { pairing: peer.pairing, computer, phone }
        };
        let bonds = known.peers.iter().map(bond).collect();
        let device = Device { id: device, role, sign_key: known.sign_key };
        Some(Admitted { device, bonds, fresh: None, issued_at })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, i64>> {
        self.revoked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Issues certificates.
#[derive(Debug)]
pub struct Issuer {
    authority: Authority,
    /// The appliance's id.
    pub organisation: [u8; 16],
}

impl Issuer {
    /// The issuer of the appliance with this secret.
    pub fn new(secret: &ServerSecret) -> Self {
        let authority = Authority::new(&secret.derive("device certificates", b""));
        let mut organisation = [0; 16];
        organisation.copy_from_slice(&secret.derive("organisation", b"")[..16]);
        Self { authority, organisation }
    }

    /// What its certificates are checked with.
    pub fn checker(&self) -> Checker {
        self.authority.verifier()
    }

    /// A certificate for a device with these bonds.
    pub fn issue(&self, device: &Device, bonds: &[Bond], now: i64) -> Vec<u8> {
        let now = u64::try_from(now).unwrap_or(0);
        let peers =
            bonds.iter().map(|bond| Permitted { pairing: bond.pairing, device: bond.other(device.id) });
        self.authority.issue(&Certificate {
            device: device.id,
            role: device.role.into(),
            organisation: self.organisation,
            sign_key: device.sign_key,
            peers: peers.collect(),
            issued_at: now,
            expires_at: now + LIFETIME_MS,
        })
    }
}

impl From<Certified> for Role {
    fn from(role: Certified) -> Self {
        match role {
            Certified::Phone => Self::Phone,
            Certified::Computer => Self::Computer,
        }
    }
}

impl From<Role> for Certified {
    fn from(role: Role) -> Self {
        match role {
            Role::Phone => Self::Phone,
            Role::Computer => Self::Computer,
        }
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
         ON CONFLICT (device) DO UPDATE SET revoked_at = max(revoked_at, ?2)",
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

/// Devices that were revoked lately and are no more.
///
/// # Errors
/// If the database fails.
pub fn removed(conn: &Connection) -> Result<Vec<DeviceId>, DbError> {
    let mut all =
        conn.prepare("SELECT device FROM revocations WHERE device NOT IN (SELECT id FROM devices)")?;
    Ok(all.query_map([], |row| parsed(row, 0))?.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use pocketkey_link::id::PairingId;

    use super::*;

    const DEVICE: DeviceId = DeviceId([1; 16]);
    const NOW: i64 = 1_800_000_000_000;

    const BOND: Bond = Bond { pairing: PairingId([3; 16]), computer: DeviceId([4; 16]), phone: DEVICE };
    const PHONE: Device = Device { id: DEVICE, role: Role::Phone, sign_key: [7; 32] };

    fn ours() -> (Issuer, Admission) {
        let issuer = Issuer::new(&ServerSecret::new([1; 32]));
        let admission = Admission::new(issuer.checker(), issuer.organisation, HashMap::new());
        (issuer, admission)
    }

    #[test]
    fn a_certificate_admits_its_device_until_it_expires_or_is_revoked() {
        let (issuer, ours) = ours();
        let certificate = issuer.issue(&PHONE, &[BOND], NOW);
        let admitted = ours.by_certificate(DEVICE, &certificate, NOW).unwrap();
        assert_eq!((admitted.device, admitted.bonds), (PHONE, vec![BOND]));
        let refused = |device, certificate, now| ours.by_certificate(device, certificate, now).is_none();
        assert!(refused(DeviceId([2; 16]), &certificate, NOW), "another device");
        assert!(refused(DEVICE, &certificate, NOW + LIFETIME), "expired");
        assert!(refused(DEVICE, b"nonsense", NOW));
        ours.revoke(DEVICE, NOW - 1, NOW);
        assert!(!refused(DEVICE, &certificate, NOW), "issued later");
        ours.revoke(DEVICE, NOW, NOW);
        assert!(refused(DEVICE, &certificate, NOW), "revoked");
        ours.revoke(DEVICE, NOW - 1, NOW);
        assert!(refused(DEVICE, &certificate, NOW), "and it stays so");
    }

    #[test]
    fn another_appliances_certificate_is_worth_nothing() {
        let (issuer, ours) = ours();
        let theirs = Issuer::new(&ServerSecret::new([2; 32]));
        let forged = Issuer { organisation: issuer.organisation, ..theirs };
        assert!(ours.by_certificate(DEVICE, &forged.issue(&PHONE, &[], NOW), NOW).is_none());
        let foreign = Issuer { organisation: forged.organisation.map(|byte| !byte), ..issuer };
        assert!(ours.by_certificate(DEVICE, &foreign.issue(&PHONE, &[], NOW), NOW).is_none());
    }

    #[test]
    fn revocations_are_forgotten_once_what_they_void_has_expired() {
        let (_, ours) = ours();
        ours.revoke(DEVICE, NOW, NOW);
        ours.revoke(DeviceId([2; 16]), NOW + LIFETIME + 1, NOW + LIFETIME + 1);
        assert_eq!(ours.revoked.lock().unwrap().len(), 1);
    }
}
