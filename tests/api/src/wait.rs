//! Waiting for what must happen soon.

use std::time::Duration;

use tokio::time::{sleep, timeout};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until there is an answer.
///
/// # Panics
/// With `what`, if there is none in time.
pub async fn until<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, ask).await
}

/// Asks until there is an answer, which there must be within `limit`.
///
/// # Panics
/// With `what`, if there is none.
pub async fn within<T>(limit: Duration, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(limit, asking).await.unwrap_or_else(|_| panic!("{what}"))
}
