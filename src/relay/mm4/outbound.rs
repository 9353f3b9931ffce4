//! MM4 transfers to other Relay/Servers: each is tried until it is done, refused, given up or expired.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::{Instant, sleep_until};

use super::answers::Answer;
use super::fields::mailbox;
use super::mail;
use super::requests::{self, Identity};
use super::smtp_client::{Failure, Mail, Reply};
use super::way::{self, own_host};
use crate::relay::defects::Seed;
use crate::relay::intake;
use crate::relay::ledger::Entry;
use crate::relay::model::{Mm, Origin, Status};
use crate::relay::node::Node;
use crate::relay::reports;
use crate::relay::routing::Hop;
use crate::relay::store::{OpenTransfer, TransferEvent};
use crate::relay::timer;
use crate::wire::address::{self, Address};

/// Starts the transfer of an MM to the recipients behind one hop.
pub(crate) fn forward(node: &Arc<Node>, mm: &Arc<Mm>, hop: Hop, recipients: Vec<String>) {
    let tid = if node.has(Seed::ForwardFixedTid) {
        "1".to_owned()
    } else {
        node.ids.transaction()
    };
    node.note(|| Entry::Queued {
        record: mm.record.clone(),
        tid: tid.clone(),
        domain: hop.domain.clone(),
        recipients: recipients.clone(),
    });
    start(node, mm, hop, tid, recipients);
}

/// Goes on with a transfer of an earlier life, under its transaction id.
pub(crate) fn resume(node: &Arc<Node>, mm: &Arc<Mm>, tid: &str, domain: &str, pending: Vec<String>) {
    let tid = if node.has(Seed::StoreTransferRenumbered) {
        node.ids.transaction()
    } else {
        tid.to_owned()
    };
    match node.routing.system(domain) {
        Some(hop) => start(node, mm, hop, tid, pending),
        // The way of that time is closed; the tables of today decide.
        None => intake::when_due(node, mm, &pending),
    }
}

/// Starts a transfer that stands in the ledger.
pub(crate) fn start(node: &Arc<Node>, mm: &Arc<Mm>, hop: Hop, tid: String, recipients: Vec<String>) {
    let (sender, events) = mpsc::unbounded_channel();
    let open = OpenTransfer {
        message_id: mm.message_id.clone(),
        domain: hop.domain.clone(),
        inner: hop.inner,
        mm: mm.clone(),
        recipients: recipients.clone(),
        sent: HashSet::new(),
        events: Some(sender),
    };
    let mut state = node.state();
    let before: Vec<_> = state
        .transfers
        .values()
        .filter(|other| node.has(Seed::ForwardOneAtATime) && other.domain == hop.domain)
        .filter_map(|other| other.events.clone())
        .collect();
    state.transfers.insert(tid.clone(), open);
    for recipient in &recipients {
        // Whose recipient this is may have been unknown until now.
        let via = hop.domain.clone();
        state.with_sent(&mm.message_id, recipient, |to| to.via = Some(via));
    }
    drop(state);
    let transfer = Transfer {
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
    };
    node.spawn(async move {
        for other in before {
            other.closed().await;
        }
        transfer.run().await;
    });
}

fn with_an_hour_more(mm: &Mm) -> Arc<Mm> {
    Arc::new(Mm {
        deadline: mm.deadline.plus_seconds(3600),
        ..mm.clone()
    })
}

fn encode(node: &Node, mm: &Mm, hop: &Hop, tid: &str) -> Bytes {
    mail::encode(node, &requests::forward_req(node, mm, hop, tid))
}

/// One MM4_forward.REQ and its repetitions.
struct Transfer {
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
    async fn run(mut self) {
        loop {
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
            own_host: own_host(&self.node, &self.hop),
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

/// A RES that completes a transfer of this relay is written down before it is taken: a relay that is killed then does not send the
/// request again.
pub(super) fn answered_here(
    node: &Node,
    tid: &str,
    open: &OpenTransfer,
    request_status: &str,
    named: &[String],
) {
    let done = matches!(Answer::of(node, request_status), Answer::Ok) && !node.has(Seed::RetryAfterOk);
    let about = |recipient: &&String| named.is_empty() || named.contains(recipient);
    for recipient in open.sent.iter().filter(about).filter(|_| done) {
        node.note(|| Entry::Handed {
            tid: tid.to_owned(),
            recipient: recipient.clone(),
        });
    }
}

/// A RES for a transfer that another relay of the store attends to: what follows from it is done here, and written down for the
/// other one.
pub(super) fn answered_elsewhere(
    node: &Arc<Node>,
    tid: &str,
    open: &OpenTransfer,
    request_status: &str,
    named: &[String],
) {
    let about = open.recipients.iter();
    for recipient in about.filter(|r| named.is_empty() || named.contains(r)) {
        let handed = Entry::Handed {
            tid: tid.to_owned(),
            recipient: recipient.clone(),
        };
        match Answer::of(node, request_status) {
            Answer::Later => {}
            Answer::Ok => node.note(|| handed),
            Answer::Refused(status) => reports::settled(node, &open.mm, recipient, status, [handed]),
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
