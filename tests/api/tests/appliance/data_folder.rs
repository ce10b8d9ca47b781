//! What keeps an appliance from starting: each is said, with the thing to change.

use pocketkey_server::{Config, start};
use pocketkey_tests_api::Appliance;

fn config(folder: &std::path::Path) -> Config {
    let mut config = Config::new(folder);
    config.listen = ([127, 0, 0, 1], 0).into();
    config.smtp_listen = ([127, 0, 0, 1], 0).into();
    config
}

async fn refused(config: Config) -> String {
    match start(config).await {
        Ok(_) => panic!("it starts"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_folder_in_use_by_another() {
    let appliance = Appliance::start().await;
    let error = refused(config(appliance.folder())).await;
    assert!(error.contains("is in use by another pocketkey") && error.contains("--data"), "{error}");
    assert!(error.contains(appliance.folder().to_str().unwrap()));
    appliance.client().get("/readyz").await.expect(200);
}

#[tokio::test]
async fn a_folder_that_is_not_writable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = refused(config(&file.join("data"))).await;
    assert!(error.contains("is not writable") && error.contains("--data"), "{error}");
}

#[tokio::test]
async fn a_folder_of_a_newer_version() {
    let folder = tempfile::tempdir().unwrap();
    drop(start(config(folder.path())).await.ok().unwrap());
    let file = folder.path().join("pocketkey.db");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 4711).unwrap();
    let error = loop {
        // The one before gives the folder free a moment after it is dropped.
        let error = refused(config(folder.path())).await;
        if !error.contains("in use") {
            break error;
        }
        tokio::task::yield_now().await;
    };
    assert!(error.contains("newer pocketkey") && error.contains("4711"), "{error}");
}

#[tokio::test]
async fn a_port_in_use() {
    let appliance = Appliance::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut taken = config(folder.path());
    taken.listen = appliance.http_addr;
    let error = refused(taken).await;
    assert!(error.contains(&appliance.http_addr.to_string()) && error.contains("--listen"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let mut taken = config(folder.path());
    taken.smtp_listen = appliance.smtp_addr;
    let error = refused(taken).await;
    assert!(error.contains(&appliance.smtp_addr.to_string()) && error.contains("--smtp-listen"), "{error}");
}

#[tokio::test]
async fn settings_that_cannot_work() {
    let folder = tempfile::tempdir().unwrap();
    let mut bad = config(folder.path());
    bad.url = Some("keys.example.org".into());
    assert!(refused(bad).await.contains("--url"));
    let mut bad = config(folder.path());
    bad.mail_from = Some("nobody".into());
    assert!(refused(bad).await.contains("--mail-from"));
    assert!(!folder.path().join("pocketkey.db").exists(), "nothing is made before the settings are checked");
}
