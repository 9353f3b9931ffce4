//! Results, sent to where the push initiator wants them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::answers;
use super::ledger::Delivery;
use crate::party::user_agent::{UserAgent, authority};
use crate::wire::push::pap::{Pap, Version, encode};

/// How long an initiator may take to answer; what it answers changes nothing.
const LIMIT: Duration = Duration::from_secs(10);
const HTTP_PORT: u16 = 80;

/// What is to be said to an initiator about one delivery of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) url: String,
    pub(super) version: Version,
    pub(super) push_id: String,
    /// `confirmed` or `unconfirmed`.
    pub(super) method: &'static str,
    pub(super) delivery: Delivery,
}

/// Where a URL leads, if that is on loopback: a test speaks to nobody else, whatever a relay asks for.
pub(super) fn loopback(url: &str) -> Option<SocketAddr> {
    let rest = url.trim();
    let (scheme, _) = rest.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let authority = authority(rest)?;
    let addr = match authority.parse::<SocketAddr>() {
        Ok(addr) => addr,
        Err(_) => {
            let (host, port) = match authority.rsplit_once(':') {
                Some((host, port)) if !authority.ends_with(']') => (host, port.parse().ok()?),
                _ => (authority, HTTP_PORT),
            };
            let ip = if host.eq_ignore_ascii_case("localhost") {
                Ipv4Addr::LOCALHOST.into()
            } else {
                host.trim_matches(['[', ']']).parse::<IpAddr>().ok()?
            };
            SocketAddr::new(ip, port)
        }
    };
    addr.ip().is_loopback().then_some(addr)
}

/// Posts a notice, once.
pub(super) async fn send(client: &UserAgent, notice: Notice, now: i64) {
    let Some(addr) = loopback(&notice.url) else { return };
    let pap = Pap {
        version: notice.version,
        product_name: Some(super::server::PRODUCT.to_owned()),
        ..Pap::new(answers::result_notification(&notice, now))
    };
    let written = encode(&pap);
    let headers = [("Content-Type".to_owned(), written.content_type)];
    // An initiator that is gone, or does not care, changes nothing about the push.
    let _ = client
        .through(addr)
        .post(notice.url.trim(), &headers, written.body.into(), LIMIT)
        .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_spoken_to() {
        let addr = |url: &str| loopback(url).map(|addr| addr.to_string());
        assert_eq!(
            addr("http://127.0.0.1:8080/n?x=1").as_deref(),
            Some("127.0.0.1:8080")
        );
        assert_eq!(addr(" HTTP://localhost:81").as_deref(), Some("127.0.0.1:81"));
        assert_eq!(addr("http://127.9.9.9/").as_deref(), Some("127.9.9.9:80"));
        assert_eq!(addr("http://[::1]:9/").as_deref(), Some("[::1]:9"));
        assert_eq!(addr("http://[::1]/").as_deref(), Some("[::1]:80"));
        for url in [
            "http://192.0.2.1:8080/",
            "http://relay.example/",
            "http://127.0.0.1@192.0.2.1/",
            "http://127.0.0.1:80@relay.example/",
            "https://127.0.0.1/",
            "mailto:relay@mms.example",
            "http://0.0.0.0:80/",
            "http://localhost.relay.example/",
            "",
        ] {
            assert_eq!(addr(url), None, "{url}");
        }
    }
}
