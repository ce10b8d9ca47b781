//! The SMTP sink's sockets: accept, converse, and ask a [`Backend`] what becomes of what is said.

use std::{future::Future, io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time,
};
use tokio_rustls::TlsAcceptor;

use super::session::{self, Credentials, Delivery, Session, Step, Verdict};

/// Conversations at once.
const MAX_CONNECTIONS: usize = 100;

/// How long a client may be silent (RFC 5321 §4.5.3.2 asks for five minutes).
const SILENCE: Duration = Duration::from_secs(300);

/// How long a client may take to read a reply, or to shake hands.
const WRITE: Duration = Duration::from_secs(30);

/// What becomes of what a sink is told.
pub trait Backend: Send + Sync + 'static {
    /// Whether a recipient's mail is taken.
    fn recipient(&self, sender: &str, recipient: &str) -> Verdict;
    /// Whether a name and password are right.
    fn log_in(&self, credentials: &Credentials) -> bool;
    /// Takes a mail; when this says [`Outcome::Stored`], it is where it must not be lost.
    fn deliver(&self, delivery: Delivery) -> impl Future<Output = Outcome> + Send;
    /// Resolves when the sink is to stop.
    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static;
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is safe.
    Stored,
    /// It could not be stored.
    Failed,
    /// It is gone, and nothing more is said.
    HangUp,
}

/// How a conversation over one kind of socket ends.
enum End {
    /// For good.
    Over,
    /// It goes on in TLS.
    Tls,
}

/// Accepts mail until the backend stops.
pub async fn serve(backend: impl Backend, tls: Option<TlsAcceptor>, listener: TcpListener) {
    let backend = Arc::new(backend);
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut stopped = Box::pin(backend.stopped());
    loop {
        let stream = tokio::select! {
            () = &mut stopped => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "the mail sink cannot accept a connection");
                    time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
            },
        };
        let (backend, tls, room) = (backend.clone(), tls.clone(), room.clone());
        tokio::spawn(async move {
            let talked = match room.try_acquire() {
                Ok(_place) => talk(backend.as_ref(), tls, stream).await,
                Err(_) => hang_up(stream, session::TOO_MANY).await,
            };
            if let Err(error) = talked {
                tracing::debug!(%error, "a mail conversation broke off");
            }
        });
    }
}

async fn talk(backend: &impl Backend, tls: Option<TlsAcceptor>, mut stream: TcpStream) -> io::Result<()> {
    // Replies are small and awaited.
    stream.set_nodelay(true)?;
    let mut session = Session::new(tls.is_some());
    let end = converse(backend, &mut session, &mut stream, session::GREETING).await?;
    if let (End::Tls, Some(tls)) = (end, tls) {
        let mut stream = time::timeout(WRITE, tls.accept(stream)).await??;
        session.secured();
        converse(backend, &mut session, &mut stream, "").await?;
    }
    Ok(())
}

async fn hang_up(mut stream: impl AsyncWrite + Unpin, reply: &str) -> io::Result<()> {
    write(&mut stream, reply).await?;
    stream.shutdown().await
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), replies: &str) -> io::Result<()> {
    if replies.is_empty() {
        return Ok(());
    }
    let written = async {
        stream.write_all(replies.as_bytes()).await?;
        stream.flush().await
    };
    time::timeout(WRITE, written).await?
}

/// Says `greeting` and converses until the end, or until TLS is to begin.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    backend: &impl Backend,
    session: &mut Session,
    stream: &mut S,
    greeting: &str,
) -> io::Result<End> {
    let mut stopped = Box::pin(backend.stopped());
    let mut replies = greeting.to_owned();
    let mut buffer = vec![0; 8 * 1024];
    loop {
        write(stream, &replies).await?;
        replies.clear();
        let length = tokio::select! {
            () = &mut stopped => return hang_up(stream, session::STOPPING).await.map(|()| End::Over),
            read = time::timeout(SILENCE, stream.read(&mut buffer)) => match read {
                Ok(length) => length?,
                Err(_) => return hang_up(stream, session::SILENT).await.map(|()| End::Over),
            },
        };
        if length == 0 {
            return Ok(End::Over);
        }
        let mut bytes = buffer[..length].iter();
        loop {
            match session.step(&mut bytes) {
                Step::Read => break,
                Step::Reply(reply) => replies.push_str(reply),
                Step::Recipient { sender, recipient } => {
                    replies.push_str(session.recipient(backend.recipient(&sender, &recipient)));
                }
                Step::LogIn(credentials) => {
                    replies.push_str(session.logged_in(backend.log_in(&credentials)));
                }
                Step::StartTls(reply) => {
                    replies.push_str(reply);
                    write(stream, &replies).await?;
                    return Ok(End::Tls);
                }
                Step::Deliver(delivery) => {
                    // It may take a while.
                    write(stream, &std::mem::take(&mut replies)).await?;
                    match backend.deliver(delivery).await {
                        Outcome::Stored => replies.push_str(session.stored(true)),
                        Outcome::Failed => replies.push_str(session.stored(false)),
                        Outcome::HangUp => return Ok(End::Over),
                    }
                }
                Step::Bye(reply) => {
                    replies.push_str(reply);
                    return hang_up(stream, &replies).await.map(|()| End::Over);
                }
            }
        }
    }
}
