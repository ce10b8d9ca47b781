//! The relay's WebSocket layer: any bytes are read or refused, the same in one piece as byte by byte, and no more is held
//! than a message may be long.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_link::frame::MAX_FRAME;
use pocketkey_server::relay::wire::{Message, Reader};

fn read(bytes: &[u8], portion: usize) -> Vec<String> {
    let (mut reader, mut read) = (Reader::default(), Vec::new());
    for portion in bytes.chunks(portion) {
        let space = reader.space();
        assert!(space.len() < MAX_FRAME + 14);
        space.extend_from_slice(portion);
        loop {
            match reader.read() {
                Ok(Some(message)) => {
                    if let Message::Binary(bytes) = message {
                        assert!(bytes.len() <= MAX_FRAME);
                    }
                    read.push(format!("{message:?}"));
                }
                Ok(None) => break,
                Err(violation) => {
                    read.push(violation.to_string());
                    return read;
                }
            }
        }
    }
    read
}

fuzz_target!(|bytes: &[u8]| {
    assert_eq!(read(bytes, bytes.len().max(1)), read(bytes, 1));
});
