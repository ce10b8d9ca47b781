//! The sandbox (F4): simulated phones on screen, and the key they answer for.

use crate::{PhoneId, api_type, key::KeySettings};

api_type! {
    /// `GET /api/v1/sandbox`, and every message of `GET /api/v1/sandbox/events`: the whole sandbox.
    pub struct Sandbox {
        /// The phones.
        pub phones: Vec<SimulatedPhone>,
        /// The computer's key.
        pub key: SandboxKey,
    }
}

api_type! {
    /// The computer's security key in the sandbox.
    pub struct SandboxKey {
        /// What stands behind `navigator.credentials` on this machine.
        pub kind: SandboxKeyKind,
        /// The pairing tool's state (real key only; the stand-in shows its own).
        pub state: KeyState,
        /// Where the key is not real: what is missing and how to get it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub missing: Option<String>,
    }
}

api_type! {
    /// What stands behind `navigator.credentials`.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum SandboxKeyKind {
        /// A real virtual HID key: any browser and FIDO tool of this computer sees it.
        Uhid,
        /// No `/dev/uhid`: the demo page brings a stand-in of its own (F10).
        StandIn,
    }
}

api_type! {
    /// The pairing tool's state line (C6).
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum KeyState {
        /// No phone is paired.
        NoPhone,
        /// A phone is paired and not connected.
        PhoneOffline,
        /// The appliance cannot be reached.
        ApplianceUnreachable,
        /// A phone is paired and the key is switched off (C3).
        Disabled,
        /// A phone is paired and connected.
        Ready,
    }
}

api_type! {
    /// A simulated phone.
    pub struct SimulatedPhone {
        /// Its id.
        pub id: PhoneId,
        /// Model, for example `Pixel 9 (simulated)`.
        pub model: String,
        /// Operating system.
        pub os: String,
        /// What it shows.
        pub screen: Screen,
        /// How it answers by itself.
        pub script: Script,
        /// Whether its network is on.
        pub online: bool,
        /// Whether it sleeps: not connected until it is called by a push, or touched.
        #[serde(default)]
        pub asleep: bool,
        /// Whether it is far from its computers. It refuses them then, if its key's settings demand Bluetooth proximity.
        #[serde(default)]
        pub far: bool,
        /// Whether it is connected to the relay.
        pub connected: bool,
        /// How its authenticator works, as far as its key's settings leave it open.
        #[serde(default)]
        pub authenticator: AuthenticatorSettings,
        /// Its key's settings, as the phone has them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings: Option<KeySettings>,
    }
}

api_type! {
    /// What a phone's screen shows. One value, so impossible screens do not exist.
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub enum Screen {
        /// Not activated: scan, paste a link, or type a pairing key.
        Welcome {
            /// Why the last try failed, for people.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            error: Option<String>,
        },
        /// Activated, nothing to do.
        Home {
            /// Organisation.
            organisation: String,
            /// The person's name.
            name: String,
            /// Paired computers.
            computers: Vec<PairedComputer>,
            /// Credentials held.
            credentials: Vec<CredentialSummary>,
            /// How the last request ended or why the last scan failed, for people.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            notice: Option<String>,
        },
        /// Asks to approve (B4).
        Request {
            /// What is asked.
            request: RequestSummary,
        },
        /// Approved; asks to unlock the phone (B5).
        Unlock {
            /// What is asked.
            request: RequestSummary,
            /// Tries left after a failed unlock.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            tries_left: Option<u8>,
        },
    }
}

api_type! {
    /// A computer this phone is paired with.
    pub struct PairedComputer {
        /// Its name.
        pub name: String,
        /// The code both screens showed when pairing, six digits.
        pub code: String,
    }
}

api_type! {
    /// A credential on the phone (B12).
    pub struct CredentialSummary {
        /// Relying party id.
        pub rp_id: String,
        /// Account name.
        pub account: String,
        /// When it was made.
        pub created_at: i64,
    }
}

api_type! {
    /// What a request asks (B4).
    pub struct RequestSummary {
        /// Register or sign in.
        pub action: RequestAction,
        /// Relying party id.
        pub rp_id: String,
        /// Relying party's name for itself; may be empty.
        pub rp_name: String,
        /// Account name; empty when unknown.
        pub account: String,
        /// The computer that asks.
        pub computer: String,
        /// When it was asked.
        pub asked_at: i64,
        /// When it stops waiting.
        pub expires_at: i64,
    }
}

api_type! {
    /// What a request is for.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum RequestAction {
        /// Make a credential.
        Register,
        /// Sign in.
        SignIn,
        /// Choose this key among several (CTAP selection).
        Select,
        /// Let the computer manage this key: its credentials and settings.
        Manage,
        /// Enrol a finger.
        Enroll,
        /// Erase this key.
        Reset,
    }
}

api_type! {
    /// `POST /api/v1/sandbox/phones/{id}/touch`: what the person does.
    #[serde(tag = "touch", rename_all = "snake_case")]
    pub enum Touch {
        /// "Approve" on the request screen.
        Approve,
        /// "Deny" on the request or unlock screen.
        Deny,
        /// A finger or PIN the phone accepts, on the unlock screen.
        Unlock,
        /// A finger or PIN the phone refuses, on the unlock screen.
        UnlockWrong,
        /// Scans a QR code, opens a link or types a pairing key: activation or pairing, told apart by the text.
        Scan {
            /// The QR's text, the link, or the 12 digits.
            text: String,
        },
    }
}

api_type! {
    /// `POST /api/v1/sandbox/phones/{id}/script`: how the person behaves by themselves.
    #[derive(Copy)]
    pub struct Script {
        /// What they do.
        pub mode: ScriptMode,
    }
}

api_type! {
    /// What a scripted person does with each request.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ScriptMode {
        /// Nothing by itself: somebody touches the screen.
        Ask,
        /// Approves and unlocks at once.
        Approve,
        /// Denies at once.
        Deny,
        /// Never looks.
        Ignore,
    }
}

api_type! {
    /// `PUT /api/v1/sandbox/phones/{id}/authenticator`: how the phone's authenticator works. What is left out is as in a
    /// new phone.
    #[derive(Copy)]
    #[serde(default)]
    pub struct AuthenticatorSettings {
        /// Where the person is verified.
        pub verification: PhoneVerification,
        /// Whether nobody is let in without verification (option `alwaysUv`), until a client toggles it.
        pub always_uv: bool,
        /// Whether U2F is spoken.
        pub u2f: bool,
        /// Whether the phone's verification gives out tokens, with which clients manage the key (option
        /// `pinUvAuthToken`).
        pub phone_token: bool,
        /// How new credentials are attested.
        pub attestation: PhoneAttestation,
        /// Whether each discoverable credential counts its own signatures.
        pub counter_per_credential: bool,
        /// What is deliberately wrong with its answers, to test clients and web sites.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub fault: Option<Fault>,
    }
}

impl Default for AuthenticatorSettings {
    fn default() -> Self {
        Self {
            verification: PhoneVerification::default(),
            always_uv: false,
            u2f: true,
            phone_token: true,
            attestation: PhoneAttestation::default(),
            counter_per_credential: false,
            fault: None,
        }
    }
}

api_type! {
    /// Where a phone verifies its person.
    #[derive(Copy, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum PhoneVerification {
        /// By unlocking it.
        #[default]
        Phone,
        /// By a PIN typed at the computer.
        Pin,
        /// Either.
        PhoneAndPin,
    }
}

api_type! {
    /// What a phone's new credentials are attested with.
    #[derive(Copy, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum PhoneAttestation {
        /// The certificate of all simulated phones.
        #[default]
        Certificate,
        /// The new credential's own key.
        #[serde(rename = "self")]
        SelfSigned,
        /// Nothing.
        None,
    }
}

api_type! {
    /// What can be wrong with an authenticator's answers, on demand.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    #[cfg_attr(feature = "openapi", schema(as = AuthenticatorFault))]
    pub enum Fault {
        /// The signature of an assertion does not verify.
        BadSignature,
        /// The signature counter goes back.
        CounterRollback,
        /// The authenticator data is about another relying party.
        WrongRpIdHash,
        /// The signature of an attestation does not verify.
        WrongAttestation,
        /// The status says OK, and what follows is no CBOR.
        MalformedReply,
        /// What was approved is never answered.
        Stall,
    }
}

api_type! {
    /// `PUT /api/v1/sandbox/key/keepalives`: how the virtual key tells clients that it still works, from now on. The key
    /// is plugged in anew.
    #[derive(Copy)]
    pub struct KeepaliveSettings {
        /// How.
        pub keepalives: Keepalives,
    }
}

api_type! {
    /// How a key tells clients that it still works.
    #[derive(Copy, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum Keepalives {
        /// As it should, every 50 ms.
        #[default]
        Prompt,
        /// Every 2 seconds, to test clients.
        Late,
        /// Not at all, to test clients.
        Missing,
    }
}

api_type! {
    /// `POST /api/v1/sandbox/phones/{id}/online`: switches the phone's network.
    #[derive(Copy)]
    pub struct Online {
        /// On or off.
        pub online: bool,
    }
}

api_type! {
    /// `POST /api/v1/sandbox/phones/{id}/asleep`: puts the phone to sleep, or wakes it.
    #[derive(Copy)]
    pub struct Asleep {
        /// Asleep or awake.
        pub asleep: bool,
    }
}

api_type! {
    /// `POST /api/v1/sandbox/phones/{id}/far`: takes the phone away from its computers, or back.
    #[derive(Copy)]
    pub struct Far {
        /// Far or near.
        pub far: bool,
    }
}

api_type! {
    /// `PUT /api/v1/sandbox/key/on`: switches the computer's key.
    #[derive(Copy)]
    pub struct Switch {
        /// On or off.
        pub on: bool,
    }
}
