//! A store in memory that turns into bytes and back, so that a phone can keep it in a file.

use super::{Change, Credential, Device, Store};
use core::convert::Infallible;
use minicbor::Decoder;
use zeroize::Zeroizing;

/// The version of the byte form; raised whenever older code could not read it.
const VERSION: u32 = 1;

/// A [`Store`] that lives as long as the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryStore {
    device: Device,
    /// Oldest first.
    credentials: Vec<Credential>,
}

/// Why bytes are no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryStoreError {
    /// Not written by [`MemoryStore::to_bytes`], cut short, or altered.
    #[error("the stored credentials are damaged; restore them from a backup")]
    Damaged,
    /// Written by a newer version of this software.
    #[error("the stored credentials have format {0}, and this program reads only {VERSION}; use a newer one")]
    Newer(u32),
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything in it, **private keys in the clear**: seal or protect what you do with it. Wiped when
    /// dropped.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let contents = (VERSION, &self.device, &self.credentials);
        // Room for everything, so that growing leaves no copies of secrets behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(128 + 512 * self.credentials.len()));
        minicbor::encode(contents, &mut *bytes).expect("a vector takes every byte");
        bytes
    }

    /// Reads what [`MemoryStore::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MemoryStoreError> {
        let version = (|| {
            let mut decoder = Decoder::new(bytes);
            decoder.array()?;
            decoder.u32()
        })();
        match version {
            Err(_) => Err(MemoryStoreError::Damaged),
            Ok(newer) if newer > VERSION => Err(MemoryStoreError::Newer(newer)),
            Ok(_) => {
                let mut decoder = Decoder::new(bytes);
                let contents: Result<(u32, Device, Vec<Credential>), _> = decoder.decode();
                let (_, device, credentials) = contents.map_err(|_| MemoryStoreError::Damaged)?;
                if decoder.position() != bytes.len() {
                    return Err(MemoryStoreError::Damaged);
                }
                Ok(Self { device, credentials })
            }
        }
    }
}

impl Store for MemoryStore {
    type Error = Infallible;

    fn device(&self) -> Result<Device, Infallible> {
        Ok(self.device.clone())
    }

    fn credentials(&self) -> Result<Vec<Credential>, Infallible> {
        Ok(self.credentials.iter().rev().cloned().collect())
    }

    fn for_relying_party(&self, rp_id: &str) -> Result<Vec<Credential>, Infallible> {
        Ok(self.credentials.iter().rev().filter(|credential| credential.rp.id == rp_id).cloned().collect())
    }

    fn commit(&mut self, change: Change) -> Result<(), Infallible> {
        self.device = change.device;
        if let Some(credential) = change.credential {
            self.credentials.retain(|present| !present.same_account(&credential));
            self.credentials.push(credential);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::{RelyingParty, User};
    use crate::store::Secret;
    use proptest::prelude::*;

    fn credential(rp_id: &str, user_id: u8, created_at: u64) -> Credential {
        Credential {
            id: vec![user_id; 32],
            rp: RelyingParty { id: rp_id.into(), name: None },
            user: User { id: vec![user_id], name: Some("anna".into()), display_name: None },
            private_key: Secret::new([user_id; 32]),
            created_at,
        }
    }

    fn filled() -> MemoryStore {
        let mut store = MemoryStore::new();
        for (counter, (rp_id, user_id)) in (1..).zip([("a.example", 1), ("b.example", 2), ("a.example", 3)]) {
            let device = Device { counter, wrapping_key: Some(Secret::new([7; 32])) };
            let Ok(()) = store.commit(Change { device, credential: Some(credential(rp_id, user_id, 0)) });
        }
        store
    }

    #[test]
    fn survives_being_bytes() {
        for store in [MemoryStore::new(), filled()] {
            assert_eq!(MemoryStore::from_bytes(&store.to_bytes()), Ok(store));
        }
    }

    #[test]
    fn damaged_and_newer_bytes_are_told_apart() {
        let bytes = filled().to_bytes();
        assert_eq!(MemoryStore::from_bytes(&bytes[..bytes.len() - 1]), Err(MemoryStoreError::Damaged));
        assert_eq!(MemoryStore::from_bytes(&[&bytes[..], &[0]].concat()), Err(MemoryStoreError::Damaged));
        assert_eq!(MemoryStore::from_bytes(&[]), Err(MemoryStoreError::Damaged));
        assert_eq!(MemoryStore::from_bytes(&[0x84, 0x02, 0x00, 0x00, 0x00]), Err(MemoryStoreError::Newer(2)));
    }

    #[test]
    fn newest_first_and_one_credential_an_account() {
        let mut store = filled();
        let users = |store: &MemoryStore, rp_id: &str| -> Vec<u8> {
            let Ok(found) = store.for_relying_party(rp_id);
            found.iter().map(|credential| credential.user.id[0]).collect()
        };
        assert_eq!(users(&store, "a.example"), [3, 1]);
        let Ok(()) = store
            .commit(Change { device: Device::default(), credential: Some(credential("a.example", 1, 9)) });
        assert_eq!(users(&store, "a.example"), [1, 3]);
        let Ok(all) = store.credentials();
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].created_at, 9);
    }

    #[test]
    fn secrets_are_not_printed() {
        assert!(!format!("{:?}", filled()).contains("7, 7, 7"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = MemoryStore::from_bytes(&bytes);
        }

        #[test]
        fn no_cut_or_changed_store_panics(at in 0usize..400, to in any::<u8>()) {
            let mut bytes = filled().to_bytes().to_vec();
            let at = at % bytes.len();
            prop_assert!(MemoryStore::from_bytes(&bytes[..at]).is_err());
            bytes[at] = to;
            let _ = MemoryStore::from_bytes(&bytes);
        }
    }
}
