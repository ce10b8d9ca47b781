//! A relay node that speaks HTTPS itself.

use pocketkey_api::session::Session;
use pocketkey_link::identity::DeviceKeys;
use pocketkey_relay_client::{Event, OsEntropy, Rest, connect, introduce};
use pocketkey_tests_api::{PATIENCE, free_port, nats, plain, trust};
use tokio::time::timeout;

use crate::process::Program;

#[test]
fn devices_connect_to_a_relay_node_over_https() {
    match nats::binary() {
        Some(_) => trust::trusting("tls::inside"),
        None => nats::skip("a relay node that speaks HTTPS"),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the test above runs it, with a certificate"]
async fn inside() {
    let data = tempfile::tempdir().unwrap();
    let nats = nats::Cluster::start(nats::binary().unwrap(), data.path(), 1).await;
    let servers = nats.addresses(0);
    let smtp = format!("127.0.0.1:{}", free_port());
    let folder = data.path().join("console").to_string_lossy().into_owned();
    let mut console =
        Program::new(free_port(), &["serve", "--smtp-listen", &smtp, "--data", &folder, "--nats", &servers]);
    let (cert, key) = trust::identity();
    let [cert, key] = [cert, key].map(|file| file.to_string_lossy().into_owned());
    let mut relay =
        Program::new(free_port(), &["relay", "--nats", &servers, "--tls-cert", &cert, "--tls-key", &key]);
    relay.start();
    // Before the console's node is there, nobody knows where to send people.
    let early = crate::until("the node listens", async || plain::get(relay.port, "/users").await.ok()).await;
    assert!(early.starts_with("HTTP/1.1 503 "), "{early}");
    console.start();
    relay.ready().await;
    console.ready().await;

    let keys = DeviceKeys::generate(&mut OsEntropy);
    let console = format!("http://127.0.0.1:{}", console.port);
    let introduction = introduce(&keys, "Computer", "Model", "OS");
    let pairing = Rest::new(&console).new_pairing(introduction).await.unwrap();
    let relay_url = format!("https://127.0.0.1:{}", relay.port);
    let mut device = connect(&relay_url, keys, pairing.device_id.parse().unwrap());
    let event = timeout(PATIENCE, device.next()).await.unwrap();
    assert!(matches!(event, Event::Up { .. }), "{event:?}");

    // Only devices connect here, and whoever comes without TLS learns where to go.
    assert!(Rest::new(&relay_url).get::<Session>("/api/v1/session").await.is_err());
    for path in ["/api/v1/relay", "/users?after=1"] {
        let moved = plain::get(relay.port, path).await.unwrap();
        assert!(moved.starts_with("HTTP/1.1 308 "), "{moved}");
        assert!(
            moved.contains("location: http://localhost:") && moved.contains(&format!("{path}\r\n")),
            "{moved}"
        );
    }
}
