//! A journal entry as the judge sees it: decoded, with the names cases use.

use crate::link::{Crossing, LossKind};
use crate::run::journal::{Event, What};
use crate::wire::{Content, Finding, Pdu, PduType, Protocol, mm1, mm4, push, table};

/// Who put the octets on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Party,
    Relay,
}

/// Something that crossed a PCO, or a request that stayed without an answer.
#[derive(Debug, Clone)]
pub struct Sighting {
    pub seq: u64,
    pub at_us: u64,
    pub side: Side,
    /// Party or link.
    pub place: String,
    /// Relay a `Relay` sighting came from, or a `Party` one went to.
    pub relay: Option<String>,
    pub crossing: Option<Crossing>,
    /// Why there was no answer, for a request that got none.
    pub no_reply: Option<String>,
    pub pdu: Option<Pdu>,
    pub findings: Vec<Finding>,
    /// Why the octets are no PDU, where one was due.
    pub undecodable: Option<String>,
    pub push: Option<push::Push>,
    /// `seq` of the request this answers.
    pub answers: Option<u64>,
    /// `seq` of the notification that came before what it is about could be served: then this is no outcome.
    pub put_off: Option<u64>,
}

impl Sighting {
    /// Reads an entry; entries that carry no octets give none.
    pub fn of(event: &Event) -> Option<Sighting> {
        let (side, place, relay, crossing) = match &event.what {
            What::Sent { at, to, crossing, .. } => (Side::Party, at, Some(to.clone()), crossing),
            What::Seen {
                place,
                from,
                crossing,
                ..
            }
            | What::FetchAgain {
                place,
                from,
                crossing,
                ..
            }
            | What::Unsolicited {
                place,
                from,
                crossing,
                ..
            } => (Side::Relay, place, from.clone(), crossing),
            What::NoReply {
                at,
                to,
                error,
                request,
                ..
            } => {
                return Some(Sighting {
                    seq: event.seq,
                    at_us: event.at_us,
                    side: Side::Relay,
                    place: at.clone(),
                    relay: Some(to.clone()),
                    crossing: None,
                    no_reply: Some(error.clone()),
                    pdu: None,
                    findings: Vec::new(),
                    undecodable: None,
                    push: None,
                    answers: Some(*request),
                    put_off: None,
                });
            }
            _ => return None,
        };
        let mut sighting = Sighting {
            seq: event.seq,
            at_us: event.at_us,
            side,
            place: place.clone(),
            relay,
            crossing: Some(crossing.clone()),
            no_reply: None,
            pdu: None,
            findings: Vec::new(),
            undecodable: None,
            push: None,
            answers: None,
            put_off: match &event.what {
                What::FetchAgain { notified, .. } => Some(*notified),
                _ => None,
            },
        };
        sighting.decode(crossing);
        Some(sighting)
    }

    fn decode(&mut self, crossing: &Crossing) {
        let decoded = match crossing {
            Crossing::HttpRequest { body, .. } if !body.is_empty() => mm1::decode(body),
            Crossing::HttpResponse { body, request, .. } => {
                self.answers = Some(*request);
                if body.is_empty() {
                    return;
                }
                mm1::decode(body)
            }
            Crossing::Push { wsp, .. } => match push::decode(wsp) {
                Ok(push) => {
                    self.findings.extend(push.findings.iter().cloned());
                    let decoded = mm1::decode(&push.body);
                    self.push = Some(push);
                    decoded
                }
                Err(e) => {
                    self.undecodable = Some(format!("not a WSP push: {e}"));
                    return;
                }
            },
            Crossing::Mail { data, .. } => mm4::decode(data),
            Crossing::SmtpReply { request, .. } => {
                self.answers = Some(*request);
                return;
            }
            Crossing::Loss { request, .. } => {
                self.answers = *request;
                self.no_reply = request.map(|_| lost_words(crossing));
                return;
            }
            _ => return,
        };
        match decoded {
            Ok(decoded) => {
                self.findings.extend(decoded.findings);
                self.pdu = Some(decoded.pdu);
            }
            Err(e) => self.undecodable = Some(e.to_string()),
        }
    }

    pub fn kind(&self) -> Option<PduType> {
        self.pdu.as_ref().map(|p| p.kind)
    }

    /// Whether it asks MM1 for something: a fetch, or a PDU.
    pub fn is_request(&self) -> bool {
        match &self.crossing {
            Some(Crossing::HttpRequest { method, .. }) => method == "GET" || self.pdu.is_some(),
            _ => false,
        }
    }

    pub fn is_reply(&self) -> bool {
        matches!(
            self.crossing,
            Some(Crossing::HttpResponse { .. } | Crossing::SmtpReply { .. })
        )
    }

    /// Whether the receiver took the mail over: only then does it answer the PDU.
    pub fn is_accepted(&self) -> bool {
        matches!(&self.crossing, Some(Crossing::Mail { reply: Some((code, _)), .. }) if code / 100 == 2)
    }

    /// Whether a link kept it from its receiver.
    pub fn is_loss(&self) -> bool {
        matches!(self.crossing, Some(Crossing::Loss { .. }))
    }

    /// How it was kept back: `cut`, `down`, `stalled`, `lost`, `kept`.
    pub fn lost_how(&self) -> Vec<String> {
        match &self.crossing {
            Some(Crossing::Loss { how, .. }) => vec![how.name().to_owned()],
            _ => Vec::new(),
        }
    }

    pub fn is_dns_query(&self) -> bool {
        matches!(self.crossing, Some(Crossing::DnsQuery { .. }))
    }

    /// What the DNS was asked: `name`, `type`.
    pub fn asked(&self, aspect: &str) -> Vec<String> {
        match (&self.crossing, aspect) {
            (Some(Crossing::DnsQuery { name, .. }), "name") => vec![name.clone()],
            (Some(Crossing::DnsQuery { kind, .. }), "type") => vec![kind.clone()],
            _ => Vec::new(),
        }
    }

    /// A reply inside a `dialogue:`.
    pub fn is_dialogue_reply(&self) -> bool {
        matches!(self.crossing, Some(Crossing::SmtpLine { .. }))
    }

    /// Whether a request of MM1 is over with this: its HTTP response, or the certainty that none comes.
    pub fn is_final(&self) -> bool {
        matches!(self.crossing, Some(Crossing::HttpResponse { .. })) || self.no_reply.is_some()
    }

    pub fn content(&self) -> Option<&Content> {
        self.pdu.as_ref().and_then(|p| p.content.as_ref())
    }

    /// The octets of the PDU, for its length and for literal comparison.
    pub fn raw_pdu(&self) -> &[u8] {
        match (&self.crossing, &self.push) {
            (Some(Crossing::HttpRequest { body, .. } | Crossing::HttpResponse { body, .. }), _) => body,
            (Some(Crossing::Mail { data, .. }), _) => data,
            (_, Some(push)) => &push.body,
            _ => &[],
        }
    }

    /// The octets of a pushed PDU, for telling a repeated push from a new one.
    pub fn pushed_octets(&self) -> Option<&[u8]> {
        self.push.as_ref().map(|p| p.body.as_ref())
    }

    /// Whether the gateway did not take it: then it reached nobody.
    pub fn is_refused_push(&self) -> bool {
        matches!(&self.crossing, Some(Crossing::Push { answered, .. }) if !(200..300).contains(answered))
    }

    /// Whether an answer says yes: HTTP 2xx, and a status field that is Ok where the PDU has one; SMTP 2xx.
    pub fn is_positive_answer(&self) -> bool {
        match &self.crossing {
            Some(Crossing::HttpResponse { status, .. }) => {
                let refused = [
                    "X-Mms-Response-Status",
                    "X-Mms-Retrieve-Status",
                    "X-Mms-Store-Status",
                ]
                .iter()
                .filter_map(|name| self.pdu.as_ref().and_then(|p| p.text(name)))
                .any(|status| status != "Ok" && status != "Success");
                (200..300).contains(status) && !refused
            }
            Some(Crossing::SmtpReply { code, .. }) => (200..300).contains(code),
            _ => false,
        }
    }

    /// Whether an answer to a fetch says that there is no such message, or brings nothing: HTTP 404, 410 or an empty body, or a
    /// status that ends in message-not-found.
    pub fn says_not_found(&self) -> bool {
        let Some(Crossing::HttpResponse { status, body, .. }) = &self.crossing else {
            return false;
        };
        let names = ["X-Mms-Retrieve-Status", "X-Mms-Response-Status"];
        let said = names
            .iter()
            .find_map(|name| self.pdu.as_ref().and_then(|p| p.text(name)));
        match said {
            Some(said) => said.ends_with("message-not-found"),
            None => matches!(status, 404 | 410) || ((200..300).contains(status) && body.is_empty()),
        }
    }

    /// A value a case can refer to: a header field, or one of the pseudo-fields of an event.
    pub fn field(&self, name: &str, unix: i64) -> Option<String> {
        match name {
            "received-at" => return Some(crate::wire::date::rfc3339(self.instant(unix))),
            "http-status" => {
                if let Some(Crossing::HttpResponse { status, .. }) = &self.crossing {
                    return Some(status.to_string());
                }
            }
            "smtp-code" => return self.smtp("code").into_iter().next(),
            "text" => return self.smtp("text").into_iter().next(),
            "name" | "type" => return self.asked(name).into_iter().next(),
            "envelope-from" => return self.smtp("mail-from").into_iter().next(),
            "envelope-to" => return self.smtp("rcpt-to").into_iter().next(),
            _ => {}
        }
        if name.eq_ignore_ascii_case("Content-Type") {
            return self.content().map(|c| c.media.to_string());
        }
        let value = self.pdu.as_ref()?.text(name)?;
        let is_mm4 = self.kind().is_some_and(|k| k.protocol() == Protocol::Mm4);
        let is_id = table::field(name).is_some_and(|f| f.kind == table::Kind::Id);
        Some(if is_mm4 && is_id {
            bare(&value).to_owned()
        } else {
            value
        })
    }

    /// When it happened, seconds since 1970, given the second the script began.
    pub fn instant(&self, unix: i64) -> i64 {
        unix + i64::try_from(self.at_us / 1_000_000).unwrap_or(i64::MAX)
    }

    /// Values of the HTTP exchange: `status` or a response header.
    pub fn http(&self, name: &str) -> Vec<String> {
        match &self.crossing {
            Some(Crossing::HttpResponse { status, headers, .. }) => {
                if name.eq_ignore_ascii_case("status") {
                    return vec![status.to_string()];
                }
                headers
                    .iter()
                    .filter(|(n, _)| n.eq_ignore_ascii_case(name))
                    .map(|(_, v)| v.clone())
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Values of the SMTP exchange: `code`, `text`, `mail-from`, `rcpt-to`, `refused`, `commands`, `helo`.
    pub fn smtp(&self, name: &str) -> Vec<String> {
        match (&self.crossing, name) {
            (Some(Crossing::SmtpReply { code, .. } | Crossing::SmtpLine { code, .. }), "code") => {
                vec![code.to_string()]
            }
            (Some(Crossing::SmtpReply { text, .. } | Crossing::SmtpLine { text, .. }), "text") => {
                vec![text.clone()]
            }
            (Some(Crossing::SmtpReply { stage, .. }), "stage") => vec![stage.clone()],
            (Some(Crossing::SmtpReply { refused, .. } | Crossing::Mail { refused, .. }), "refused") => {
                refused.iter().map(|(path, _)| path.clone()).collect()
            }
            (Some(Crossing::Mail { mail_from, .. }), "mail-from") => vec![mail_from.clone()],
            (Some(Crossing::Mail { rcpt_to, .. }), "rcpt-to") => rcpt_to.clone(),
            (Some(Crossing::Mail { dialogue, .. }), "commands") => {
                let said = dialogue.iter().filter_map(|line| line.strip_prefix("C: "));
                vec![said.collect::<Vec<_>>().join("\n")]
            }
            (Some(Crossing::Mail { helo, .. }), "helo") => vec![helo.clone()],
            (Some(Crossing::Mail { reply, .. }), "code") => {
                reply.iter().map(|(code, _)| code.to_string()).collect()
            }
            (Some(Crossing::Mail { reply, .. }), "text") => {
                reply.iter().map(|(_, text)| text.clone()).collect()
            }
            (Some(Crossing::Mail { data, .. }), "body") => vec![String::from_utf8_lossy(data).into_owned()],
            _ => Vec::new(),
        }
    }

    /// Values of the push: `content-type`, `application-id`, `recipient`, or a WSP header.
    pub fn pushed(&self, name: &str) -> Vec<String> {
        let recipient = match &self.crossing {
            Some(Crossing::Push { recipient, .. }) => recipient,
            _ => return Vec::new(),
        };
        match (name, &self.push) {
            ("recipient", _) => vec![recipient.clone()],
            ("content-type", Some(push)) => vec![push.content_type.clone()],
            ("application-id", Some(push)) => push.application_id.iter().cloned().collect(),
            (_, Some(push)) => push
                .headers
                .iter()
                .filter(|(n, _)| n.eq_ignore_ascii_case(name))
                .map(|(_, v)| v.clone())
                .collect(),
            _ => Vec::new(),
        }
    }

    /// An answer that is not positive, with its status, for a person.
    pub fn refusal(&self) -> String {
        let status = [
            "X-Mms-Response-Status",
            "X-Mms-Retrieve-Status",
            "X-Mms-Store-Status",
        ]
        .iter()
        .find_map(|name| self.pdu.as_ref().and_then(|p| p.text(name)));
        match status {
            Some(status) => format!("{} {status}", self.describe()),
            None => self.describe(),
        }
    }

    /// What it is, where from, when and how much, for a person.
    pub fn describe(&self) -> String {
        let from = match (&self.relay, self.side) {
            (Some(relay), Side::Relay) => format!(" from {relay}"),
            _ => String::new(),
        };
        let fields = match &self.pdu {
            Some(pdu) => format!(
                ", {} headers",
                pdu.fields.len() + 1 + usize::from(pdu.content.is_some())
            ),
            None => String::new(),
        };
        format!("{}{from} after {} ms{fields}", self.label(), self.at_us / 1000)
    }

    /// What it is, for a person: the PDU's name, or the reply.
    pub fn label(&self) -> String {
        if let Some(error) = &self.no_reply {
            return format!("no answer ({error})");
        }
        match (&self.pdu, &self.crossing) {
            (None, Some(lost @ Crossing::Loss { .. })) => lost_words(lost),
            (Some(pdu), Some(Crossing::HttpResponse { status, .. })) if !(200..300).contains(status) => {
                format!("{} with HTTP {status}", pdu.kind)
            }
            (Some(pdu), _) => pdu.kind.to_string(),
            (None, Some(Crossing::HttpResponse { status, body, .. })) => {
                let what = match (&self.undecodable, body.len()) {
                    (_, 0) => "with an empty body".to_owned(),
                    (Some(why), n) => format!("with {n} octets that are no PDU ({why})"),
                    (None, n) => format!("with {n} octets"),
                };
                format!("HTTP {status} {what}")
            }
            (
                None,
                Some(Crossing::SmtpReply {
                    code, text, stage, ..
                }),
            ) => {
                format!("SMTP {code} {text} at {stage}")
            }
            (None, Some(Crossing::DnsQuery { name, kind, code, .. })) => {
                format!("DNS query for {kind} of {name} ({code})")
            }
            (None, Some(Crossing::SmtpLine { code, text, .. })) => format!("{code} {text}"),
            (None, Some(Crossing::Mail { .. })) => {
                format!(
                    "a mail that is no MM4 PDU ({})",
                    self.undecodable.as_deref().unwrap_or("?")
                )
            }
            (None, Some(Crossing::Push { .. })) => {
                format!(
                    "a push that is no MMS PDU ({})",
                    self.undecodable.as_deref().unwrap_or("?")
                )
            }
            (None, Some(Crossing::HttpRequest { method, url, .. })) => format!("{method} {url}"),
            (None, Some(Crossing::SmtpWords { text })) => text.clone(),
            (None, None) => "something".to_owned(),
        }
    }
}

/// What a link kept back, for a person.
fn lost_words(lost: &Crossing) -> String {
    let Crossing::Loss {
        how, up, down, of, ..
    } = lost
    else {
        return String::new();
    };
    let after = match of.as_deref() {
        Some(Crossing::HttpResponse { body, .. }) => {
            format!(", {} octets of the body among them", body.len())
        }
        _ => String::new(),
    };
    let octets = format!("after {up} octets up and {down} down{after}");
    match how {
        LossKind::Cut => format!("the link broke {octets}"),
        LossKind::Down => format!("the link was down {octets}"),
        LossKind::Stalled => format!("the link let nothing pass {octets}"),
        LossKind::Lost => "a push that was lost on the link".to_owned(),
        LossKind::Kept => "a push that waits at the gateway".to_owned(),
    }
}

/// An id without its pair of quotes: on MM4 both forms mean the same (TS 23.140 §8.4.4).
fn bare(id: &str) -> &str {
    id.trim()
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(id)
}
