//! What a Rust program sees of the key through ctap-hid-fido2. Leaves with 1 if the key refuses, or if an answer does not
//! verify.
//!
//!   vm-client list                     every FIDO key there is
//!   vm-client info                     what the one key says of itself
//!   vm-client round-trip RP [FLAG…]    registers, signs in, and verifies both
//!
//! Flags: `resident` (the key finds the credential by itself), `uv` (it verifies the user), `ed25519`, `pin=PIN`.

use std::env;

use anyhow::{Context, Result, bail, ensure};
use ctap_hid_fido2::{
    Cfg, FidoKeyHid, FidoKeyHidFactory,
    fidokey::{
        CredentialSupportedKeyType, GetAssertionArgsBuilder, MakeCredentialArgsBuilder,
        get_assertion::get_assertion_params::Assertion, make_credential::Attestation,
    },
    get_fidokey_devices,
    public_key_credential_user_entity::PublicKeyCredentialUserEntity,
    verifier,
};

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => list(),
        ["info"] => info(),
        ["round-trip", rp, ref flags @ ..] => round_trip(rp, flags),
        _ => bail!("usage: vm-client list | info | round-trip RP [resident] [uv] [ed25519] [pin=PIN]"),
    }
}

fn list() -> Result<()> {
    for device in get_fidokey_devices() {
        println!("{:04x}:{:04x} {}", device.vid, device.pid, device.info);
    }
    Ok(())
}

fn info() -> Result<()> {
    print!("{}", key()?.get_info()?);
    Ok(())
}

fn key() -> Result<FidoKeyHid> {
    let mut config = Cfg::init();
    config.enable_keep_alive_msg = false;
    FidoKeyHidFactory::create(&config).context("no key")
}

fn round_trip(rp: &str, flags: &[&str]) -> Result<()> {
    let key = key()?;
    let resident = flags.contains(&"resident");
    let uv = flags.contains(&"uv");
    let pin = flags.iter().find_map(|flag| flag.strip_prefix("pin="));
    let user = PublicKeyCredentialUserEntity::new(Some(b"alice's id"), Some("alice"), Some("Alice"));

    let challenge = verifier::create_challenge();
    let mut args = MakeCredentialArgsBuilder::new(rp, &challenge).user_entity(&user);
    args = match pin {
        Some(pin) => args.pin(pin),
        None if uv => args,
        None => args.without_pin_and_uv(),
    };
    if resident {
        args = args.resident_key();
    }
    if flags.contains(&"ed25519") {
        args = args.key_type(CredentialSupportedKeyType::Ed25519);
    }
    let attestation = key.make_credential_with_args(&args.build()).context("registering")?;
    ensure!(vouched(rp, &challenge, &attestation), "the attestation does not verify");
    ensure!(attestation.flags.user_present_result, "registering: user not present");
    ensure!(attestation.flags.user_verified_result || !uv, "registering: user not verified");
    let id = &attestation.credential_descriptor.id;
    println!("registered: {}, credential of {} bytes", attestation.fmt, id.len());

    let challenge = verifier::create_challenge();
    let mut args = GetAssertionArgsBuilder::new(rp, &challenge);
    args = match pin {
        Some(pin) => args.pin(pin),
        None if uv => args,
        None => args.without_pin_and_uv(),
    };
    if !resident {
        args = args.credential_id(id);
    }
    let assertions = key.get_assertion_with_args(&args.build()).context("signing in")?;
    let assertion =
        assertions.iter().find(|each| each.credential_id == *id).context("not this credential")?;
    ensure!(
        verifier::verify_assertion(rp, &attestation.credential_publickey, &challenge, assertion),
        "the assertion does not verify"
    );
    ensure!(assertion.flags.user_present_result, "signing in: user not present");
    ensure!(assertion.flags.user_verified_result || !uv, "signing in: user not verified");
    ensure!(!resident || assertion.user.id == user.id, "signing in: another user");
    println!("signed in, {} credential(s) offered", assertions.len());
    Ok(())
}

/// Verifies the attestation. The library's own function takes a certificate for granted; where the credential vouches for
/// itself, what it signs is laid out like an assertion.
fn vouched(rp: &str, challenge: &[u8], attestation: &Attestation) -> bool {
    if !attestation.attstmt_x5c.is_empty() {
        return verifier::verify_attestation(rp, challenge, attestation).is_success;
    }
    let itself = Assertion {
        rpid_hash: attestation.rpid_hash.clone(),
        auth_data: attestation.auth_data.clone(),
        signature: attestation.attstmt_sig.clone(),
        ..Assertion::default()
    };
    verifier::verify_assertion(rp, &attestation.credential_publickey, challenge, &itself)
}
