//! Parameters that makeCredential and getAssertion share.

use crate::cbor::{self, Value};
use crate::pin_protocol::Protocol;
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

/// Reads one credential descriptor; `None` if it is of a type that we do not know.
fn descriptor(value: Value) -> Result<Option<Vec<u8>>, Status> {
    let mut fields = cbor::map(value)?;
    let id = fields.required("id", cbor::bytes)?;
    Ok((fields.required("type", cbor::text)? == "public-key").then_some(id))
}

/// Reads the descriptor of a credential that must be of a type that we know.
pub(crate) fn credential_id(value: Value) -> Result<Vec<u8>, Status> {
    descriptor(value)?.ok_or(Status::InvalidParameter)
}

/// Reads a list of credential descriptors; those of a type we do not know are left out. An empty list is `None`,
/// as if it were absent: platforms must not send one.
pub(crate) fn credential_ids(value: Value) -> Result<Option<Vec<Vec<u8>>>, Status> {
    let ids = cbor::array(value, descriptor)?;
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

/// A pinUvAuthParam whose protocol is supported. What it proves is still to be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) protocol: Protocol,
    pub(crate) param: Vec<u8>,
}

impl PinUvAuth {
    pub(crate) fn read(fields: &mut cbor::Fields, param: u64, protocol: u64) -> Result<Self, Status> {
        Ok(Self {
            param: fields.optional(param, cbor::bytes)?,
            protocol: fields.optional(protocol, cbor::integer)?,
        })
    }

    /// Whether either of them was sent.
    pub(crate) fn is_present(&self) -> bool {
        self.param.is_some() || self.protocol.is_some()
    }

    /// Step 1 of 6.1.2 and 6.2.2: whether a zero-length pinUvAuthParam asks for user interaction only. The
    /// specification says so for authenticators with a PIN, but Windows sends it to others too.
    pub(crate) fn is_touch_only(&self) -> bool {
        self.param.as_ref().is_some_and(Vec::is_empty)
    }

    /// Step 2 of 6.1.2 and 6.2.2, and its like in other commands.
    pub(crate) fn proof(self) -> Result<Option<Proof>, Status> {
        let Some(param) = self.param else { return Ok(None) };
        // 2.2. The pinUvAuthProtocol is absent.
        let protocol = self.protocol.ok_or(Status::MissingParameter)?;
        // 2.1. The pinUvAuthProtocol's value is not supported.
        Ok(Some(Proof { protocol: Protocol::from_number(protocol)?, param }))
    }

    /// The same for commands that do nothing without a pinUvAuthParam.
    pub(crate) fn required_proof(self) -> Result<Proof, Status> {
        self.proof()?.ok_or(Status::PuatRequired)
    }
}
