//! Which addresses are told, when a try is repeated, and what can go wrong.

use pocketkey_api::problem::FieldProblem;
use reqwest::Url;

use crate::{
    db::DbError,
    problem::{ApiError, Explain},
    validate,
};

/// The kind of a delivery that only tries the way.
pub const TEST: &str = "webhook.test";

/// The longest address, in bytes.
const MAX_URL: usize = 1024;

/// Pauses between tries, in milliseconds; after the last one a delivery is given up, 17 hours after the first try.
const PAUSES: [i64; 8] =
    [5_000, 30_000, 2 * 60_000, 10 * 60_000, 30 * 60_000, 3_600_000, 5 * 3_600_000, 10 * 3_600_000];

/// How long after try number `tries`, counted from 1, the next one is; `None` if it was the last.
pub fn pause(tries: u32) -> Option<i64> {
    PAUSES.get(usize::try_from(tries).ok()?.checked_sub(1)?).copied()
}

/// Checks an address that an admin gave.
///
/// # Errors
/// The field at fault.
pub fn check_url(text: &str) -> Result<String, Vec<FieldProblem>> {
    let wrong = |message: &str| Err(validate::one("url", message));
    let text = text.trim();
    let Ok(url) = Url::parse(text) else { return wrong("This is not a web address.") };
    if text.len() > MAX_URL {
        return wrong("This address is too long.");
    }
    if !matches!(url.scheme(), "http" | "https") {
        return wrong("The address begins with https:// or http://.");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return wrong("The address holds no name, password or fragment: deliveries are signed instead.");
    }
    Ok(url.into())
}

/// Why something about a webhook failed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Fields at fault.
    #[error("invalid fields")]
    Invalid(Vec<FieldProblem>),
    /// There is no such webhook.
    #[error("no such webhook")]
    NotFound,
    /// `after` is no place in the list.
    #[error("no place in the list")]
    WrongCursor,
    /// There is no such delivery.
    #[error("no such delivery")]
    NoDelivery,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Explain for WebhookError {
    fn explain(&self) -> ApiError {
        match self {
            Self::Invalid(fields) => ApiError::invalid(fields.clone()),
            Self::NotFound => ApiError::not_found("This webhook"),
            Self::WrongCursor => ApiError::wrong_cursor(),
            Self::NoDelivery => ApiError::not_found("This delivery")
                .detail("Deliveries are kept for thirty days, and go with their webhook."),
            Self::Db(error) => error.explain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (given, kept) in [
            ("https://hooks.example.org/x?y=1", "https://hooks.example.org/x?y=1"),
            (" http://10.0.0.7:8080 ", "http://10.0.0.7:8080/"),
        ] {
            assert_eq!(check_url(given).unwrap(), kept);
        }
        let long = format!("https://hooks.example.org/{}", "x".repeat(MAX_URL));
        for bad in
            ["", "hooks.example.org", "ftp://x.example/", "https://me:pw@x.example/", "https://x/#y", &long]
        {
            assert_eq!(check_url(bad).unwrap_err()[0].field, "url", "{bad}");
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        let all: Vec<i64> = (1..).map_while(pause).collect();
        assert_eq!(all, PAUSES);
        assert!(all.is_sorted());
        assert_eq!(pause(0), None);
    }
}
