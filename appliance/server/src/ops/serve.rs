//! Serving HTTP: accepts connections, and gives up on those that ask nothing.

use std::{io, net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
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
    time::sleep,
};

use crate::App;

/// How long a connection may take until its next request has come, headers and all.
const REQUEST_TIME: Duration = Duration::from_secs(5);

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

/// Serves `router` until the appliance stops, then finishes what is being answered.
pub async fn serve(app: &App, listener: TcpListener, router: Router) {
    let router = TowerToHyperService::new(router);
    let (under_way, _) = watch::channel(());
    let mut stopped = pin!(app.stopped());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (router, stopped, held) = (router.clone(), app.stopped(), under_way.subscribe());
                tokio::spawn(async move {
                    connection(router, stream, peer, stopped).await;
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

/// Whether the peer, not the appliance, is why a connection could not be accepted.
fn gone(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// One connection until it ends or is another protocol's.
async fn connection(
    router: TowerToHyperService<Router>,
    stream: TcpStream,
    peer: SocketAddr,
    stopped: impl Future<Output = ()>,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
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
