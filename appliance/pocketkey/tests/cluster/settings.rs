//! Settings that are changed at the console's node reach a phone at a relay node.

use pocketkey_api::{
    key::{KeyOfUser, Verification},
    settings::{SettingsChoice, SettingsView},
};
use tokio::time::timeout;

use pocketkey_tests_api::{PATIENCE, until};

use crate::{world, world::World};

impl World {
    async fn choose(&self, verification: Option<Verification>) {
        let choice = SettingsChoice { verification, ..SettingsChoice::default() };
        let path = format!("/api/v1/keys/{}/settings", self.key.id);
        let _: SettingsView = self.admin.put(&path, &choice).await.unwrap();
    }

    /// Waits until the phone has taken this, and the console knows.
    async fn phone_takes(&self, verification: Verification) {
        let mut screen = self.phone.watch();
        let has = screen
            .wait_for(|phone| phone.settings.is_some_and(|settings| settings.verification == verification));
        timeout(PATIENCE, has).await.expect("the phone has them in time").unwrap();
        let path = format!("/api/v1/keys/{}", self.key.id);
        until("the console knows", async || {
            self.admin.get::<KeyOfUser>(&path).await.ok()?.key.phone?.settings_taken_at
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_at_a_relay_node_takes_new_settings_at_once_and_after_it_was_away() {
    let data = tempfile::tempdir().unwrap();
    let Some(world) = world("settings across nodes", data.path()).await else { return };
    world.phone_takes(Verification::OnPhone).await;
    world.choose(Some(Verification::ReaderTapAndPin)).await;
    world.phone_takes(Verification::ReaderTapAndPin).await;
    world.phone.online(false).await;
    world.choose(None).await;
    world.phone.online(true).await;
    world.phone_takes(Verification::OnPhone).await;
}
