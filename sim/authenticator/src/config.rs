//! What kind of authenticator this is.

use crate::fault::Fault;
use crate::keys::Algorithm;
use crate::store::Secret;

/// How a new credential vouches for where it was made (WebAuthn, attestation statement formats).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Attestation {
    /// Format `none`: an empty statement.
    None,
    /// Format `packed`, signed with the new key itself. libfido2's tools verify nothing less.
    #[default]
    SelfPacked,
    /// Format `packed`, signed with the key of a certificate. pam_u2f takes nothing less.
    Packed(Certified),
}

/// A certificate for attestation and its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// X.509 certificates in DER: that of the private key first, then those that lead to a root, without the root.
    /// The first names the same AAGUID as [`Config::aaguid`], if any, and should be short: replies have 2,048 bytes.
    pub certificates: Vec<Vec<u8>>,
    /// The private P-256 scalar, big-endian.
    pub private_key: Secret,
}

/// Attestation that identifies this very authenticator, for organisations that manage it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnterpriseAttestation {
    /// What identifies it.
    pub attestation: Certified,
    /// The relying parties that may have it by themselves ("vendor-facilitated").
    pub rp_ids: Vec<String>,
    /// Whether those may have it that the platform has on its list ("platform-managed").
    pub platform_managed: bool,
}

/// Whose signatures a signature counter counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counter {
    /// The whole device's. It lets relying parties link the accounts of a device a little.
    #[default]
    PerDevice,
    /// Each discoverable credential's own. Non-discoverable credentials still share the device's: there is no place
    /// to keep theirs.
    PerCredential,
}

/// Where the person is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserVerification {
    /// On the phone, by unlocking it: built-in user verification.
    #[default]
    Phone,
    /// At the client, with a PIN that is typed there.
    Pin,
    /// Either way; the phone first.
    PhoneAndPin,
}

impl UserVerification {
    /// Whether the phone verifies.
    pub fn on_phone(self) -> bool {
        matches!(self, Self::Phone | Self::PhoneAndPin)
    }

    /// Whether there can be a client PIN.
    pub fn with_pin(self) -> bool {
        matches!(self, Self::Pin | Self::PhoneAndPin)
    }
}

/// A fingerprint sensor that computers may enrol fingers with. It takes the place of the phone's unlock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sensor {
    /// How many fingers there is room for.
    pub max_templates: usize,
    /// How many good samples it takes to enrol one (`maxCaptureSamplesRequiredForEnroll`); at least 1.
    pub samples: u8,
    /// Longest friendly name in bytes (`maxTemplateFriendlyName`).
    pub max_name: usize,
}

/// Settings of one authenticator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The model identifier that relying parties see.
    pub aaguid: [u8; 16],
    /// How new credentials are attested.
    pub attestation: Attestation,
    /// What relying parties of an organisation may get instead, once authenticatorConfig has enabled it (option `ep`).
    pub enterprise_attestation: Option<EnterpriseAttestation>,
    /// What new credentials may sign with, in the order in which getInfo names them; each at most once.
    pub algorithms: Vec<Algorithm>,
    /// Whose signatures a counter counts.
    pub counter: Counter,
    /// Where the person is verified.
    pub user_verification: UserVerification,
    /// Whether the phone's verification also gives out pinUvAuthTokens (option `pinUvAuthToken`). Where there is a
    /// client PIN, it does in any case.
    pub phone_token: bool,
    /// The fingerprint sensor; none on a phone. It counts only with [`UserVerification::PhoneAndPin`]: it takes a PIN to
    /// enrol the first finger.
    pub fingerprint_sensor: Option<Sensor>,
    /// Whether nothing is signed for a person who is not verified (option `alwaysUv`), until toggled.
    pub always_uv: bool,
    /// Shortest PIN in Unicode code points; authenticatorConfig can raise it. At least 4.
    pub min_pin_length: u8,
    /// Room for the serialized large-blob array in bytes (`maxSerializedLargeBlobArray`): at least 1,024, or 0 for
    /// none. It takes pinUvAuthTokens to write them, so there are none where no tokens are given out.
    pub large_blob_size: usize,
    /// Whether U2F requests are answered (`U2F_V2`), while alwaysUv is off.
    pub u2f: bool,
    /// What is deliberately wrong with replies, for tests of clients and relying parties.
    pub fault: Option<Fault>,
    /// Longest request in bytes (`maxMsgSize`). The kernel's uhid ring drops messages beyond 31 packets,
    /// 1,800 bytes.
    pub max_msg_size: usize,
    /// How many discoverable credentials the store takes before it is full.
    pub max_credentials: usize,
    /// `firmwareVersion` of getInfo.
    pub firmware_version: u32,
}

impl Config {
    /// Pocketkey's own model identifier, c0421b8a-2e92-4e68-bba8-321f588c87a3.
    pub const AAGUID: [u8; 16] =
        [0xc0, 0x42, 0x1b, 0x8a, 0x2e, 0x92, 0x4e, 0x68, 0xbb, 0xa8, 0x32, 0x1f, 0x58, 0x8c, 0x87, 0xa3];

    /// The fingerprint sensor, where it counts.
    pub(crate) fn sensor(&self) -> Option<&Sensor> {
        let counts = self.user_verification == UserVerification::PhoneAndPin;
        self.fingerprint_sensor.as_ref().filter(|_| counts)
    }
}

impl Default for Config {
    /// Verification on the phone, self attestation, messages up to 1,200 bytes, 100 discoverable credentials.
    fn default() -> Self {
        Self {
            aaguid: Self::AAGUID,
            attestation: Attestation::default(),
            enterprise_attestation: None,
            algorithms: vec![Algorithm::Es256, Algorithm::EdDsa, Algorithm::Es384],
            counter: Counter::default(),
            user_verification: UserVerification::default(),
            phone_token: false,
            fingerprint_sensor: None,
            always_uv: false,
            min_pin_length: 4,
            large_blob_size: 2048,
            u2f: false,
            fault: None,
            max_msg_size: 1200,
            max_credentials: 100,
            firmware_version: 1,
        }
    }
}
