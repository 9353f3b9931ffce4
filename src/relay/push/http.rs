//! What the channels over HTTP share.

use std::time::Duration;

use reqwest::StatusCode;

use super::gateway::Refusal;

const TIMEOUT: Duration = Duration::from_secs(30);

/// A client that goes nowhere else than it is told.
pub(super) fn client() -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .timeout(TIMEOUT)
        .build()
        .map_err(|e| e.to_string())
}

/// No answer came: whether the request arrived is not known. The URL is left out, it may hold a password.
pub(super) fn unanswered(error: reqwest::Error) -> Refusal {
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(deeper) = cause {
        reason = format!("{reason}: {deeper}");
        cause = deeper.source();
    }
    Refusal::Later(reason)
}

/// Any 2xx counts as taken. What is wrong with the request itself stays wrong.
pub(super) fn taken(status: StatusCode) -> Result<(), Refusal> {
    if status.is_success() {
        return Ok(());
    }
    let reason = format!("the gateway answered {status}");
    let for_now = [
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_EARLY,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    if status.is_client_error() && !for_now.contains(&status) {
        return Err(Refusal::Never(reason));
    }
    Err(Refusal::Later(reason))
}
