//! Pairing and sealed requests between a phone and a computer, and what a relay in the middle cannot do.

use pocketkey_link::{
    id::{DeviceId, ExchangeId, PairingId},
    identity::DeviceKeys,
    pairing::{self, ComputerCard, PhoneCard},
    qr::PairingInvitation,
    sealed::{self, Bond, Protocol, Request, Response},
};
use proptest::prelude::*;
use zeroize::Zeroizing;

/// Randomness that can be repeated: a counter, which is all that a test needs.
fn counter(seed: u8) -> impl FnMut(&mut [u8]) {
    let mut next = seed;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(167).wrapping_add(13);
            *byte = next;
        }
    }
}

struct Two {
    computer: DeviceKeys,
    phone: DeviceKeys,
    invitation: PairingInvitation,
}

fn two() -> Two {
    let computer = DeviceKeys::generate(&mut counter(1));
    let phone = DeviceKeys::generate(&mut counter(2));
    let invitation = PairingInvitation {
        server: "http://localhost:8080".into(),
        pairing: PairingId([5; 16]),
        computer: computer.public().channel,
        secret: Zeroizing::new([6; 32]),
    };
    Two { computer, phone, invitation }
}

fn computer_card() -> ComputerCard {
    ComputerCard { device: DeviceId([1; 16]), name: "desk".into(), os: "Linux".into() }
}

fn phone_card() -> PhoneCard {
    PhoneCard {
        device: DeviceId([2; 16]),
        model: "Pixel".into(),
        os: "Android".into(),
        info: vec![0, 0xA0].into(),
    }
}

#[test]
fn phone_and_computer_pin_each_other_and_show_the_same_code() {
    let two = two();
    let (phone, open) = pairing::phone_opens(&two.invitation, &two.phone, &mut counter(3)).unwrap();
    let (computer, answer) =
        pairing::computer_answers(&two.invitation, &two.computer, &open, &computer_card(), &mut counter(4))
            .unwrap();
    let (at_phone, done) = phone.finish(&answer, &phone_card()).unwrap();
    let at_computer = computer.finish(&done).unwrap();
    assert_eq!(at_phone.peer, computer_card());
    assert_eq!(at_computer.peer, phone_card());
    assert_eq!(at_phone.peer_key, two.computer.public().channel);
    assert_eq!(at_computer.peer_key, two.phone.public().channel);
    assert_eq!(at_phone.code, at_computer.code);
    assert_eq!(at_phone.code.len(), 6);
}

#[test]
fn who_did_not_see_the_qr_is_not_paired() {
    let two = two();
    let guessed = PairingInvitation { secret: Zeroizing::new([7; 32]), ..two.invitation.clone() };
    let (phone, open) = pairing::phone_opens(&guessed, &two.phone, &mut counter(3)).unwrap();
    let (computer, answer) =
        pairing::computer_answers(&two.invitation, &two.computer, &open, &computer_card(), &mut counter(4))
            .unwrap();
    assert!(phone.finish(&answer, &phone_card()).is_err(), "the phone notices");
    assert!(computer.finish(&[0; 64]).is_err(), "and the computer takes nothing for message three");
}

#[test]
fn a_relay_that_swaps_the_computer_is_noticed() {
    let two = two();
    let mallory = DeviceKeys::generate(&mut counter(9));
    let (_, open) = pairing::phone_opens(&two.invitation, &two.phone, &mut counter(3)).unwrap();
    assert!(
        pairing::computer_answers(&two.invitation, &mallory, &open, &computer_card(), &mut counter(4))
            .is_err(),
        "message one is for the computer of the QR only"
    );
}

fn bonds(two: &Two) -> (Bond, Bond) {
    let at_computer = Bond {
        pairing: PairingId([5; 16]),
        computer: DeviceId([1; 16]),
        phone: DeviceId([2; 16]),
        peer_key: two.phone.public().channel,
    };
    (at_computer, Bond { peer_key: two.computer.public().channel, ..at_computer })
}

fn request() -> Request {
    Request {
        issued_at: 1_000,
        ttl_ms: 60_000,
        ctap: b"\x02 relying-party.example".to_vec().into(),
        protocol: Protocol::Ctap2,
        plugged_in_ms: Some(5),
    }
}

const EXCHANGE: ExchangeId = ExchangeId([8; 16]);

#[test]
fn a_request_and_its_response_pass_and_show_nothing() {
    let two = two();
    let (at_computer, at_phone) = bonds(&two);
    let (waiting, sealed) =
        sealed::seal_request(&at_computer, &two.computer, EXCHANGE, &request(), &mut counter(10)).unwrap();
    assert!(!sealed.windows(7).any(|window| window == b"relying"));
    assert_eq!(sealed.len(), 256 + 32 + 16, "a step, the ephemeral key, the tag");
    let (answering, opened) =
        sealed::open_request(&at_phone, &two.phone, EXCHANGE, &sealed, &mut counter(11)).unwrap();
    assert_eq!(opened, request());
    let response = Response { ctap: vec![0, 1, 2].into(), info: Some(vec![0, 0xA0].into()) };
    let sealed = answering.seal_response(&response).unwrap();
    assert_eq!(waiting.open_response(&sealed).unwrap(), response);
}

#[test]
fn a_request_is_bound_to_its_exchange_pairing_and_devices() {
    let two = two();
    let (at_computer, at_phone) = bonds(&two);
    let (_, sealed) =
        sealed::seal_request(&at_computer, &two.computer, EXCHANGE, &request(), &mut counter(10)).unwrap();
    let opens = |bond: &Bond, exchange| {
        sealed::open_request(bond, &two.phone, exchange, &sealed, &mut counter(11)).is_ok()
    };
    assert!(opens(&at_phone, EXCHANGE));
    assert!(!opens(&at_phone, ExchangeId([9; 16])));
    assert!(!opens(&Bond { pairing: PairingId([6; 16]), ..at_phone }, EXCHANGE));
    assert!(!opens(&Bond { computer: DeviceId([3; 16]), ..at_phone }, EXCHANGE));
    let mallory = DeviceKeys::generate(&mut counter(9)).public().channel;
    assert!(!opens(&Bond { peer_key: mallory, ..at_phone }, EXCHANGE));
}

#[test]
fn a_response_to_another_request_is_not_taken() {
    let two = two();
    let (at_computer, at_phone) = bonds(&two);
    let seal = |seed| {
        sealed::seal_request(&at_computer, &two.computer, EXCHANGE, &request(), &mut counter(seed)).unwrap()
    };
    let (first, _) = seal(10);
    let (_, other_message) = seal(20);
    let (answering, _) =
        sealed::open_request(&at_phone, &two.phone, EXCHANGE, &other_message, &mut counter(11)).unwrap();
    let answer = answering.seal_response(&Response { ctap: vec![0].into(), info: None }).unwrap();
    assert!(first.open_response(&answer).is_err());
}

#[test]
fn what_is_too_long_is_refused_before_it_is_sent() {
    let two = two();
    let (at_computer, _) = bonds(&two);
    let long = Request { ctap: vec![0; 9_000].into(), ..request() };
    let refused = sealed::seal_request(&at_computer, &two.computer, EXCHANGE, &long, &mut counter(1));
    assert!(matches!(refused, Err(sealed::SealError::TooLong)));
}

proptest! {
    #[test]
    fn any_change_on_the_way_is_noticed(at in 0usize..304, flip in 1u8..) {
        let two = two();
        let (at_computer, at_phone) = bonds(&two);
        let (_, mut sealed) =
            sealed::seal_request(&at_computer, &two.computer, EXCHANGE, &request(), &mut counter(10)).unwrap();
        // The top bit of an X25519 coordinate is ignored by design, but the handshake hash covers it.
        sealed[at] ^= flip;
        prop_assert!(sealed::open_request(&at_phone, &two.phone, EXCHANGE, &sealed, &mut counter(11)).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
        let two = two();
        let (_, at_phone) = bonds(&two);
        prop_assert!(sealed::open_request(&at_phone, &two.phone, EXCHANGE, &bytes, &mut counter(11)).is_err());
        let answered =
            pairing::computer_answers(&two.invitation, &two.computer, &bytes, &computer_card(), &mut counter(4));
        prop_assert!(answered.is_err());
    }
}
