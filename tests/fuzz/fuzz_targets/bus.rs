//! What nodes say to each other: any bytes are read or refused, and what is read is written back to something that reads
//! the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_server::relay::bus::{Answer, Ask, Greeting, News, Parcel, decode, encode};

macro_rules! comes_back {
    ($bytes:expr, $($kind:ty),*) => {$(
        if let Ok(value) = decode::<$kind>($bytes) {
            assert_eq!(decode::<$kind>(&encode(&value)).expect("our own"), value);
        }
    )*};
}

fuzz_target!(|bytes: &[u8]| {
    comes_back!(bytes, Parcel, News, Ask, Greeting, Answer);
});
