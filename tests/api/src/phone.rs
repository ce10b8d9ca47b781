//! A phone with real keys, as far as the REST API sees it.

use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::{
    activation::{ActivationCode, Redeem},
    device::NewDevice,
};
use pocketkey_link::{identity::DeviceKeys, proof};

use crate::{Answer, Client};

/// A phone, or a computer: they introduce themselves alike.
pub struct Phone {
    /// Its own keys.
    pub keys: DeviceKeys,
}

impl Default for Phone {
    fn default() -> Self {
        let mut fill = |bytes: &mut [u8]| getrandom::fill(bytes).expect("randomness");
        Self { keys: DeviceKeys::generate(&mut fill) }
    }
}

impl Phone {
    /// How it introduces itself.
    pub fn introduction(&self) -> NewDevice {
        let public = self.keys.public();
        NewDevice {
            name: "Ada's phone".into(),
            model: "Pixel 9 (simulated)".into(),
            os: "Android 16".into(),
            sign_key: BASE64URL_NOPAD.encode(&public.sign),
            channel_key: BASE64URL_NOPAD.encode(&public.channel),
            proof: BASE64URL_NOPAD.encode(&proof::introduce(&self.keys)),
        }
    }

    /// Redeems a code.
    pub async fn redeem(&self, client: &mut Client, code: ActivationCode) -> Answer {
        client.post("/api/v1/activations/redeem", &Redeem { code, device: self.introduction() }).await
    }

    /// Redeems a link.
    pub async fn redeem_link(&self, client: &mut Client, link: &str) -> Answer {
        self.redeem(client, Self::code_of(link)).await
    }

    /// The code that a link holds.
    pub fn code_of(link: &str) -> ActivationCode {
        ActivationCode::Code(link.split_once('#').map_or("", |(_, code)| code).to_owned())
    }
}
