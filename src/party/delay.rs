//! Modelled time: the only places where a party lets time pass on purpose, and the deadlines of what it waits for.

use std::future::Future;
use std::time::Duration;

/// Lets the time a case asked for pass.
pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

/// The time was over before the event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing came within {}", words(*.0))]
pub struct Late(pub Duration);

/// Waits for an event, but no longer than `limit`.
///
/// # Errors
/// The event did not come in time.
pub async fn within<F: Future>(limit: Duration, event: F) -> Result<F::Output, Late> {
    tokio::time::timeout(limit, event).await.map_err(|_| Late(limit))
}

/// `500 ms`, `10 s`, `1.5 s`.
pub fn words(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{} s", time.as_secs_f64())
    }
}
