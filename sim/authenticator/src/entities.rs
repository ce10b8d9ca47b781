//! The relying party and the account, as requests name them.
//!
//! [WebAuthn, 5.4 Options for credential creation](https://www.w3.org/TR/webauthn-2/#dictionary-makecredentialoptions)

use crate::cbor::{self, Fields, Value};
use crate::status::Status;
use minicbor::{Decode, Encode};
use sk_cbor::cbor_map_options;

/// Longest user handle in bytes (WebAuthn, 5.4.3).
const USER_ID_LIMIT: usize = 64;
/// Names are cut to this many bytes, which WebAuthn 6.4.1 lets an authenticator do.
const NAME_LIMIT: usize = 64;

/// A web site or service.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RelyingParty {
    /// The RP ID: a domain, or an application's own scheme such as `ssh:`.
    #[n(0)]
    pub id: String,
    /// What the site calls itself; at most 64 bytes.
    #[n(1)]
    pub name: Option<String>,
}

impl RelyingParty {
    /// Reads a `PublicKeyCredentialRpEntity`.
    pub(crate) fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        Ok(Self { id: fields.required("id", cbor::text)?, name: name(&mut fields, "name")? })
    }
}

/// An account at a relying party.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct User {
    /// The user handle: 1 to 64 bytes that mean something only to the relying party.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub id: Vec<u8>,
    /// The name a person signs in with; at most 64 bytes.
    #[n(1)]
    pub name: Option<String>,
    /// The name a person goes by; at most 64 bytes.
    #[n(2)]
    pub display_name: Option<String>,
}

impl User {
    /// Reads a `PublicKeyCredentialUserEntity`.
    pub(crate) fn read(value: Value) -> Result<Self, Status> {
        let mut fields = cbor::map(value)?;
        let id = fields.required("id", cbor::bytes)?;
        if id.is_empty() || id.len() > USER_ID_LIMIT {
            return Err(Status::InvalidLength);
        }
        Ok(Self { id, name: name(&mut fields, "name")?, display_name: name(&mut fields, "displayName")? })
    }

    /// What to call the account on a screen; empty when the relying party gave no name.
    pub fn label(&self) -> &str {
        [&self.name, &self.display_name]
            .into_iter()
            .flatten()
            .find(|name| !name.is_empty())
            .map_or("", String::as_str)
    }

    /// The entity for a reply. Names only `with_names`: they are for a client that must let a verified
    /// person choose.
    pub(crate) fn encode(&self, with_names: bool) -> Value {
        let shown = |name: &Option<String>| name.clone().filter(|_| with_names);
        cbor_map_options! {
            "id" => self.id.clone(),
            "name" => shown(&self.name),
            "displayName" => shown(&self.display_name),
        }
    }
}

fn name(fields: &mut Fields, key: &str) -> Result<Option<String>, Status> {
    let name = fields.optional(key, cbor::text)?;
    Ok(name.map(|mut name| {
        name.truncate(name.floor_char_boundary(NAME_LIMIT));
        name
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sk_cbor::cbor_map;

    #[test]
    fn long_names_are_cut_between_characters() {
        let name = format!("{}ü", "a".repeat(63));
        let user = User::read(cbor_map! { "id" => &[1u8][..], "name" => name }).unwrap();
        assert_eq!(user.name.as_deref(), Some("a".repeat(63).as_str()));
    }

    #[test]
    fn user_handles_have_1_to_64_bytes() {
        for (length, fits) in [(0, false), (1, true), (64, true), (65, false)] {
            let read = User::read(cbor_map! { "id" => vec![9u8; length] });
            assert_eq!(read.is_ok(), fits, "{length} bytes");
            assert!(fits || read == Err(Status::InvalidLength));
        }
    }

    #[test]
    fn the_label_is_the_first_name_that_says_something() {
        let user = |name: &str, display: &str| User {
            id: vec![1],
            name: Some(name.into()),
            display_name: Some(display.into()),
        };
        assert_eq!(user("anna", "Anna").label(), "anna");
        assert_eq!(user("", "Anna").label(), "Anna");
        assert_eq!(User { id: vec![1], name: None, display_name: None }.label(), "");
    }
}
