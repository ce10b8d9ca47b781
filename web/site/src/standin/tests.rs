//! The whole way without a browser: stand-in ↔ a relay that only forwards ↔ a phone made of the real channel and the real
//! authenticator core.

use data_encoding::BASE64URL_NOPAD;
use pocketkey_api::pairing::Pairing;
use pocketkey_authenticator::{Authenticator, Config, Env, Event, MemoryStore, Output};
use pocketkey_link::{
    Entropy,
    frame::{self, Frame, PairFailure, Peer, Refusal},
    id::{DeviceId, ExchangeId, PairingId},
    identity::{DeviceKeys, PublicKeys},
    pairing::{PhoneCard, PhoneWaits, phone_opens},
    proof,
    qr::{self, Scanned},
    sealed::{self, Bond, Response},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Ceremony, Failure, Origin,
    computer::{Computer, Effect, Name, State},
};

const NOW: u64 = 1_800_000_000_000;
const PHONE: DeviceId = DeviceId([7; 16]);
const PAIRING: PairingId = PairingId([8; 16]);
const COMPUTER: DeviceId = DeviceId([9; 16]);

/// Not random, but never the same bytes twice.
struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&Sha256::digest(self.0.to_be_bytes())[..chunk.len()]);
        }
    }
}

impl Env for Counter {
    fn now(&self) -> u64 {
        NOW
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        Entropy::fill(self, bytes);
    }
}

struct Phone {
    keys: DeviceKeys,
    authenticator: Authenticator<MemoryStore>,
    bond: Option<Bond>,
}

impl Phone {
    fn new(chance: &mut Counter) -> Self {
        let authenticator = Authenticator::new(Config::default(), MemoryStore::new());
        Self { keys: DeviceKeys::generate(chance), authenticator, bond: None }
    }

    fn scan(&self, text: &str, chance: &mut Counter) -> (PhoneWaits, Vec<u8>) {
        let Ok(Scanned::Pairing(invitation)) = qr::read(text) else { panic!("not a pairing: {text}") };
        phone_opens(&invitation, &self.keys, chance).unwrap()
    }

    fn card(&mut self, chance: &mut Counter) -> PhoneCard {
        let Output::Reply(info) = self.authenticator.step(Event::Request(&[4]), chance) else { panic!() };
        PhoneCard { device: PHONE, model: "Phone".into(), os: "OS".into(), info: info.into() }
    }

    /// Opens the request and answers it as `answer` decides.
    fn answer(&mut self, exchange: ExchangeId, body: &[u8], answer: Event, chance: &mut Counter) -> Vec<u8> {
        let bond = self.bond.unwrap();
        let (answering, request) = sealed::open_request(&bond, &self.keys, exchange, body, chance).unwrap();
        let reply = match self.authenticator.step(Event::Request(&request.ctap), chance) {
            Output::Reply(reply) => reply,
            Output::Ask(_) => match self.authenticator.step(answer, chance) {
                Output::Reply(reply) => reply,
                Output::Ask(prompt) => panic!("asks twice: {prompt:?}"),
            },
        };
        answering.seal_response(&Response { ctap: reply.into(), info: None }).unwrap()
    }
}

fn name() -> Name {
    Name { server: "http://localhost:8080".into(), name: "Tab".into(), os: "OS".into() }
}

fn origin() -> Origin {
    Origin { origin: "http://localhost:8080".into(), host: "localhost".into() }
}

/// What came out of the computer, when it is one frame.
fn sent(effects: Vec<Effect>) -> Frame {
    match <[Effect; 1]>::try_from(effects) {
        Ok([Effect::Send(frame)]) => frame,
        other => panic!("not one frame: {other:?}"),
    }
}

fn invited(chance: &mut Counter) -> Computer {
    let mut computer = Computer::new(name(), chance);
    assert!(computer.needs_pairing());
    let pairing = Pairing { pairing_id: PAIRING.to_string(), device_id: COMPUTER.to_string(), expires_at: 0 };
    assert!(computer.invite(&pairing, chance));
    assert!(!computer.needs_pairing());
    computer
}

/// Connects as the relay asks it to.
fn connect(computer: &mut Computer, peers: Vec<Peer>, chance: &mut Counter) {
    let nonce = chance.bytes();
    let Frame::Prove { device, signature, .. } =
        sent(computer.received(Frame::Challenge { nonce }, NOW, chance))
    else {
        panic!()
    };
    let introduced = computer.introduction().computer;
    let key = BASE64URL_NOPAD.decode(introduced.sign_key.as_bytes()).unwrap().try_into().unwrap();
    proof::verify_connection(&key, device, &nonce, &signature).unwrap();
    drop(computer.received(Frame::Welcome { peers }, NOW, chance));
}

fn paired() -> (Computer, Phone, Counter) {
    let mut chance = Counter(0);
    let (mut computer, mut phone) = (invited(&mut chance), Phone::new(&mut chance));
    connect(&mut computer, Vec::new(), &mut chance);
    let State::Unpaired(Some(text)) = computer.state() else { panic!() };

    let (waits, open) = phone.scan(&text, &mut chance);
    let answer = computer.received(Frame::PairOpen { pairing: PAIRING, body: open.into() }, NOW, &mut chance);
    let Frame::PairAnswer { body, .. } = sent(answer) else { panic!() };
    let card = phone.card(&mut chance);
    let (pinned, done) = waits.finish(&body, &card).unwrap();
    phone.bond = Some(Bond {
        pairing: PAIRING,
        computer: pinned.peer.device,
        phone: PHONE,
        peer_key: pinned.peer_key,
    });
    let effects =
        computer.received(Frame::PairDone { pairing: PAIRING, body: done.into() }, NOW, &mut chance);
    assert_eq!(effects, [Effect::Save]);

    let State::PhoneOffline(pinned_phone) = computer.state() else { panic!("not recorded yet") };
    assert_eq!(pinned_phone.code, pinned.code);
    drop(computer.received(
        Frame::Paired { peer: Peer { pairing: PAIRING, device: PHONE, online: true } },
        NOW,
        &mut chance,
    ));
    assert!(matches!(computer.state(), State::Ready(_)));
    (computer, phone, chance)
}

fn ask(computer: &mut Computer, ceremony: &Ceremony, chance: &mut Counter) -> (ExchangeId, Vec<u8>) {
    let asked = computer.ask(ceremony.ctap.clone(), ceremony.timeout, NOW, chance).unwrap();
    let Frame::Request { exchange, body, .. } = asked else { panic!() };
    (exchange, body.into())
}

fn response(exchange: ExchangeId, body: Vec<u8>) -> Frame {
    Frame::Response { exchange, pairing: PAIRING, body: body.into() }
}

fn cancel(exchange: ExchangeId) -> Effect {
    Effect::Send(Frame::Cancel { exchange, pairing: PAIRING })
}

fn got(exchange: ExchangeId) -> Effect {
    Effect::Send(Frame::Got { exchange, pairing: PAIRING })
}

/// Runs a ceremony, the phone answering with `answer`.
fn run(
    (computer, phone, chance): &mut (Computer, Phone, Counter),
    ceremony: &Ceremony,
    answer: Event,
) -> Result<Value, Failure> {
    let (exchange, body) = ask(computer, ceremony, chance);
    let body = phone.answer(exchange, &body, answer, chance);
    let effects = computer.received(response(exchange, body), NOW, chance);
    let Ok([_, Effect::Ended(reply)]) = <[Effect; 2]>::try_from(effects) else { panic!() };
    ceremony.finish(&reply?)
}

const YES: Event = Event::Approved { user_verified: true };

fn creation(discoverable: bool, exclude: &[&str]) -> Value {
    let wish = if discoverable { "required" } else { "discouraged" };
    let exclude: Vec<Value> = exclude.iter().map(|id| json!({ "type": "public-key", "id": id })).collect();
    json!({
        "rp": { "id": "localhost", "name": "Demo site" },
        "user": { "id": "dXNlcg", "name": "ada", "displayName": "Ada Lovelace" },
        "challenge": "Y2hhbGxlbmdl",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -8 }, { "type": "public-key", "alg": -7 }],
        "timeout": 60_000,
        "excludeCredentials": exclude,
        "authenticatorSelection": { "residentKey": wish, "userVerification": wish },
        "extensions": { "credProps": true },
    })
}

fn request(allow: &[&str]) -> Value {
    let allow: Vec<Value> = allow.iter().map(|id| json!({ "type": "public-key", "id": id })).collect();
    json!({ "challenge": "Y2hhbGxlbmdl", "rpId": "localhost", "allowCredentials": allow, "userVerification": "discouraged" })
}

fn bytes(value: &Value) -> Vec<u8> {
    BASE64URL_NOPAD.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

#[test]
fn registers_and_signs_in_with_the_real_authenticator() {
    let mut all = paired();
    let ceremony = Ceremony::create(&creation(false, &[]), &origin()).unwrap();
    assert_eq!(ceremony.timeout, 60_000);
    let made = run(&mut all, &ceremony, YES).unwrap();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(made["rawId"], made["id"]);
    assert_eq!(made["clientExtensionResults"], json!({ "credProps": { "rk": false } }));
    let client_data: Value = serde_json::from_slice(&bytes(&made["response"]["clientDataJSON"])).unwrap();
    let expected = json!({ "type": "webauthn.create", "challenge": "Y2hhbGxlbmdl", "origin": "http://localhost:8080", "crossOrigin": false });
    assert_eq!(client_data, expected);

    // Without attestation: format none, no model; and canonical, as the strict reader of the authenticator wants it.
    let object = bytes(&made["response"]["attestationObject"]);
    let mut fields =
        pocketkey_authenticator::cbor::map(pocketkey_authenticator::cbor::decode(&object).unwrap()).unwrap();
    assert_eq!(fields.required("fmt", pocketkey_authenticator::cbor::text).unwrap(), "none");
    let auth_data = fields.required("authData", pocketkey_authenticator::cbor::bytes).unwrap();
    assert_eq!(auth_data, bytes(&made["response"]["authenticatorData"]));
    assert_eq!(auth_data[37..53], [0; 16]);

    let ceremony = Ceremony::get(&request(&[&id]), &origin()).unwrap();
    let asserted = run(&mut all, &ceremony, YES).unwrap();
    assert_eq!(asserted["id"], id.as_str());
    assert!(asserted["response"].get("userHandle").is_none());
    assert!(!bytes(&asserted["response"]["signature"]).is_empty());

    // The same account again, and an account that the phone does not know.
    let again = Ceremony::create(&creation(false, &[&id]), &origin()).unwrap();
    assert_eq!(run(&mut all, &again, YES), Err(Failure::Excluded));
    let unknown = Ceremony::get(&request(&["AAAA"]), &origin()).unwrap();
    assert_eq!(run(&mut all, &unknown, YES), Err(Failure::NoCredential));
}

#[test]
fn a_passkey_signs_in_without_a_name() {
    let mut all = paired();
    let mut options = creation(true, &[]);
    options["attestation"] = json!("direct");
    let made = run(&mut all, &Ceremony::create(&options, &origin()).unwrap(), YES).unwrap();
    let object = bytes(&made["response"]["attestationObject"]);
    let mut fields =
        pocketkey_authenticator::cbor::map(pocketkey_authenticator::cbor::decode(&object).unwrap()).unwrap();
    assert_eq!(fields.required("fmt", pocketkey_authenticator::cbor::text).unwrap(), "packed");
    assert_eq!(bytes(&made["response"]["authenticatorData"])[37..53], Config::AAGUID);

    let asserted = run(&mut all, &Ceremony::get(&request(&[]), &origin()).unwrap(), YES).unwrap();
    assert_eq!(asserted["id"], made["id"]);
    assert_eq!(asserted["response"]["userHandle"], "dXNlcg");
}

#[test]
fn no_is_no_whoever_says_it() {
    let mut all = paired();
    let ceremony = Ceremony::create(&creation(false, &[]), &origin()).unwrap();
    assert_eq!(run(&mut all, &ceremony, Event::Denied), Err(Failure::Denied));
    assert_eq!(run(&mut all, &ceremony, Event::TimedOut), Err(Failure::TimedOut));
    assert_eq!(run(&mut all, &ceremony, Event::Cancelled), Err(Failure::Aborted));

    let (mut computer, _, mut chance) = all;
    for reason in [
        frame::Failure::PhoneOffline,
        frame::Failure::TimedOut,
        frame::Failure::Busy,
        frame::Failure::Blocked,
    ] {
        let (exchange, _) = ask(&mut computer, &ceremony, &mut chance);
        let other = ExchangeId::random(&mut chance);
        let failed = |exchange| Frame::Failed { exchange, pairing: PAIRING, reason };
        assert_eq!(computer.received(failed(other), NOW, &mut chance), [got(other)]);
        let effects = computer.received(failed(exchange), NOW, &mut chance);
        assert_eq!(effects, [got(exchange), Effect::Ended(Err(reason.into()))]);
        assert_eq!(computer.received(failed(exchange), NOW, &mut chance), [got(exchange)], "once");
    }
}

#[test]
fn one_request_at_a_time_and_a_cancelled_one_is_forgotten() {
    let (mut computer, mut phone, mut chance) = paired();
    let ceremony = Ceremony::create(&creation(false, &[]), &origin()).unwrap();
    let (exchange, body) = ask(&mut computer, &ceremony, &mut chance);
    assert_eq!(computer.ask(ceremony.ctap.clone(), 1, NOW, &mut chance), Err(Failure::Busy));
    assert_eq!(computer.cancel(NOW), Some(Frame::Cancel { exchange, pairing: PAIRING }));
    assert_eq!(computer.cancel(NOW), None);
    let late = phone.answer(exchange, &body, YES, &mut chance);
    assert_eq!(computer.received(response(exchange, late), NOW, &mut chance), [got(exchange)]);
}

#[test]
fn an_answer_that_was_touched_is_thrown_away() {
    let (mut computer, mut phone, mut chance) = paired();
    let ceremony = Ceremony::create(&creation(false, &[]), &origin()).unwrap();
    let (exchange, body) = ask(&mut computer, &ceremony, &mut chance);
    let mut body = phone.answer(exchange, &body, YES, &mut chance);
    body[20] ^= 1;
    let effects = computer.received(response(exchange, body), NOW, &mut chance);
    assert_eq!(effects, [got(exchange), Effect::Ended(Err(Failure::Tampered))]);
}

#[test]
fn a_request_outlives_its_connection() {
    let (mut computer, _, mut chance) = paired();
    let ceremony = Ceremony::create(&creation(false, &[]), &origin()).unwrap();
    let (asked, _) = ask(&mut computer, &ceremony, &mut chance);
    computer.disconnected();
    assert_eq!(computer.state(), State::Unconnected);
    let here = Peer { pairing: PAIRING, device: PHONE, online: true };
    let again = computer.received(Frame::Welcome { peers: vec![here] }, NOW + 5, &mut chance);
    let resent = matches!(&again[..], [Effect::Send(Frame::Request { exchange, .. })] if *exchange == asked);
    assert!(resent, "{again:?}");
    let late = [cancel(asked), Effect::Ended(Err(Failure::TimedOut))];
    assert_eq!(computer.tick(NOW + 60_000), late);
}

#[test]
fn a_reload_keeps_the_pairing_and_a_phone_that_is_away_is_waited_for() {
    let (mut computer, _, mut chance) = paired();
    computer.disconnected();
    assert_eq!(computer.state(), State::Unconnected);
    assert_eq!(computer.ask(vec![1], 1, NOW, &mut chance), Err(Failure::Unreachable));

    let mut reloaded = Computer::load(name(), &computer.save().unwrap()).unwrap();
    assert!(!reloaded.needs_pairing());
    let here = Peer { pairing: PAIRING, device: PHONE, online: false };
    connect(&mut reloaded, vec![here], &mut chance);
    assert!(matches!(reloaded.state(), State::PhoneOffline(_)));
    let Ok(Frame::Request { exchange, .. }) = reloaded.ask(vec![1], 9000, NOW, &mut chance) else { panic!() };
    let queued = Frame::Queued { exchange, pairing: PAIRING };
    assert_eq!(reloaded.received(queued, NOW, &mut chance), []);
    let late = [cancel(exchange), Effect::Ended(Err(Failure::PhoneOffline))];
    assert_eq!(reloaded.tick(NOW + 9000), late);
    drop(reloaded.received(Frame::Presence { peer: Peer { online: true, ..here } }, NOW, &mut chance));
    assert!(matches!(reloaded.state(), State::Ready(_)));

    // Removed by the phone or the appliance, now or while away.
    let effects = reloaded.received(Frame::Unpaired { pairing: PAIRING }, NOW, &mut chance);
    assert_eq!(effects, [Effect::Save]);
    assert_eq!((reloaded.save(), reloaded.needs_pairing()), (None, true));
    let mut away = Computer::load(name(), &computer.save().unwrap()).unwrap();
    connect(&mut away, Vec::new(), &mut chance);
    assert!(away.needs_pairing());
}

#[test]
fn a_wrong_secret_pairs_nothing() {
    let mut chance = Counter(0);
    let (mut computer, mut phone) = (invited(&mut chance), Phone::new(&mut chance));
    connect(&mut computer, Vec::new(), &mut chance);
    let State::Unpaired(Some(text)) = computer.state() else { panic!() };
    let (start, _) = text.rsplit_once('.').unwrap();
    let guessed = format!("{start}.{}", BASE64URL_NOPAD.encode(&[1; 32]));
    let (waits, open) = phone.scan(&guessed, &mut chance);
    let Frame::PairAnswer { body, .. } =
        sent(computer.received(Frame::PairOpen { pairing: PAIRING, body: open.into() }, NOW, &mut chance))
    else {
        panic!()
    };
    let card = phone.card(&mut chance);
    assert!(waits.finish(&body, &card).is_err());
    let done = Frame::PairDone { pairing: PAIRING, body: vec![0; 64].into() };
    let refused = Frame::PairFailed { pairing: PAIRING, reason: PairFailure::Handshake };
    assert_eq!(sent(computer.received(done, NOW, &mut chance)), refused);
    assert!(matches!(computer.state(), State::Unpaired(Some(_))), "the right phone may still come");

    let expired = Frame::PairFailed { pairing: PAIRING, reason: PairFailure::Expired };
    assert_eq!(computer.received(expired, NOW, &mut chance), [Effect::PairFailed(PairFailure::Expired)]);
    assert!(computer.needs_pairing());
}

#[test]
fn a_refusal_ends_everything() {
    let (mut computer, _, mut chance) = paired();
    let ceremony = Ceremony::create(&creation(false, &[]), &origin()).unwrap();
    drop(ask(&mut computer, &ceremony, &mut chance));
    let effects = computer.received(Frame::Refused { reason: Refusal::Superseded }, NOW, &mut chance);
    assert_eq!(effects, [Effect::Refused(Refusal::Superseded)]);
    assert_eq!(computer.state(), State::Unconnected);
}

#[test]
fn a_page_asks_in_its_own_name_only() {
    let at = |host: &str| Origin { origin: format!("https://{host}"), host: host.to_owned() };
    let asked = |rp: &str, host: &str| {
        let mut options = request(&[]);
        options["rpId"] = rp.into();
        Ceremony::get(&options, &at(host)).err()
    };
    assert_eq!(asked("keys.example.org", "keys.example.org"), None);
    assert_eq!(asked("example.org", "keys.example.org"), None);
    for (rp, host) in [
        ("org", "keys.example.org"),
        ("ample.org", "example.org"),
        ("b.example.org", "example.org"),
        ("", "a.b"),
    ] {
        assert_eq!(asked(rp, host), Some(Failure::Origin), "{rp} at {host}");
    }
    assert_eq!(
        Ceremony::get(&json!({ "challenge": "not base64!" }), &origin()).err(),
        Some(Failure::Options)
    );
}

#[test]
fn the_introduction_is_proven() {
    let mut chance = Counter(0);
    let computer = Computer::new(name(), &mut chance).introduction().computer;
    let key = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let keys = PublicKeys {
        sign: key(&computer.sign_key).try_into().unwrap(),
        channel: key(&computer.channel_key).try_into().unwrap(),
    };
    proof::verify_introduction(&keys, &key(&computer.proof).try_into().unwrap()).unwrap();
}

proptest! {
    #[test]
    fn no_stored_text_panics(text in ".{0,200}") {
        prop_assert!(Computer::load(name(), &text).is_none());
    }

    #[test]
    fn no_damaged_body_pairs_or_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut chance = Counter(0);
        let mut computer = invited(&mut chance);
        connect(&mut computer, Vec::new(), &mut chance);
        drop(computer.received(Frame::PairOpen { pairing: PAIRING, body: body.clone().into() }, NOW, &mut chance));
        drop(computer.received(Frame::PairDone { pairing: PAIRING, body: body.into() }, NOW, &mut chance));
        prop_assert!(computer.save().is_none());
    }
}
