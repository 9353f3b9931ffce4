//! The relay's memory. One lock, held for look-ups and changes only, never across a wait.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::model::{Mm, Status};

/// How many submissions, requests and finished transactions are remembered: for the detection of duplicates, and for reports
/// that come late.
const REMEMBERED: usize = 50_000;

#[derive(Debug, Default)]
pub(crate) struct Store {
    state: Mutex<State>,
}

impl Store {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An MM on its way to one client of this relay.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub mm: Arc<Mm>,
    /// The recipient's number.
    pub recipient: String,
    /// Transaction id of the notification.
    pub tid: String,
    pub fetched: bool,
    /// The client answered the notification: it is not repeated.
    pub answered: bool,
    pub report_allowed: bool,
    /// Set once, when the transaction is over.
    pub outcome: Option<Status>,
    pub read_reported: bool,
    /// It cannot be fetched yet.
    pub unready: bool,
    /// Another relay of the store attends to it.
    pub elsewhere: bool,
    /// Ends the delivery's task.
    pub over: CancellationToken,
}

impl Delivery {
    /// One that nothing has happened to yet.
    pub fn new(mm: Arc<Mm>, recipient: String, tid: String) -> Delivery {
        Delivery {
            mm,
            recipient,
            tid,
            fetched: false,
            answered: false,
            report_allowed: true,
            outcome: None,
            read_reported: false,
            unready: false,
            elsewhere: false,
            over: CancellationToken::new(),
        }
    }
}

impl Delivery {
    /// The same, with an end of its own.
    pub fn again(&self) -> Delivery {
        let other = Delivery::new(self.mm.clone(), self.recipient.clone(), self.tid.clone());
        Delivery {
            fetched: self.fetched,
            answered: self.answered,
            report_allowed: self.report_allowed,
            outcome: self.outcome,
            read_reported: self.read_reported,
            ..other
        }
    }

    /// Whether this relay has the MM, and its recipient has not.
    pub fn waits(&self) -> bool {
        self.outcome.is_none() && !self.fetched && !self.elsewhere
    }
}

/// An MM that a client of this relay submitted: what is needed to bring reports back.
#[derive(Debug)]
pub(crate) struct Sent {
    pub mm: Arc<Mm>,
    /// By canonical address.
    pub recipients: HashMap<String, SentTo>,
}

/// One recipient of a submitted MM.
#[derive(Debug, Default)]
pub(crate) struct SentTo {
    /// Domain of the MMSE or node the MM was sent to; none for a recipient of this relay.
    pub via: Option<String>,
    /// Statuses already shown to the originator.
    pub shown: Vec<Status>,
    pub read_shown: bool,
}

impl SentTo {
    pub fn is_settled(&self) -> bool {
        self.shown.iter().any(|s| s.is_final())
    }
}

/// What an open MM4 transfer is told.
#[derive(Debug, Clone)]
pub(crate) enum TransferEvent {
    /// A RES: its request status, and the recipients it names (canonical; empty: all).
    Answered { status: String, recipients: Vec<String> },
    /// A report about this recipient came: the peer must have the MM.
    Implied(String),
    /// Another relay of the store heard what became of the MM for this recipient, and did what follows from it.
    Elsewhere(String),
}

/// An MM4 request that waits for its RES.
#[derive(Debug, Clone)]
pub(crate) struct OpenTransfer {
    pub message_id: String,
    /// Domain of the MMSE or node that was asked.
    pub domain: String,
    pub inner: bool,
    pub mm: Arc<Mm>,
    /// Recipients without an outcome when it began, or, for one that another relay of the store attends to, now.
    pub recipients: Vec<String>,
    /// Those for whom the peer has the message and owes a RES.
    pub sent: HashSet<String>,
    /// None: another relay of the store attends to it.
    pub events: Option<UnboundedSender<TransferEvent>>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// By the secret part of the Content-Location.
    pub deliveries: HashMap<String, Delivery>,
    /// (number, transaction id) → Content-Location token.
    by_tid: HashMap<(String, String), String>,
    /// (number, Message-ID shown) → Content-Location token.
    by_message: HashMap<(String, String), String>,
    /// Tokens of deliveries that are over, oldest first.
    finished: VecDeque<String>,
    /// By Message-ID.
    pub sent: Recent<String, Sent>,
    pub transfers: HashMap<String, OpenTransfer>,
    /// (client, transaction id, hash of the PDU) → the confirmation given.
    submissions: Recent<(String, String, [u8; 32]), Bytes>,
    /// (originator system, transaction id, recipient) → request status given.
    requests: Recent<(String, String, String), &'static str>,
    /// By record: MMs that other relays of the store took over.
    pub others: Recent<String, Arc<Mm>>,
    /// (originator, message id, recipient) of every MM that came over MM4.
    copies: Recent<(String, String, String), ()>,
}

impl State {
    pub fn add_delivery(&mut self, token: String, delivery: Delivery) {
        let number = delivery.recipient.clone();
        self.by_tid
            .insert((number.clone(), delivery.tid.clone()), token.clone());
        self.by_message
            .insert((number, delivery.mm.shown_id.clone()), token.clone());
        self.deliveries.insert(token, delivery);
    }

    /// The delivery is over. The oldest of those that are over is forgotten when there are too many.
    pub fn finished(&mut self, token: &str) {
        self.finished.push_back(token.to_owned());
        if self.finished.len() <= REMEMBERED {
            return;
        }
        let oldest = self.finished.pop_front();
        let Some(delivery) = oldest.and_then(|token| self.deliveries.remove(&token)) else {
            return;
        };
        self.by_tid.remove(&(delivery.recipient.clone(), delivery.tid));
        self.by_message
            .remove(&(delivery.recipient, delivery.mm.shown_id.clone()));
    }

    /// The delivery that this client's notification began.
    pub fn delivery_by_tid(&mut self, number: &str, tid: &str) -> Option<(String, &mut Delivery)> {
        let token = self.by_tid.get(&(number.to_owned(), tid.to_owned()))?.clone();
        self.deliveries.get_mut(&token).map(|d| (token, d))
    }

    /// Something that this client has not yet retrieved.
    pub fn waiting_for(&self, number: &str) -> Option<String> {
        let mut waiting = self
            .deliveries
            .iter()
            .filter(|(_, d)| d.recipient == number && d.outcome.is_none());
        waiting.next().map(|(token, _)| token.clone())
    }

    /// Any client's delivery with that transaction id.
    pub fn number_of_tid(&self, tid: &str) -> Option<String> {
        self.by_tid.keys().find(|(_, t)| t == tid).map(|(n, _)| n.clone())
    }

    /// The delivery of the MM that this client knows by that Message-ID.
    pub fn delivery_by_message(&mut self, number: &str, message_id: &str) -> Option<(String, &mut Delivery)> {
        let key = (number.to_owned(), message_id.to_owned());
        let token = self.by_message.get(&key)?.clone();
        self.deliveries.get_mut(&token).map(|d| (token, d))
    }

    /// Any client's delivery of the MM with that Message-ID.
    pub fn any_delivery_of(&self, message_id: &str) -> Option<&Delivery> {
        self.deliveries.values().find(|d| d.mm.shown_id == message_id)
    }

    pub fn submission(&self, client: &str, tid: &str, hash: [u8; 32]) -> Option<Bytes> {
        self.submissions
            .get(&(client.to_owned(), tid.to_owned(), hash))
            .cloned()
    }

    pub fn remember_submission(&mut self, client: &str, tid: &str, hash: [u8; 32], conf: Bytes) {
        self.submissions
            .insert((client.to_owned(), tid.to_owned(), hash), conf);
    }

    /// What this request was answered for this recipient, if it was here before.
    pub fn request(&self, system: &str, tid: &str, recipient: &str) -> Option<&'static str> {
        self.requests
            .get(&(system.to_owned(), tid.to_owned(), recipient.to_owned()))
            .copied()
    }

    pub fn remember_request(&mut self, system: &str, tid: &str, recipient: &str, status: &'static str) {
        self.requests
            .insert((system.to_owned(), tid.to_owned(), recipient.to_owned()), status);
    }

    /// The request was not taken after all.
    pub fn forget_request(&mut self, system: &str, tid: &str, recipient: &str) {
        let key = (system.to_owned(), tid.to_owned(), recipient.to_owned());
        self.requests.entries.remove(&key);
    }

    /// The MM leaves this relay, and may come back.
    pub fn forget_copy(&mut self, from: &str, message_id: &str, recipient: &str) {
        let key = (from.to_owned(), message_id.to_owned(), recipient.to_owned());
        self.copies.entries.remove(&key);
    }

    /// Changes what is known about one recipient of a submitted MM.
    pub fn with_sent(&mut self, message_id: &str, recipient: &str, change: impl FnOnce(&mut SentTo)) {
        let sent = self.sent.get_mut(&message_id.to_owned());
        if let Some(to) = sent.and_then(|sent| sent.recipients.get_mut(recipient)) {
            change(to);
        }
    }

    /// Whether this MM is new for this recipient; from now on it is not.
    pub fn is_first_copy(&mut self, from: &str, message_id: &str, recipient: &str) -> bool {
        let key = (from.to_owned(), message_id.to_owned(), recipient.to_owned());
        self.copies.insert(key, ())
    }
}

/// A map that forgets its oldest entries.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    entries: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Recent {
            entries: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<K: Clone + Eq + std::hash::Hash, V> Recent<K, V> {
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.values()
    }

    /// Whether the key was new.
    pub fn insert(&mut self, key: K, value: V) -> bool {
        let new = self.entries.insert(key.clone(), value).is_none();
        if new {
            self.order.push_back(key);
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.entries.remove(&oldest);
            }
        }
        new
    }
}

/// Numbers that occur more than once are kept once, in the order of their first occurrence.
pub(crate) fn distinct(items: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    items
        .into_iter()
        .filter(|item| seen.insert(item.clone()))
        .collect()
}
