//! Where phones say they are called: no text panics, and what passes is an address on the public internet, the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_server::push::Endpoint;

fuzz_target!(|text: &str| {
    if let Ok(endpoint) = Endpoint::parse(text, false) {
        let url = endpoint.url();
        assert!(url.scheme() == "https" && url.host_str().is_some_and(|host| host.contains(['.', ':'])));
        assert!(endpoint.origin().starts_with("https://"));
        assert_eq!(Endpoint::parse(url.as_str(), false), Ok(endpoint));
    }
});
