//! One MM4 transfer to another Relay/Server: tried until it is done, refused, given up or expired.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use super::answers::Answer;
use super::fields::mailbox;
use super::mail;
use super::requests::{self, Identity};
use super::smtp_client::{Failure, Mail, Reply};
use super::way;
use crate::relay::defects::Seed;
use crate::relay::ledger::Entry;
use crate::relay::model::{Mm, Origin, Status};
use crate::relay::node::Node;
use crate::relay::reports;
use crate::relay::routing::Hop;
use crate::relay::store::TransferEvent;
use crate::relay::timer;
use crate::wire::address::{self, Address};

fn with_an_hour_more(mm: &Mm) -> Arc<Mm> {
    Arc::new(Mm {
        deadline: mm.deadline.plus_seconds(3600),
        ..mm.clone()
    })
}

fn encode(node: &Node, mm: &Mm, hop: &Hop, tid: &str) -> Bytes {
    mail::encode(node, hop, &requests::forward_req(node, mm, hop, tid))
}

/// One MM4_forward.REQ and its repetitions.
pub(super) struct Transfer {
    node: Arc<Node>,
    mm: Arc<Mm>,
    hop: Hop,
    tid: String,
    message: Bytes,
    /// Recipients without an outcome.
    pending: Vec<String>,
    /// Those of them for whom the peer took the message and owes a RES.
    sent: HashSet<String>,
    events: UnboundedReceiver<TransferEvent>,
    attempts: u32,
    /// What is reported when the transfer is given up now.
    worst: Status,
}

/// How an attempt ended.
enum Attempt {
    /// The peer has the message for some recipients.
    Sent,
    /// It may work later.
    Later { reached: bool },
    /// It is over for every recipient.
    Over(Status),
}

impl Transfer {
    pub fn new(
        node: &Arc<Node>,
        mm: &Arc<Mm>,
        hop: Hop,
        tid: String,
        recipients: Vec<String>,
        events: UnboundedReceiver<TransferEvent>,
    ) -> Transfer {
        Transfer {
            message: encode(node, mm, &hop, &tid),
            node: node.clone(),
            mm: if node.has(Seed::RetryBeyondExpiry) {
                with_an_hour_more(mm)
            } else {
                mm.clone()
            },
            hop,
            tid,
            pending: recipients,
            sent: HashSet::new(),
            events,
            attempts: 0,
            worst: Status::Unreachable,
        }
    }

    pub async fn run(mut self) {
        loop {
            self.node.turn().await;
            if self.mm.deadline.is_past() {
                self.settle_all(Status::Expired);
                break;
            }
            self.attempts += 1;
            self.learn();
            if self.pending.is_empty() {
                break;
            }
            if self.attempts > 1 && self.node.has(Seed::RetryNewTid) {
                self.renumber();
            }
            let attempt = self.attempt().await;
            let reached = match attempt {
                Attempt::Sent => {
                    let until = Instant::now() + self.patience();
                    self.listen(until, true).await;
                    true
                }
                Attempt::Later { .. } if self.node.has(Seed::RetryGivesUp) => break,
                Attempt::Later { reached } => {
                    if self.node.has(Seed::ReportEachFailure) {
                        self.report_passing_failure();
                    }
                    reached
                }
                Attempt::Over(status) => {
                    self.settle_all(status);
                    break;
                }
            };
            if self.pending.is_empty() {
                break;
            }
            if self.hop.inner && !reached && self.node.has(Seed::HomeDownDrops) {
                break;
            }
            // A neighbour that is down comes back, and so does an MMSE behind a hub: MMs are kept until they expire.
            let patient = self.hop.inner || self.node.config.hub.is_some();
            let counts = reached || !patient;
            let ends = !(reached && self.node.has(Seed::RetryWithoutEnd));
            if counts && ends && self.attempts >= self.node.config.timers.mm4_attempts {
                self.settle_all(self.worst);
                break;
            }
            let until = Instant::now() + self.pause().min(self.mm.deadline.time_left());
            self.listen(until, false).await;
            if self.pending.is_empty() {
                break;
            }
        }
        self.node.state().transfers.remove(&self.tid);
    }

    /// The forward-path of a recipient: the mailbox that ENUM named in this domain, or the address there.
    fn path(&self, recipient: &str) -> String {
        let named = self.node.routing.mailbox(&Address::parse(recipient));
        named
            .filter(|m| !self.node.has(Seed::EnumLocalPartIgnored) && self.is_there(m))
            .unwrap_or_else(|| mailbox(recipient, &self.hop.domain))
    }

    fn is_there(&self, mailbox: &str) -> bool {
        address::domain(mailbox).is_some_and(|domain| domain == self.hop.domain)
    }

    /// Hears what other relays of the store heard.
    fn learn(&mut self) {
        drop(self.node.state());
        while let Ok(event) = self.events.try_recv() {
            self.hear(event);
        }
    }

    fn renumber(&mut self) {
        let mut state = self.node.state();
        let open = state.transfers.remove(&self.tid);
        self.tid = self.node.ids.transaction();
        if let Some(open) = open {
            state.transfers.insert(self.tid.clone(), open);
        }
        drop(state);
        self.message = encode(&self.node, &self.mm, &self.hop, &self.tid);
    }

    /// How long a RES is waited for.
    fn patience(&self) -> Duration {
        let whole = self.node.config.timers.mm4_response();
        if self.node.has(Seed::RetryTooEarly) {
            whole / 20
        } else {
            whole
        }
    }

    /// The pause before the next attempt; the last one of the list repeats.
    fn pause(&self) -> Duration {
        self.node.config.timers.pause(self.attempts)
    }

    async fn attempt(&mut self) -> Attempt {
        let rcpt = |recipient: &String| {
            let path = self.path(recipient);
            if self.node.has(Seed::ForwardUnqualified) {
                path.split('@').next().unwrap_or_default().to_owned()
            } else {
                path
            }
        };
        let recipients: Vec<String> = self.pending.iter().map(rcpt).collect();
        let from = match &self.mm.origin {
            Origin::Here(_) if !self.hop.inner => requests::sender(&self.node, &self.mm),
            _ => Identity::towards(&self.node, &self.hop).system,
        };
        let mail = Mail {
            from: &from,
            recipients: &recipients,
            message: &self.message,
            seeds: self.node.seeds(),
        };
        let sending = way::send(&self.node, &self.hop, &mail);
        let result = tokio::select! {
            result = timer::unless_impatient(self.node.has(Seed::RetryImpatient), sending) => {
                result.unwrap_or_else(|| Err(Failure::Lost("the peer is slow".to_owned())))
            }
            () = timer::sleep_until(self.mm.deadline) => return Attempt::Over(Status::Expired),
        };
        let outcome = match &result {
            Ok(_) => "taken".to_owned(),
            Err(failure) => failure.to_string(),
        };
        self.node.log(|| {
            format!(
                "MM4: {} to {}, attempt {}: {outcome}",
                self.tid, self.hop.domain, self.attempts
            )
        });
        match result {
            Ok(replies) => self.sort_out(&replies),
            Err(Failure::Lost(_)) if self.node.has(Seed::RetryBrokenGivesUp) => {
                Attempt::Over(Status::Unreachable)
            }
            Err(Failure::Lost(_)) => {
                self.worst = Status::Unreachable;
                Attempt::Later { reached: false }
            }
            Err(Failure::Unresolved(_)) => Attempt::Over(Status::Unreachable),
            Err(Failure::TooBig(_)) => Attempt::Over(Status::Rejected),
            Err(Failure::Refused(reply)) => {
                if reply.is_transient() || self.node.has(Seed::RetryAfter5xx) {
                    Attempt::Later { reached: true }
                } else {
                    Attempt::Over(refused(&reply))
                }
            }
        }
    }

    /// Per recipient: taken, later, or refused for good.
    fn sort_out(&mut self, replies: &[Reply]) -> Attempt {
        let tried = self.pending.clone();
        let mut taken = false;
        for (recipient, reply) in tried.iter().zip(replies) {
            match reply.code {
                200..=299 => {
                    taken = true;
                    self.sent.insert(recipient.clone());
                }
                400..=499 if self.node.has(Seed::SmtpSecondTransactionLost) => self.note_handed(recipient),
                500..=599 if !self.node.has(Seed::RetryAfter5xx) => self.settle(recipient, refused(reply)),
                _ => {}
            }
        }
        if let Some(open) = self.node.state().transfers.get_mut(&self.tid) {
            open.sent.clone_from(&self.sent);
        }
        if taken {
            self.worst = Status::Indeterminate;
            Attempt::Sent
        } else {
            Attempt::Later { reached: true }
        }
    }

    /// Takes RES and reports until then; `for_res` ends it as soon as none is owed.
    async fn listen(&mut self, until: Instant, for_res: bool) {
        loop {
            let owed = self.pending.iter().any(|recipient| self.sent.contains(recipient));
            if self.pending.is_empty() || (for_res && !owed) {
                return;
            }
            let event = tokio::select! {
                event = self.events.recv() => event,
                () = sleep_until(until) => return,
            };
            match event {
                Some(event) => self.hear(event),
                // The store holds the other end as long as the transfer lives.
                None => return,
            }
        }
    }

    fn hear(&mut self, event: TransferEvent) {
        let (request_status, named) = match event {
            TransferEvent::Implied(recipient) => return self.done(&recipient),
            TransferEvent::Elsewhere(recipient) => return self.pending.retain(|r| *r != recipient),
            TransferEvent::Answered { status, recipients } => (status, recipients),
        };
        let about: Vec<String> = self
            .pending
            .iter()
            .filter(|r| {
                if named.is_empty() {
                    self.sent.contains(*r)
                } else {
                    named.contains(r)
                }
            })
            .cloned()
            .collect();
        for recipient in about {
            match Answer::of(&self.node, &request_status) {
                Answer::Ok if self.node.has(Seed::RetryAfterOk) && self.attempts == 1 => {
                    self.sent.remove(&recipient);
                }
                Answer::Ok => self.done(&recipient),
                Answer::Later if self.node.has(Seed::ReportNoneAfterPassingRes) => {
                    self.note_handed(&recipient)
                }
                Answer::Later => {
                    self.worst = Status::Unreachable;
                    self.sent.remove(&recipient);
                }
                Answer::Refused(status) => self.settle(&recipient, status),
            }
        }
    }

    /// The next Relay/Server has the MM for this recipient.
    fn done(&mut self, recipient: &str) {
        self.note_handed(recipient);
        if self.hop.inner && self.mm.reports.delivery && self.node.has(Seed::InnerHopOwnReport) {
            reports::premature(&self.node, &self.mm, recipient, Status::Retrieved);
        }
    }

    /// This recipient has an outcome.
    fn handed(&mut self, recipient: &str) -> Entry {
        self.pending.retain(|r| r != recipient);
        Entry::Handed {
            tid: self.tid.clone(),
            recipient: recipient.to_owned(),
        }
    }

    fn note_handed(&mut self, recipient: &str) {
        let handed = self.handed(recipient);
        self.node.note(|| handed);
    }

    fn settle(&mut self, recipient: &str, status: Status) {
        let handed = self.handed(recipient);
        self.node
            .log(|| format!("{} for {recipient}: {}", self.mm.message_id, status.name()));
        if self.node.has(Seed::FailureSilent) {
            self.node.note(|| handed);
        } else {
            reports::settled(&self.node, &self.mm, recipient, status, [handed]);
        }
    }

    fn report_passing_failure(&self) {
        for recipient in self.pending.iter().filter(|_| self.mm.reports.delivery) {
            reports::premature(&self.node, &self.mm, recipient, Status::Unreachable);
        }
    }

    fn settle_all(&mut self, status: Status) {
        for recipient in self.pending.clone() {
            self.settle(&recipient, status);
        }
    }
}

/// What a permanent SMTP reply means for the MM.
fn refused(reply: &Reply) -> Status {
    match reply.code {
        552 | 554 => Status::Rejected,
        _ => Status::Unreachable,
    }
}
