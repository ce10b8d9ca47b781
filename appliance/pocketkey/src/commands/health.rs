//! `pocketkey health`: one request, so that an image without a shell can check itself.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::Failure;
use crate::cli::HealthOptions;

/// Asks `/readyz`.
pub async fn run(options: HealthOptions) -> Result<(), Failure> {
    let mut address = options.listen;
    if address.ip().is_unspecified() {
        address = SocketAddr::from(([127, 0, 0, 1], address.port()));
    }
    let answer = timeout(Duration::from_secs(5), ask(address))
        .await
        .map_err(|_| format!("{address} does not answer"))?
        .map_err(|error| format!("{address}: {error}"))?;
    let status = answer.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        println!("ready");
        Ok(())
    } else {
        Err(format!("{address} is not ready: {status}").into())
    }
}

async fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).await?;
    Ok(answer)
}
