//! Delivery receipts that are due, until an ESME takes them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::wire::push::smpp::{MessageState, Pdu, Receipt, command_by_name};

/// Receipts that wait for a session; the oldest goes when there are more.
const WAITING: usize = 4096;
/// registered_delivery: whether a receipt is wanted, and which (SMPP 3.4 §5.2.17).
const ALWAYS: u8 = 1;
const ON_FAILURE: u8 = 2;
/// What a receipt says of a number that nobody has (GSM MAP "unknown subscriber").
const UNKNOWN_SUBSCRIBER: u16 = 1;

/// A receipt that the sender of a message asked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub message_id: String,
    /// Who submitted it, and in which session.
    system_id: String,
    session: u64,
    on_success: bool,
    submitted: i64,
    /// From the recipient of the message to its sender.
    deliver: Pdu,
}

impl Wanted {
    /// What this submit_sm or data_sm asks for.
    pub fn of(submit: &Pdu, message_id: &str, system_id: &str, session: u64) -> Option<Wanted> {
        let registered = submit.octet("registered_delivery").unwrap_or(0) & 3;
        if registered == 0 {
            return None;
        }
        let text = |name| submit.string(name).unwrap_or_default();
        let octet = |name| submit.octet(name).unwrap_or(0);
        let deliver = Pdu::new(command_by_name("deliver_sm")?)
            .with_octet("source_addr_ton", octet("dest_addr_ton"))
            .with_octet("source_addr_npi", octet("dest_addr_npi"))
            .with_text("source_addr", text("destination_addr"))
            .with_octet("dest_addr_ton", octet("source_addr_ton"))
            .with_octet("dest_addr_npi", octet("source_addr_npi"))
            .with_text("destination_addr", text("source_addr"));
        Some(Wanted {
            message_id: message_id.to_owned(),
            system_id: system_id.to_owned(),
            session,
            on_success: registered & ON_FAILURE == 0 || registered & ALWAYS != 0,
            submitted: now(),
            deliver,
        })
    }
}

/// Who can take receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taker {
    pub session: u64,
    pub system_id: String,
}

#[derive(Debug)]
struct Due {
    system_id: String,
    /// The session that is to have it; none: any of that system_id.
    session: Option<u64>,
    deliver: Pdu,
}

/// What waits. Receipts go to the session that submitted the message if it can take them, else to any of its system_id.
#[derive(Debug)]
pub(super) struct Receipts {
    state: Mutex<State>,
    more: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    due: VecDeque<Due>,
    takers: Vec<Taker>,
}

impl Receipts {
    pub fn new() -> Receipts {
        Receipts {
            state: Mutex::default(),
            more: watch::Sender::new(()),
        }
    }

    /// Tells whenever there may be another one.
    pub fn news(&self) -> watch::Receiver<()> {
        self.more.subscribe()
    }

    /// A session that can take receipts has come.
    pub fn join(&self, taker: Taker) {
        self.state().takers.push(taker);
        self.more.send_replace(());
    }

    /// It has gone, and had not answered these.
    pub fn leave(&self, taker: &Taker, unanswered: Vec<Pdu>) {
        let mut state = self.state();
        state.takers.retain(|t| t != taker);
        for due in &mut state.due {
            due.session = due.session.filter(|session| *session != taker.session);
        }
        for deliver in unanswered.into_iter().rev() {
            state.due.push_front(Due {
                system_id: taker.system_id.clone(),
                session: None,
                deliver,
            });
        }
        state.due.truncate(WAITING);
        drop(state);
        self.more.send_replace(());
    }

    /// The next one for this session.
    pub fn take(&self, taker: &Taker) -> Option<Pdu> {
        let mut state = self.state();
        let own = |due: &Due| match due.session {
            Some(session) => session == taker.session,
            None => due.system_id == taker.system_id,
        };
        let at = state.due.iter().position(own)?;
        state.due.remove(at).map(|due| due.deliver)
    }

    /// The message has arrived.
    pub fn delivered(&self, wanted: &[Wanted]) {
        let asked = wanted.iter().filter(|wanted| wanted.on_success);
        asked.for_each(|wanted| self.post(wanted, MessageState::Delivered, 0));
    }

    /// Nobody has its number.
    pub fn nobody(&self, wanted: &[Wanted]) {
        for wanted in wanted {
            self.post(wanted, MessageState::Undeliverable, UNKNOWN_SUBSCRIBER);
        }
    }

    fn post(&self, wanted: &Wanted, state: MessageState, error: u16) {
        let receipt = Receipt {
            message_id: wanted.message_id.clone(),
            state,
            submitted: wanted.submitted,
            done: now(),
            error,
        };
        let mut state = self.state();
        let there = state.takers.iter().any(|t| t.session == wanted.session);
        if state.due.len() == WAITING {
            state.due.pop_front();
        }
        state.due.push_back(Due {
            system_id: wanted.system_id.clone(),
            session: there.then_some(wanted.session),
            deliver: receipt.write(wanted.deliver.clone()),
        });
        drop(state);
        self.more.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> i64 {
    Timestamp::now().as_second()
}
