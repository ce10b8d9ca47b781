//! The authenticator's store: in memory, and sealed in a file where the phone has a folder.
//!
//! The file is `MAGIC ‖ nonce ‖ ChaCha20-Poly1305(credentials)`, under a key derived from the phone's secret, which is in a
//! file of its own (`memory`). It stands for what hardware does in a real phone, and protects a copy of this file alone.
//! Who has both files has the credentials; who can write here can put an older copy back, PIN tries and all.
//!
//! Each commit replaces the file as a whole: after a crash it is the old one or the new one.

use std::path::PathBuf;

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use pocketkey_authenticator::{Change, Credential, Device, MemoryStore, Secret, Store};
use pocketkey_link::{Entropy, identity::DeviceKeys};
use pocketkey_relay_client::OsEntropy;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::memory::{MemoryError, read, replace};

/// Begins the file, and is authenticated with it. No file in the clear, as earlier versions wrote it, begins so.
const MAGIC: &[u8] = b"pocketkey credentials 1\0";

const NONCE: usize = 12;

/// The credentials of a phone. The default has no file.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    memory: MemoryStore,
    file: Option<(PathBuf, Secret)>,
}

impl Credentials {
    /// Opens the file, if there is one; a new one is written at the first commit.
    pub fn open(path: PathBuf, keys: &DeviceKeys) -> Result<Self, MemoryError> {
        let key = sealing_key(keys);
        let memory = match read(&path)? {
            Some(bytes) => {
                let clear = match bytes.strip_prefix(MAGIC) {
                    Some(sealed) => unseal(&key, sealed).ok_or_else(|| MemoryError::NotOurs(path.clone()))?,
                    None => bytes,
                };
                MemoryStore::from_bytes(&clear)
                    .map_err(|source| MemoryError::Credentials { path: path.clone(), source })?
            }
            None => MemoryStore::new(),
        };
        Ok(Self { memory, file: Some((path, key)) })
    }
}

fn sealing_key(keys: &DeviceKeys) -> Secret {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, &keys.secret().0)
        .expand(b"pocketkey phone credentials 1", &mut *key)
        .expect("HKDF gives 32 bytes");
    Secret::new(*key)
}

/// The file's content.
fn seal(key: &Secret, clear: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = OsEntropy.bytes();
    let sealed = ChaCha20Poly1305::new(key.bytes().into())
        .encrypt(Nonce::from_slice(&nonce), Payload { msg: clear, aad: MAGIC })
        .expect("a store is shorter than 256 GB");
    [MAGIC, &nonce, &sealed].concat()
}

/// What was sealed, from what follows [`MAGIC`].
fn unseal(key: &Secret, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    let clear = ChaCha20Poly1305::new(key.bytes().into())
        .decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: MAGIC });
    clear.ok().map(Zeroizing::new)
}

impl Store for Credentials {
    type Error = MemoryError;

    fn device(&self) -> Result<Device, MemoryError> {
        let Ok(device) = self.memory.device();
        Ok(device)
    }

    fn credentials(&self) -> Result<Vec<Credential>, MemoryError> {
        let Ok(credentials) = self.memory.credentials();
        Ok(credentials)
    }

    fn for_relying_party(&self, rp_id: &str) -> Result<Vec<Credential>, MemoryError> {
        let Ok(credentials) = self.memory.for_relying_party(rp_id);
        Ok(credentials)
    }

    fn commit(&mut self, change: Change) -> Result<(), MemoryError> {
        let mut next = self.memory.clone();
        let Ok(()) = next.commit(change);
        if let Some((path, key)) = &self.file {
            replace(path, &seal(key, &next.to_bytes()))
                .inspect_err(|error| tracing::error!(%error, "the credential is not kept"))?;
        }
        self.memory = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn counted(counter: u32) -> Change {
        Change::from(Device { counter, ..Device::default() })
    }

    struct Disk {
        _folder: tempfile::TempDir,
        path: PathBuf,
        keys: DeviceKeys,
    }

    impl Disk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("credentials.cbor");
            Self { _folder: folder, path, keys: DeviceKeys::generate(&mut OsEntropy) }
        }

        fn open(&self) -> Result<Credentials, MemoryError> {
            Credentials::open(self.path.clone(), &self.keys)
        }

        fn counter(&self) -> u32 {
            self.open().unwrap().device().unwrap().counter
        }
    }

    #[test]
    fn what_is_committed_is_there_again_and_sealed() {
        let disk = Disk::new();
        let mut credentials = disk.open().unwrap();
        credentials.commit(counted(7)).unwrap();
        let first = fs::read(&disk.path).unwrap();
        credentials.commit(counted(7)).unwrap();
        let second = fs::read(&disk.path).unwrap();
        assert_eq!(disk.counter(), 7);
        assert!(first.starts_with(MAGIC) && first.len() == second.len());
        assert_ne!(first[MAGIC.len()..], second[MAGIC.len()..], "a nonce of its own for each");
        let clear = credentials.memory.to_bytes();
        assert!(!first.windows(clear.len()).any(|part| part == &clear[..]));
    }

    #[test]
    fn a_file_in_the_clear_is_read_and_sealed_with_the_next_commit() {
        let disk = Disk::new();
        let mut before = MemoryStore::new();
        let Ok(()) = before.commit(counted(3));
        fs::write(&disk.path, &*before.to_bytes()).unwrap();
        assert_eq!(disk.counter(), 3);
        disk.open().unwrap().commit(counted(4)).unwrap();
        assert!(fs::read(&disk.path).unwrap().starts_with(MAGIC));
        assert_eq!(disk.counter(), 4);
    }

    #[test]
    fn a_changed_cut_or_foreign_file_is_refused_and_left_alone() {
        let disk = Disk::new();
        disk.open().unwrap().commit(counted(1)).unwrap();
        let whole = fs::read(&disk.path).unwrap();
        let foreign = Disk { keys: DeviceKeys::generate(&mut OsEntropy), ..Disk::new() };
        fs::write(&foreign.path, &whole).unwrap();
        assert!(matches!(foreign.open(), Err(MemoryError::NotOurs(_))));
        for at in 0..whole.len() {
            fs::write(&disk.path, &whole[..at]).unwrap();
            assert!(disk.open().is_err(), "cut after {at} bytes");
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&disk.path, &changed).unwrap();
            assert!(disk.open().is_err(), "byte {at} changed");
            assert_eq!(fs::read(&disk.path).unwrap(), changed);
        }
    }

    /// A commit writes the new file beside the old one, syncs it, and renames it: a crash leaves the old file with some of
    /// the new one beside it, or the new file.
    #[test]
    fn a_crash_at_any_point_leaves_the_old_or_the_new() {
        let disk = Disk::new();
        let mut credentials = disk.open().unwrap();
        credentials.commit(counted(1)).unwrap();
        let old = fs::read(&disk.path).unwrap();
        credentials.commit(counted(2)).unwrap();
        let new = fs::read(&disk.path).unwrap();
        assert_eq!(disk.counter(), 2, "crashed after the rename");
        fs::write(&disk.path, &old).unwrap();
        for written in 0..=new.len() {
            fs::write(disk.path.with_extension("new"), &new[..written]).unwrap();
            assert_eq!(disk.counter(), 1, "crashed with {written} bytes written");
        }
        disk.open().unwrap().commit(counted(3)).unwrap();
        assert_eq!(disk.counter(), 3, "what the crash left is in nobody's way");
    }

    #[test]
    fn what_cannot_be_written_is_not_pretended() {
        let disk = Disk::new();
        let nowhere = disk.path.parent().unwrap().join("missing/credentials.cbor");
        let mut credentials = Credentials::open(nowhere, &disk.keys).unwrap();
        assert!(credentials.commit(counted(1)).is_err());
        assert_eq!(credentials.device().unwrap().counter, 0, "nor kept in memory");
    }
}
