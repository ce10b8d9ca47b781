//! A store in memory that turns into bytes and back, so that a phone can keep it in a file.

use super::{Change, Credential, CredentialChange, Device, Store, Template};
use core::convert::Infallible;
use minicbor::Decoder;
use zeroize::Zeroizing;

/// The version of the byte form; raised whenever older code could not read it, or would lose what it does not know.
/// Version 1 had neither PINs nor extensions, version 2 no fingers; both are still read.
const VERSION: u32 = 3;
/// The version that is written where no finger is enrolled.
const WITHOUT_FINGERS: u32 = 2;

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
        let version = if self.device.templates.is_empty() { WITHOUT_FINGERS } else { VERSION };
        let contents = (version, &self.device, &self.credentials);
        // Room for everything, so that growing leaves no copies of secrets behind.
        let large_blobs = self.device.large_blobs.as_ref().map_or(0, Vec::len);
        let template = |template: &Template| {
            64 + template.id.len() + template.finger.len() + template.name.as_ref().map_or(0, String::len)
        };
        let templates: usize = self.device.templates.iter().map(template).sum();
        let settings = 256 + large_blobs + templates + 256 * self.device.min_pin_length_rp_ids.len();
        let mut bytes = Zeroizing::new(Vec::with_capacity(settings + 1024 * self.credentials.len()));
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
        match change.credentials {
            CredentialChange::None => {}
            CredentialChange::Add(credential) => {
                self.credentials.retain(|present| !present.same_account(&credential));
                self.credentials.push(*credential);
            }
            CredentialChange::Update(credential) => {
                if let Some(present) = self.credentials.iter_mut().find(|present| present.id == credential.id)
                {
                    *present = *credential;
                }
            }
            CredentialChange::Remove(id) => self.credentials.retain(|present| present.id != id),
            CredentialChange::RemoveAll => self.credentials.clear(),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::{RelyingParty, User};
    use crate::keys::Algorithm;
    use crate::store::{CredRandom, Protection, Secret, StoredPin, Template};
    use proptest::prelude::*;

    fn credential(rp_id: &str, user_id: u8, created_at: u64) -> Credential {
        Credential {
            id: vec![user_id; 32],
            rp: RelyingParty { id: rp_id.into(), name: None },
            user: User { id: vec![user_id], name: Some("anna".into()), display_name: None },
            private_key: Secret::new([user_id; 32]),
            created_at,
            algorithm: Algorithm::Es384,
            protection: Protection::Required,
            cred_random: Some(CredRandom { with_uv: Secret::new([8; 32]), without_uv: Secret::new([9; 32]) }),
            cred_blob: Some(vec![1, 2]),
            large_blob_key: Some(Secret::new([6; 32])),
            third_party_payment: true,
            counter: 300,
        }
    }

    fn add(credential: Credential) -> Change {
        Change { device: device(), credentials: CredentialChange::Add(Box::new(credential)) }
    }

    fn device() -> Device {
        Device {
            counter: 1,
            wrapping_key: Some(Secret::new([7; 32])),
            pin: Some(StoredPin { hash: [7; 16], length: 4 }),
            pin_tries_used: 1,
            uv_tries_used: 2,
            min_pin_length: Some(6),
            force_pin_change: true,
            min_pin_length_rp_ids: vec!["a.example".into()],
            always_uv: Some(true),
            enterprise_attestation: true,
            large_blobs: Some(vec![5; 20]),
            templates: vec![Template { id: vec![1], name: Some("left".into()), finger: vec![2] }],
        }
    }

    fn filled() -> MemoryStore {
        let mut store = MemoryStore::new();
        for (rp_id, user_id) in [("a.example", 1), ("b.example", 2), ("a.example", 3)] {
            let Ok(()) = store.commit(add(credential(rp_id, user_id, 0)));
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
        assert_eq!(MemoryStore::from_bytes(&[0x84, 0x04, 0x00, 0x00, 0x00]), Err(MemoryStoreError::Newer(4)));
    }

    #[test]
    fn the_first_version_is_still_read() {
        let sevens = [7; 32];
        let ones = [1; 32];
        let bytes = [
            &[0x83, 0x01][..],         // version 1
            &[0x82, 0x03, 0x58, 0x20], // device: counter 3, wrapping key
            &sevens,                   //
            &[0x81, 0x85, 0x58, 0x20], // one credential: its ID
            &ones,                     //
            b"\x81\x69a.example",      // rp
            &[0x82, 0x41, 0x01],       // user
            b"\x64anna",               //
            &[0x58, 0x20],             // private key
            &ones,                     //
            &[0x05],                   // created at
        ]
        .concat();
        let store = MemoryStore::from_bytes(&bytes).unwrap();
        let Ok(device) = store.device();
        let expected = Device { counter: 3, wrapping_key: Some(Secret::new(sevens)), ..Device::default() };
        assert_eq!(device, expected);
        let old = &store.credentials[0];
        assert_eq!((old.rp.id.as_str(), old.user.label(), old.created_at), ("a.example", "anna", 5));
        assert_eq!((old.algorithm, old.protection), (Algorithm::Es256, Protection::Optional));
        assert!(old.cred_random.is_none() && old.cred_blob.is_none() && old.large_blob_key.is_none());
        assert_eq!(MemoryStore::from_bytes(&store.to_bytes()), Ok(store));
    }

    #[test]
    fn credentials_are_updated_in_place_and_removed() {
        let mut store = filled();
        let change = |credentials| Change { device: device(), credentials };
        let mut renamed = credential("b.example", 2, 0);
        renamed.user.name = Some("bea".into());
        let Ok(()) = store.commit(change(CredentialChange::Update(Box::new(renamed))));
        let Ok(all) = store.credentials();
        assert_eq!(all.iter().map(|found| found.user.label()).collect::<Vec<_>>(), ["anna", "bea", "anna"]);
        let Ok(()) = store.commit(change(CredentialChange::Remove(vec![3; 32])));
        let Ok(()) = store.commit(change(CredentialChange::Remove(vec![99])));
        assert_eq!(store.credentials.len(), 2);
        let Ok(()) = store.commit(change(CredentialChange::RemoveAll));
        assert!(store.credentials.is_empty());
    }

    #[test]
    fn newest_first_and_one_credential_an_account() {
        let mut store = filled();
        let users = |store: &MemoryStore, rp_id: &str| -> Vec<u8> {
            let Ok(found) = store.for_relying_party(rp_id);
            found.iter().map(|credential| credential.user.id[0]).collect()
        };
        assert_eq!(users(&store, "a.example"), [3, 1]);
        let Ok(()) = store.commit(add(credential("a.example", 1, 9)));
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
        fn no_cut_or_changed_store_panics(at in 0usize..1000, to in any::<u8>()) {
            let mut bytes = filled().to_bytes().to_vec();
            let at = at % bytes.len();
            prop_assert!(MemoryStore::from_bytes(&bytes[..at]).is_err());
            bytes[at] = to;
            let _ = MemoryStore::from_bytes(&bytes);
        }
    }
}
