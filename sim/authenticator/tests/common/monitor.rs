//! A second opinion: what may be signed, and how often a PIN may be tried, judged from the outside alone.
//!
//! The monitor sees what a client sends, what a person answers and what comes back. It shares no code with the
//! authenticator, and knows the specification's rules in their plainest form: presence and verification come from a
//! person's answer or from a token, a token comes from a PIN or an unlocked phone, and a wrong PIN costs a try.

use super::{ACFG, AT, GA, MC, UP, UV};
use pocketkey_authenticator::{Config, Prompt};

/// A token that was given out.
#[derive(Clone, Debug)]
struct Issued {
    at: u64,
    permissions: u64,
    /// Whether somebody unlocked the phone for it.
    on_phone: bool,
    spent: bool,
    used: bool,
    /// When it was last shown and accepted.
    shown: u64,
}

/// What a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Register {
        rk: bool,
        token: bool,
    },
    SignIn {
        up: bool,
        token: bool,
    },
    Next,
    /// Whatever signs nothing.
    Other,
}

/// The monitor.
#[derive(Debug)]
pub struct Monitor {
    config: Config,
    always_uv: bool,
    pub pin: Option<String>,
    tries_left: u8,
    wrong_in_a_row: u8,
    token: Option<Issued>,
    waiting: Option<(Asked, Prompt)>,
    /// Flags that getNextAssertion may repeat.
    list: u8,
}

impl Monitor {
    pub fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            always_uv: config.always_uv,
            pin: None,
            tries_left: 8,
            wrong_in_a_row: 0,
            token: None,
            waiting: None,
            list: 0,
        }
    }

    /// A request was answered with a question.
    pub fn asked(&mut self, asked: Asked, prompt: Prompt) {
        self.waiting = Some((asked, prompt));
    }

    /// Something else came than an answer: whatever waited is over.
    pub fn interrupted(&mut self) {
        self.waiting = None;
    }

    /// The question that is open.
    pub fn take_waiting(&mut self) -> Option<(Asked, Prompt)> {
        self.waiting.take()
    }

    pub fn power_cycled(&mut self) {
        self.token = None;
        self.wrong_in_a_row = 0;
        self.waiting = None;
    }

    pub fn erased(&mut self) {
        *self = Self::new(&self.config);
    }

    pub fn toggled_always_uv(&mut self) {
        self.always_uv = !self.always_uv;
    }

    pub fn issued(&mut self, at: u64, permissions: u64, on_phone: bool) {
        self.token = Some(Issued { at, permissions, on_phone, spent: false, used: false, shown: at });
    }

    pub fn forget_tokens(&mut self) {
        self.token = None;
    }

    /// Whether a token that was given out may configure the authenticator.
    pub fn may_configure(&self, now: u64) -> bool {
        self.token
            .as_ref()
            .is_some_and(|token| alive(token, now) && token.permissions & ACFG != 0 && !token.spent)
    }

    pub fn configured(&mut self) {
        if let Some(token) = &mut self.token {
            token.used = true;
        }
    }

    /// Whether a PIN may be tried at all now.
    pub fn may_try_pin(&self) -> bool {
        self.pin.is_some() && self.tries_left > 0 && self.wrong_in_a_row < 3
    }

    /// A PIN was compared: counts. Says whether it was right.
    pub fn tried_pin(&mut self, pin: &str) -> bool {
        assert!(self.may_try_pin());
        let right = self.pin.as_deref() == Some(pin);
        (self.tries_left, self.wrong_in_a_row) =
            if right { (8, 0) } else { (self.tries_left - 1, self.wrong_in_a_row + 1) };
        right
    }

    /// A try was counted although the comparison never came to an end: the store failed in between.
    pub fn lost_a_try(&mut self) {
        self.tries_left -= 1;
    }

    pub fn tries_left(&self) -> u8 {
        self.tries_left
    }

    /// Something was signed with these flags, in reply to a request or to an answer of the person.
    pub fn signed(&mut self, asked: &Asked, flags: u8, answer: Option<(bool, &Prompt)>, now: u64) {
        // A token is judged when it is shown: the person may take their time after that.
        let judged_at = |token: &Issued| if answer.is_some() { token.shown } else { now };
        let token = self.token.as_ref().filter(|token| alive(token, judged_at(token)) && !token.spent);
        let (with_token, permission) = match asked {
            Asked::Register { token, .. } => (*token, MC),
            Asked::SignIn { token, .. } => (*token, GA),
            Asked::Next => {
                assert_eq!(flags & !self.list, 0, "a list repeats its first flags");
                return;
            }
            Asked::Other => panic!("nothing was to be signed"),
        };
        let token = token.filter(|token| with_token && token.permissions & permission != 0);
        assert!(!with_token || token.is_some(), "signed with a token that is none");

        let present =
            answer.is_some() || token.is_some_and(|token| token.on_phone && now - token.at <= 30_000);
        let verified =
            token.is_some() || answer.is_some_and(|(unlocked, prompt)| unlocked && prompt.user_verification);
        assert!(flags & UP == 0 || present, "claims presence of nobody");
        assert!(flags & UV == 0 || verified, "claims a verification that never was");

        let protected = self.pin.is_some() || self.config.user_verification.on_phone();
        match asked {
            Asked::Register { rk, .. } => {
                assert_ne!(flags & UP, 0, "made without anybody there");
                assert_ne!(flags & AT, 0);
                let needed = self.config.user_verification.on_phone() || self.always_uv || (*rk && protected);
                assert!(!needed || flags & UV != 0, "made for somebody unverified");
            }
            _ => {
                assert_eq!(flags & AT, 0);
                assert!(flags & UP == 0 || !self.always_uv || flags & UV != 0, "alwaysUv means always");
                if let Asked::SignIn { up: true, .. } = asked {
                    assert_ne!(flags & UP, 0, "presence was asked for");
                }
                self.list = flags;
            }
        }
        if let Some(token) = &mut self.token
            && with_token
        {
            token.used = true;
            token.spent = flags & UP != 0;
        }
    }

    /// A token was shown and accepted, although nothing has been signed yet.
    pub fn token_shown(&mut self, now: u64) {
        if let Some(token) = &mut self.token {
            token.used = true;
            token.shown = now;
        }
    }
}

/// 30 seconds until the first use, ten minutes in all.
fn alive(token: &Issued, now: u64) -> bool {
    let age = now - token.at;
    age <= if token.used { 600_000 } else { 30_000 }
}
