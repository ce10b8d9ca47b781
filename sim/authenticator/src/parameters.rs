//! Parameters that makeCredential and getAssertion share.

use crate::cbor::{self, Value};
use crate::status::Status;

/// The most credential descriptors that a list may hold (`maxCredentialCountInList`).
pub(crate) const MAX_LIST: usize = 8;

/// The `options` map. Options that are not understood are treated as absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) rk: Option<bool>,
    pub(crate) up: Option<bool>,
    pub(crate) uv: Option<bool>,
}

impl Options {
    pub(crate) fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        Ok(Self {
            rk: fields.optional("rk", cbor::boolean)?,
            up: fields.optional("up", cbor::boolean)?,
            uv: fields.optional("uv", cbor::boolean)?,
        })
    }
}

/// Reads a `clientDataHash`, which is a SHA-256 digest.
pub(crate) fn client_data_hash(value: Value) -> Result<[u8; 32], Status> {
    cbor::bytes(value)?.try_into().map_err(|_| Status::InvalidLength)
}

/// Reads a list of credential descriptors; those of a type we do not know are left out. An empty list is `None`,
/// as if it were absent: platforms must not send one.
pub(crate) fn credential_ids(value: Value) -> Result<Option<Vec<Vec<u8>>>, Status> {
    let ids = cbor::array(value, |descriptor| {
        let mut fields = cbor::map(descriptor)?;
        let id = fields.required("id", cbor::bytes)?;
        Ok((fields.required("type", cbor::text)? == "public-key").then_some(id))
    })?;
    if ids.len() > MAX_LIST {
        return Err(Status::LimitExceeded);
    }
    let none = ids.is_empty();
    Ok((!none).then(|| ids.into_iter().flatten().collect()))
}

/// `pinUvAuthParam` and `pinUvAuthProtocol`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PinUvAuth {
    param: Option<Vec<u8>>,
    protocol: Option<i64>,
}

/// What steps 1 and 2 of both commands make of [`PinUvAuth`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PinUvAuthCheck {
    /// No such parameter: go on.
    Absent,
    /// A zero-length parameter: the platform only wants to know whether somebody is there.
    TouchOnly,
}

impl PinUvAuth {
    pub(crate) fn read(fields: &mut cbor::Fields, param: u64, protocol: u64) -> Result<Self, Status> {
        Ok(Self {
            param: fields.optional(param, cbor::bytes)?,
            protocol: fields.optional(protocol, cbor::integer)?,
        })
    }

    /// Steps 1 and 2 of 6.1.2 and 6.2.2, for an authenticator without pinUvAuthToken and without clientPIN.
    pub(crate) fn check(&self) -> Result<PinUvAuthCheck, Status> {
        match (&self.param, self.protocol) {
            (None, _) => Ok(PinUvAuthCheck::Absent),
            // 1. A zero-length pinUvAuthParam asks for user interaction only. The specification says so for
            //    authenticators with a PIN, but Windows sends it to others too.
            (Some(param), _) if param.is_empty() => Ok(PinUvAuthCheck::TouchOnly),
            // 2.1. The pinUvAuthProtocol's value is not supported (none is).
            (Some(_), Some(_)) => Err(Status::InvalidParameter),
            // 2.2. The pinUvAuthProtocol is absent.
            (Some(_), None) => Err(Status::MissingParameter),
        }
    }
}
