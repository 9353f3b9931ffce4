//! How PDUs reach a client that did not ask: as a WSP push through Kannel's sendsms.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::config;
use super::defects::Seed;
use super::node::Node;
use super::timer;
use crate::wire::push;

/// Pauses before the attempts after the first, when the gateway cannot be reached or refuses.
const RETRIES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(10),
];
/// Where a push has its media type (0xBE) and its application (0x84).
const MEDIA_TYPE_AT: usize = 3;
const APPLICATION_AT: usize = 5;
const TIMEOUT: Duration = Duration::from_secs(30);

/// The client side of a Kannel sendsms service.
#[derive(Debug)]
pub(crate) struct PushGateway {
    http: reqwest::Client,
    /// URL up to and including user name and password.
    url: String,
    wsp_tid: AtomicU8,
}

impl PushGateway {
    pub fn new(config: &config::Push) -> Result<PushGateway, String> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .tcp_nodelay(true)
            .timeout(TIMEOUT)
            .build()
            .map_err(|e| e.to_string())?;
        let joint = if config.kannel.contains('?') { '&' } else { '?' };
        let mut url = format!("{}{joint}username=", config.kannel);
        percent_encode(&mut url, config.username.as_bytes());
        url.push_str("&password=");
        percent_encode(&mut url, config.password.as_bytes());
        Ok(PushGateway {
            http,
            url,
            wsp_tid: AtomicU8::new(1),
        })
    }

    /// Hands one PDU to the gateway. Any 2xx counts as sent.
    async fn attempt(&self, number: &str, wsp: &[u8]) -> Result<(), String> {
        let mut url = format!("{}&to=", self.url);
        percent_encode(&mut url, number.as_bytes());
        url.push_str("&udh=");
        percent_encode(&mut url, &push::PORTS_UDH);
        url.push_str("&text=");
        percent_encode(&mut url, wsp);
        let answer = self.http.get(url).send().await.map_err(|e| e.to_string())?;
        let status = answer.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(format!("the gateway answered {status}"))
        }
    }
}

impl Node {
    /// Pushes a PDU to a client, a few times if the gateway fails. Whether it took it.
    pub async fn push_to(&self, number: &str, pdu: &Bytes) -> bool {
        let retries: &[Duration] = if self.has(Seed::PushLostForGood) {
            &[]
        } else {
            &RETRIES
        };
        let mut pauses = retries.iter();
        loop {
            match self.push.attempt(number, &self.wsp(pdu)).await {
                Ok(()) => return true,
                Err(reason) => self.log(|| format!("push to {number} failed: {reason}")),
            }
            let Some(pause) = pauses.next() else {
                return false;
            };
            timer::pause(*pause).await;
        }
    }

    /// The WSP push that carries this PDU.
    fn wsp(&self, pdu: &[u8]) -> Vec<u8> {
        let mut wsp = push::encode(self.push.wsp_tid.fetch_add(1, Ordering::Relaxed), pdu);
        if self.has(Seed::PushForBrowser) {
            wsp[APPLICATION_AT] = 0x82;
        }
        if self.has(Seed::PushMediaType) {
            wsp[MEDIA_TYPE_AT] = 0x83;
        }
        wsp
    }
}

fn percent_encode(out: &mut String, octets: &[u8]) {
    for octet in octets {
        if octet.is_ascii_alphanumeric() || b"-._".contains(octet) {
            out.push(char::from(*octet));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{octet:02X}");
        }
    }
}
