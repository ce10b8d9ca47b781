//! Attestation statements: how a new credential vouches for where it was made.
//!
//! [WebAuthn, 8 Defined Attestation Statement Formats](https://www.w3.org/TR/webauthn-2/#sctn-defined-attestation-formats)

use crate::authenticator::Authenticator;
use crate::cbor::Value;
use crate::config::{Attestation, Certified};
use crate::keys::{Algorithm, PrivateKey};
use crate::status::Status;
use crate::store::{Device, Store};
use sk_cbor::cbor_map;

/// Makes the statement over `auth_data` and `client_data_hash`: its format and its contents.
pub(crate) fn statement(
    attestation: &Attestation,
    key: &PrivateKey,
    auth_data: &[u8],
    client_data_hash: &[u8; 32],
) -> Result<(&'static str, Value), Status> {
    match attestation {
        Attestation::None => Ok(("none", cbor_map! {})),
        Attestation::SelfPacked => {
            let signature = key.sign(&[auth_data, client_data_hash])?;
            Ok(("packed", cbor_map! { "alg" => key.algorithm().cose(), "sig" => signature }))
        }
        Attestation::Packed(certified) => {
            let signature = certified.key()?.sign(&[auth_data, client_data_hash])?;
            let chain = certified.certificates.iter().cloned().map(Value::from).collect();
            let algorithm = Algorithm::Es256.cose();
            Ok(("packed", cbor_map! { "alg" => algorithm, "sig" => signature, "x5c" => Value::array(chain) }))
        }
    }
}

impl Certified {
    /// The private key of the first certificate.
    pub(crate) fn key(&self) -> Result<PrivateKey, Status> {
        PrivateKey::new(Algorithm::Es256, &self.private_key)
    }
}

impl<S: Store> Authenticator<S> {
    /// Step 9 of 6.1.2: whether enterprise attestation is given for what was asked.
    pub(crate) fn is_enterprise(
        &self,
        wanted: Option<i64>,
        rp_id: &str,
        device: &Device,
    ) -> Result<bool, Status> {
        let Some(wanted) = wanted else { return Ok(false) };
        // 9.1. Not capable of it, or not enabled.
        let enterprise =
            self.config.enterprise_attestation.as_ref().filter(|_| device.enterprise_attestation);
        let enterprise = enterprise.ok_or(Status::InvalidParameter)?;
        match wanted {
            // 9.2.1. Vendor-facilitated: for the relying parties on the list that the authenticator came with.
            1 => Ok(enterprise.rp_ids.iter().any(|listed| listed == rp_id)),
            // 9.2.2. Platform-managed: for whichever the platform has on its list.
            2 => Ok(enterprise.platform_managed),
            _ => Err(Status::InvalidOption),
        }
    }

    /// The attestation of a new credential.
    pub(crate) fn attest(
        &self,
        enterprise: bool,
        key: &PrivateKey,
        auth_data: &[u8],
        client_data_hash: &[u8; 32],
    ) -> Result<(&'static str, Value), Status> {
        match self.config.enterprise_attestation.as_ref().filter(|_| enterprise) {
            Some(policy) => {
                let attestation = Attestation::Packed(policy.attestation.clone());
                statement(&attestation, key, auth_data, client_data_hash)
            }
            None => statement(&self.config.attestation, key, auth_data, client_data_hash),
        }
    }
}
