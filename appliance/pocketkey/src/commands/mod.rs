//! One file a command.

pub mod audit;
pub mod health;
pub mod pair;
pub mod phone;
pub mod relay;
pub mod sandbox;
pub mod serve;
pub mod udev;

/// Why a command failed, for the terminal.
pub type Failure = Box<dyn std::error::Error>;

/// Resolves at Ctrl-C or SIGTERM.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
