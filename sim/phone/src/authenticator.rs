//! The phone's authenticator: what it is set to, in the terms of the core.

use pocketkey_api::sandbox::{AuthenticatorSettings, Fault, PhoneAttestation, PhoneVerification};
use pocketkey_authenticator::{Attestation, Certified, Config, Counter, Secret, UserVerification};

/// The certificate that all simulated phones attest with, and its key, which is no secret (`attestation/make.sh`).
const CERTIFICATE: &[u8] = include_bytes!("../attestation/phone.der");
const CERTIFICATE_KEY: &[u8; 32] = include_bytes!("../attestation/phone.scalar");

/// The core's configuration for these settings.
pub(crate) fn config(settings: AuthenticatorSettings) -> Config {
    Config {
        user_verification: match settings.verification {
            PhoneVerification::Phone => UserVerification::Phone,
            PhoneVerification::Pin => UserVerification::Pin,
            PhoneVerification::PhoneAndPin => UserVerification::PhoneAndPin,
        },
        always_uv: settings.always_uv,
        u2f: settings.u2f,
        phone_token: settings.phone_token,
        attestation: match settings.attestation {
            PhoneAttestation::Certificate => Attestation::Packed(Certified {
                certificates: vec![CERTIFICATE.to_vec()],
                private_key: Secret::new(*CERTIFICATE_KEY),
            }),
            PhoneAttestation::SelfSigned => Attestation::SelfPacked,
            PhoneAttestation::None => Attestation::None,
        },
        counter: if settings.counter_per_credential { Counter::PerCredential } else { Counter::PerDevice },
        fault: settings.fault.and_then(fault),
        ..Config::default()
    }
}

/// The fault of the core; [`Fault::Stall`] is the phone's own.
fn fault(fault: Fault) -> Option<pocketkey_authenticator::Fault> {
    use pocketkey_authenticator::Fault as Core;
    match fault {
        Fault::BadSignature => Some(Core::BadSignature),
        Fault::CounterRollback => Some(Core::CounterRollback),
        Fault::WrongRpIdHash => Some(Core::WrongRpIdHash),
        Fault::WrongAttestation => Some(Core::WrongAttestation),
        Fault::MalformedReply => Some(Core::MalformedReply),
        Fault::Stall => None,
    }
}
