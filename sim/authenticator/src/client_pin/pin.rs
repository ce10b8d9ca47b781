//! setPIN, changePIN, and what every try of a PIN goes through.

use super::{Request, mandatory};
use crate::authenticator::{Authenticator, Env, Next, stored};
use crate::pin_protocol::SharedSecret;
use crate::status::Status;
use crate::store::{Change, Device, Store, StoredPin};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The length of a padded PIN in bytes. The last one is always zero.
const PADDED: usize = 64;

impl<S: Store> Authenticator<S> {
    /// 6.5.5.5 setPIN.
    pub(super) fn set_pin(&mut self, request: &Request, env: &mut impl Env) -> Result<Next, Status> {
        // Mandatory parameters, and a protocol that is supported.
        let new_pin_enc = mandatory(&request.new_pin_enc)?;
        let param = mandatory(&request.pin_uv_auth_param)?;
        mandatory(&request.key_agreement)?;
        request.protocol()?;
        // A PIN has already been set.
        let mut device = stored(self.store.device())?;
        if device.pin.is_some() {
            return Err(Status::PinAuthInvalid);
        }
        // decapsulate, verify, decrypt.
        let shared = self.shared_secret(request, env)?;
        if !shared.verify(&[new_pin_enc], param) {
            return Err(Status::PinAuthInvalid);
        }
        // Check the new PIN, store it, and set the retries to their maximum.
        device.pin = Some(self.new_pin(&shared, new_pin_enc, &device)?);
        device.pin_tries_used = 0;
        device.force_pin_change = false;
        stored(self.store.commit(Change::from(device)))?;
        Ok(Next::Reply(vec![Status::Ok.into()]))
    }

    /// 6.5.5.6 changePIN.
    pub(super) fn change_pin(&mut self, request: &Request, env: &mut impl Env) -> Result<Next, Status> {
        // Mandatory parameters, and a protocol that is supported.
        let new_pin_enc = mandatory(&request.new_pin_enc)?;
        let pin_hash_enc = mandatory(&request.pin_hash_enc)?;
        let param = mandatory(&request.pin_uv_auth_param)?;
        mandatory(&request.key_agreement)?;
        request.protocol()?;
        self.pin_may_be_tried()?;
        // decapsulate, verify.
        let shared = self.shared_secret(request, env)?;
        if !shared.verify(&[new_pin_enc, pin_hash_enc], param) {
            return Err(Status::PinAuthInvalid);
        }
        // Decrement the retries, compare, set the retries to their maximum.
        let mut device = self.try_pin(request, &shared, pin_hash_enc)?;
        // Check the new PIN. Where a change is forced, it must be another one.
        let pin = self.new_pin(&shared, new_pin_enc, &device)?;
        let same = device.pin.as_ref().is_some_and(|old| old.hash.ct_eq(&pin.hash).into());
        if device.force_pin_change && same {
            return Err(Status::PinPolicyViolation);
        }
        // Store it, and invalidate all tokens.
        device.pin = Some(pin);
        device.force_pin_change = false;
        stored(self.store.commit(Change::from(device)))?;
        self.session.reset_token();
        Ok(Next::Reply(vec![Status::Ok.into()]))
    }

    /// Whether there is a PIN, and tries left.
    pub(super) fn pin_may_be_tried(&self) -> Result<(), Status> {
        let device = stored(self.store.device())?;
        if device.pin.is_none() {
            return Err(Status::PinNotSet);
        }
        if device.pin_retries() == 0 {
            return Err(Status::PinBlocked);
        }
        if self.session.pin_auth_blocked() {
            return Err(Status::PinAuthBlocked);
        }
        Ok(())
    }

    /// Compares `pinHashEnc` with the PIN. The try is counted and kept before the comparison, so that cutting the
    /// power gains nobody another; on success all tries are given back, and the stored state returned.
    pub(super) fn try_pin(
        &mut self,
        request: &Request,
        shared: &SharedSecret,
        pin_hash_enc: &[u8],
    ) -> Result<Device, Status> {
        self.pin_may_be_tried()?;
        // Decrement the pinRetries counter by 1.
        let mut device = stored(self.store.device())?;
        device.pin_tries_used = device.pin_tries_used.saturating_add(1);
        stored(self.store.commit(Change::from(device.clone())))?;
        // Decrypt pinHashEnc and verify against the stored hash.
        let hash = shared.decrypt(pin_hash_enc);
        let pin = device.pin.as_ref().ok_or(Status::PinNotSet)?;
        let right = hash.is_some_and(|hash| hash.ct_eq(&pin.hash).into());
        if !right {
            // A mismatch: a new key agreement key, and an error that says how bad it is.
            self.session.regenerate(request.protocol()?);
            self.session.wrong_pin();
            return Err(if device.pin_retries() == 0 {
                Status::PinBlocked
            } else if self.session.pin_auth_blocked() {
                Status::PinAuthBlocked
            } else {
                Status::PinInvalid
            });
        }
        // Set the pinRetries counter to maximum value; a right PIN sets uvRetries free, too.
        device.pin_tries_used = 0;
        device.uv_tries_used = 0;
        stored(self.store.commit(Change::from(device.clone())))?;
        self.session.right_pin();
        Ok(device)
    }

    /// Decrypts a new PIN and checks it against the policy.
    fn new_pin(
        &self,
        shared: &SharedSecret,
        new_pin_enc: &[u8],
        device: &Device,
    ) -> Result<StoredPin, Status> {
        let padded = shared.decrypt(new_pin_enc).ok_or(Status::PinAuthInvalid)?;
        if padded.len() != PADDED {
            return Err(Status::InvalidParameter);
        }
        // Drop all trailing 0x00 bytes. 63 bytes may be used, and a PIN is UTF-8.
        let length = padded.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let pin = &padded[..length];
        let characters = core::str::from_utf8(pin).map_err(|_| Status::PinPolicyViolation)?.chars().count();
        let characters = u8::try_from(characters).map_err(|_| Status::PinPolicyViolation)?;
        if length >= PADDED || characters < self.min_pin_length(device) {
            return Err(Status::PinPolicyViolation);
        }
        let digest: [u8; 32] = Sha256::digest(pin).into();
        let (hash, _) = digest.split_first_chunk::<16>().ok_or(Status::Other)?;
        Ok(StoredPin { hash: *hash, length: characters })
    }
}
