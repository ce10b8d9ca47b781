//! What travels between a computer and a phone: relay frames and the end-to-end channel.
//!
//! Sans-IO: no sockets, no clock, no randomness of its own ([`Entropy`] is handed in), so that tests turn time
//! and chance by hand and the same code runs natively and in the browser.
//!
//! | module | subject |
//! |---|---|
//! | [`id`] | identifiers of devices, pairings and exchanges |
//! | [`identity`] | a device's own two key pairs, and the public half |
//! | [`proof`] | signatures by which a device introduces itself and connects |
//! | [`certificate`] | what a relay knows a device by |
//! | [`frame`] | what the relay reads and forwards |
//! | [`qr`] | the text in QR codes and links |
//! | [`pairing`] | the handshake by which phone and computer pin each other |
//! | [`sealed`] | one request and its response between pinned devices |
//! | [`exchange`] | a request's way over connections that break; what the phone has seen |
//!
//! The protocol chapter of the book (`docs/protocol.md`) explains why each is as it is.

pub mod certificate;
pub mod exchange;
pub mod frame;
pub mod id;
pub mod identity;
mod noise;
mod padding;
pub mod pairing;
pub mod proof;
pub mod qr;
pub mod sealed;

/// Where random bytes come from. Any `FnMut(&mut [u8])` that fills its argument will do.
pub trait Entropy {
    /// Fills `bytes` with cryptographically secure random bytes.
    fn fill(&mut self, bytes: &mut [u8]);

    /// `N` random bytes.
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

impl<F: FnMut(&mut [u8])> Entropy for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}
