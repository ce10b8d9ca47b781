//! `X-Forwarded-For` as anybody may write it: nothing panics, and what a stranger says of itself is never believed.
#![no_main]

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use pocketkey_server::proxy;

fuzz_target!(|lines: Vec<Vec<u8>>| {
    let name = HeaderName::from_static("x-forwarded-for");
    let values = lines.iter().filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = values.map(|value| (name.clone(), value)).collect();
    let trusted = ["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    let stranger = IpAddr::from([192, 0, 2, 7]);
    assert_eq!(proxy::client(&trusted, stranger, &headers), stranger);
    let client = proxy::client(&trusted, IpAddr::from([127, 0, 0, 1]), &headers);
    assert_eq!(client, client.to_canonical());
});
