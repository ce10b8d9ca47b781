//! The scheduler: who sends the next report, how time passes, when the phone answers.

use pocketkey_key::hid::{Config, Ctaphid, HidEvent, Protocol, Status, TransactionId};

use super::{
    client::{Client, Move, Scene, Seen, phones_reply, readable},
    random::Random,
    referee::{Referee, Told},
    wire::*,
};

/// The phone at work.
struct Work {
    transaction: TransactionId,
    u2f: bool,
    request: Vec<u8>,
    answer_at: u64,
}

pub struct World<'a> {
    seed: u64,
    random: Random,
    seen: &'a mut Seen,
    now: u64,
    key: Ctaphid,
    config: Config,
    referee: Referee,
    joiner: Joiner,
    clients: Vec<Client>,
    work: Option<Work>,
    /// Given up by their clients; the phone may not know yet.
    stale: Vec<TransactionId>,
    /// Whether reports wait in the key until the scheduler fetches them. Time does not pass meanwhile.
    lazy: bool,
    rude: bool,
    last_round: bool,
    /// How late the key may look at the clock.
    late_ms: u64,
    trace: bool,
}

impl<'a> World<'a> {
    pub fn new(seed: u64, trace: bool, seen: &'a mut Seen) -> Self {
        let mut random = Random(seed);
        let config = Config {
            packet_timeout_ms: [500, 3000][random.index(2)],
            keepalive_ms: [20, 50, 50, 60][random.index(4)],
        };
        let clients = (1..=2 + random.below(4)).map(|number| Client::new(number.to_be_bytes()[7])).collect();
        Self {
            seed,
            now: random.below(1_000_000),
            key: Ctaphid::new(config),
            config,
            referee: Referee::new(config.packet_timeout_ms),
            joiner: Joiner::default(),
            clients,
            work: None,
            stale: Vec::new(),
            lazy: random.percent(50),
            rude: random.percent(75),
            last_round: false,
            late_ms: 1 + random.below(40),
            trace,
            random,
            seen,
        }
    }

    /// Plays one game to its end.
    pub fn play(&mut self) {
        for _ in 0..60 + self.random.below(150) {
            match self.random.below(100) {
                0..62 => self.somebody_acts(),
                62..75 if self.lazy => self.fetch(),
                75..87 => self.phone_acts(),
                87..92 => self.pass_to_next(),
                _ => {
                    let most = [20, 120, 120, 600, 4000][self.random.index(5)];
                    let ms = self.random.below(most);
                    self.pass(ms);
                }
            }
        }
        self.last_round = true;
        match self.random.below(3) {
            0 => self.finish(),
            1 => self.clients.iter_mut().for_each(Client::die), // as if they hung: the key stays open
            _ => (0..self.clients.len()).for_each(|at| self.dies(at)),
        }
        self.check_idle();
        self.serve_another();
    }

    /// Everybody who asked something gets it; nobody asks anything new.
    fn finish(&mut self) {
        let limit = self.now + 120_000;
        while !self.clients.iter().all(Client::is_at_rest) {
            assert!(self.now < limit, "a deadlock: {:?}", self.clients);
            self.somebody_acts();
            self.answer();
        }
        self.seen.count("all finished");
    }

    /// When all clients have stopped, the key comes to rest by itself.
    fn check_idle(&mut self) {
        self.answer();
        self.pass(10_000 + self.config.packet_timeout_ms + 100);
        assert!(self.referee.is_idle() && self.joiner.is_idle(), "seed {}", self.seed);
        assert_eq!(self.key.poll_timeout(), None, "nothing is due any more");
    }

    /// … and serves whoever comes next.
    fn serve_another(&mut self) {
        self.clients = vec![Client::new(99)];
        (self.rude, self.last_round) = (false, false);
        let limit = self.now + 60_000;
        while self.clients[0].served < 2 {
            assert!(self.now < limit, "the next client is not served: {:?}", self.clients);
            self.somebody_acts();
            self.answer();
            self.pass(1);
        }
    }

    fn somebody_acts(&mut self) {
        let now = self.now;
        let ready = |client: &Client| client.is_alive() && client.next_at <= now;
        let ready: Vec<usize> = (0..self.clients.len()).filter(|at| ready(&self.clients[*at])).collect();
        let waits = ready.iter().all(|at| self.last_round && self.clients[*at].is_at_rest());
        if ready.is_empty() || waits {
            return self.pass_to_next();
        }
        let at = ready[self.random.index(ready.len())];
        if self.rude && !self.last_round && self.random.percent(1) {
            return self.disturb(at);
        }
        let (client, mut scene) = self.scene(at);
        match client.act(&mut scene) {
            Move::Nothing if self.last_round => self.pass_to_next(),
            Move::Nothing => {}
            Move::Send(report) => self.send(&report),
            Move::Die => self.dies(at),
        }
    }

    fn scene(&mut self, at: usize) -> (&mut Client, Scene<'_>) {
        let scene = Scene {
            now: self.now,
            random: &mut self.random,
            seen: self.seen,
            timeout_ms: self.config.packet_timeout_ms,
            prompt: !self.lazy,
            rude: self.rude,
            last_round: self.last_round,
        };
        (&mut self.clients[at], scene)
    }

    /// Somebody sends a continuation that cannot be right on the channel of `at`.
    fn disturb(&mut self, at: usize) {
        let Some(cid) = self.clients[at].cid else { return };
        let wrong = self.referee.awaited(cid).map_or(self.random.byte(), |awaited| awaited + 1) & 0x7F;
        self.clients[at].disturbed = true;
        self.seen.count("garbage on another's channel");
        self.send(&next(cid, wrong, &[0xEE; 59]));
    }

    fn send(&mut self, report: &Report) {
        self.log(|| format!("> {}", hex(report)));
        self.referee.clock(self.now);
        self.referee.packet(self.now, report);
        let resynchronised = report[4] == INIT && report[5..7] == [0, 8] && cid(report) != BROADCAST;
        if resynchronised && self.joiner.cut(cid(report)) {
            self.seen.count("reply cut by INIT");
        }
        self.key.handle_report(self.now, report);
        self.after_event();
    }

    fn dies(&mut self, at: usize) {
        self.clients[at].die();
        if let Some(cid) = self.clients[at].cid.filter(|cid| self.referee.holds_lock(*cid)) {
            self.seen.count("the lock's holder died");
            self.log(|| format!("{cid:08x} died locked"));
        }
        if self.clients.iter().any(Client::is_alive) {
            return;
        }
        self.log(|| "all gone".into());
        self.seen.count("all gone");
        self.key.handle_gone();
        self.referee.gone();
        self.joiner.clear();
        self.after_event();
        if !self.last_round {
            let number = self.random.byte();
            self.clients.push(Client::new(number));
        }
    }

    // — the phone —

    fn phone_acts(&mut self) {
        if let Some(stale) = self.stale.pop()
            && self.random.percent(50)
        {
            self.log(|| "phone: too late".into());
            self.seen.count("the phone answered too late");
            self.key.set_status(self.now, stale, Status::UpNeeded);
            self.key.respond(stale, vec![0xEE; 70]);
            return self.after_event();
        }
        let Some(work) = &self.work else { return };
        if work.answer_at <= self.now || self.random.percent(15) {
            return self.answer();
        }
        let transaction = work.transaction;
        let (status, byte) = [(Status::Processing, 1), (Status::UpNeeded, 2)][self.random.index(2)];
        self.log(|| format!("phone: status {byte}"));
        self.referee.clock(self.now);
        self.referee.status(byte);
        self.key.set_status(self.now, transaction, status);
        self.after_event();
    }

    fn answer(&mut self) {
        let Some(Work { transaction, u2f, request, .. }) = self.work.take() else { return };
        self.log(|| "phone: answers".into());
        let reply = phones_reply(&request);
        self.referee.answer(readable(u2f, reply.clone()));
        self.key.respond(transaction, reply);
        self.after_event();
    }

    /// Reads what the phone is told, and what the clients are, unless they come for it later.
    fn after_event(&mut self) {
        while let Some(event) = self.key.poll_event() {
            let told = match event {
                HidEvent::Request { transaction, cid, protocol, ctap } => {
                    let u2f = protocol == Protocol::U2f;
                    let patience = [1, 100, 500, 5000][self.random.index(4)];
                    let answer_at = self.now + self.random.below(patience);
                    let work = Work { transaction, u2f, request: ctap.clone(), answer_at };
                    assert!(self.work.replace(work).is_none(), "one request at a time");
                    Told::Request { cid, u2f, ctap }
                }
                HidEvent::Cancelled { transaction } => {
                    assert_eq!(self.work.take().map(|work| work.transaction), Some(transaction));
                    self.stale.push(transaction);
                    Told::Cancelled
                }
                HidEvent::Wink => Told::Wink,
            };
            assert_eq!(Some(told), self.referee.told.pop_front());
        }
        assert!(self.referee.told.is_empty(), "the phone was not told {:?}", self.referee.told);
        if !self.lazy {
            while self.deliver() {}
        }
    }

    /// Clients read some of what waits.
    fn fetch(&mut self) {
        for _ in 0..=self.random.below(4) {
            self.deliver();
        }
    }

    /// The key's next report reaches all clients, as the kernel has it.
    fn deliver(&mut self) -> bool {
        let Some(report) = self.key.poll_transmit() else { return false };
        self.log(|| format!("  < {}", hex(&report)));
        let Some(message) = self.joiner.push(&report) else { return true };
        self.referee.sent(self.now, &message);
        if message.command == ERROR && message.payload == [BUSY] && self.referee.locked_out {
            self.seen.count("locked out");
        }
        for at in 0..self.clients.len() {
            if message.cid == BROADCAST {
                self.clients[at].overhear(&message);
            } else if self.clients[at].cid == Some(message.cid) {
                let (client, mut scene) = self.scene(at);
                client.receive(&mut scene, &message);
            }
        }
        true
    }

    // — time —

    fn pass(&mut self, ms: u64) {
        let target = self.now + ms;
        loop {
            while self.deliver() {}
            self.referee.settled();
            let late = self.random.below(self.late_ms);
            let Some(wake) = self.key.poll_timeout().map(|at| (at + late).max(self.now)) else { break };
            if wake > target {
                break;
            }
            self.now = wake;
            self.referee.clock(self.now);
            self.key.handle_timeout(self.now);
            self.after_event();
        }
        self.now = target;
        self.log(String::new);
        self.referee.passed(self.now);
    }

    /// To the moment when something happens by itself.
    fn pass_to_next(&mut self) {
        let clients = self.clients.iter().filter(|client| client.is_alive()).map(|client| client.next_at);
        let moments =
            clients.chain(self.work.iter().map(|work| work.answer_at)).chain(self.key.poll_timeout());
        let next = moments.filter(|at| *at > self.now).min().unwrap_or(self.now + 10);
        self.pass(next - self.now);
    }

    fn log(&self, what: impl FnOnce() -> String) {
        if self.trace {
            eprintln!("{:>9} {}", self.now, what());
        }
    }
}

/// A report without the zeros at its end.
fn hex(report: &Report) -> String {
    let end = report.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    data_encoding::HEXLOWER.encode(&report[..end])
}
