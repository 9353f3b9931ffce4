//! What stays when connections come and go: the relay is bound, and is bound again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::super::gateway::Refusal;
use super::session::{End, Order, Session};
use crate::relay::config::{self, Bind};
use crate::relay::node::Node;
use crate::relay::timer;
use crate::wire::push::segments::Reference;
use crate::wire::push::smpp::{Pdu, is_transient, status_name};

/// Pauses before it is bound again; the last one repeats.
const BACK_OFF: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(5),
];
/// How long a good-bye may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The kinds of sessions (SMPP 3.4 §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Transceiver,
    Transmitter,
    Receiver,
}

impl Role {
    pub fn command(self) -> &'static str {
        match self {
            Role::Transceiver => "bind_transceiver",
            Role::Transmitter => "bind_transmitter",
            Role::Receiver => "bind_receiver",
        }
    }
}

/// A client of a short message service centre.
#[derive(Debug)]
pub(in crate::relay::push) struct Esme {
    pub(super) config: config::Smpp,
    /// Where messages go while there is a session to send them in.
    bound: watch::Sender<Option<mpsc::Sender<Order>>>,
    window: Semaphore,
    references: AtomicU16,
    leaving: CancellationToken,
    keepers: TaskTracker,
}

impl Esme {
    pub fn new(config: config::Smpp) -> Esme {
        Esme {
            bound: watch::Sender::new(None),
            window: Semaphore::new(config.window),
            references: AtomicU16::new(1),
            leaving: CancellationToken::new(),
            keepers: TaskTracker::new(),
            config,
        }
    }

    /// Binds, and stays bound until the relay ends.
    pub fn begin(self: &Arc<Self>, node: &Arc<Node>) {
        let roles: &[Role] = match self.config.bind {
            Bind::Transceiver => &[Role::Transceiver],
            Bind::Transmitter => &[Role::Transmitter],
            Bind::ReceiverAndTransmitter => &[Role::Receiver, Role::Transmitter],
        };
        for role in roles {
            let task = keep(self.clone(), node.clone(), *role);
            node.spawn(self.keepers.track_future(task));
        }
    }

    /// Unbinds.
    pub async fn leave(&self) {
        self.leaving.cancel();
        self.keepers.close();
        // Who does not let us go is left anyhow.
        let _ = timeout(FAREWELL, self.keepers.wait()).await;
    }

    /// The reference of the next datagram.
    pub(super) fn reference(&self) -> Reference {
        let next = self.references.fetch_add(1, Ordering::Relaxed);
        match self.config.reference {
            16 => Reference::Wide(next),
            _ => Reference::Narrow(next.to_be_bytes()[1]),
        }
    }

    /// Sends one message, as soon as there is a session for it and room in its window.
    pub(super) async fn submit(&self, message: Pdu) -> Result<(), Refusal> {
        let lost = |_| Refusal::Later("the connection to the SMSC broke".to_owned());
        let _place = self
            .window
            .acquire()
            .await
            .map_err(|e| Refusal::Later(e.to_string()))?;
        let orders = self
            .orders()
            .await
            .ok_or_else(|| Refusal::Later("not bound to the SMSC".to_owned()))?;
        let (answer, answered) = oneshot::channel();
        let order = Order { message, answer };
        orders.send(order).await.map_err(|_| lost(()))?;
        let answer = timeout(self.config.response(), answered)
            .await
            .map_err(|_| Refusal::Later("the SMSC does not answer".to_owned()))?
            .map_err(|_| lost(()))?;
        let status = answer.command_status;
        let reason = || format!("the SMSC answered {} {}", answer.name(), status_name(status));
        match status {
            0 => Ok(()),
            status if is_transient(status) => Err(Refusal::Later(reason())),
            _ => Err(Refusal::Never(reason())),
        }
    }

    /// Where the session takes messages; it is waited for as long as for an answer.
    async fn orders(&self) -> Option<mpsc::Sender<Order>> {
        let mut bound = self.bound.subscribe();
        let there = timeout(self.config.response(), bound.wait_for(Option::is_some)).await;
        there.ok()?.ok()?.clone()
    }

    /// One session, from its bind to its end.
    async fn attend(&self, node: &Node, role: Role) -> (End, bool) {
        let mut session = match self.leaving.run_until_cancelled(self.bind(node, role)).await {
            Some(Ok(session)) => session,
            Some(Err(reason)) => return (End::Lost(reason), false),
            None => return (End::Left, false),
        };
        node.log(|| format!("SMPP: {} at {}", role.command(), self.config.address));
        let (sender, orders) = mpsc::channel(self.config.window);
        if role != Role::Receiver {
            self.bound.send_replace(Some(sender.clone()));
        }
        let end = session.run(node, orders, &self.leaving).await;
        if role != Role::Receiver {
            self.bound.send_replace(None);
        }
        drop(sender);
        (end, session.was_of_use())
    }

    async fn bind(&self, node: &Node, role: Role) -> Result<Session, String> {
        let patience = self.config.response();
        let session = Session::open(&self.config, node.killed.clone());
        let mut session = timeout(patience, session)
            .await
            .map_err(|_| format!("{} does not answer", self.config.address))??;
        session.bind(&self.config, role).await?;
        Ok(session)
    }
}

/// Binds, and binds again whenever the session ends.
async fn keep(esme: Arc<Esme>, node: Arc<Node>, role: Role) {
    let mut failures = 0;
    while !esme.leaving.is_cancelled() {
        let (end, was_of_use) = esme.attend(&node, role).await;
        let End::Lost(reason) = end else {
            return;
        };
        node.log(|| format!("SMPP: {}: {reason}", role.command()));
        if was_of_use {
            failures = 0;
        }
        let pause = timer::pause(BACK_OFF[failures.min(BACK_OFF.len() - 1)]);
        failures += 1;
        // Nobody binds again to say good-bye.
        let _ = esme.leaving.run_until_cancelled(pause).await;
    }
}
