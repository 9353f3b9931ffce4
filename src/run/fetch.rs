//! Requests of user agents on MM1, and how much time they take about a notification.
//!
//! A relay may notify before it can serve. Where the target says so, a user agent takes its time before it answers a
//! notification, and fetches again what it did not find; that it had to is told once for the run, and no case fails by it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::case::StepId;
use crate::link::Crossing;
use crate::party::delay;
use crate::party::user_agent::HttpReply;
use crate::target::Mm1;
use crate::wire::{Pdu, PduType, mm1 as pdus};

use super::drive::Driver;
use super::journal::{Event, What};
use super::judge::{Judge, Side, Sighting};
use super::mm1::locate;
use super::way::Way;

/// An HTTP request of a user agent.
#[derive(Clone)]
pub struct Request {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

/// Who sends a request, in which step, to which relay.
#[derive(Clone)]
pub struct Sender {
    pub step: StepId,
    pub capture: Option<String>,
    pub place: String,
    pub relay: String,
}

/// A notification that a request is about.
#[derive(Debug, Clone, Copy, Default)]
struct Notified {
    seq: u64,
    at_us: u64,
}

impl Driver {
    /// Sends a request in the background, in the user agent's own time if it answers a notification.
    pub(super) async fn request(self: &Arc<Self>, sender: Sender, request: Request, mm1: &Mm1) {
        let notified = self
            .recorder
            .ask(|judge| notification(judge, &sender.place, &request, mm1));
        if let Some(notified) = notified {
            let due = Duration::from_micros(notified.at_us) + Duration::from_millis(mm1.reaction);
            let left = due.saturating_sub(self.recorder.elapsed());
            if !left.is_zero() {
                self.yield_turn();
                delay::pass(left).await;
            }
        }
        let pauses = match request.method {
            "GET" if notified.is_some() => mm1.fetch_again.clone(),
            _ => Vec::new(),
        };
        let seq = self.send_http(&sender, &request);
        let driver = Arc::clone(self);
        self.exchange(async move {
            driver.exchange_http(sender, request, seq, notified, pauses).await;
        });
    }

    fn send_http(&self, sender: &Sender, request: &Request) -> u64 {
        let crossing = Crossing::HttpRequest {
            method: request.method.to_owned(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let Sender {
            step,
            capture,
            place,
            relay,
        } = sender;
        self.sent(Some(*step), capture.as_deref(), place, relay, crossing, None)
    }

    /// The request, and the same again after each pause while it finds nothing.
    async fn exchange_http(
        &self,
        sender: Sender,
        request: Request,
        mut seq: u64,
        notified: Option<Notified>,
        pauses: Vec<u64>,
    ) {
        let Sender {
            step, place, relay, ..
        } = &sender;
        let limit = self.reply_limit();
        let mut pauses = pauses.into_iter();
        loop {
            let line = self.stage.line_of_agent(place);
            let client = self.stage.agent_towards(relay);
            let way = match Way::over(line.as_ref(), &client.next_hop(&request.url)).await {
                Ok(way) => way,
                Err(why) => return self.no_reply(Some(*step), seq, place, relay, why, None),
            };
            let agent = match way.entrance() {
                Some(entrance) => client.through(entrance),
                None => client.clone(),
            };
            let Request {
                method,
                url,
                headers,
                body,
            } = &request;
            let reply = match *method {
                "GET" => agent.get(url, headers, limit).await,
                _ => agent.post(url, headers, body.clone(), limit).await,
            };
            if let Some(lost) = way.lost(&reply) {
                return self.lost_http(lost, seq, place, relay, reply);
            }
            let early = match (&reply, notified) {
                (Ok(answer), Some(notified)) if self.found_nothing(&sender, &request, answer) => {
                    Some((answer, notified))
                }
                _ => None,
            };
            let (Some((answer, notified)), Some(pause)) = (early, pauses.next()) else {
                return self.answered_http(*step, seq, place, relay, reply);
            };
            self.recorder.record(What::FetchAgain {
                step: *step,
                place: place.clone(),
                from: Some(relay.clone()),
                crossing: answer.crossing(seq),
                wire: answer.wire.clone(),
                notified: notified.seq,
                pause,
            });
            delay::pass(Duration::from_millis(pause)).await;
            seq = self.send_http(&sender, &request);
        }
    }

    /// Whether a fetch found no message that the case wants, and that nobody has got from there yet.
    fn found_nothing(&self, sender: &Sender, request: &Request, answer: &HttpReply) -> bool {
        let seen = Sighting::of(&Event {
            script: String::new(),
            seq: u64::MAX,
            at_us: 0,
            what: What::Seen {
                place: sender.place.clone(),
                from: Some(sender.relay.clone()),
                crossing: answer.crossing(0),
                wire: None,
            },
        });
        seen.is_some_and(|seen| {
            seen.says_not_found()
                && self.recorder.ask(|judge| {
                    judge.has_no_use_for(sender.step, &seen) && !is_served(judge, &sender.place, &request.url)
                })
        })
    }
}

/// The first notification of this party that the request answers: it fetches what is notified, or carries its transaction id
/// or location.
fn notification(judge: &Judge, place: &str, request: &Request, mm1: &Mm1) -> Option<Notified> {
    let sent = match request.method {
        "GET" => None,
        _ => Some(pdus::decode(&request.body).ok()?.pdu),
    };
    let answers = |told: &Pdu| {
        let location = told.text("X-Mms-Content-Location");
        let same = |sent: &Pdu, name: &str| told.text(name).is_some_and(|text| sent.text(name) == Some(text));
        match &sent {
            None => location.is_some_and(|location| locate(&location, mm1).as_ref() == Ok(&request.url)),
            Some(sent) => match sent.kind {
                PduType::NotifyRespInd => same(sent, "X-Mms-Transaction-Id"),
                PduType::ForwardReq => same(sent, "X-Mms-Content-Location"),
                _ => false,
            },
        }
    };
    let told = judge.all().iter().find(|seen| {
        seen.side == Side::Relay
            && seen.place == place
            && seen.kind() == Some(PduType::NotificationInd)
            && !seen.is_loss()
            && seen.pdu.as_ref().is_some_and(answers)
    })?;
    Some(Notified {
        seq: told.seq,
        at_us: told.at_us,
    })
}

/// Whether this party has already got something from there.
fn is_served(judge: &Judge, place: &str, url: &str) -> bool {
    let asked = |seq: u64| {
        judge.all().iter().any(|sent| {
            sent.seq == seq
                && matches!(&sent.crossing, Some(Crossing::HttpRequest { method, url: to, .. }) if method == "GET" && to == url)
        })
    };
    judge.all().iter().any(|seen| {
        seen.place == place
            && seen.kind() == Some(PduType::RetrieveConf)
            && seen.is_positive_answer()
            && seen.answers.is_some_and(asked)
    })
}
