//! Relay frames: any bytes are read or refused, and what is read is written back to something that reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_link::frame::{Frame, MAX_FRAME};

fuzz_target!(|bytes: &[u8]| {
    let Ok(frame) = Frame::decode(bytes) else { return };
    assert!(bytes.len() <= MAX_FRAME);
    // Frames need not come in their shortest form; ours do.
    let written = frame.encode();
    assert!(written.len() <= bytes.len());
    assert_eq!(Frame::decode(&written).expect("our own frame"), frame);
});
