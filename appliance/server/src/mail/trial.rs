//! Sending one mail right now, step by step, so that a setting that does not work says where and why.

use lettre::{
    Address, Message,
    address::Envelope,
    message::Mailbox,
    transport::smtp::{
        self,
        authentication::DEFAULT_MECHANISMS,
        client::{AsyncSmtpConnection, TlsParameters, TlsVersion},
        extension::ClientId,
    },
};
use pocketkey_api::mail::{MailTrial, TlsMode, TrialStage, TrialStep};
use tokio::time;

use super::{
    mailer::Way,
    outbox::words,
    server::{Server, TIMEOUT},
};

/// Why a mail cannot even be made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unsendable(pub String);

/// A mail of a few words.
///
/// # Errors
/// [`Unsendable`].
pub fn plain(way: &Way, to: &str, subject: &str, text: &str, now: i64) -> Result<Vec<u8>, Unsendable> {
    let failed = |error: &dyn std::error::Error| Unsendable(error.to_string());
    let to: Address = to.parse().map_err(|error| failed(&error))?;
    let date = std::time::UNIX_EPOCH + std::time::Duration::from_millis(u64::try_from(now).unwrap_or(0));
    let message = Message::builder()
        .message_id(Some(way.message_id()))
        .date(date)
        .from(way.from.clone())
        .to(Mailbox::new(None, to))
        .subject(subject);
    let message = match &way.reply_to {
        Some(reply_to) => message.reply_to(reply_to.clone()),
        None => message,
    };
    Ok(message.body(text.to_owned()).map_err(|error| failed(&error))?.formatted())
}

/// Takes the steps until one fails.
pub async fn run(way: &Way, to: &str, message: &[u8]) -> MailTrial {
    let mut steps = Vec::new();
    let advice = match time::timeout(2 * TIMEOUT, converse(way, to, message, &mut steps)).await {
        Ok(Ok(())) => None,
        Ok(Err((stage, words))) => {
            let advice = advice(&way.server, stage, &words);
            steps.push(TrialStep { stage, ok: false, words });
            Some(advice)
        }
        Err(_) => Some("The server is too slow. Try again, or ask whoever runs it.".to_owned()),
    };
    MailTrial { steps, accepted: advice.is_none(), advice }
}

type Failed = (TrialStage, String);

async fn converse(way: &Way, to: &str, message: &[u8], steps: &mut Vec<TrialStep>) -> Result<(), Failed> {
    let server = &way.server;
    let mut done = |stage, words: String| steps.push(TrialStep { stage, ok: true, words });
    let failed = |stage| move |error: smtp::Error| (stage, words(&error));
    let mut connection = connect(server, &mut done).await?;
    if let Some(credentials) = server.credentials() {
        let auth = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
        auth.map_err(failed(TrialStage::LogIn))?;
        done(TrialStage::LogIn, server.login.as_ref().map(|(user, _)| user.clone()).unwrap_or_default());
    }
    let unsendable = |error: &dyn std::error::Error| (TrialStage::Send, error.to_string());
    let to: Address = to.parse().map_err(|error| unsendable(&error))?;
    let envelope =
        Envelope::new(Some(way.from.email.clone()), vec![to]).map_err(|error| unsendable(&error))?;
    let answer = connection.send(&envelope, message).await.map_err(failed(TrialStage::Send))?;
    done(TrialStage::Send, answer.message().collect::<Vec<_>>().join(" "));
    // The mail is handed over; how the server says good-bye does not matter.
    let _ = connection.quit().await;
    Ok(())
}

/// Reaches the server, encrypted as it should be. TLS 1.3 is asked for first, to know which version it is.
async fn connect(
    server: &Server,
    done: &mut impl FnMut(TrialStage, String),
) -> Result<AsyncSmtpConnection, Failed> {
    let hello = ClientId::default();
    let address = (server.host.as_str(), server.port);
    let shown = format!("{}, port {}", server.host, server.port);
    let plain =
        |parameters| AsyncSmtpConnection::connect_tokio1(address, Some(TIMEOUT), &hello, parameters, None);
    if server.tls == TlsMode::Tls {
        // That it is there at all is one thing, that it speaks TLS another.
        let reached = time::timeout(TIMEOUT, tokio::net::TcpStream::connect(address)).await;
        let reached = reached.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        drop(reached.map_err(|error| (TrialStage::Connect, error.to_string()))?);
        done(TrialStage::Connect, shown);
        let mut last = (TrialStage::Tls, String::new());
        for (version, name) in [(TlsVersion::Tlsv13, "TLS 1.3"), (TlsVersion::Tlsv12, "TLS 1.2")] {
            match plain(Some(parameters(server, version)?)).await {
                Ok(connection) => {
                    done(TrialStage::Tls, name.to_owned());
                    return Ok(connection);
                }
                Err(error) => last.1 = words(&error),
            }
        }
        return Err(last);
    }
    let mut connection = plain(None).await.map_err(|error| (TrialStage::Connect, words(&error)))?;
    done(TrialStage::Connect, shown);
    let wanted = match server.tls {
        TlsMode::Starttls => true,
        TlsMode::Opportunistic => connection.can_starttls(),
        TlsMode::Tls | TlsMode::None => false,
    };
    if !wanted {
        done(TrialStage::Tls, "not encrypted".to_owned());
        return Ok(connection);
    }
    if !connection.can_starttls() {
        return Err((TrialStage::Tls, NO_STARTTLS.to_owned()));
    }
    if connection.starttls(parameters(server, TlsVersion::Tlsv13)?, &hello).await.is_ok() {
        done(TrialStage::Tls, "TLS 1.3".to_owned());
        return Ok(connection);
    }
    let failed = |error: smtp::Error| (TrialStage::Tls, words(&error));
    let mut connection = plain(None).await.map_err(failed)?;
    connection.starttls(parameters(server, TlsVersion::Tlsv12)?, &hello).await.map_err(failed)?;
    done(TrialStage::Tls, "TLS 1.2".to_owned());
    Ok(connection)
}

const NO_STARTTLS: &str = "the server does not offer STARTTLS";

fn parameters(server: &Server, least: TlsVersion) -> Result<TlsParameters, Failed> {
    TlsParameters::builder(server.host.clone())
        .set_min_tls_version(least)
        .build()
        .map_err(|error| (TrialStage::Tls, words(&error)))
}

/// What to change when `stage` failed with these words.
fn advice(server: &Server, stage: TrialStage, words: &str) -> String {
    let has = |some: &[&str]| some.iter().any(|one| words.contains(one));
    let advice = match stage {
        TrialStage::Connect if has(&["lookup", "resolve", "Name or service"]) => {
            "There is no computer of this name. Check the server's name."
        }
        TrialStage::Connect if has(&["refused"]) => {
            "Nothing listens there. Check the port: 465 for TLS, 587 for STARTTLS, 25 without."
        }
        TrialStage::Connect if has(&["timed out"]) => {
            "No answer. Check name and port; a firewall may be in between, and many providers block port 25."
        }
        TrialStage::Connect => {
            "What answers there speaks no SMTP. Check the port; 465 wants TLS from the first byte."
        }
        TrialStage::Tls if has(&["UnknownIssuer"]) => {
            "This computer does not trust who signed the server's certificate. Give the server one of a public authority, \
             or add its authority to this computer's (SSL_CERT_FILE names a file of them)."
        }
        TrialStage::Tls if has(&["NotValidForName", "not valid for name"]) => {
            "The certificate is for another name. Use the name that is in the certificate as the server."
        }
        TrialStage::Tls if has(&["Expired", "expired"]) => {
            "The server's certificate has expired, or this computer's clock is wrong."
        }
        TrialStage::Tls if has(&[NO_STARTTLS]) => {
            "Choose TLS and the port for it, usually 465. Without encryption anybody in between reads the codes."
        }
        TrialStage::Tls if server.tls == TlsMode::Tls => {
            "What answers there speaks no TLS. On port 587 it is STARTTLS; TLS from the first byte usually is on port 465."
        }
        TrialStage::Tls => {
            "The connection cannot be encrypted. Choose TLS and port 465 if the server has that."
        }
        TrialStage::LogIn if has(&["mechanism"]) => {
            "The server offers no way to log in here. Choose TLS or STARTTLS; or leave user and password empty if it needs none."
        }
        TrialStage::LogIn => {
            "Check user and password. Some providers want the whole address as the user, and a password made for programs."
        }
        TrialStage::Send if has(&["relay", "authenti", "Authenti"]) => {
            "The server sends for those who log in. Fill in user and password, or have this computer allowed."
        }
        TrialStage::Send => {
            "The server does not take mail from this sender to this recipient. Check the sender's address: it usually must be \
             one of the user that logs in."
        }
    };
    advice.to_owned()
}
