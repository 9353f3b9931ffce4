//! What parties send: each request is journalled before its first octet leaves, and its answer when it came or failed to.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::case::{Send, SendWhat, Step, StepId, Template};
use crate::link::{Carriage, Crossing, Lost};
use crate::party::peer;
use crate::party::user_agent::{HttpReply, NoAnswer};
use crate::wire::{Protocol, mm1};

use super::compose::{self, Mail, Uncomposable, Words};
use super::drive::{Driver, Flow, flow};
use super::fetch::{Request, Sender};
use super::journal::What;
use super::mm1::{identity, is_identity, locate};
use super::stage::Access;
use super::way::Way;

/// How long an answer is waited for when the target names no time.
const REPLY: Duration = Duration::from_secs(10);

/// What a send consists of once composed.
pub enum Outgoing {
    Http(Request),
    Smtp(Mail),
}

impl Driver {
    /// A `send:` step. Goes on at once when a later step expects the answer, else when the answer is there.
    pub async fn send(self: &Arc<Self>, step: &Step, send: &Send) -> Flow {
        let relay = self.relay_of(send);
        let Some(access) = self.stage.access(&relay) else {
            return self.unanswerable(step, send, &relay);
        };
        let outgoing = match self.compose(send, &access, step.id) {
            Ok(outgoing) => outgoing,
            Err(why) => return self.uncomposable(step.id, why),
        };
        match outgoing {
            Outgoing::Smtp(mail) => {
                self.deliver(
                    Some(step.id),
                    step.capture.as_deref(),
                    &send.from,
                    &relay,
                    &access,
                    mail,
                );
            }
            Outgoing::Http(request) => {
                let sender = Sender {
                    step: step.id,
                    capture: step.capture.clone(),
                    place: send.from.clone(),
                    relay,
                };
                self.request(sender, request, &access.mm1).await;
            }
        }
        // The exchange has its own limit; the answer, or its absence, is always journalled.
        flow(self.decided(step.id, self.reply_limit() + REPLY).await)
    }

    /// Sends a mail in the background.
    pub fn deliver(
        self: &Arc<Self>,
        step: Option<StepId>,
        capture: Option<&str>,
        from: &str,
        relay: &str,
        access: &Access,
        mail: Mail,
    ) {
        self.stage.claim_answers(from, &mail.data);
        let host = self
            .stage
            .peers
            .get(from)
            .map(|p| p.host.clone())
            .unwrap_or_default();
        let inbound = access.mm4.clone();
        let crossing = Crossing::Mail {
            helo: inbound.greeting(&host).to_owned(),
            mail_from: mail.mail_from.clone(),
            rcpt_to: mail.rcpt_to.clone(),
            refused: Vec::new(),
            data: mail.data.clone(),
            reply: None,
            dialogue: inbound.announced(&mail.mail_from, &mail.rcpt_to),
        };
        let request = self.sent(step, capture, from, relay, crossing, None);
        let (driver, place, relay) = (Arc::clone(self), from.to_owned(), relay.to_owned());
        let limit = self.reply_limit();
        let line = self.stage.line_of_peer(&relay, from);
        self.exchange(async move {
            let way = match inbound.smtp_addr() {
                Some(addr) => Way::over(line.as_ref(), &addr.to_string()).await,
                None => Ok(Way::Straight),
            };
            let way = match way {
                Ok(way) => way,
                Err(why) => return driver.no_reply(step, request, &place, &relay, why, None),
            };
            let letter = peer::Letter {
                helo: &host,
                mail_from: &mail.mail_from,
                rcpt_to: &mail.rcpt_to,
                data: &mail.data,
            };
            let delivery = match inbound.deliver(letter, way.entrance(), limit).await {
                Ok(delivery) => delivery,
                Err(why) => return driver.faulted(step, why.to_string()),
            };
            let refused = delivery.refused();
            let wire = delivery.wire;
            if let Some(lost) = way.lost(&delivery.end) {
                return driver.lost(lost, request, &place, &relay, None, wire);
            }
            match delivery.end {
                Ok(ended) => {
                    let crossing = Crossing::SmtpReply {
                        code: ended.code,
                        text: ended.text,
                        stage: ended.stage.name().to_owned(),
                        request,
                        refused,
                    };
                    driver.seen(&place, &relay, crossing, wire);
                }
                Err(no_reply) => driver.no_reply(step, request, &place, &relay, no_reply.0, wire),
            }
        });
    }

    pub(super) fn compose(
        &self,
        send: &Send,
        access: &Access,
        step: StepId,
    ) -> Result<Outgoing, Uncomposable> {
        let nonce = self.stage.vars.get("run.nonce").map_or("", String::as_str);
        let nonce = format!("{nonce}-{}", step.0);
        let composed = self.recorder.ask(|judge| {
            let words = Words { judge };
            Some(match &send.what {
                SendWhat::Pdu(kind) if kind.protocol() == Protocol::Mm4 => compose::mail(
                    send,
                    *kind,
                    &nonce,
                    &self.stage,
                    access,
                    self.recorder.unix,
                    &words,
                )
                .map(Outgoing::Smtp),
                SendWhat::Pdu(kind) => compose::mm1_pdu(send, *kind, &nonce, &words).and_then(|body| {
                    let headers = self.http_headers(send, access, true, &words)?;
                    Ok(Outgoing::Http(Request {
                        method: "POST",
                        url: access.mm1.url.clone(),
                        headers,
                        body,
                    }))
                }),
                SendWhat::Get(url) => words.resolve(url).and_then(|location| {
                    let headers = self.http_headers(send, access, false, &words)?;
                    let url = locate(&location, &access.mm1).map_err(Uncomposable::Unreachable)?;
                    Ok(Outgoing::Http(Request {
                        method: "GET",
                        url,
                        headers,
                        body: Bytes::new(),
                    }))
                }),
                SendWhat::Again(of) => again(of.sole_reference().unwrap_or(&of.raw), access, &words),
            })
        });
        composed.unwrap_or_else(|| Err(Uncomposable::Case("the case has ended".to_owned())))
    }

    fn http_headers(
        &self,
        send: &Send,
        access: &Access,
        posts: bool,
        words: &Words<'_>,
    ) -> Result<Vec<(String, String)>, Uncomposable> {
        let mut headers = Vec::new();
        if let Some(agent) = self.stage.agents.get(&send.from) {
            let resolve = |value: &Template| words.resolve(value);
            headers.extend(identity(send, &agent.number, &access.mm1, resolve)?);
        }
        if posts {
            headers.push(("Content-Type".to_owned(), access.mm1.content_type.clone()));
        }
        headers.push(("Accept".to_owned(), format!("{}, */*", mm1::MEDIA_TYPE)));
        let others = send.http_headers.iter().filter(|h| !is_identity(&h.name));
        for header in others {
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case(&header.name));
            for value in &header.values {
                headers.push((header.name.clone(), words.resolve(value)?));
            }
        }
        Ok(headers)
    }

    pub(super) fn answered_http(
        &self,
        step: StepId,
        request: u64,
        place: &str,
        relay: &str,
        reply: Result<HttpReply, NoAnswer>,
    ) {
        match reply {
            Ok(reply) => {
                self.seen(place, relay, reply.crossing(request), reply.wire);
                self.remember(place);
            }
            Err(none) => self.no_reply(Some(step), request, place, relay, none.why, none.wire),
        }
    }

    /// A report about an MM that this user agent has sent just now is the script's, also when it has left.
    fn remember(&self, place: &str) {
        let Some(agent) = self.stage.agents.get(place) else {
            return;
        };
        let id = self.recorder.ask(|judge| {
            let sent = judge
                .all()
                .iter()
                .rev()
                .find(|seen| seen.place == place && seen.is_reply())?;
            sent.pdu.as_ref()?.text("Message-ID")
        });
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            self.stage.guest.remember_message(&agent.number, &id);
        }
    }

    /// The link broke the exchange: what arrived, whole as it may look, is not what the relay sent.
    pub(super) fn lost_http(
        &self,
        lost: Lost,
        request: u64,
        place: &str,
        relay: &str,
        reply: Result<HttpReply, NoAnswer>,
    ) {
        let (arrived, wire) = match reply {
            Ok(reply) => (Some(reply.crossing(request)), reply.wire),
            Err(none) => (none.arrived.map(|reply| reply.crossing(request)), none.wire),
        };
        self.lost(lost, request, place, relay, arrived, wire);
    }

    fn lost(
        &self,
        lost: Lost,
        request: u64,
        place: &str,
        relay: &str,
        of: Option<Crossing>,
        wire: Option<Carriage>,
    ) {
        let crossing = Crossing::Loss {
            how: lost.how,
            up: lost.up,
            down: lost.down,
            request: Some(request),
            of: of.map(Box::new),
        };
        self.seen(place, relay, crossing, wire);
    }

    pub(super) fn sent(
        &self,
        step: Option<StepId>,
        capture: Option<&str>,
        at: &str,
        to: &str,
        crossing: Crossing,
        wire: Option<Carriage>,
    ) -> u64 {
        self.recorder.record(What::Sent {
            step,
            capture: capture.map(str::to_owned),
            at: at.to_owned(),
            to: to.to_owned(),
            crossing,
            wire,
        })
    }

    pub(super) fn seen(&self, place: &str, relay: &str, crossing: Crossing, wire: Option<Carriage>) {
        let (place, from) = (place.to_owned(), Some(relay.to_owned()));
        self.recorder.record(What::Seen {
            place,
            from,
            crossing,
            wire,
        });
    }

    pub(super) fn no_reply(
        &self,
        step: Option<StepId>,
        request: u64,
        at: &str,
        to: &str,
        error: String,
        wire: Option<Carriage>,
    ) {
        let (at, to) = (at.to_owned(), to.to_owned());
        self.recorder.record(What::NoReply {
            step,
            at,
            to,
            request,
            error,
            wire,
        });
    }

    /// The exchange cannot take place, and the relay has no part in that.
    fn faulted(&self, step: impl Into<Option<StepId>>, text: String) {
        let step = step.into();
        self.recorder.record(What::Fault { step, text });
    }

    /// A step that cannot be taken: what it refers to did not come, or the case is wrong in a way lint cannot see.
    pub(super) fn uncomposable(&self, step: StepId, why: Uncomposable) -> Flow {
        match why {
            Uncomposable::Missing(missing) => self.recorder.record(What::Halt { step, missing }),
            Uncomposable::Unreachable(why) => self.recorder.record(What::NotSent { step, why }),
            Uncomposable::Case(text) => self.recorder.record(What::Fault {
                step: Some(step),
                text,
            }),
        };
        Flow::End
    }

    /// A request to a relay that the case has put down gets no answer, and that is an event like any other.
    fn unanswerable(&self, step: &Step, send: &Send, relay: &str) -> Flow {
        let crossing = Crossing::SmtpWords {
            text: format!("(relay {relay} is down)"),
        };
        let request = self.sent(
            Some(step.id),
            step.capture.as_deref(),
            &send.from,
            relay,
            crossing,
            None,
        );
        self.no_reply(
            Some(step.id),
            request,
            &send.from,
            relay,
            format!("relay {relay} is down"),
            None,
        );
        flow(self.recorder.status(step.id))
    }

    fn relay_of(&self, send: &Send) -> String {
        send.to
            .clone()
            .or_else(|| self.stage.home_of(&send.from))
            .unwrap_or_else(|| self.first_relay())
    }

    pub(super) fn first_relay(&self) -> String {
        self.script.topology.relays()[0].to_owned()
    }

    pub(super) fn reply_limit(&self) -> Duration {
        self.timer("reply").unwrap_or(REPLY)
    }
}

/// The octets of an earlier send once more.
fn again(name: &str, access: &Access, words: &Words<'_>) -> Result<Outgoing, Uncomposable> {
    let missing = || Uncomposable::Missing(name.to_owned());
    let earlier = words.judge.captured(name).ok_or_else(missing)?;
    match &earlier.crossing {
        Some(Crossing::HttpRequest {
            method,
            url,
            headers,
            body,
        }) => Ok(Outgoing::Http(Request {
            method: if method == "GET" { "GET" } else { "POST" },
            // The relay may have another address by now.
            url: locate(url, &access.mm1).map_err(Uncomposable::Unreachable)?,
            headers: headers.clone(),
            body: body.clone(),
        })),
        Some(Crossing::Mail {
            mail_from,
            rcpt_to,
            data,
            ..
        }) => Ok(Outgoing::Smtp(Mail {
            mail_from: mail_from.clone(),
            rcpt_to: rcpt_to.clone(),
            data: data.clone(),
        })),
        _ => Err(missing()),
    }
}
