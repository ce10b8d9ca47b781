//! Serving HTTP, or HTTPS: accepts connections, and gives up on those that ask nothing.

use std::{io, net::SocketAddr, path::PathBuf, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::Uri,
    response::Redirect,
};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tokio_rustls::rustls::{self, ServerConfig};

use super::{Connection, tls_stream::TlsStream};
use crate::{
    problem::ApiError,
    proxy::{self, TrustedProxy},
    tls::{self, IdentityError},
};

/// How long a connection may take until its next request has come, headers and all.
const REQUEST_TIME: Duration = Duration::from_secs(5);

/// The options that name certificate and key.
const OPTIONS: [&str; 2] = ["--tls-cert", "--tls-key"];

/// The first byte of TLS: a handshake record
/// ([RFC 8446, section 5.1](https://www.rfc-editor.org/rfc/rfc8446#section-5.1)).
const HANDSHAKE: u8 = 22;

/// How many connections the kernel keeps until they are accepted: all devices come at once after an outage.
const BACKLOG: u32 = 4096;

/// How long to wait when there are no more descriptors.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// Listens on `address`.
///
/// # Errors
/// What the operating system says.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait for what the last connections leave behind.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// What answers TLS, if a certificate is configured.
///
/// # Errors
/// [`IdentityError`] names the option to change.
pub fn tls(identity: Option<&(PathBuf, PathBuf)>) -> Result<Option<Arc<ServerConfig>>, IdentityError> {
    let Some((cert, key)) = identity else { return Ok(None) };
    let mut server = tls::server(tls::read(cert, key, OPTIONS)?, OPTIONS)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    // All devices come back at once after an outage: those that were here before need no new key agreement, and we
    // keep nothing for them.
    if let Ok(ticketer) = rustls::crypto::ring::Ticketer::new() {
        server.ticketer = ticketer;
        server.send_tls13_tickets = 1;
    }
    Ok(Some(Arc::new(server)))
}

/// Whoever speaks plain HTTP where HTTPS is served: what `health` answers, and for everything else the address to go to.
pub fn plain<U>(health: Router, url: U) -> Router
where
    U: Fn() -> Result<String, ApiError> + Clone + Send + Sync + 'static,
{
    let there = async move |uri: Uri| {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        url().map(|url| Redirect::permanent(&format!("{url}{path}")))
    };
    health.fallback(there)
}

/// Serves `router` until `stopping` says so, then finishes what is being answered. With TLS, whoever speaks plain HTTP
/// gets the other router. Requests carry the address that they come from, as far as `proxies` say.
pub async fn serve(
    stopping: watch::Receiver<bool>,
    listener: TcpListener,
    tls: Option<(Arc<ServerConfig>, Router)>,
    router: Router,
    proxies: &[TrustedProxy],
) {
    let proxies: Arc<[TrustedProxy]> = proxies.into();
    let tls = tls.map(|(tls, plain)| (tls, TowerToHyperService::new(plain)));
    let router = TowerToHyperService::new(router);
    let (under_way, _) = watch::channel(());
    let mut over = pin!(stopped(stopping.clone()));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut over => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (router, tls, stopped, held) =
                    (router.clone(), tls.clone(), stopped(stopping.clone()), under_way.subscribe());
                let from = (peer, Arc::clone(&proxies));
                tokio::spawn(async move {
                    match tls {
                        None => connection(router, Connection::Plain(stream), from, stopped).await,
                        Some((tls, plain)) => match timeout(REQUEST_TIME, accept(tls, stream)).await {
                            Ok(Ok(stream @ Connection::Tls(_))) => {
                                connection(router, stream, from, stopped).await;
                            }
                            Ok(Ok(stream)) => connection(plain, stream, from, stopped).await,
                            Ok(Err(error)) => tracing::debug!(%error, %peer, "a TLS handshake failed"),
                            Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
                        },
                    }
                    drop(held);
                });
            }
            Err(error) if gone(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                sleep(EXHAUSTED).await;
            }
        }
    }
    drop(listener);
    under_way.closed().await;
}

/// Shakes hands with whoever speaks TLS.
async fn accept(tls: Arc<ServerConfig>, stream: TcpStream) -> io::Result<Connection> {
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first[0] == HANDSHAKE {
        Ok(Connection::Tls(Box::new(TlsStream::accept(tls, stream).await?)))
    } else {
        Ok(Connection::Plain(stream))
    }
}

/// Resolves when it is time to stop.
pub async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that whoever would say so is gone.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Whether the peer, not the appliance, is why a connection could not be accepted.
fn gone(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// One connection until it ends or is another protocol's.
async fn connection(
    router: TowerToHyperService<Router>,
    stream: Connection,
    (peer, proxies): (SocketAddr, Arc<[TrustedProxy]>),
    stopped: impl Future<Output = ()>,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        let client = proxy::client(&proxies, peer.ip(), request.headers());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
        router.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(REQUEST_TIME);
    let mut served = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    tokio::select! {
        result = &mut served => return trace(result),
        () = stopped => served.as_mut().graceful_shutdown(),
    }
    trace(served.await);
}

fn trace(result: hyper::Result<()>) {
    if let Err(error) = result {
        tracing::trace!(%error, "a connection failed");
    }
}
