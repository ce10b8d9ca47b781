//! Pairing of a computer with a phone (C1): the REST part. The rest runs end to end through the relay.

use crate::{api_type, device::NewDevice};

api_type! {
    /// `POST /api/v1/pairings`: a computer asks to be paired. A computer that is known (same `sign_key`) keeps its id.
    pub struct NewPairing {
        /// The computer.
        pub computer: NewDevice,
    }
}

api_type! {
    /// A pairing that waits for a phone.
    pub struct Pairing {
        /// The pairing's id; part of the QR text.
        pub pairing_id: String,
        /// The computer's id at the relay.
        pub device_id: String,
        /// When the QR stops working.
        pub expires_at: i64,
    }
}
