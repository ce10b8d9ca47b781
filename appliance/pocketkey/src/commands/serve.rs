//! `pocketkey serve`.

use std::path::PathBuf;

use pocketkey_server::{Config, relay::bus::BusOptions};
use rustix::process::{Resource, getrlimit, setrlimit};

use super::{Failure, stop_signal};
use crate::cli::ServeOptions;

/// The appliance's configuration from the command line.
///
/// # Errors
/// If a file that an option names cannot be read.
pub fn config(options: ServeOptions) -> Result<Config, Failure> {
    let smtp_url = match options.smtp_url_file {
        Some(path) => {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("cannot read --smtp-url-file {}: {error}", path.display()))?;
            Some(text.trim().to_owned())
        }
        None => options.smtp_url,
    };
    Ok(Config {
        listen: options.listen,
        tls_identity: options.tls.identity(),
        trusted_proxies: options.trusted_proxies,
        url: options.url,
        smtp_listen: options.smtp_listen,
        smtp_identity: options.smtp_cert.zip(options.smtp_key),
        smtp_login: options.smtp_login,
        inbox_keep: options.inbox_keep,
        inbox_most: options.inbox_most,
        smtp_url,
        mail_from: options.mail_from,
        activation_ttl: options.activation_ttl,
        bus: bus(options.nats, options.nats_creds),
        ..Config::new(options.data)
    })
}

/// The way to other nodes, if servers are named.
fn bus(servers: Vec<String>, credentials: Option<PathBuf>) -> Option<BusOptions> {
    (!servers.is_empty()).then_some(BusOptions { servers, credentials })
}

/// Lets the program have as many connections as it may: each takes a descriptor, and many systems start programs with
/// room for 1,024.
pub fn make_room() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit on open files cannot be raised");
    }
}

/// Runs the appliance until it is told to stop.
pub async fn run(options: ServeOptions) -> Result<(), Failure> {
    make_room();
    let appliance = pocketkey_server::start(config(options)?).await?;
    println!("Pocketkey is at {} (SMTP sink at {}).", appliance.app.url(), appliance.smtp_addr);
    if let Some(link) = &appliance.setup_link {
        println!("Nobody has set it up yet. Open this link, once:\n\n    {link}\n");
    }
    appliance.run_until(stop_signal()).await;
    Ok(())
}
