//! The same over HTTPS, with a certificate that the devices trust as they trust any: by the system's root certificates.

use pocketkey_tests_api::{plain, trust};

use super::*;

#[test]
fn a_person_signs_in_over_https() {
    trust::trusting("tls::inside");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the test above runs it, with a certificate"]
async fn inside() {
    let identity = trust::identity();
    let mut port = 0;
    let world = World::with(
        PATIENCE,
        |config| config.tls_identity = Some(identity),
        async |tap| {
            port = tap;
            tap
        },
    )
    .await;
    world.script(ScriptMode::Approve).await;
    assert_eq!(flags(&world.ask(make_credential()).await) & UP_AND_UV, UP_AND_UV);
    assert_eq!(flags(&world.ask(get_assertion()).await) & UP_AND_UV, UP_AND_UV);
    assert!(!world.tap.saw(b"Pixel 9 (simulated)"), "the phone's introduction is not to be read on the way");
    assert!(!world.tap.saw(b"Upgrade: websocket") && !world.tap.saw(b"upgrade: websocket"));

    // Whoever comes without TLS learns where to go, and a health check need not trust anything.
    let moved = plain::get(port, "/users?after=1").await.unwrap();
    assert!(moved.starts_with("HTTP/1.1 308 "), "{moved}");
    assert!(
        moved.contains("location: https://localhost:") && moved.contains("/users?after=1\r\n"),
        "{moved}"
    );
    assert!(plain::get(port, "/readyz").await.unwrap().starts_with("HTTP/1.1 200 "));
    assert!(plain::get(port, "/api/v1/session").await.unwrap().starts_with("HTTP/1.1 308 "));
}
