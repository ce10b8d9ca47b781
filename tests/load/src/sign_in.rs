//! What the way through seal, relay and phone adds to a sign-in: the same request to the same authenticator in this
//! process is the reference, taken in turns with it.

use std::time::{Duration, Instant};

use pocketkey_api::{
    PhoneId,
    sandbox::{KeyState, Screen, Script, ScriptMode, Touch},
};
use pocketkey_authenticator::{Authenticator, Config, MemoryStore};
use pocketkey_key::computer::{Computer, ComputerOptions};
use pocketkey_server::Config as Server;
use pocketkey_world::{Sandbox, SandboxOptions};

use crate::{
    Figure,
    ctap::{direct, get_assertion, make_credential, ok},
    median,
};

const ROUNDS: usize = 300;

/// Between two rounds: the relay takes 20 requests a second from one device.
const PAUSE: Duration = Duration::from_millis(55);

/// getAssertion asked of the core directly: its median time.
pub fn core_alone() -> Result<Duration, Box<dyn std::error::Error>> {
    let mut alone = Authenticator::new(Config::default(), MemoryStore::new());
    ok(&direct(&mut alone, &make_credential())?)?;
    let ask = get_assertion();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        ok(&direct(&mut alone, &ask)?)?;
        times.push(begun.elapsed());
    }
    Ok(median(&mut times))
}

/// getAssertion through the relay against getAssertion asked directly.
pub async fn measure() -> Result<Vec<Figure>, Box<dyn std::error::Error>> {
    let data = tempfile::tempdir()?;
    let any = "127.0.0.1:0".parse()?;
    let appliance =
        pocketkey_server::start(Server { listen: any, smtp_listen: any, ..Server::new(data.path()) }).await?;
    let server = format!("http://127.0.0.1:{}", appliance.http_addr.port());
    let token =
        appliance.setup_link.as_ref().and_then(|link| link.split_once('#')).map(|(_, t)| t.to_owned());
    let sandbox = Sandbox::new(SandboxOptions {
        server: server.clone(),
        setup_token: token,
        data: data.path().to_owned(),
        uhid: false,
    })?;
    tokio::spawn(
        appliance.with_routes(sandbox.routes(), pocketkey_world::DOCUMENT).run_until(std::future::pending()),
    );
    let running = sandbox.clone();
    tokio::spawn(async move { running.run().await.map(drop) });
    let computer = Computer::start(ComputerOptions::new(&server, "Bench"))?;
    let text = computer.pairing_text().await;
    let mut view = sandbox.view();
    view.wait_for(|view| {
        view.phones.iter().any(|phone| phone.connected && matches!(phone.screen, Screen::Home { .. }))
    })
    .await?;
    let phone = sandbox.phone(&PhoneId::from("phone-1")).ok_or("no phone")?;
    phone.script(Script { mode: ScriptMode::Approve }).await;
    phone.touch(Touch::Scan { text }).await;
    computer.state().wait_for(|view| view.state == KeyState::Ready).await?;

    let mut alone = Authenticator::new(Config::default(), MemoryStore::new());
    ok(&direct(&mut alone, &make_credential())?)?;
    ok(&computer.exchange(make_credential()).await)?;
    let ask = get_assertion();
    let (mut through, mut directly) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        tokio::time::sleep(PAUSE).await;
        let begun = Instant::now();
        ok(&computer.exchange(ask.clone()).await)?;
        through.push(begun.elapsed());
        let begun = Instant::now();
        ok(&direct(&mut alone, &ask)?)?;
        directly.push(begun.elapsed());
    }
    let (through, directly) = (median(&mut through), median(&mut directly));
    let ratio = through.as_secs_f64() / directly.as_secs_f64();
    let goal =
        |name, measured, against: &str, reached| Figure::goal(name, measured, against.to_owned(), reached);
    Ok(vec![
        goal(
            "sign-in through seal, relay and phone (approves at once), p50",
            format!("{through:.2?}"),
            "goal: under 5 ms",
            through < Duration::from_millis(5),
        ),
        goal(
            "… as a multiple of the same authenticator in one process",
            format!("{ratio:.2} × {directly:.2?}"),
            "goal: at most 2",
            ratio <= 2.0,
        ),
    ])
}
