//! The same connections in TLS, which the program speaks itself: what it adds to each.

use std::{path::Path, sync::Arc, thread, time::Duration};

use tempfile::TempDir;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

use super::{
    CALM, CONNECTIONS, Figure,
    appliance::{self, Appliance},
    microseconds,
    network::{Result, open},
};
use crate::program;

/// An appliance with devices, a certificate, and devices that trust it.
pub struct Secure {
    data: TempDir,
    appliance: Appliance,
}

/// Makes one with so many pairs.
pub async fn prepare(pairs: usize) -> Result<Secure> {
    let data = tempfile::tempdir()?;
    let mut appliance = appliance::prepare(data.path(), pairs, "127.0.0.1:0".parse()?).await?;
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    std::fs::write(data.path().join("cert.pem"), made.cert.pem())?;
    std::fs::write(data.path().join("key.pem"), made.signing_key.serialize_pem())?;
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone())?;
    let mut client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Each device is another one: none remembers what another agreed on.
    client.resumption = tokio_rustls::rustls::client::Resumption::disabled();
    appliance.tls = Some(Arc::new(client));
    Ok(Secure { data, appliance })
}

/// Memory of an idle connection, and what it takes to connect one.
pub fn measure(binary: &Path, secure: Secure) -> Result<Vec<Figure>> {
    let Secure { data, mut appliance } = secure;
    let file = |name| data.path().join(name).display().to_string();
    let options = ["--tls-cert", &file("cert.pem"), "--tls-key", &file("key.pem")].map(str::to_owned);
    let process = program::serve_with(binary, data.path(), &options)?.listening()?;
    appliance.address = process.address;
    let count = f64::from(u32::try_from(CONNECTIONS)?);
    let before = (process.resident()?, process.cpu()?);
    let ends = open(&appliance, 0..CONNECTIONS, CALM.0, CALM.1)?;
    let cpu = microseconds(process.cpu()? - before.1) / count;
    thread::sleep(Duration::from_secs(1));
    let kib = (f64::from(process.resident()?) - f64::from(before.0)) / count;
    drop(ends);
    Ok(vec![
        Figure::goal(
            "… in TLS, memory an idle connection",
            format!("{kib:.2} KiB"),
            "goal: at most 8 KiB".to_owned(),
            kib <= 8.0,
        ),
        Figure::goal(
            "… in TLS, CPU to shake hands, connect and prove",
            format!("{cpu:.0} µs"),
            "goal: at most 350 µs".to_owned(),
            cpu <= 350.0,
        ),
    ])
}
