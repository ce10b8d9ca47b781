//! A device's introduction, checked.

use axum::http::StatusCode;
use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::{device::NewDevice, problem::FieldProblem};
use pocketkey_link::{id::DeviceId, identity::PublicKeys, proof};

use crate::{
    db::DbError,
    problem::{ApiError, Explain},
    relay::Role,
    validate::Fields,
};

/// The longest name, model and operating system, in characters.
const MAX_TEXT: usize = 100;

/// Why a device is not taken up, or not changed.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// Fields that are not as they should be.
    #[error("the device's introduction is malformed")]
    Fields(Vec<FieldProblem>),
    /// The proof is not by the keys it names.
    #[error(transparent)]
    NotProven(#[from] proof::NotProven),
    /// A computer with a phone's key, or the other way round.
    #[error("this signing key belongs to a device of the other kind")]
    OtherKind,
    /// An administrator blocked it.
    #[error("this device is blocked")]
    Blocked,
    /// `after` is no place in the list.
    #[error("no place in the list")]
    WrongCursor,
    /// There is no such computer.
    #[error("no such computer")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<rusqlite::Error> for DeviceError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Explain for DeviceError {
    fn explain(&self) -> ApiError {
        match self {
            Self::Fields(fields) => ApiError::invalid(fields.clone()),
            Self::NotProven(_) => ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "device_not_proven",
                "The device does not prove possession of its keys.",
            )
            .detail("Start the device anew with fresh keys."),
            Self::OtherKind => ApiError::new(
                StatusCode::CONFLICT,
                "device_other_kind",
                "These keys belong to a device of another kind.",
            )
            .detail("A phone and a computer need keys of their own."),
            Self::Blocked => ApiError::new(
                StatusCode::FORBIDDEN,
                "device_blocked",
                "An administrator blocked this device.",
            )
            .detail("Ask your organisation to unblock it."),
            Self::WrongCursor => ApiError::wrong_cursor(),
            Self::NotFound => ApiError::not_found("This computer"),
            Self::Db(error) => error.explain(),
        }
    }
}

/// A device that has shown that it holds the keys it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduced {
    /// What people call it.
    pub name: String,
    /// The model.
    pub model: String,
    /// The operating system.
    pub os: String,
    /// Its public keys.
    pub keys: PublicKeys,
}

impl Introduced {
    /// Checks every field and the proof of possession.
    ///
    /// # Errors
    /// [`DeviceError::Fields`] names every field at fault; [`DeviceError::NotProven`] if the proof is wrong.
    pub fn check(device: &NewDevice) -> Result<Self, DeviceError> {
        let mut fields = Fields::default();
        let name = fields.line("name", &device.name, MAX_TEXT);
        let model = fields.line("model", &device.model, MAX_TEXT);
        let os = fields.line("os", &device.os, MAX_TEXT);
        let sign = bytes::<32>(&mut fields, "sign_key", &device.sign_key);
        let channel = bytes::<32>(&mut fields, "channel_key", &device.channel_key);
        let signature = bytes::<64>(&mut fields, "proof", &device.proof);
        fields.finish().map_err(DeviceError::Fields)?;
        let keys = PublicKeys { sign, channel };
        proof::verify_introduction(&keys, &signature)?;
        Ok(Self { name, model, os, keys })
    }
}

fn bytes<const N: usize>(fields: &mut Fields, field: &str, text: &str) -> [u8; N] {
    let decoded = BASE64URL_NOPAD.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    decoded.unwrap_or_else(|| {
        fields.wrong(field, format!("{N} bytes in base64url without padding are expected."));
        [0; N]
    })
}

/// A device as the relay needs to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// What it is.
    pub role: Role,
    /// The key with which it proves itself.
    pub sign_key: [u8; 32],
}

#[cfg(test)]
mod tests {
    use pocketkey_link::identity::DeviceKeys;

    use super::*;

    fn device() -> NewDevice {
        let keys = DeviceKeys::generate(&mut |bytes: &mut [u8]| bytes.fill(7));
        let public = keys.public();
        NewDevice {
            name: " Ada's laptop ".into(),
            model: "Laptop".into(),
            os: "Debian".into(),
            sign_key: BASE64URL_NOPAD.encode(&public.sign),
            channel_key: BASE64URL_NOPAD.encode(&public.channel),
            proof: BASE64URL_NOPAD.encode(&proof::introduce(&keys)),
        }
    }

    #[test]
    fn an_honest_introduction_passes() {
        let introduced = Introduced::check(&device()).unwrap();
        assert_eq!(introduced.name, "Ada's laptop");
    }

    #[test]
    fn every_malformed_field_is_named() {
        let all_wrong = NewDevice {
            name: String::new(),
            model: "two\nlines".into(),
            os: "x".repeat(101),
            sign_key: "short".into(),
            channel_key: "?".repeat(43),
            proof: String::new(),
        };
        let Err(DeviceError::Fields(fields)) = Introduced::check(&all_wrong) else { panic!("accepted") };
        let named: Vec<_> = fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(named, ["name", "model", "os", "sign_key", "channel_key", "proof"]);
    }

    #[test]
    fn a_channel_key_the_proof_does_not_cover_is_refused() {
        let other = DeviceKeys::generate(&mut |bytes: &mut [u8]| bytes.fill(9)).public();
        let swapped = NewDevice { channel_key: BASE64URL_NOPAD.encode(&other.channel), ..device() };
        assert!(matches!(Introduced::check(&swapped), Err(DeviceError::NotProven(_))));
    }
}
