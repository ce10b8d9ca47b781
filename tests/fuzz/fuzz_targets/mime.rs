//! A mail, taken apart: nothing panics, whatever it holds.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mail = pocketkey_server::inbox::read_mime(data);
    assert!(mail.files.len() <= 200);
});
