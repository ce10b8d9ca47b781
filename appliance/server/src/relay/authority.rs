//! What a relay cannot decide by itself: who may connect without a certificate, and what is written down. The console's
//! node has the database beside it; a relay node asks the console's node.

use std::{collections::HashMap, sync::Arc, time::Instant};

use pocketkey_link::{
    certificate::Checker,
    frame::Frame,
    id::{DeviceId, PairingId},
};

use super::{
    Bond, Role,
    admission::{self, Admission, Admitted, Issuer},
    bus::{Answer, Ask, Greeting, Known, Nats},
};
use crate::{
    clock::Clock,
    db::{Db, DbError},
    devices::{self, Device},
    events::Events,
    pairing::store::{self, Waiting},
    push::{Call, Wake},
};

/// Whoever decides.
pub enum Authority {
    /// This node: it is the console's.
    Here(Database),
    /// The console's node.
    Away(Console),
}

/// The console's own authority.
pub struct Database {
    /// The database.
    pub db: Arc<Db>,
    /// What open pages are told.
    pub events: Events,
    /// Calls phones.
    pub wake: Arc<dyn Wake>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The appliance's certificates.
    pub issuer: Issuer,
    /// The appliance's public address.
    pub url: String,
}

/// The console's node, over the bus.
pub struct Console {
    /// The bus.
    pub nats: Nats,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// What the appliance's certificates are checked with.
    pub checker: Checker,
    /// The appliance's id.
    pub organisation: [u8; 16],
}

/// A device could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum LookUpError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The console's node.
    #[error("the console's node does not answer")]
    Away,
}

/// What a relay begins with.
pub struct Beginning {
    /// Who is admitted.
    pub admission: Admission,
    /// Every bond.
    pub bonds: Vec<Bond>,
    /// Every pairing that waits for a phone.
    pub waiting: Vec<Waiting>,
    /// Every blocked device.
    pub blocked: Vec<DeviceId>,
}

impl Authority {
    /// What there is when the relay begins. A relay node hears everything else as news.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn beginning(&self) -> Result<Beginning, DbError> {
        match self {
            Self::Here(here) => here.beginning().await,
            Self::Away(away) => Ok(Beginning {
                admission: Admission::new(away.checker, away.organisation, HashMap::new()),
                bonds: Vec::new(),
                waiting: Vec::new(),
                blocked: Vec::new(),
            }),
        }
    }

    /// The device, with a new certificate; `None` if it is unknown. And whether it is blocked.
    ///
    /// # Errors
    /// [`LookUpError`].
    pub async fn admit(&self, device: DeviceId) -> Result<Option<(Admitted, bool)>, LookUpError> {
        match self {
            Self::Here(here) => Ok(here.admit(device).await?.map(|admitted| (admitted, false))),
            Self::Away(away) => {
                let answer: Answer =
                    away.nats.ask_console(&Ask::Admit { device }).await.ok_or(LookUpError::Away)?;
                Ok(answer.known.map(|known| {
                    let Known { role, sign_key, bonds, certificate, blocked } = known;
                    let device = Device { id: device, role, sign_key };
                    let (fresh, issued_at) = (certificate.map(Into::into), away.clock.now());
                    (Admitted { device, bonds, fresh, issued_at }, blocked)
                }))
            }
        }
    }

    /// Hands a device's pairing frame to the console's hub; false if that certainly does not have it.
    pub fn pair(&self, device: DeviceId, role: Role, frame: Frame) -> bool {
        match self {
            // Its own hub has it.
            Self::Here(_) => true,
            Self::Away(away) => away.nats.tell_console(&Ask::Pair { device, role, frame }),
        }
    }

    /// Calls a phone that is away. Never blocks and promises nothing.
    pub fn wake(&self, phone: DeviceId, until: Instant) {
        match self {
            Self::Here(here) => here.wake.wake(Call::new(phone, until)),
            Self::Away(away) => {
                let left = until.saturating_duration_since(Instant::now()).as_millis();
                let for_ms = u64::try_from(left).unwrap_or(u64::MAX);
                away.nats.tell_console(&Ask::Wake { phone, for_ms });
            }
        }
    }

    /// A device has connected.
    pub fn came(&self, device: DeviceId, role: Role) {
        match self {
            Self::Here(here) => devices::service::came(&here.events, device, role),
            Self::Away(away) => drop(away.nats.tell_console(&Ask::Came { device, role })),
        }
    }

    /// A device's connection is gone.
    pub async fn went(&self, device: DeviceId, role: Role) {
        match self {
            Self::Here(here) => {
                devices::service::went(&here.db, &here.events, here.clock.now(), device, role).await;
            }
            Self::Away(away) => drop(away.nats.tell_console(&Ask::Went { device, role })),
        }
    }

    /// Unix time in milliseconds.
    pub fn now(&self) -> i64 {
        match self {
            Self::Here(here) => here.clock.now(),
            Self::Away(away) => away.clock.now(),
        }
    }
}

impl Database {
    async fn beginning(&self) -> Result<Beginning, DbError> {
        let now = self.clock.now();
        let (bonds, waiting, blocked, revoked) = self
            .db
            .read::<_, DbError, _>(move |conn| {
                let blocked = devices::store::blocked(conn)?;
                Ok((store::bonds(conn)?, store::waiting(conn, now)?, blocked, admission::revoked(conn)?))
            })
            .await?;
        let admission = Admission::new(self.issuer.checker(), self.issuer.organisation, revoked);
        Ok(Beginning { admission, bonds, waiting, blocked })
    }

    async fn admit(&self, device: DeviceId) -> Result<Option<Admitted>, DbError> {
        let found = self
            .db
            .read::<_, DbError, _>(move |conn| {
                Ok((devices::store::find(conn, device)?, store::bonds_of(conn, device)?))
            })
            .await?;
        let (Some(device), bonds) = found else { return Ok(None) };
        let issued_at = self.clock.now();
        let fresh = Some(self.issuer.issue(&device, &bonds, issued_at));
        Ok(Some(Admitted { device, bonds, fresh, issued_at }))
    }

    /// Writes a bond down; gives those that it replaces. What was issued to their ends before is void.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn record(&self, bond: Bond, now: i64) -> Result<Vec<Bond>, DbError> {
        self.db
            .write::<_, DbError, _>(move |tx| {
                let mut replaced = store::bonds_of(tx, bond.computer)?;
                replaced.retain(|old| old.pairing != bond.pairing && old.computer == bond.computer);
                for old in &replaced {
                    void(tx, old, now)?;
                }
                store::record(tx, bond, now)?;
                devices::service::paired_or_not(tx, now, bond.computer, true)?;
                Ok(replaced)
            })
            .await
    }

    /// Writes down that a bond is no more; gives it, if there was one. What was issued to its ends before is void.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget(&self, pairing: PairingId, now: i64) -> Result<Option<Bond>, DbError> {
        self.db
            .write::<_, DbError, _>(move |tx| {
                let bond = store::bond(tx, pairing)?;
                if let Some(bond) = &bond {
                    devices::service::paired_or_not(tx, now, bond.computer, false)?;
                    void(tx, bond, now)?;
                }
                store::forget(tx, pairing)?;
                Ok(bond)
            })
            .await
    }

    /// What certificates may say wrongly about devices: since when those of a device are void, who is blocked, and who is
    /// no more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn fallen(&self) -> Result<(HashMap<DeviceId, i64>, [Vec<DeviceId>; 2]), DbError> {
        self.db
            .read(|conn| {
                let gone = [devices::store::blocked(conn)?, admission::removed(conn)?];
                Ok((admission::revoked(conn)?, gone))
            })
            .await
    }

    /// What certificates may say wrongly about bonds: those made since `since`, in Unix milliseconds, and those that they
    /// replaced.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn young_bonds(&self, since: i64) -> Result<(Vec<Bond>, Vec<PairingId>), DbError> {
        self.db.read(move |conn| Ok((store::bonds_since(conn, since)?, store::replaced_lately(conn)?))).await
    }

    /// Who this appliance is.
    pub fn greeting(&self) -> Greeting {
        Greeting {
            organisation: self.issuer.organisation,
            verifying_key: self.issuer.checker().key(),
            url: self.url.clone(),
        }
    }
}

/// Voids what was issued to a bond's ends before `now`.
fn void(tx: &rusqlite::Connection, bond: &Bond, now: i64) -> Result<(), DbError> {
    admission::revoke(tx, bond.computer, now - 1)?;
    admission::revoke(tx, bond.phone, now - 1)
}
