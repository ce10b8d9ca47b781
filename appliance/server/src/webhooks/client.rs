//! One try to deliver.

use std::{net::IpAddr, sync::Arc, time::Duration};

use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header, redirect,
};

use super::{signature::Key, store::Due};
use crate::problem::innermost;

/// How long the other side may take to answer, and to be reached.
const TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// So many bytes of an answer are looked at.
const FIRST_WORDS: usize = 300;

/// The client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ClientError(#[from] reqwest::Error);

/// Sends deliveries.
#[derive(Debug, Clone)]
pub struct Sender(Client);

impl Sender {
    /// A client that goes nowhere it is sent on to.
    ///
    /// # Errors
    /// If the system's TLS certificates cannot be used.
    pub fn new() -> Result<Self, ClientError> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy() // a proxy would resolve names by itself
            .dns_resolver(Arc::new(NotLinkLocal))
            .user_agent(concat!("Pocketkey/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .build()?;
        Ok(Self(client))
    }

    /// Tries once: whether it arrived, and what to write down. `now` is Unix milliseconds.
    pub async fn send(&self, due: &Due, key: &Key, now: i64) -> (bool, String) {
        match self.post(due, key, now / 1000).await {
            Ok(told) => told,
            Err(error) => (false, innermost(&error.without_url())),
        }
    }

    async fn post(&self, due: &Due, key: &Key, seconds: i64) -> reqwest::Result<(bool, String)> {
        let literal =
            Url::parse(&due.url).ok().and_then(|url| url.host_str()?.trim_matches(['[', ']']).parse().ok());
        if literal.is_some_and(is_link_local) {
            return Ok((false, LINK_LOCAL.to_owned()));
        }
        let request = self
            .0
            .post(&due.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &due.id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", key.sign(&due.id, seconds, &due.payload))
            .body(due.payload.clone());
        let mut answer = request.send().await?;
        let status = answer.status();
        let mut words = Vec::new();
        while words.len() < FIRST_WORDS
            && let Some(more) = answer.chunk().await?
        {
            words.extend_from_slice(&more);
        }
        words.truncate(FIRST_WORDS);
        let words: String =
            String::from_utf8_lossy(&words).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Ok((status.is_success(), format!("{status} {}", words.trim()).trim_end().to_owned()))
    }
}

const LINK_LOCAL: &str =
    "this address belongs to the machine's own network card, where clouds keep credentials";

/// Where clouds answer with credentials. Other addresses of one's own network are what webhooks are for.
fn is_link_local(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.segments()[..3] == [0xfd00, 0xec2, 0],
    }
}

/// Resolves names to any address but those.
#[derive(Debug, Clone, Copy)]
struct NotLinkLocal;

impl Resolve for NotLinkLocal {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<_> = found.filter(|address| !is_link_local(address.ip())).collect();
            if good.is_empty() {
                return Err(LINK_LOCAL.into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_clouds_keep_credentials() {
        for bad in ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254"] {
            assert!(is_link_local(bad.parse().unwrap()), "{bad}");
        }
        for good in ["127.0.0.1", "10.0.0.1", "192.168.1.1", "93.184.216.34", "fd12::1", "2606:4700::1"] {
            assert!(!is_link_local(good.parse().unwrap()), "{good}");
        }
    }
}
