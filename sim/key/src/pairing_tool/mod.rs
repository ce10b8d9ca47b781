//! `pocketkey pair`: pairs a phone with this computer and runs the virtual key for as long as it is left running.

mod page;
mod qr;
mod terminal;
mod words;

use std::{io, path::PathBuf, time::Duration};

use tokio::sync::watch;

pub use page::Page;
pub use qr::{Image, UnfitForQr};
pub use terminal::Terminal;
pub use words::state_line;

use crate::{
    computer::{ANSWER_WITHIN, Computer, ComputerOptions, KeepState, StateError, View, paired_model},
    machine,
};

/// What the pairing tool is asked to do; the command line's flags have the same names.
#[derive(Debug, Clone)]
pub struct PairOptions {
    /// `--server`: the appliance's address, for example `https://keys.example.org`.
    pub server: String,
    /// `--state`: the folder of this computer's keys and pairing; by default the user's own ([`machine::state_folder`]).
    pub state: Option<PathBuf>,
    /// `--name`: what phones call this computer; by default its host name.
    pub name: Option<String>,
    /// `--pair-again`: pair another phone although one is paired.
    pub pair_again: bool,
    /// `--yes`: replace the paired phone without asking.
    pub yes: bool,
    /// `--no-key`: plug no virtual security key in.
    pub no_key: bool,
    /// `--answer-within`: how long a person has to answer; at most two minutes.
    pub answer_within: Duration,
    /// `--wait-for-phone`: how long a request waits for a phone that is offline.
    pub wait_for_phone: Duration,
}

impl PairOptions {
    /// The options of `pocketkey pair --server SERVER`.
    pub fn new(server: &str) -> Self {
        Self {
            server: server.to_owned(),
            state: None,
            name: None,
            pair_again: false,
            yes: false,
            no_key: false,
            answer_within: ANSWER_WITHIN,
            wait_for_phone: ANSWER_WITHIN,
        }
    }
}

/// Why the pairing tool cannot run.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// Not an address.
    #[error("--server must be an address such as https://keys.example.org, not {0:?}")]
    Server(String),
    /// There is no home to keep state in.
    #[error("this user has no home folder to keep the pairing in; choose a folder with --state")]
    NoHome,
    /// The state folder.
    #[error(transparent)]
    State(#[from] StateError),
    /// The terminal.
    #[error("cannot write to the terminal: {0}")]
    Terminal(#[from] io::Error),
}

/// Where the tool speaks to a person.
pub trait Ui: Send {
    /// Shows a line or several.
    ///
    /// # Errors
    /// If nobody can read it any more.
    fn show(&mut self, text: &str) -> io::Result<()>;

    /// Shows a QR code.
    ///
    /// # Errors
    /// If nobody can read it any more.
    fn show_qr(&mut self, image: &Image) -> io::Result<()>;

    /// Asks a question that is answered by yes or no; no if nobody can answer.
    ///
    /// # Errors
    /// If the question cannot be shown or the answer not read.
    fn ask(&mut self, question: &str) -> io::Result<bool>;
}

/// Runs the pairing tool until it is dropped, for example by Ctrl-C.
///
/// # Errors
/// [`PairError`] if it cannot begin, or loses its terminal. Returns without one when the person chose not to replace
/// the paired phone.
pub async fn run(options: PairOptions, ui: &mut impl Ui) -> Result<(), PairError> {
    let server = address(&options.server)?;
    let state = options.state.or_else(machine::state_folder).ok_or(PairError::NoHome)?;
    let mut pair_again = false;
    if options.pair_again
        && let Some(model) = paired_model(&state)
    {
        let question =
            format!("Replace {model} as this computer's phone? Until another is paired it goes on.");
        if !options.yes && !ui.ask(&question)? {
            ui.show("Nothing was changed.")?;
            return Ok(());
        }
        pair_again = true;
    }
    let computer = Computer::start(ComputerOptions {
        keep: KeepState::InFolder(state),
        plug_in: !options.no_key,
        pair_again,
        answer_within: options.answer_within,
        wait_for_phone: options.wait_for_phone,
        ..ComputerOptions::new(&server, &options.name.unwrap_or_else(machine::host_name))
    })?;
    let advice = computer.availability().advice().filter(|_| !options.no_key);
    if let Some(advice) = advice {
        ui.show(&format!("{advice}\n\nEverything else works: the phone can be paired meanwhile.\n"))?;
    }
    let plugged_in = !options.no_key && advice.is_none();
    let page = match Page::open(computer.state(), advice, plugged_in.then(|| computer.controls())).await {
        Ok(page) => {
            ui.show(&format!("This window in the browser: {}", page.address()))?;
            Some(page)
        }
        Err(error) => {
            ui.show(&format!("No window in the browser: {error}"))?;
            None
        }
    };
    let lost = follow(computer.state(), ui).await;
    drop(page);
    Err(lost.into())
}

/// Tells what changes, for ever; gives back why nobody can be told any more.
async fn follow(mut view: watch::Receiver<View>, ui: &mut impl Ui) -> io::Error {
    let mut told = View::default();
    let mut first = true;
    loop {
        let now = view.borrow_and_update().clone();
        if let Err(error) = tell(&told, &now, first, ui) {
            return error;
        }
        // A code that comes back after a lost connection is still on the screen.
        told = View { invitation: now.invitation.clone().or(told.invitation), ..now };
        first = false;
        if view.changed().await.is_err() {
            return io::Error::other("the computer has stopped");
        }
    }
}

fn tell(before: &View, now: &View, first: bool, ui: &mut impl Ui) -> io::Result<()> {
    if now.invitation != before.invitation
        && let Some(invitation) = &now.invitation
    {
        ui.show("\nPair a new smartphone: scan this with its app, or paste the link there.\n")?;
        match Image::of(&invitation.text) {
            Ok(image) => ui.show_qr(&image)?,
            Err(error) => ui.show(&error.to_string())?,
        }
        ui.show(&format!("\n{}\n", invitation.text))?;
    }
    if now.phone != before.phone
        && let Some(phone) = &now.phone
    {
        let (model, code) = (&phone.model, words::grouped(&phone.code));
        ui.show(&format!("Paired with {model} ({}). Both screens must show {code}.", phone.os))?;
    }
    if first || (now.state, &now.trouble) != (before.state, &before.trouble) {
        ui.show(&state_line(now))?;
    }
    if now.failures.0 != before.failures.0
        && let Some(fail) = now.failures.1
    {
        ui.show(&format!("A request ended: {fail}."))?;
    }
    if now.winks != before.winks {
        ui.show("A program asks: this is the key it means.")?;
    }
    Ok(())
}

/// The server's address without a trailing slash.
fn address(server: &str) -> Result<String, PairError> {
    let address = server.trim().trim_end_matches('/');
    let host =
        address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or_default();
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '?' | '@' | '"' | '<' | '>');
    if host.is_empty() || host.starts_with('/') || !host.chars().all(plain) {
        return Err(PairError::Server(server.to_owned()));
    }
    Ok(address.to_owned())
}

#[cfg(test)]
mod tests {
    use pocketkey_api::sandbox::KeyState;

    use super::*;
    use crate::{
        computer::{Invitation, Phone},
        fail::Fail,
    };

    #[derive(Default)]
    struct Paper {
        lines: Vec<String>,
        codes: usize,
    }

    impl Ui for Paper {
        fn show(&mut self, text: &str) -> io::Result<()> {
            self.lines.push(text.to_owned());
            Ok(())
        }

        fn show_qr(&mut self, _: &Image) -> io::Result<()> {
            self.codes += 1;
            Ok(())
        }

        fn ask(&mut self, question: &str) -> io::Result<bool> {
            self.lines.push(question.to_owned());
            Ok(false)
        }
    }

    #[test]
    fn addresses_are_checked() {
        assert_eq!(address("https://keys.example.org/").unwrap(), "https://keys.example.org");
        assert_eq!(address("http://localhost:8080").unwrap(), "http://localhost:8080");
        for wrong in
            ["", "keys.example.org", "ftp://a", "https://", "http:///a", "https://a/#b", "https://a b"]
        {
            assert!(matches!(address(wrong), Err(PairError::Server(_))), "{wrong}");
        }
    }

    #[test]
    fn each_change_is_told_once() {
        let mut paper = Paper::default();
        let none = View::default();
        let invitation = Invitation { text: "http://localhost/pair#a.b.c".into(), expires_at: 0 };
        let invited = View { invitation: Some(invitation), ..none.clone() };
        tell(&none, &invited, true, &mut paper).unwrap();
        assert_eq!(paper.codes, 1);
        assert!(paper.lines.iter().any(|line| line.contains("http://localhost/pair#a.b.c")));
        let phone = Phone { model: "Pixel 9".into(), os: "Android 16".into(), code: "012345".into() };
        let ready = View { state: KeyState::Ready, phone: Some(phone), ..none.clone() };
        paper.lines.clear();
        tell(&invited, &ready, false, &mut paper).unwrap();
        assert_eq!(paper.lines.len(), 2, "{:?}", paper.lines);
        assert!(paper.lines[0].contains("Pixel 9") && paper.lines[0].contains("012 345"));
        let failed = View { failures: (1, Some(Fail::PhoneOffline)), ..ready.clone() };
        paper.lines.clear();
        tell(&ready, &failed, false, &mut paper).unwrap();
        tell(&failed, &failed, false, &mut paper).unwrap();
        assert_eq!(paper.lines.len(), 1);
        assert!(paper.lines[0].contains("the phone is offline"));
    }
}
