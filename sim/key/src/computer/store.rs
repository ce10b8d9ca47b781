//! A computer's keys and pairing on disk: one JSON file that only its owner reads, replaced as a whole.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use data_encoding::BASE64URL_NOPAD;
use pocketkey_link::{
    id::{DeviceId, PairingId},
    identity::{DeviceKeys, SecretBytes},
    sealed::Bond,
};
use serde::{Deserialize, Serialize};

use super::{Inner, KeepState};

/// The only version of the file so far.
const VERSION: u32 = 1;

/// A phone that this computer has pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairedPhone {
    /// The pairing.
    pub pairing: PairingId,
    /// The phone's id.
    pub device: DeviceId,
    /// Its static channel key.
    pub channel_key: [u8; 32],
    /// Its model.
    pub model: String,
    /// Its operating system.
    pub os: String,
    /// Six digits, the same on its screen.
    pub code: String,
    /// Its getInfo reply; empty if it gave none.
    pub info: Vec<u8>,
}

/// What a computer must not lose.
#[derive(Clone)]
pub(super) struct Keep {
    pub keys: DeviceKeys,
    /// Its id at the appliance, once it has one.
    pub device: Option<DeviceId>,
    pub phone: Option<PairedPhone>,
    /// Whether the person switched the key off.
    pub off: bool,
}

impl std::fmt::Debug for Keep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keep")
            .field("device", &self.device)
            .field("phone", &self.phone)
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// The bond with the paired phone.
    pub(super) fn bond(&self) -> Option<Bond> {
        let (phone, computer) = (self.kept.phone.as_ref()?, self.kept.device?);
        Some(Bond { pairing: phone.pairing, computer, phone: phone.device, peer_key: phone.channel_key })
    }
}

/// A computer's state cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file system says no.
    #[error("cannot use {path}: {error}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another pairing tool uses the folder.
    #[error("{0} is in use by another pairing tool; stop that one, or choose another folder with --state")]
    InUse(PathBuf),
    /// The file is not what was written.
    #[error("{path} is damaged or from a newer version ({reason}); move it away to start anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        reason: String,
    },
    /// The folder belongs to another appliance.
    #[error("{path} is for the appliance at {have}, not {want}; choose another folder with --state")]
    OtherServer {
        /// The file.
        path: PathBuf,
        /// Its appliance.
        have: String,
        /// The appliance asked for.
        want: String,
    },
}

/// Where it is kept.
#[derive(Debug)]
pub(super) struct Store {
    folder: Option<PathBuf>,
    server: String,
    /// Locked as long as the computer lives.
    _lock: Option<File>,
}

impl Store {
    /// Opens the store and reads what it holds, if anything.
    pub fn open(keep: &KeepState, server: &str) -> Result<(Self, Option<Keep>), StateError> {
        let server = server.to_owned();
        let KeepState::InFolder(folder) = keep else {
            return Ok((Self { folder: None, server, _lock: None }, None));
        };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))?;
        let lock = folder.join("lock");
        let file = private().open(&lock).map_err(at(&lock))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::InUse(folder.clone())),
            Err(TryLockError::Error(error)) => return Err(StateError::Io { path: lock, error }),
        }
        let path = folder.join(FILE);
        let kept = match fs::read(&path) {
            Ok(bytes) => Some(read(&bytes, &path, &server)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(StateError::Io { path, error }),
        };
        Ok((Self { folder: Some(folder.clone()), server, _lock: Some(file) }, kept))
    }

    /// Replaces what is kept; after a crash it is the old or the new, never a mixture.
    pub fn save(&self, keep: &Keep) -> Result<(), StateError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let (path, new) = (folder.join(FILE), folder.join("computer.json.new"));
        let bytes = serde_json::to_vec_pretty(&Document::of(keep, &self.server))
            .map_err(|error| StateError::Damaged { path: path.clone(), reason: error.to_string() })?;
        let write = || -> io::Result<()> {
            let mut file = private().truncate(true).open(&new)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(at(&path))
    }
}

/// Whether a folder holds a paired phone, and its model. For the question before it is replaced.
pub(crate) fn paired_model(folder: &Path) -> Option<String> {
    let document: Document = serde_json::from_slice(&fs::read(folder.join(FILE)).ok()?).ok()?;
    document.phone.map(|phone| phone.model)
}

const FILE: &str = "computer.json";

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StateError {
    let path = path.to_owned();
    move |error| StateError::Io { path, error }
}

fn read(bytes: &[u8], path: &Path, server: &str) -> Result<Keep, StateError> {
    let damaged = |reason: String| StateError::Damaged { path: path.to_owned(), reason };
    let document: Document = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if document.version != VERSION {
        return Err(damaged(format!("version {}", document.version)));
    }
    if document.server != server {
        let (have, want) = (document.server, server.to_owned());
        return Err(StateError::OtherServer { path: path.to_owned(), have, want });
    }
    document.keep().ok_or_else(|| damaged("a key or id is not what it should be".to_owned()))
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    server: String,
    secret: String,
    device: Option<String>,
    phone: Option<PhoneDocument>,
    #[serde(default)]
    off: bool,
}

#[derive(Serialize, Deserialize)]
struct PhoneDocument {
    pairing: String,
    device: String,
    channel_key: String,
    model: String,
    os: String,
    code: String,
    info: String,
}

impl Document {
    fn of(keep: &Keep, server: &str) -> Self {
        Self {
            version: VERSION,
            server: server.to_owned(),
            secret: BASE64URL_NOPAD.encode(&keep.keys.secret().0),
            device: keep.device.map(|device| device.to_string()),
            phone: keep.phone.as_ref().map(|phone| PhoneDocument {
                pairing: phone.pairing.to_string(),
                device: phone.device.to_string(),
                channel_key: BASE64URL_NOPAD.encode(&phone.channel_key),
                model: phone.model.clone(),
                os: phone.os.clone(),
                code: phone.code.clone(),
                info: BASE64URL_NOPAD.encode(&phone.info),
            }),
            off: keep.off,
        }
    }

    fn keep(self) -> Option<Keep> {
        let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        let phone = match self.phone {
            Some(phone) => Some(PairedPhone {
                pairing: phone.pairing.parse().ok()?,
                device: phone.device.parse().ok()?,
                channel_key: bytes(&phone.channel_key)?.try_into().ok()?,
                model: phone.model,
                os: phone.os,
                code: phone.code,
                info: bytes(&phone.info)?,
            }),
            None => None,
        };
        let device = match self.device {
            Some(device) => Some(device.parse().ok()?),
            None => None,
        };
        let keys = DeviceKeys::from_secret(&SecretBytes(bytes(&self.secret)?.try_into().ok()?));
        Some(Keep { keys, device, phone, off: self.off })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const SERVER: &str = "http://localhost:8080";

    fn keep() -> Keep {
        Keep {
            keys: DeviceKeys::generate(&mut |bytes: &mut [u8]| bytes.fill(7)),
            device: Some(DeviceId([1; 16])),
            phone: Some(PairedPhone {
                pairing: PairingId([2; 16]),
                device: DeviceId([3; 16]),
                channel_key: [4; 32],
                model: "Pixel 9".into(),
                os: "Android 16".into(),
                code: "012345".into(),
                info: vec![0, 0xA0],
            }),
            off: true,
        }
    }

    #[test]
    fn what_is_kept_comes_back_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("a/b");
        let at = KeepState::InFolder(state.clone());
        let (store, nothing) = Store::open(&at, SERVER).unwrap();
        assert!(nothing.is_none());
        store.save(&keep()).unwrap();
        drop(store);
        let (_store, kept) = Store::open(&at, SERVER).unwrap();
        let kept = kept.unwrap();
        assert_eq!(kept.keys.public(), keep().keys.public());
        assert_eq!((kept.device, kept.phone, kept.off), (keep().device, keep().phone, true));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&state), mode(&state.join(FILE))), (0o700, 0o600));
        assert_eq!(paired_model(&state).as_deref(), Some("Pixel 9"));
    }

    #[test]
    fn a_folder_in_use_of_another_appliance_or_damaged_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let at = KeepState::InFolder(folder.path().to_owned());
        let (store, _) = Store::open(&at, SERVER).unwrap();
        store.save(&keep()).unwrap();
        assert!(matches!(Store::open(&at, SERVER), Err(StateError::InUse(_))));
        drop(store);
        assert!(matches!(Store::open(&at, "http://other.test"), Err(StateError::OtherServer { .. })));
        let path = folder.path().join(FILE);
        let whole = fs::read_to_string(&path).unwrap();
        for broken in [whole[..whole.len() / 2].to_owned(), whole.replace("\"version\": 1", "\"version\": 2")]
        {
            fs::write(&path, &broken).unwrap();
            let error = Store::open(&at, SERVER).unwrap_err();
            assert!(matches!(error, StateError::Damaged { .. }), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), broken, "nothing is lost");
        }
    }
}
