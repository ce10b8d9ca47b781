//! A computer at a relay that plays by the test's script, with a phone's side of the real channel: pairing, requests
//! and all the ways they end.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the failure we want to see")]

mod scripted;

use std::time::Duration;

use pocketkey_api::sandbox::KeyState;
use pocketkey_key::{
    computer::{Computer, ComputerOptions, KeepState, View},
    fail::Fail,
};
use pocketkey_link::frame::{Failure, Frame, PairFailure};
use scripted::{Appliance, PATIENCE, PhoneSide};
use tokio::time::timeout;

/// A GetAssertion, as far as the computer is concerned.
const CTAP: [u8; 2] = [0x02, 0xA0];

fn start(appliance: &Appliance) -> Computer {
    Computer::start(ComputerOptions::new(&appliance.url, "Ada's laptop")).unwrap()
}

async fn until(computer: &Computer, wanted: impl Fn(&View) -> bool) -> View {
    let mut view = computer.state();
    timeout(PATIENCE, view.wait_for(|view| wanted(view))).await.expect("in time").unwrap().clone()
}

/// A computer paired with a phone that is online.
async fn paired() -> (Appliance, Computer, PhoneSide) {
    let mut appliance = Appliance::start().await;
    let computer = start(&appliance);
    let phone = appliance.pair(&computer.pairing_text().await, "Pixel 9").await;
    until(&computer, |view| view.state == KeyState::Ready).await;
    (appliance, computer, phone)
}

#[tokio::test]
async fn a_phone_is_paired_and_answers() {
    let (mut appliance, computer, phone) = paired().await;
    let view = computer.state().borrow().clone();
    let shown = view.phone.unwrap();
    assert_eq!((shown.model.as_str(), shown.code.as_str()), ("Pixel 9", phone.code()));
    assert_eq!(view.invitation, None, "the code is used up");
    assert_eq!(phone.computer(), "Ada's laptop");

    let (reply, ()) = tokio::join!(computer.exchange(CTAP.to_vec()), async {
        let (answering, request) = phone.open(appliance.frame().await);
        assert_eq!(*request.ctap, CTAP);
        assert_eq!(request.ttl_ms, 60_000);
        appliance.send(phone.seal(answering, &[0, 0xA1])).await;
    });
    assert_eq!(reply, [0, 0xA1]);
    assert_eq!(
        computer.exchange(vec![0x04]).await,
        scripted::INFO,
        "getInfo is the phone's, and asked nobody"
    );
}

#[tokio::test]
async fn what_the_relay_says_of_a_request_becomes_its_status() {
    let (mut appliance, computer, _) = paired().await;
    let ends = [
        (Failure::PhoneOffline, 0x27, Fail::PhoneOffline),
        (Failure::TimedOut, 0x2F, Fail::TimedOut),
        (Failure::NotPaired, 0x27, Fail::NoPhone),
        (Failure::Busy, 0x27, Fail::PhoneBusy),
        (Failure::Unreadable, 0x27, Fail::Refused),
        (Failure::Interrupted, 0x27, Fail::Interrupted),
        (Failure::Overloaded, 0x27, Fail::Overloaded),
        (Failure::Blocked, 0x27, Fail::Blocked),
    ];
    for (count, (reason, status, fail)) in (1..).zip(ends) {
        let (reply, ()) = tokio::join!(computer.exchange(CTAP.to_vec()), async {
            let Frame::Request { exchange, pairing, .. } = appliance.frame().await else {
                panic!("a request")
            };
            appliance.send(Frame::Failed { exchange, pairing, reason }).await;
        });
        assert_eq!(reply, [status], "{reason:?}");
        assert_eq!(computer.state().borrow().failures, (count, Some(fail)));
    }
}

#[tokio::test]
async fn an_answer_that_is_not_the_phones_is_thrown_away() {
    let (mut appliance, computer, _) = paired().await;
    let (reply, ()) = tokio::join!(computer.exchange(CTAP.to_vec()), async {
        let Frame::Request { exchange, pairing, .. } = appliance.frame().await else { panic!("a request") };
        appliance.send(Frame::Response { exchange, pairing, body: vec![7; 300].into() }).await;
    });
    assert_eq!(reply, [0x27]);
    assert_eq!(computer.state().borrow().failures.1, Some(Fail::NotThePhone));
}

#[tokio::test]
async fn giving_up_reaches_the_phone() {
    let (mut appliance, computer, _) = paired().await;
    let mut asking = Box::pin(computer.exchange(CTAP.to_vec()));
    let (exchange, pairing) = tokio::select! {
        _ = &mut asking => panic!("nobody answered"),
        frame = appliance.frame() => match frame {
            Frame::Request { exchange, pairing, .. } => (exchange, pairing),
            other => panic!("{other:?}"),
        },
    };
    drop(asking);
    assert_eq!(appliance.frame().await, Frame::Cancel { exchange, pairing });
}

#[tokio::test]
async fn silence_ends_in_time_and_the_phone_is_told() {
    let mut appliance = Appliance::start().await;
    let options = ComputerOptions {
        answer_within: Duration::from_millis(200),
        ..ComputerOptions::new(&appliance.url, "Ada's laptop")
    };
    let computer = Computer::start(options).unwrap();
    appliance.pair(&computer.pairing_text().await, "Pixel 9").await;
    until(&computer, |view| view.state == KeyState::Ready).await;
    assert_eq!(computer.exchange(CTAP.to_vec()).await, [0x2F]);
    let Frame::Request { exchange, pairing, ttl_ms, .. } = appliance.frame().await else {
        panic!("a request")
    };
    assert_eq!(ttl_ms, 200);
    assert_eq!(appliance.frame().await, Frame::Cancel { exchange, pairing });
}

#[tokio::test]
async fn a_request_outlives_its_connection() {
    let (mut appliance, computer, phone) = paired().await;
    let (reply, ()) = tokio::join!(computer.exchange(CTAP.to_vec()), async {
        let first = appliance.frame().await;
        appliance.drop_connection().await;
        let again = appliance.frame().await;
        let Frame::Request { exchange, .. } = &again else { panic!("{again:?}") };
        let Frame::Request { exchange: asked, .. } = &first else { panic!("{first:?}") };
        assert_eq!(exchange, asked, "the same request, not another");
        let (answering, _) = phone.open(again);
        appliance.send(phone.seal(answering, &[0, 0xA1])).await;
    });
    assert_eq!(reply, [0, 0xA1]);
}

#[tokio::test]
async fn a_request_ends_when_the_appliance_stays_away() {
    let mut appliance = Appliance::start().await;
    let options = ComputerOptions {
        wait_for_appliance: Duration::ZERO,
        ..ComputerOptions::new(&appliance.url, "Ada's laptop")
    };
    let computer = Computer::start(options).unwrap();
    appliance.pair(&computer.pairing_text().await, "Pixel 9").await;
    until(&computer, |view| view.state == KeyState::Ready).await;
    let (reply, ()) = tokio::join!(computer.exchange(CTAP.to_vec()), async {
        appliance.frame().await;
        appliance.drop_connection().await;
    });
    assert_eq!(reply, [0x27]);
    assert_eq!(computer.state().borrow().failures.1, Some(Fail::ApplianceUnreachable));
    until(&computer, |view| view.state == KeyState::Ready).await;
}

#[tokio::test]
async fn a_phone_that_is_away_is_waited_for_as_long_as_was_said() {
    let mut appliance = Appliance::start().await;
    let options = ComputerOptions {
        wait_for_phone: Duration::from_secs(2),
        ..ComputerOptions::new(&appliance.url, "Ada's laptop")
    };
    let computer = Computer::start(options).unwrap();
    let phone = appliance.pair(&computer.pairing_text().await, "Pixel 9").await;
    until(&computer, |view| view.state == KeyState::Ready).await;
    appliance.presence(false).await;
    until(&computer, |view| view.state == KeyState::PhoneOffline).await;
    let (reply, ()) = tokio::join!(computer.exchange(CTAP.to_vec()), async {
        let Frame::Request { exchange, pairing, .. } = appliance.frame().await else { panic!("a request") };
        assert_eq!(appliance.frame().await, Frame::Cancel { exchange, pairing });
    });
    assert_eq!(reply, [0x27]);
    assert_eq!(computer.state().borrow().failures.1, Some(Fail::PhoneOffline));

    // One that comes back is asked again at once.
    let (reply, ()) = tokio::join!(computer.exchange(CTAP.to_vec()), async {
        let Frame::Request { exchange: asked, .. } = appliance.frame().await else { panic!("a request") };
        appliance.presence(true).await;
        let again = loop {
            match appliance.frame().await {
                again @ Frame::Request { .. } => break again,
                Frame::Cancel { exchange, .. } => assert_ne!(exchange, asked, "an earlier one"),
                other => panic!("{other:?}"),
            }
        };
        let (answering, _) = phone.open(again);
        appliance.send(phone.seal(answering, &[0, 0xA1])).await;
    });
    assert_eq!(reply, [0, 0xA1]);
}

#[tokio::test]
async fn without_a_phone_or_an_appliance_it_fails_at_once() {
    let appliance = Appliance::start().await;
    let computer = start(&appliance);
    computer.pairing_text().await;
    assert_eq!(computer.exchange(CTAP.to_vec()).await, [0x27]);
    assert_eq!(computer.state().borrow().failures.1, Some(Fail::NoPhone));

    let nowhere = Computer::start(ComputerOptions::new("http://127.0.0.1:1", "Ada's laptop")).unwrap();
    let view = until(&nowhere, |view| view.state == KeyState::ApplianceUnreachable).await;
    assert!(view.trouble.unwrap().contains("http://127.0.0.1:1"));
    assert_eq!(view.invitation, None);
    assert_eq!(nowhere.exchange(vec![0x04]).await[0], 0, "getInfo still works");
}

#[tokio::test]
async fn a_phone_that_did_not_see_the_code_is_refused() {
    let mut appliance = Appliance::start().await;
    let computer = start(&appliance);
    let text = computer.pairing_text().await;
    let refused = appliance.pair_with_wrong_secret(&text).await;
    assert_eq!(refused, PairFailure::Handshake);
    assert_eq!(computer.state().borrow().phone, None);
    // The same code still works for who did see it.
    appliance.pair(&text, "Pixel 9").await;
    until(&computer, |view| view.state == KeyState::Ready).await;
}

#[tokio::test]
async fn a_phone_that_unpairs_makes_room_for_the_next() {
    let (mut appliance, computer, phone) = paired().await;
    appliance.unpair(phone.pairing()).await;
    let text = computer.pairing_text().await;
    assert_eq!(computer.state().borrow().state, KeyState::NoPhone);
    appliance.pair(&text, "Galaxy S26").await;
    let view = until(&computer, |view| view.state == KeyState::Ready).await;
    assert_eq!(view.phone.unwrap().model, "Galaxy S26");
}

#[tokio::test]
async fn a_phones_words_cannot_play_with_the_terminal() {
    let mut appliance = Appliance::start().await;
    let computer = start(&appliance);
    appliance.pair(&computer.pairing_text().await, &format!("\x1b[2JPixel\n{}", "9".repeat(100))).await;
    let view = until(&computer, |view| view.phone.is_some()).await;
    let model = view.phone.unwrap().model;
    assert!(model.starts_with("[2JPixel9") && model.len() == 60, "{model:?}");
}

#[tokio::test]
async fn a_pairing_outlives_the_program_and_is_replaced_only_by_a_finished_one() {
    let (mut appliance, computer, _, options, _folder) = paired_and_kept().await;
    drop(computer);

    let computer = restart(&options).await;
    let view = until(&computer, |view| view.state == KeyState::Ready).await;
    assert_eq!(view.phone.unwrap().model, "Pixel 9");
    assert_eq!(view.invitation, None, "a paired computer invites nobody");
    drop(computer);

    // Asked to pair another phone, it keeps the old one until the new one is there.
    let computer = restart(&ComputerOptions { pair_again: true, ..options.clone() }).await;
    let text = computer.pairing_text().await;
    let view = until(&computer, |view| view.state == KeyState::Ready).await;
    assert_eq!(view.phone.unwrap().model, "Pixel 9");
    appliance.pair(&text, "Galaxy S26").await;
    until(&computer, |view| view.phone.as_ref().is_some_and(|phone| phone.model == "Galaxy S26")).await;
}

#[tokio::test]
async fn a_key_that_is_switched_off_asks_nobody_and_stays_off() {
    let (mut appliance, computer, phone, options, _folder) = paired_and_kept().await;

    // What the phone is being asked ends at once, at both ends.
    let (reply, ()) = tokio::join!(computer.exchange(CTAP.to_vec()), async {
        let Frame::Request { exchange, pairing, .. } = appliance.frame().await else { panic!("a request") };
        computer.controls().switch(false);
        assert_eq!(appliance.frame().await, Frame::Cancel { exchange, pairing });
    });
    assert_eq!(reply, [0x27]);
    assert_eq!(computer.state().borrow().failures.1, Some(Fail::Disabled));
    assert_eq!(computer.exchange(vec![0x04]).await, scripted::INFO, "it stays plugged in");
    drop(computer);

    let computer = restart(&options).await;
    until(&computer, |view| view.state == KeyState::Disabled).await;
    assert_eq!(computer.exchange(CTAP.to_vec()).await, [0x27]);
    computer.controls().switch(true);
    until(&computer, |view| view.state == KeyState::Ready).await;
    // The next frame is of the request that was asked when it was on: the phone heard nothing of the other.
    let (reply, ()) = tokio::join!(computer.exchange(vec![0x02, 0xA1]), async {
        let (answering, request) = phone.open(appliance.frame().await);
        assert_eq!(*request.ctap, [0x02, 0xA1]);
        appliance.send(phone.seal(answering, &[0, 0xA0])).await;
    });
    assert_eq!(reply, [0, 0xA0]);
}

/// A computer as in [`paired`] that is kept in a folder, and what it is started with again.
async fn paired_and_kept() -> (Appliance, Computer, PhoneSide, ComputerOptions, tempfile::TempDir) {
    let mut appliance = Appliance::start().await;
    let folder = tempfile::tempdir().unwrap();
    let options = ComputerOptions {
        keep: KeepState::InFolder(folder.path().to_owned()),
        ..ComputerOptions::new(&appliance.url, "Ada's laptop")
    };
    let computer = Computer::start(options.clone()).unwrap();
    let phone = appliance.pair(&computer.pairing_text().await, "Pixel 9").await;
    until(&computer, |view| view.state == KeyState::Ready).await;
    (appliance, computer, phone, options, folder)
}

/// Starts again once the dropped computer has let go of its folder.
async fn restart(options: &ComputerOptions) -> Computer {
    let started = async {
        loop {
            if let Ok(computer) = Computer::start(options.clone()) {
                return computer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, started).await.expect("the folder is free")
}
