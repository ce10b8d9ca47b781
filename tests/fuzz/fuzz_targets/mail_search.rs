//! What is typed into the inbox's search: nothing panics, and quotes in the expression for SQLite are balanced.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_server::inbox::search;

fuzz_target!(|typed: &str| {
    if let Ok(search::Search { text: Some(expression), .. }) = search::parse(typed) {
        assert!(!expression.contains('\0'));
        assert_eq!(expression.matches('"').count() % 2, 0);
    }
});
