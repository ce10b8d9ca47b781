//! Scanned and typed texts: any text is read or refused in words, and what is read is written to the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_link::qr::{self, Scanned};

fuzz_target!(|text: &str| {
    let again = match qr::read(text) {
        Ok(Scanned::PairingKey(digits)) => {
            assert!(digits.len() == 12 && digits.bytes().all(|c| c.is_ascii_digit()));
            return;
        }
        Ok(Scanned::Activation { server, code }) => qr::activation_link(&server, &code),
        Ok(Scanned::Pairing(invitation)) => invitation.to_string(),
        Err(problem) => return assert!(!problem.to_string().is_empty()),
    };
    assert!(qr::read(&again).is_ok(), "{again}");
});
