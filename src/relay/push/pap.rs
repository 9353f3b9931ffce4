//! The Push Access Protocol: the relay is the push initiator (WAP-247).

use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;

use super::gateway::{Message, Refusal};
use super::http;
use crate::relay::config;
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::wire::push::pap::{self, Element};
use crate::wire::{MediaType, Part, mm1};

const APPLICATION: &str = "x-wap-application:mms.ua";
const BROWSER: &str = "x-wap-application:wml.ua";
/// "Duplicate push id" (WAP-247 §9.13).
const DUPLICATE: u16 = 2007;

#[derive(Debug)]
pub(super) struct Pap {
    http: reqwest::Client,
    config: config::Pap,
}

/// One push message over all attempts.
pub(super) struct Outgoing<'a> {
    pap: &'a Pap,
    node: &'a Node,
    number: String,
    content: Part,
    push_id: String,
    /// An attempt with this id had no answer: it may have been taken.
    in_doubt: bool,
}

impl Pap {
    pub fn new(config: config::Pap) -> Result<Pap, String> {
        Ok(Pap {
            http: http::client()?,
            config,
        })
    }

    pub fn outgoing<'a>(&'a self, node: &'a Node, message: &Message<'_>) -> Outgoing<'a> {
        let media = if node.has(Seed::PushMediaType) {
            "text/plain"
        } else {
            mm1::MEDIA_TYPE
        };
        let application = if node.has(Seed::PushForBrowser) {
            BROWSER
        } else {
            APPLICATION
        };
        Outgoing {
            pap: self,
            node,
            number: message.number.to_owned(),
            content: Part {
                media: MediaType::new(media),
                content_id: None,
                content_location: None,
                headers: vec![("X-Wap-Application-Id".to_owned(), application.to_owned())],
                data: Bytes::copy_from_slice(message.pdu),
            },
            push_id: push_id(node),
            in_doubt: false,
        }
    }
}

/// Unique over all push initiators (WAP-247 §9).
fn push_id(node: &Node) -> String {
    format!("{}@{}", node.ids.token(), node.config.host)
}

impl Outgoing<'_> {
    pub async fn attempt(&mut self) -> Result<(), Refusal> {
        let written = pap::encode(&self.message());
        let request = self
            .pap
            .http
            .post(&self.pap.config.url)
            .header(CONTENT_TYPE, written.content_type)
            .body(written.body);
        let answer = match self.answer(request).await {
            Ok(answer) => answer,
            Err(refusal) => {
                self.in_doubt = true;
                return Err(refusal);
            }
        };
        let result = self.judge(&answer);
        // A gateway that refused an id may know it all the same.
        self.push_id = push_id(self.node);
        self.in_doubt = false;
        result
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Answer, Refusal> {
        let answer = request.send().await.map_err(http::unanswered)?;
        let status = answer.status();
        let content_type = answer.headers().get(CONTENT_TYPE);
        let content_type = content_type
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = answer.bytes().await.map_err(http::unanswered)?;
        let said = pap::decode(content_type.as_deref(), &body).ok();
        let code = said.as_ref().and_then(|reading| reading.value.code());
        Ok(Answer { status, code })
    }

    /// The result code says what became of it; HTTP alone says less (WAP-247 §9.13).
    fn judge(&self, answer: &Answer) -> Result<(), Refusal> {
        let Some(code) = answer.code else {
            return http::taken(answer.status);
        };
        let named = pap::table::CODES.iter().find(|(number, _)| *number == code);
        let reason = format!(
            "the gateway answered {code} {}",
            named.map_or("", |(_, text)| text)
        );
        match code {
            1000..=1999 => Ok(()),
            DUPLICATE if self.in_doubt => Ok(()),
            // The server or the service behind it fails now; the others say that it always will.
            3000..=4999 => Err(Refusal::Later(reason)),
            _ => Err(Refusal::Never(reason)),
        }
    }

    fn message(&self) -> pap::Pap {
        let config = &self.pap.config;
        let digits = self.number.trim_start_matches('+');
        let address = config
            .address_form
            .replace("{number}", &self.number)
            .replace("{digits}", digits);
        let mut message = Element::new("push-message").with("push-id", &self.push_id);
        if let Some(url) = &config.notify_requested_to {
            message = message.with("ppg-notify-requested-to", url);
        }
        message = message.child(Element::new("address").with("address-value", &address));
        if let Some(method) = config.delivery_method {
            message =
                message.child(Element::new("quality-of-service").with("delivery-method", method.name()));
        }
        let mut pap = pap::Pap::new(message);
        pap.content = Some(self.content.clone());
        pap
    }
}

/// What a gateway answered, as far as it matters.
struct Answer {
    status: reqwest::StatusCode,
    /// Of the response-result, or of a badmessage-response.
    code: Option<u16>,
}
