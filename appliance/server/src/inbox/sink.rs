//! The SMTP sink's sockets. A mail is answered with 250 only once it is on disk.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time,
};

use super::{
    service,
    session::{self, Session, Step},
};
use crate::App;

/// Conversations at once.
const MAX_CONNECTIONS: usize = 100;

/// How long a client may be silent (RFC 5321 §4.5.3.2 asks for five minutes).
const SILENCE: Duration = Duration::from_secs(300);

/// How long a client may take to read a reply.
const WRITE: Duration = Duration::from_secs(30);

/// Accepts mail until the appliance stops.
pub async fn serve(app: App, listener: TcpListener) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut stopped = Box::pin(app.stopped());
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
        let (app, room) = (app.clone(), room.clone());
        tokio::spawn(async move {
            let talked = match room.try_acquire() {
                Ok(_place) => talk(&app, stream).await,
                Err(_) => hang_up(stream, session::TOO_MANY).await,
            };
            if let Err(error) = talked {
                tracing::debug!(%error, "a mail conversation broke off");
            }
        });
    }
}

async fn hang_up(mut stream: TcpStream, reply: &str) -> io::Result<()> {
    time::timeout(WRITE, stream.write_all(reply.as_bytes())).await??;
    stream.shutdown().await
}

async fn talk(app: &App, mut stream: TcpStream) -> io::Result<()> {
    let mut stopped = Box::pin(app.stopped());
    let mut session = Session::default();
    let mut replies = session::GREETING.to_owned();
    let mut buffer = vec![0; 8 * 1024];
    loop {
        time::timeout(WRITE, stream.write_all(replies.as_bytes())).await??;
        replies.clear();
        let length = tokio::select! {
            () = &mut stopped => return hang_up(stream, session::STOPPING).await,
            read = time::timeout(SILENCE, stream.read(&mut buffer)) => match read {
                Ok(length) => length?,
                Err(_) => return hang_up(stream, session::SILENT).await,
            },
        };
        if length == 0 {
            return Ok(());
        }
        let mut bytes = buffer[..length].iter();
        loop {
            match session.step(&mut bytes) {
                Step::Read => break,
                Step::Reply(reply) => replies.push_str(reply),
                Step::Deliver(delivery) => {
                    let stored = service::accept(app, delivery).await;
                    if let Err(error) = &stored {
                        tracing::error!(%error, "a mail could not be stored");
                    }
                    replies.push_str(session.stored(stored.is_ok()));
                }
                Step::Bye(reply) => {
                    replies.push_str(reply);
                    return hang_up(stream, &replies).await;
                }
            }
        }
    }
}
