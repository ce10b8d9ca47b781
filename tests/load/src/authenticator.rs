//! The authenticator core alone, CBOR in and CBOR out, against nothing but the P-256 operations that it has to do.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use pocketkey_authenticator::{Authenticator, Config, MemoryStore};

use crate::{
    Figure,
    ctap::{direct, get_assertion, get_assertion_silently, make_credential, ok},
    pin,
};

/// Each subject has this many turns of a batch, in turns with the others.
const TURNS: usize = 60;
const BATCH: u32 = 40;

/// Assertions, registrations and PIN tokens a second on one core.
pub fn measure() -> Result<Vec<Figure>, Box<dyn std::error::Error>> {
    let mut key = Authenticator::new(Config::default(), MemoryStore::new());
    ok(&direct(&mut key, &make_credential())?)?;
    let (silent, asked, make) = (get_assertion_silently(), get_assertion(), make_credential());
    ok(&direct(&mut key, &silent)?)?;
    let raw = SigningKey::from_slice(&[7; 32]).map_err(|error| error.to_string())?;
    let (mut with_pin, token) = pin::prepare()?;
    ok(&direct(&mut with_pin, &token)?)?;
    let secret = p256::SecretKey::from_slice(&[5; 32]).map_err(|error| error.to_string())?;
    let (scalar, point) = (secret.to_nonzero_scalar(), *raw.verifying_key().as_affine());
    // As long as authenticator data and the client data's hash.
    let message = [9_u8; 69];

    let mut times = [const { Vec::new() }; 7];
    for _ in 0..TURNS {
        times[0].push(batch(|| {
            let signature: Signature = raw.sign(black_box(&message));
            black_box(signature.to_der());
            Ok(())
        })?);
        times[1].push(batch(|| direct(&mut key, &silent).map(drop))?);
        times[2].push(batch(|| direct(&mut key, &asked).map(drop))?);
        times[3].push(batch(|| direct(&mut key, &make).map(drop))?);
        times[4].push(batch(|| {
            let fresh = SigningKey::from_slice(black_box(&[9; 32])).map_err(|_| "no key")?;
            let signature: Signature = fresh.sign(black_box(&message));
            black_box((fresh.verifying_key().to_encoded_point(false), signature.to_der()));
            Ok(())
        })?);
        times[5].push(batch(|| direct(&mut with_pin, &token).map(drop))?);
        times[6].push(batch(|| {
            black_box(p256::ecdh::diffie_hellman(black_box(&scalar), black_box(&point)));
            Ok(())
        })?);
    }
    let [raw, silent, asked, make, raw_make, token, raw_token] = times.map(rate);
    let against = |rate: f64| format!("{:.2} × raw P-256 signatures, {raw:.0}/s", rate / raw);
    let made = format!("{:.2} × raw P-256 key and signature, {raw_make:.0}/s", make / raw_make);
    let agreed = format!("{:.2} × raw P-256 key agreement, {raw_token:.0}/s", token / raw_token);
    Ok(vec![
        Figure::goal(
            "getAssertion, CBOR to CBOR, one core",
            format!("{silent:.0}/s"),
            format!("{}; goal: at least 14,000/s", against(silent)),
            silent >= 14_000.0,
        ),
        Figure::plain("… with a prompt that is approved", format!("{asked:.0}/s"), against(asked)),
        Figure::plain("makeCredential, discoverable, self-attested", format!("{make:.0}/s"), made),
        Figure::plain("PIN token, protocol 2, with permissions", format!("{token:.0}/s"), agreed),
    ])
}

/// How long one call takes.
fn batch(mut call: impl FnMut() -> Result<(), &'static str>) -> Result<Duration, &'static str> {
    let begun = Instant::now();
    for _ in 0..BATCH {
        call()?;
    }
    Ok(begun.elapsed() / BATCH)
}

/// Calls a second, at the median.
fn rate(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    1.0 / times[times.len() / 2].as_secs_f64()
}
