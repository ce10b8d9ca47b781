//! `pocketkey sandbox`.

use pocketkey_api::sandbox::SandboxKeyKind;
use pocketkey_server::Config;
use pocketkey_world::{Sandbox, SandboxOptions as World};

use super::{Failure, serve, stop_signal};
use crate::cli::SandboxOptions;

/// Runs the appliance with a simulated phone and computer until it is told to stop.
pub async fn run(options: SandboxOptions) -> Result<(), Failure> {
    let config = Config { sandbox: true, ..serve::config(options.serve)? };
    if config.tls_identity.is_some() {
        return Err(
            "the sandbox speaks plain HTTP with its devices: leave out --tls-cert and --tls-key".into()
        );
    }
    let data = config.data.clone();
    let appliance = pocketkey_server::start(config).await?;
    let setup_token =
        appliance.setup_link.as_ref().and_then(|link| link.split_once('#')).map(|(_, token)| token);
    let sandbox = Sandbox::new(World {
        server: format!("http://localhost:{}", appliance.http_addr.port()),
        setup_token: setup_token.map(str::to_owned),
        data,
        uhid: !options.no_uhid,
    })?;
    let url = appliance.app.url().to_owned();
    let key = sandbox.view().borrow().key.clone();
    println!("The sandbox is at\n\n    {url}/sandbox\n");
    println!(
        "There: register at the demo site on the left, approve and unlock on the phone beside it, sign in."
    );
    match (key.kind, key.missing) {
        (SandboxKeyKind::Uhid, _) => {
            println!("The key is real: any browser or FIDO tool of this computer can use it.");
        }
        (SandboxKeyKind::StandIn, missing) => {
            println!("The demo page uses a stand-in for the key. {}", missing.unwrap_or_default());
        }
    }
    let appliance = appliance.with_routes(sandbox.routes(), pocketkey_world::DOCUMENT);
    let serving = tokio::spawn(appliance.run_until(stop_signal()));
    tokio::select! {
        served = serving => Ok(served?),
        stopped = sandbox.run() => match stopped {
            Ok(never) => match never {},
            Err(error) => Err(error.into()),
        },
    }
}
