//! Kannel's sendsms: the WSP push and its ports as parameters of an HTTP request. Kannel cuts it into short messages.

use reqwest::header::CONTENT_TYPE;

use super::gateway::{Message, Refusal};
use super::http;
use crate::relay::config::{self, Method};
use crate::wire::push::PORTS_UDH;
use crate::wire::push::kannel::{Escapes, SendSms, encode};

/// The client side of the service.
#[derive(Debug)]
pub(super) struct Kannel {
    http: reqwest::Client,
    config: config::Kannel,
}

/// One request, the same at each attempt.
pub(super) struct Outgoing<'a> {
    kannel: &'a Kannel,
    parameters: Vec<u8>,
}

impl Kannel {
    pub fn new(config: &config::Kannel) -> Result<Kannel, String> {
        Ok(Kannel {
            http: http::client()?,
            config: config.clone(),
        })
    }

    pub fn outgoing(&self, message: &Message<'_>) -> Outgoing<'_> {
        let config = &self.config;
        let mut sms = SendSms::default()
            .with("username", config.username.clone())
            .with("password", config.password.clone());
        if let Some(from) = &config.from {
            sms = sms.with("from", from.clone());
        }
        sms = sms
            .with("to", message.number.to_owned())
            .with("udh", PORTS_UDH.to_vec())
            .with("text", message.wsp.clone());
        Outgoing {
            kannel: self,
            parameters: encode(&sms, Escapes::default()),
        }
    }
}

impl Outgoing<'_> {
    /// Any 2xx counts as sent; any other answer may be another one the next time.
    pub async fn attempt(&mut self) -> Result<(), Refusal> {
        let Kannel { http, config } = self.kannel;
        let request = match config.method {
            Method::Get => {
                let joint = if config.url.contains('?') { '&' } else { '?' };
                // Escaped, they are ASCII.
                let query = String::from_utf8_lossy(&self.parameters);
                http.get(format!("{}{joint}{query}", config.url))
            }
            Method::Post => http
                .post(&config.url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(self.parameters.clone()),
        };
        let answer = request.send().await.map_err(http::unanswered)?;
        http::taken(answer.status()).map_err(|refusal| Refusal::Later(refusal.to_string()))
    }
}
