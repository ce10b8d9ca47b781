//! Activation: how a phone becomes a user's key (A5, B1, B3).

use crate::{KeyId, api_type, device::NewDevice, key::KeySettings};

api_type! {
    /// `POST /api/v1/keys/{id}/activation`: invite. Voids every earlier invitation of the key.
    pub struct NewActivation {
        /// How the code reaches the person.
        pub method: ActivationMethod,
    }
}

api_type! {
    /// How an activation code reaches the person.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ActivationMethod {
        /// "Activate now": shown on the admin's screen.
        Now,
        /// "Activate by e-mail".
        Email,
    }
}

api_type! {
    /// A fresh invitation. The codes are in this answer only: the appliance keeps hashes.
    pub struct Activation {
        /// State and expiry.
        pub state: ActivationState,
        /// For [`ActivationMethod::Now`]: what to show.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub codes: Option<ActivationCodes>,
        /// For [`ActivationMethod::Email`]: the address the mail is addressed to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mailed_to: Option<String>,
    }
}

api_type! {
    /// The three ways to hand an activation to a phone; any one will do.
    pub struct ActivationCodes {
        /// The link; its fragment is the secret. Also the text inside the QR code.
        pub link: String,
        /// The QR code of the link, as an SVG document.
        pub qr_svg: String,
        /// 12 digits, ungrouped; show them as `1234 5678 9012`.
        pub pairing_key: String,
    }
}

api_type! {
    /// An invitation's state.
    #[derive(Copy)]
    pub struct ActivationState {
        /// How it was sent.
        pub method: ActivationMethod,
        /// Where it stands.
        pub status: ActivationStatus,
        /// When it was made.
        pub created_at: i64,
        /// When it stops working.
        pub expires_at: i64,
    }
}

api_type! {
    /// Where an invitation stands.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ActivationStatus {
        /// Waits for the phone.
        Open,
        /// A phone redeemed it.
        Redeemed,
        /// Its time is over.
        Expired,
        /// Too many wrong pairing keys.
        Locked,
        /// A later invitation replaced it.
        Voided,
    }
}

api_type! {
    /// A secret that stands for an invitation: exactly one of the two.
    #[serde(rename_all = "snake_case")]
    pub enum ActivationCode {
        /// The fragment of the link or of the QR text.
        Code(String),
        /// The 12 digits; spaces and dashes are ignored.
        PairingKey(String),
    }
}

api_type! {
    /// `POST /api/v1/activations/preview`: asks what a code is for; consumes nothing.
    pub struct PreviewActivation {
        /// The code.
        pub code: ActivationCode,
    }
}

api_type! {
    /// What a code is for.
    pub struct ActivationPreview {
        /// The organisation that invites.
        pub organisation: String,
        /// The person invited.
        pub name: String,
        /// When the invitation stops working.
        pub expires_at: i64,
    }
}

api_type! {
    /// `POST /api/v1/activations/redeem`: the phone redeems a code, once.
    pub struct Redeem {
        /// The code.
        pub code: ActivationCode,
        /// The phone, with its public keys.
        pub device: NewDevice,
    }
}

api_type! {
    /// What the phone learns when it redeems.
    pub struct Redeemed {
        /// Whether the phone names web sites when it says how a request ended.
        #[serde(default = "yes")]
        pub report_rp: bool,
        /// The phone's id at the relay.
        pub device_id: String,
        /// The key it now is.
        pub key_id: KeyId,
        /// The organisation.
        pub organisation: String,
        /// The person's full name.
        pub name: String,
        /// The person's e-mail address.
        pub email: String,
        /// The settings in force.
        pub settings: KeySettings,
    }
}

fn yes() -> bool {
    true
}
