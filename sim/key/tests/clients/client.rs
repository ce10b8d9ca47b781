//! One client: what CTAP 2.1, 11.2 lets it do, and what programs do besides.
//!
//! It knows the answer to each of its requests beforehand, so that an answer to any other does not pass for it.

use std::{collections::BTreeMap, mem};

use super::{random::Random, wire::*};

/// How often what happened, so that a test can tell that it saw everything.
#[derive(Debug, Default)]
pub struct Seen(pub BTreeMap<&'static str, u64>);

impl Seen {
    pub fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}

/// What a client may look at when it is its turn.
pub struct Scene<'a> {
    pub now: u64,
    pub random: &'a mut Random,
    pub seen: &'a mut Seen,
    /// How long the key waits for a packet, in milliseconds.
    pub timeout_ms: u64,
    /// Whether it sees what the key sends before anybody sends again.
    pub prompt: bool,
    /// Whether clients break off, send garbage, and die.
    pub rude: bool,
    /// Whether no new requests begin.
    pub last_round: bool,
}

/// What a client does when it is its turn.
#[derive(Debug)]
pub enum Move {
    Nothing,
    Send(Report),
    Die,
}

/// A request, and what must come of it.
#[derive(Debug, Clone)]
struct Ask {
    command: u8,
    payload: Vec<u8>,
    /// Where the length in the first packet is a lie.
    claimed: Option<usize>,
    error: Option<u8>,
}

impl Ask {
    fn new(command: u8, payload: Vec<u8>) -> Self {
        Self { command, payload, claimed: None, error: None }
    }

    fn wrong(command: u8, payload: Vec<u8>, code: u8) -> Self {
        Self { error: Some(code), ..Self::new(command, payload) }
    }

    fn packets(&self, cid: u32) -> Vec<Report> {
        match self.claimed {
            Some(length) => vec![first(cid, self.command, length, &self.payload)],
            None => packets(cid, self.command, &self.payload),
        }
    }

    /// The only reply that is right.
    fn reply(&self) -> (u8, Vec<u8>) {
        match (self.command, self.error) {
            (_, Some(code)) => (ERROR, vec![code]),
            (LOCK | WINK, _) => (self.command, vec![]),
            (CBOR | MSG, _) => (self.command, readable(self.command == MSG, phones_reply(&self.payload))),
            _ => (self.command, self.payload.clone()),
        }
    }
}

/// What the phone replies to a request; now and then something that no client could read.
pub fn phones_reply(request: &[u8]) -> Vec<u8> {
    let hash = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
    let mut random = Random(request.iter().fold(0xCBF2_9CE4_8422_2325, hash));
    let length = match random.below(20) {
        0 => 0,
        1 => 2049 + random.length(50),
        2 | 3 => 1 + random.length(2048),
        _ => 1 + random.length(150),
    };
    let mut reply = [&[0], request].concat();
    reply.extend(random.bytes(length.saturating_sub(reply.len())));
    reply.truncate(length);
    reply
}

/// What becomes of a reply: libfido2 reads 2,048 bytes and no more, and an empty one is none.
pub fn readable(u2f: bool, reply: Vec<u8>) -> Vec<u8> {
    match reply.len() {
        1..=2048 => reply,
        _ if u2f => vec![0x6F, 0x00],
        _ => vec![0x7F],
    }
}

#[derive(Debug)]
struct Request {
    ask: Ask,
    packets: Vec<Report>,
    next: usize,
    sent_at: u64,
    /// The longest time between two packets.
    paused: u64,
    /// A keep-alive came: the request runs.
    heard: bool,
    cancelled: bool,
    /// It spoiled the message itself.
    spoiled: bool,
    /// Sent while the request ran: comes back as an echo, or BUSY.
    impatient: Option<Vec<u8>>,
}

#[derive(Debug)]
enum Task {
    Idle,
    /// INIT was sent, on broadcast or its own channel.
    Init([u8; 8]),
    Request(Box<Request>),
    /// The request is over, the impatient echo not.
    Echo(Vec<u8>),
    /// Was told BUSY.
    Again(Ask),
    Dead,
}

#[derive(Debug)]
pub struct Client {
    pub number: u8,
    pub cid: Option<u32>,
    /// Does nothing before.
    pub next_at: u64,
    /// Somebody sent garbage on its channel.
    pub disturbed: bool,
    pub served: u32,
    tag: u32,
    task: Task,
}

impl Client {
    pub fn new(number: u8) -> Self {
        Self { number, cid: None, next_at: 0, disturbed: false, served: 0, tag: 0, task: Task::Idle }
    }

    pub fn is_alive(&self) -> bool {
        !matches!(self.task, Task::Dead)
    }

    /// Wants nothing, or nothing any more.
    pub fn is_at_rest(&self) -> bool {
        matches!(self.task, Task::Dead) || (matches!(self.task, Task::Idle) && self.cid.is_some())
    }

    pub fn die(&mut self) {
        self.task = Task::Dead;
    }

    pub fn act(&mut self, scene: &mut Scene) -> Move {
        let Some(cid) = self.cid else {
            return if matches!(self.task, Task::Idle) { self.init(BROADCAST, scene) } else { Move::Nothing };
        };
        match mem::replace(&mut self.task, Task::Idle) {
            Task::Idle if scene.last_round => Move::Nothing,
            Task::Idle => self.begin(cid, scene),
            Task::Again(mut ask) => {
                self.mark(&mut ask);
                self.send(cid, ask, scene)
            }
            Task::Request(request) if request.next < request.packets.len() => {
                self.proceed(cid, request, scene)
            }
            Task::Request(request) => self.wait(cid, request, scene),
            task => {
                self.task = task;
                Move::Nothing
            }
        }
    }

    /// Sends the request's next packet, mostly.
    fn proceed(&mut self, cid: u32, mut request: Box<Request>, scene: &mut Scene) -> Move {
        let rude = scene.rude && !scene.last_round;
        request.paused = request.paused.max(scene.now - request.sent_at);
        match scene.random.below(200) {
            0 if rude => {
                self.next_at = scene.now + scene.timeout_ms + scene.random.below(200);
                self.task = Task::Request(request);
                return Move::Nothing;
            }
            1 if rude => {
                request.spoiled = true;
                let seq = u8::try_from(request.next).unwrap() & 0x7F; // one too many
                request.next = request.packets.len();
                self.task = Task::Request(request);
                return Move::Send(next(cid, seq, &[0xEE]));
            }
            2 if rude && scene.prompt && scene.now < request.sent_at + scene.timeout_ms => {
                request.spoiled = true;
                request.next = request.packets.len();
                self.task = Task::Request(request);
                return Move::Send(first(cid, PING, 1, &[0xEE]));
            }
            3 if rude => {
                scene.seen.count("resynchronised while sending");
                return self.init(cid, scene);
            }
            4 if rude => {
                scene.seen.count("died while sending");
                return Move::Die;
            }
            _ => {}
        }
        let packet = request.packets[request.next];
        request.next += 1;
        request.sent_at = scene.now;
        if request.next == request.packets.len() {
            self.next_at = scene.now + scene.random.below(400);
        }
        self.task = Task::Request(request);
        Move::Send(packet)
    }

    /// The request is sent, the reply not here.
    fn wait(&mut self, cid: u32, mut request: Box<Request>, scene: &mut Scene) -> Move {
        self.next_at = scene.now + scene.random.below(400);
        let chance = scene.random.below(100);
        let mut act = Move::Nothing;
        if chance < 25 && !scene.last_round {
            request.cancelled |= request.ask.command == CBOR;
            act = Move::Send(first(cid, CANCEL, 0, &[]));
            if scene.random.percent(30) {
                self.next_at = scene.now; // and perhaps a second one
            }
        } else if chance < 30 && scene.rude && !scene.last_round {
            scene.seen.count("resynchronised while waiting");
            return self.init(cid, scene);
        } else if chance < 33 && scene.rude && !scene.last_round {
            scene.seen.count("died while waiting");
            return Move::Die;
        } else if chance < 45 && request.heard && request.impatient.is_none() && !scene.last_round {
            let payload = scene.random.bytes(9);
            act = Move::Send(first(cid, PING, payload.len(), &payload));
            request.impatient = Some(payload);
        }
        self.task = Task::Request(request);
        act
    }

    fn init(&mut self, cid: u32, scene: &mut Scene) -> Move {
        let nonce: [u8; 8] = scene.random.bytes(8).try_into().unwrap();
        self.task = Task::Init(nonce);
        Move::Send(first(cid, INIT, 8, &nonce))
    }

    fn begin(&mut self, cid: u32, scene: &mut Scene) -> Move {
        let random = &mut *scene.random;
        let size = |random: &mut Random| match random.below(40) {
            0 => random.length(LONGEST as u64 + 1),
            1..10 => 58 + random.length(300),
            _ => random.length(120),
        };
        let ask = match random.below(if scene.rude { 100 } else { 75 }) {
            0..35 => {
                let size = size(random).max(1);
                Ask::new(CBOR, random.bytes(size))
            }
            35..50 => {
                let size = size(random).max(1);
                Ask::new(MSG, random.bytes(size))
            }
            50..65 => {
                let size = size(random);
                Ask::new(PING, random.bytes(size))
            }
            65..69 => Ask::new(WINK, vec![]),
            69..75 => match random.below(14) {
                seconds @ 11.. => Ask::wrong(LOCK, vec![seconds.to_be_bytes()[7]], INVALID_PARAMETER),
                seconds => Ask::new(LOCK, vec![seconds.to_be_bytes()[7]]),
            },
            75..80 => return self.init(cid, scene),
            80..85 => {
                scene.seen.count("garbage on its own channel");
                return Move::Send(next(cid, random.byte() & 0x7F, &random.bytes(59)));
            }
            85..88 => return Move::Send(first(cid, CANCEL, 0, &[])),
            88..91 => {
                let nobodys = [0, BROADCAST, 0x7000_0000][random.index(3)];
                return Move::Send(first(nobodys, [PING, CBOR, CANCEL][random.index(3)], 1, &[4]));
            }
            91..93 => Ask {
                claimed: Some(LONGEST + 1 + random.length(50_000)),
                ..Ask::wrong([PING, CBOR, MSG][random.index(3)], random.bytes(57), INVALID_LENGTH)
            },
            93..95 => Ask::wrong([CBOR, MSG, LOCK][random.index(3)], vec![], INVALID_LENGTH),
            95..97 => Ask::wrong(WINK, vec![1], INVALID_LENGTH),
            97..99 => Ask::wrong([0xC0, 0xFF, KEEPALIVE, ERROR][random.index(4)], vec![1], INVALID_COMMAND),
            _ => Ask { claimed: Some(7), ..Ask::wrong(INIT, vec![1; 7], INVALID_LENGTH) },
        };
        let mut ask = ask;
        self.mark(&mut ask);
        self.send(cid, ask, scene)
    }

    /// Makes a request unlike all others.
    fn mark(&mut self, ask: &mut Ask) {
        self.tag += 1;
        if matches!(ask.command, PING | CBOR | MSG) && ask.payload.len() >= 6 {
            ask.payload[1] = self.number;
            ask.payload[2..6].copy_from_slice(&self.tag.to_be_bytes());
        }
    }

    fn send(&mut self, cid: u32, ask: Ask, scene: &mut Scene) -> Move {
        let request = Request {
            packets: ask.packets(cid),
            ask,
            next: 0,
            sent_at: scene.now,
            paused: 0,
            heard: false,
            cancelled: false,
            spoiled: false,
            impatient: None,
        };
        self.disturbed = false;
        let packet = request.packets[0];
        self.task = Task::Request(Box::new(Request { next: 1, ..request }));
        self.next_at = scene.now;
        Move::Send(packet)
    }

    /// A message on broadcast; all clients see it.
    pub fn overhear(&mut self, message: &Message) {
        if let Task::Init(nonce) = self.task
            && self.cid.is_none()
            && message.payload.starts_with(&nonce)
        {
            self.cid = Some(u32::from_be_bytes(message.payload[8..12].try_into().unwrap()));
            self.task = Task::Idle;
        }
    }

    /// A message on its channel.
    pub fn receive(&mut self, scene: &mut Scene, message: &Message) {
        let Message { command, payload, .. } = message;
        match mem::replace(&mut self.task, Task::Idle) {
            Task::Dead => self.task = Task::Dead,
            Task::Init(nonce) => assert!(*command == INIT && payload.starts_with(&nonce), "{message:02x?}"),
            // Or another client was faster.
            Task::Echo(echo) => assert!(
                (*command, payload) == (PING, &echo) || (*command, &payload[..]) == (ERROR, &[BUSY]),
                "{message:02x?}"
            ),
            Task::Request(request) => self.task = self.hear(request, scene, message),
            Task::Idle | Task::Again(_) => panic!("client {} asked for nothing: {message:02x?}", self.number),
        }
    }

    fn hear(&mut self, mut request: Box<Request>, scene: &mut Scene, message: &Message) -> Task {
        let seen = &mut *scene.seen;
        let sent = request.next == request.packets.len();
        match (message.command, &message.payload[..]) {
            (KEEPALIVE, _) => {
                assert!(
                    request.ask.command == CBOR && sent && !request.spoiled,
                    "a keep-alive for {request:?}"
                );
                request.heard = true;
                seen.count("keep-alive");
                return Task::Request(request);
            }
            (ERROR, [BUSY]) if request.impatient.is_some() => {
                request.impatient = None;
                seen.count("busy with the same client");
                return Task::Request(request);
            }
            (PING, echo) if request.impatient.as_deref() == Some(echo) => {
                panic!("an echo while {request:?} runs");
            }
            (ERROR, [BUSY]) => {
                assert!(!request.heard, "a request that ran is not refused");
                self.next_at = scene.now + 80 + scene.random.below(120);
                seen.count("busy");
                // The specification's own clients give up or ask again; ours asks again.
                return if request.ask.error.is_some() { Task::Idle } else { Task::Again(request.ask) };
            }
            (CBOR, [0x2D]) if request.cancelled => seen.count("cancelled"),
            (ERROR, [TIMEOUT]) if request.packets.len() > 1 && !request.heard => {
                let pause = if sent { 0 } else { scene.now - request.sent_at };
                assert!(pause.max(request.paused) >= scene.timeout_ms, "too early");
                seen.count("timed out");
            }
            (ERROR, [INVALID_SEQUENCE]) if request.spoiled => seen.count("spoiled"),
            (ERROR, [INVALID_SEQUENCE]) if self.disturbed => seen.count("disturbed"),
            (command, payload) => {
                assert!(sent && !request.spoiled, "a reply before the request: {message:02x?}");
                assert_eq!((command, payload.to_vec()), request.ask.reply(), "not the answer to this");
                self.served += 1;
                seen.count(match (command, request.cancelled) {
                    (CBOR, true) => "cancelled too late",
                    (CBOR, false) => "CTAP2 reply",
                    (MSG, _) => "U2F reply",
                    (LOCK, _) => "lock",
                    (ERROR, _) => "refused",
                    _ => "echo",
                });
            }
        }
        self.next_at = scene.now + scene.random.below(150);
        request.impatient.map_or(Task::Idle, Task::Echo)
    }
}
