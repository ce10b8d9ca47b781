//! `pocketkey audit`, on the folder of a running appliance.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::process::Command;

use pocketkey_api::user::NewUser;
use pocketkey_server::{Config, audit::Actor, users};

fn pocketkey(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_pocketkey")).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn the_log_is_checked_and_written_down_while_the_appliance_runs() {
    let dir = tempfile::tempdir().unwrap();
    let any = "127.0.0.1:0".parse().unwrap();
    let config = Config { listen: any, smtp_listen: any, ..Config::new(dir.path()) };
    let appliance = pocketkey_server::start(config).await.unwrap();
    for name in ["ada", "bob"] {
        let email = format!("{name}@example.org");
        let new = NewUser { username: name.into(), name: name.into(), email, ..NewUser::default() };
        users::service::create(&appliance.app, new, &Actor::appliance()).await.unwrap();
    }
    let data = dir.path().to_str().unwrap();
    let (code, out, _) = pocketkey(&["audit", "verify", "--data", data]);
    assert_eq!(
        (code, out.lines().next()),
        (Some(0), Some("OK: 2 entries, none edited, removed or reordered."))
    );
    let head = out.lines().last().unwrap().strip_prefix("Head: ").unwrap();
    assert_eq!(pocketkey(&["audit", "verify", "--data", data, "--head", head]).0, Some(0));
    let (code, _, error) = pocketkey(&["audit", "verify", "--data", data, "--head", "00"]);
    assert!(code == Some(1) && error.contains("written anew"), "{error}");

    let (_, csv, _) = pocketkey(&["audit", "export", "--data", data, "--format", "csv"]);
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let (_, json, _) = pocketkey(&["audit", "export", "--data", data]);
    assert!(json.lines().next().unwrap().contains("\"id\":2"), "{json}");

    let edit = "UPDATE audit SET target_name = 'eve' WHERE id = 1";
    rusqlite::Connection::open(dir.path().join("pocketkey.db")).unwrap().execute(edit, []).unwrap();
    let (code, out, error) = pocketkey(&["audit", "verify", "--data", data]);
    assert!(code == Some(1) && out.is_empty() && error.contains("entry 1 was edited"), "{error}");
}

#[test]
fn a_folder_without_an_appliance_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (code, _, error) = pocketkey(&["audit", "verify", "--data", dir.path().to_str().unwrap()]);
    assert!(code == Some(1) && error.contains("--data"), "{error}");
}
