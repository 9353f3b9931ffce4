//! HTTP servers of fake parties.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::http::HeaderMap;
use tokio::net::TcpListener;

use super::Listening;
use crate::link::stream::Streams;

/// Serves at `addr` (port 0: any) until the handle is dropped.
///
/// # Errors
/// `addr` cannot be bound.
pub(super) async fn serve(addr: SocketAddr, router: Router) -> io::Result<Listening> {
    let listener = TcpListener::bind(addr).await?;
    let (listening, stop) = Listening::new(listener.local_addr()?);
    tokio::spawn(async move {
        let served = axum::serve(Streams(listener), router).with_graceful_shutdown(stop.cancelled_owned());
        // Serving ends without error, when told to stop.
        let _ = served.await;
    });
    Ok(listening)
}

/// Header fields in wire order, values that are no text with `\u{FFFD}`.
pub(super) fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}
