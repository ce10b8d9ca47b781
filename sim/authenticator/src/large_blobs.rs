//! authenticatorLargeBlobs (0x0C): reading and writing the serialized large-blob array, a fragment at a time.
//!
//! [CTAP 2.1, 6.10.2](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#largeBlobsRW)

use crate::authenticator::{Authenticator, Env, Next, State, stored};
use crate::cbor;
use crate::parameters::PinUvAuth;
use crate::pin_uv_auth_token::Permissions;
use crate::status::Status;
use crate::store::{Change, Store};
use sha2::{Digest, Sha256};
use sk_cbor::cbor_map;

/// What a message needs beside a fragment, in bytes.
const OVERHEAD: usize = 64;
/// The length in bytes of the digest at the end of the array.
const DIGEST: usize = 16;
/// The empty array with its digest: what there is before anything was written.
const INITIAL: [u8; 17] =
    [0x80, 0x76, 0xbe, 0x8b, 0x52, 0x8d, 0x00, 0x75, 0xf7, 0xaa, 0xe9, 0x8d, 0x6f, 0xa5, 0x7a, 0x6d, 0x3c];

/// An array that is being written.
#[derive(Debug)]
pub(crate) struct Upload {
    expected_length: usize,
    /// What has come; its length is `expectedNextOffset`.
    received: Vec<u8>,
}

/// A request whose parameters have the right types.
struct Request {
    get: Option<i64>,
    set: Option<Vec<u8>>,
    offset: Option<i64>,
    length: Option<i64>,
    pin_uv_auth: PinUvAuth,
}

impl Request {
    fn read(parameters: &[u8]) -> Result<Self, Status> {
        let mut fields = cbor::map(cbor::decode(parameters)?)?;
        Ok(Self {
            get: fields.optional(0x01, cbor::integer)?,
            set: fields.optional(0x02, cbor::bytes)?,
            offset: fields.optional(0x03, cbor::integer)?,
            length: fields.optional(0x04, cbor::integer)?,
            pin_uv_auth: PinUvAuth::read(&mut fields, 0x05, 0x06)?,
        })
    }
}

impl<S: Store> Authenticator<S> {
    pub(crate) fn large_blobs(
        &mut self,
        state: State,
        parameters: &[u8],
        env: &impl Env,
    ) -> Result<Next, Status> {
        if !self.policy()?.large_blobs(&self.config) {
            return Err(Status::InvalidCommand);
        }
        let request = Request::read(parameters)?;
        // 1. offset is missing. 2, 3. Exactly one of get and set.
        let offset = request.offset.ok_or(Status::InvalidParameter)?;
        let offset = usize::try_from(offset).map_err(|_| Status::InvalidParameter)?;
        match (request.get, &request.set) {
            (Some(get), None) => self.read_large_blobs(&request, get, offset),
            (None, Some(_)) => {
                let upload = if let State::LargeBlobs(upload) = state { Some(upload) } else { None };
                self.write_large_blobs(request, offset, upload, env)
            }
            (Some(_), Some(_)) | (None, None) => Err(Status::InvalidParameter),
        }
    }

    /// 4. get is present.
    fn read_large_blobs(&self, request: &Request, get: i64, offset: usize) -> Result<Next, Status> {
        // 4.1, 4.2. Neither length nor a pinUvAuthParam belongs here.
        if request.length.is_some() || request.pin_uv_auth.is_present() {
            return Err(Status::InvalidParameter);
        }
        // 4.3. More than maxFragmentLength.
        let get = usize::try_from(get).map_err(|_| Status::InvalidParameter)?;
        if get > self.max_fragment_length() {
            return Err(Status::InvalidLength);
        }
        // 4.4. Beyond the end. 4.5. As much as there is.
        let array = stored(self.store.device())?.large_blobs.unwrap_or(INITIAL.to_vec());
        let rest = array.get(offset..).ok_or(Status::InvalidParameter)?;
        let fragment = rest.get(..get).unwrap_or(rest);
        Ok(Next::Reply(cbor::reply(cbor_map! { 0x01 => fragment })))
    }

    /// 5. set is present.
    fn write_large_blobs(
        &mut self,
        request: Request,
        offset: usize,
        upload: Option<Upload>,
        env: &impl Env,
    ) -> Result<Next, Status> {
        let fragment = request.set.unwrap_or_default();
        // 5.1. More than maxFragmentLength.
        if fragment.len() > self.max_fragment_length() {
            return Err(Status::InvalidLength);
        }
        let mut upload = match (offset, request.length) {
            // 5.2. The first fragment says how long the whole will be.
            (0, None) => return Err(Status::InvalidParameter),
            (0, Some(length)) => {
                let length = usize::try_from(length).map_err(|_| Status::InvalidParameter)?;
                if length > self.config.large_blob_size {
                    return Err(Status::LargeBlobStorageFull);
                }
                if length < INITIAL.len() {
                    return Err(Status::InvalidParameter);
                }
                Upload { expected_length: length, received: Vec::with_capacity(length) }
            }
            // 5.3. The others do not, and follow where the last one ended.
            (_, Some(_)) => return Err(Status::InvalidParameter),
            (_, None) => {
                upload.filter(|upload| upload.received.len() == offset).ok_or(Status::InvalidSequence)?
            }
        };
        // 5.4. Where there is user verification, a token with the permission lbw.
        let policy = self.policy()?;
        if policy.is_protected() || policy.always_uv {
            let proof = request.pin_uv_auth.required_proof()?;
            let offset = u32::try_from(offset).map_err(|_| Status::InvalidParameter)?;
            let digest = Sha256::digest(&fragment);
            let message: [&[u8]; 4] = [&[0xff; 32], &[0x0c, 0x00], &offset.to_le_bytes(), &digest];
            self.session.verify(&proof, &message, Permissions::LARGE_BLOB_WRITE, env.now())?;
        }
        // 5.5. More than was announced.
        if offset.saturating_add(fragment.len()) > upload.expected_length {
            return Err(Status::InvalidParameter);
        }
        // 5.6, 5.7. Keep it; 5.8. there is more to come.
        upload.received.extend_from_slice(&fragment);
        let ok = vec![Status::Ok.into()];
        if upload.received.len() < upload.expected_length {
            return Ok(Next::ReplyAndKeep(ok, State::LargeBlobs(upload)));
        }
        // 5.9. The last 16 bytes are the digest of the others: make it last.
        let (contents, digest) =
            upload.received.split_last_chunk::<DIGEST>().ok_or(Status::IntegrityFailure)?;
        if Sha256::digest(contents)[..DIGEST] != *digest {
            return Err(Status::IntegrityFailure);
        }
        let mut device = stored(self.store.device())?;
        device.large_blobs = Some(upload.received);
        stored(self.store.commit(Change::from(device)))?;
        Ok(Next::Reply(ok))
    }

    /// maxFragmentLength in bytes.
    fn max_fragment_length(&self) -> usize {
        self.config.max_msg_size.saturating_sub(OVERHEAD)
    }
}
