//! What survives a restart: keys, activation and pairings in one file, credentials in another, what was answered lately
//! in a third. Each is replaced as a whole, so that a crash leaves the old or the new and never half of one.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use minicbor::{Decode, Encode};
use pocketkey_api::key::KeySettings;
use pocketkey_authenticator::store::MemoryStoreError;
use pocketkey_link::{
    exchange::Answers,
    id::{DeviceId, PairingId},
    identity::{DeviceKeys, SecretBytes},
    sealed::Bond,
};
use pocketkey_relay_client::OsEntropy;
use zeroize::Zeroizing;

use crate::credentials::Credentials;

/// A phone's folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// Reading or writing failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not what this program wrote.
    #[error("{} is damaged; remove the whole folder to start with a new phone", .0.display())]
    Damaged(PathBuf),
    /// The credentials are sealed for another phone, or were changed.
    #[error("{} is damaged or belongs to another phone; restore it, or remove it to start without credentials", .0.display())]
    NotOurs(PathBuf),
    /// The credentials cannot be read.
    #[error("{}: {source}", path.display())]
    Credentials {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: MemoryStoreError,
    },
}

/// The activation, as the phone remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Account {
    #[n(0)]
    pub server: String,
    #[n(1)]
    pub device: DeviceId,
    #[n(2)]
    pub organisation: String,
    #[n(3)]
    pub name: String,
    /// Whether it names web sites when it says how a request ended; absent: activated before that was asked.
    #[n(4)]
    pub report_rp: Option<bool>,
    /// Its key's settings, in JSON; absent: activated before they were obeyed.
    #[n(5)]
    pub settings: Option<String>,
    /// What the appliance calls these values, with [`Account::report_rp`]; absent until it has said so.
    #[n(6)]
    pub settings_version: Option<String>,
}

impl Account {
    /// Its key's settings.
    pub fn settings(&self) -> Option<KeySettings> {
        serde_json::from_str(self.settings.as_ref()?).ok()
    }

    /// Has these settings from now on.
    pub fn set_settings(&mut self, settings: KeySettings, version: Option<String>) {
        self.settings = serde_json::to_string(&settings).ok();
        self.settings_version = version;
    }
}

/// A paired computer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Computer {
    #[n(0)]
    pub pairing: PairingId,
    #[n(1)]
    pub device: DeviceId,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub key: [u8; 32],
    #[n(3)]
    pub name: String,
    #[n(4)]
    pub code: String,
}

impl Computer {
    /// The bond between this computer and `phone`.
    pub fn bond(&self, phone: DeviceId) -> Bond {
        Bond { pairing: self.pairing, computer: self.device, phone, peer_key: self.key }
    }
}

#[derive(Encode, Decode)]
struct Stored {
    #[cbor(n(0), with = "minicbor::bytes")]
    secret: [u8; 64],
    #[n(1)]
    account: Option<Account>,
    #[n(2)]
    computers: Vec<Computer>,
}

/// What a phone remembers.
pub(crate) struct Memory {
    folder: Option<PathBuf>,
    pub keys: DeviceKeys,
    pub account: Option<Account>,
    pub computers: Vec<Computer>,
}

impl Memory {
    /// Opens the phone's folder; a new phone gets fresh keys.
    pub fn open(folder: Option<&Path>) -> Result<Self, MemoryError> {
        let mut memory = Self {
            folder: folder.map(Path::to_owned),
            keys: DeviceKeys::generate(&mut OsEntropy),
            account: None,
            computers: Vec::new(),
        };
        let Some(folder) = folder else { return Ok(memory) };
        fs::create_dir_all(folder).map_err(|source| io("create", folder, source))?;
        let path = folder.join("phone.cbor");
        if let Some(bytes) = read(&path)? {
            let stored: Stored = minicbor::decode(&bytes).map_err(|_| MemoryError::Damaged(path))?;
            memory.keys = DeviceKeys::from_secret(&SecretBytes(stored.secret));
            memory.account = stored.account;
            memory.computers = stored.computers;
        } else {
            memory.save()?;
        }
        Ok(memory)
    }

    /// Makes the present state last.
    pub fn save(&self) -> Result<(), MemoryError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let stored = Stored {
            secret: self.keys.secret().0,
            account: self.account.clone(),
            computers: self.computers.clone(),
        };
        let bytes = Zeroizing::new(minicbor::to_vec(stored).expect("a Vec takes every byte"));
        replace(&folder.join("phone.cbor"), &bytes)
    }

    /// What the phone answered lately, as it stands after a restart.
    pub fn answers(&self, now: u64) -> Result<Answers, MemoryError> {
        let Some(folder) = &self.folder else { return Ok(Answers::default()) };
        let Some(bytes) = read(&folder.join("exchanges.cbor"))? else { return Ok(Answers::default()) };
        let mut answers: Answers = minicbor::decode(&bytes).unwrap_or_else(|error| {
            // Lost with the power, at worst: some request may be shown once more.
            tracing::warn!(%error, "what the phone answered lately is not known any more");
            Answers::default()
        });
        answers.restarted(now);
        Ok(answers)
    }

    /// Keeps what the phone answered. It outlives a crash of the program, and need not outlive one of the machine.
    pub fn keep_answers(&self, answers: &Answers) -> Result<(), MemoryError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let bytes = minicbor::to_vec(answers).expect("a Vec takes every byte");
        write(&folder.join("exchanges.cbor"), &bytes, false)
    }

    /// The phone's credentials.
    pub fn credentials(&self) -> Result<Credentials, MemoryError> {
        match &self.folder {
            Some(folder) => Credentials::open(folder.join("credentials.cbor"), &self.keys),
            None => Ok(Credentials::default()),
        }
    }
}

fn io(action: &'static str, path: &Path, source: std::io::Error) -> MemoryError {
    MemoryError::Io { action, path: path.to_owned(), source }
}

pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, MemoryError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io("read", path, error)),
    }
}

/// Replaces a file as a whole, readable by its owner only.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), MemoryError> {
    write(path, bytes, true)
}

fn write(path: &Path, bytes: &[u8], durable: bool) -> Result<(), MemoryError> {
    let beside = path.with_extension("new");
    let write = || {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(bytes)?;
        if !durable {
            return fs::rename(&beside, path);
        }
        file.sync_all()?;
        fs::rename(&beside, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(|source| io("write", path, source))
}

#[cfg(test)]
mod tests {
    use pocketkey_authenticator::{Change, Device, Store};

    use super::*;

    #[test]
    fn a_phone_is_the_same_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = Memory::open(Some(folder.path())).unwrap();
        let public = memory.keys.public();
        memory.account = Some(Account {
            server: "http://localhost:8080".into(),
            device: DeviceId([1; 16]),
            organisation: "Example".into(),
            name: "Ada".into(),
            report_rp: Some(true),
            settings: None,
            settings_version: None,
        });
        let settings = KeySettings { offline_login: true, ..KeySettings::default() };
        memory.account.as_mut().unwrap().set_settings(settings, Some("2".into()));
        memory.save().unwrap();
        let mut credentials = memory.credentials().unwrap();
        let device = Device { counter: 7, ..Device::default() };
        credentials.commit(Change::from(device.clone())).unwrap();

        let again = Memory::open(Some(folder.path())).unwrap();
        assert_eq!(again.keys.public(), public);
        assert_eq!(again.account, memory.account);
        assert_eq!(again.account.as_ref().unwrap().settings(), Some(settings));
        assert_eq!(again.credentials().unwrap().device().unwrap(), device);
    }

    #[test]
    fn a_damaged_file_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phone.cbor");
        fs::write(&path, b"not a phone").unwrap();
        let error = Memory::open(Some(folder.path())).err().unwrap().to_string();
        assert!(error.contains("phone.cbor is damaged"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"not a phone");
    }
}
