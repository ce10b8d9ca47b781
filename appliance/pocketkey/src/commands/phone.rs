//! `pocketkey phone`: a simulated phone in the terminal.

use pocketkey_api::sandbox::{
    AuthenticatorSettings, RequestAction, RequestSummary, Screen, SimulatedPhone, Touch,
};
use pocketkey_phone::{Phone, PhoneOptions as Options};
use tokio::sync::{mpsc, watch};

use super::{Failure, stop_signal};
use crate::cli::PhoneOptions;

/// Runs a phone until the person quits.
pub async fn run(options: PhoneOptions) -> Result<(), Failure> {
    let phone = Phone::start(Options {
        id: "phone".into(),
        model: options.model,
        os: "simulated".to_owned(),
        server: options.server,
        data: options.data,
        push: None,
        script: options.mode.into(),
        authenticator: AuthenticatorSettings {
            verification: options.verification.into(),
            ..AuthenticatorSettings::default()
        },
    })?;
    let mut screen = phone.watch();
    let mut lines = typed_lines();
    let mut scans = options.scan.into_iter();
    print(&screen.borrow_and_update());
    loop {
        // The next code is scanned once the phone is ready for it: pairing needs an activated, connected phone.
        let ready = ready_to_scan(&mut screen);
        if ready && let Some(text) = scans.next() {
            phone.touch(Touch::Scan { text }).await;
        }
        tokio::select! {
            changed = screen.changed() => {
                changed?;
                print(&screen.borrow_and_update());
            }
            Some(line) = lines.recv() => {
                if line.trim() == "quit" {
                    return Ok(());
                }
                if let Some(touch) = touch(&line) {
                    phone.touch(touch).await;
                }
            }
            () = stop_signal() => return Ok(()),
        }
    }
}

/// Lines typed on standard input. It ends when nobody types; the phone then goes on by its script.
fn typed_lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(16);
    // A thread of its own: a read from a terminal cannot be called off, and must not keep the program from ending.
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    lines
}

fn ready_to_scan(screen: &mut watch::Receiver<SimulatedPhone>) -> bool {
    let phone = screen.borrow();
    match phone.screen {
        Screen::Welcome { .. } => true,
        Screen::Home { .. } => phone.connected,
        Screen::Request { .. } | Screen::Unlock { .. } => false,
    }
}

fn touch(line: &str) -> Option<Touch> {
    match line.trim() {
        "" => None,
        "approve" | "a" => Some(Touch::Approve),
        "deny" | "d" => Some(Touch::Deny),
        "unlock" | "u" => Some(Touch::Unlock),
        "wrong" | "w" => Some(Touch::UnlockWrong),
        text => Some(Touch::Scan { text: text.to_owned() }),
    }
}

fn print(phone: &SimulatedPhone) {
    match &phone.screen {
        Screen::Welcome { error } => {
            println!("Not activated. Paste a link or QR text, or type a 12-digit pairing key.");
            if let Some(error) = error {
                println!("  {error}");
            }
        }
        Screen::Home { organisation, name, computers, credentials, notice } => {
            let connected = if phone.connected { "connected" } else { "not connected" };
            println!(
                "{name}, {organisation}: {connected}, {} computer(s), {} passkey(s).",
                computers.len(),
                credentials.len()
            );
            if let Some(notice) = notice {
                println!("  {notice}");
            }
        }
        Screen::Request { request } => println!("{} Type approve or deny.", describe(request)),
        Screen::Unlock { request, tries_left } => {
            println!("{} Type unlock, wrong or deny.", describe(request));
            if let Some(tries) = tries_left {
                println!("  Not recognised; {tries} tries left.");
            }
        }
    }
}

fn describe(request: &RequestSummary) -> String {
    let RequestSummary { rp_id, account, computer, .. } = request;
    let account = if account.is_empty() { String::new() } else { format!(" as {account}") };
    match request.action {
        RequestAction::Register => format!("{computer} wants to register at {rp_id}{account}."),
        RequestAction::SignIn => format!("{computer} wants to sign in at {rp_id}{account}."),
        RequestAction::Select => format!("{computer} asks whether this is the key to use."),
        RequestAction::Manage => format!("{computer} wants to manage this key."),
        RequestAction::Enroll => format!("{computer} wants to enrol a finger."),
        RequestAction::Reset => format!("{computer} wants to ERASE this key."),
    }
}
