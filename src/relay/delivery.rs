//! An MM on its way to a client of this relay: notified, repeated, and over at last.

use std::sync::Arc;

use bytes::Bytes;

use super::defects::Seed;
use super::ledger::Entry;
use super::model::{Mm, Status};
use super::node::Node;
use super::owed::Telling;
use super::push::Taken;
use super::pushing::UnderWay;
use super::store::Delivery;
use super::timer::{self, Time};
use super::{mm1, reports};
use crate::wire::address::Address;

/// Keeps the MM for this subscriber and notifies it.
pub(crate) fn begin(node: &Arc<Node>, mm: &Arc<Mm>, number: &str) {
    let token = node.ids.token();
    let tid = if node.has(Seed::NotificationTidOfClient) {
        format!("n{}", number.trim_start_matches('+'))
    } else {
        node.ids.transaction()
    };
    let notification = mm1::notification_ind(node, mm, &tid, &token);
    let mut delivery = Delivery::new(mm.clone(), number.to_owned(), tid);
    delivery.unready = node.accent.queue.unready.is_some();
    node.note(|| Entry::Kept {
        record: mm.record.clone(),
        token: token.clone(),
        tid: delivery.tid.clone(),
        number: number.to_owned(),
        notification: notification.to_vec(),
    });
    node.log(|| format!("{} is kept for {number}", mm.message_id));
    start(node, token, delivery, notification, false);
}

/// Goes on with a delivery of an earlier life. A client that is known to be notified is not notified again; another one may
/// have been, so that its notification must be the same, octet for octet (ENC 1.3 §6.2).
pub(crate) fn resume(
    node: &Arc<Node>,
    token: String,
    mut delivery: Delivery,
    notification: Bytes,
    notified: bool,
) {
    if delivery.outcome.is_some() {
        delivery.mm = delivery.mm.remains();
        let mut state = node.state();
        state.add_delivery(token.clone(), delivery);
        return state.finished(&token);
    }
    start(node, token, delivery, notification, notified);
}

fn start(node: &Arc<Node>, token: String, delivery: Delivery, notification: Bytes, notified: bool) {
    let over = delivery.over.clone();
    let (number, deadline) = (delivery.recipient.clone(), delivery.mm.deadline);
    let blocked = node.has(Seed::NotificationBlocked) && has_put_off(node, &number);
    node.state().add_delivery(token.clone(), delivery);
    if blocked {
        return;
    }
    let under_way = node.pushing.begin();
    let task = attend(
        node.clone(),
        token,
        number,
        deadline,
        notification,
        notified,
        under_way,
    );
    node.spawn(async move {
        over.run_until_cancelled(task).await;
    });
}

/// Whether this client answered a notification and has not fetched the MM.
fn has_put_off(node: &Node, number: &str) -> bool {
    let state = node.state();
    let mut own = state.deliveries.values().filter(|d| d.recipient == number);
    own.any(|d| d.answered && !d.fetched && d.outcome.is_none())
}

/// Pushes the notification, repeats it while it is unanswered, and lets the MM expire.
async fn attend(
    node: Arc<Node>,
    token: String,
    number: String,
    deadline: Time,
    mut notification: Bytes,
    mut notified: bool,
    under_way: UnderWay,
) {
    let mut under_way = Some(under_way);
    let mut repeats = node.repeats().into_iter();
    loop {
        if !std::mem::take(&mut notified) {
            tokio::select! {
                taken = push(&node, &number, &notification) => match taken {
                    Taken::Yes => {
                        node.note(|| Entry::Notified { token: token.clone() });
                        if node.has(Seed::DeliveryPushedIsRetrieved) {
                            return finish(&node, &token, Status::Retrieved);
                        }
                    }
                    Taken::NotNow if !node.has(Seed::PushLostForGood) => {}
                    // What a gateway will never take is not repeated to it.
                    Taken::NotNow | Taken::Never => repeats = Vec::new().into_iter(),
                },
                () = node.expiry(deadline) => break,
            }
        }
        if under_way.take().is_some() {
            get_ready(&node, &token).await;
        }
        let Some(pause) = repeats.next() else {
            node.expiry(deadline).await;
            break;
        };
        tokio::select! {
            () = timer::pause(pause) => {}
            () = node.expiry(deadline) => break,
        }
        let Some(tid) = unanswered(&node, &token) else {
            node.expiry(deadline).await;
            break;
        };
        if node.has(Seed::NotificationNewTid) {
            notification = repeat_with_new_tid(&node, &token, &tid).unwrap_or(notification);
        }
    }
    let fetched = node.state().deliveries.get(&token).is_some_and(|d| d.fetched);
    // Fetched and never acknowledged: nobody can say that it was not retrieved.
    finish(
        &node,
        &token,
        if fetched {
            Status::Indeterminate
        } else {
            Status::Expired
        },
    );
}

async fn push(node: &Node, number: &str, notification: &Bytes) -> Taken {
    node.turn().await;
    node.push_to(number, notification).await
}

/// Lets the MM be fetched, some time after the gateway took its notification where that is the relay's way.
async fn get_ready(node: &Node, token: &str) {
    let Some(lead) = node.accent.queue.unready else {
        return;
    };
    timer::pause(lead).await;
    if let Some(delivery) = node.state().deliveries.get_mut(token) {
        delivery.unready = false;
    }
}

/// The transaction id of a notification that the client has not reacted to.
fn unanswered(node: &Node, token: &str) -> Option<String> {
    let state = node.state();
    let delivery = state.deliveries.get(token)?;
    (!delivery.answered && !delivery.fetched).then(|| delivery.tid.clone())
}

fn repeat_with_new_tid(node: &Node, token: &str, tid: &str) -> Option<Bytes> {
    let mm = node.state().deliveries.get(token)?.mm.clone();
    Some(mm1::notification_ind(node, &mm, &format!("{tid}-2"), token))
}

/// Ends the transaction with this status; what was decided first stands.
pub(crate) fn finish(node: &Arc<Node>, token: &str, status: Status) {
    let (mm, recipient, telling, over) = {
        let mut state = node.state();
        let Some(delivery) = state.deliveries.get_mut(token) else {
            return;
        };
        if delivery.outcome.is_some() && !node.has(Seed::AckDuplicateReport) {
            return;
        }
        delivery.outcome = Some(status);
        let mm = delivery.mm.clone();
        delivery.mm = mm.remains();
        let (recipient, over) = (delivery.recipient.clone(), delivery.over.clone());
        let silent = status == Status::Expired && node.has(Seed::DeliveryExpirySilent);
        let told = delivery.report_allowed && !silent;
        state.finished(token);
        let telling = if told {
            let address = Address::Plmn(recipient.clone()).mm1();
            reports::outcome(node, &mut state, &mm, &address, status)
        } else {
            Telling::default()
        };
        let telling = telling.because([Entry::Over {
            token: token.to_owned(),
            status,
        }]);
        telling.note(node);
        (mm, recipient, telling, over)
    };
    node.log(|| format!("{} for {recipient}: {}", mm.message_id, status.name()));
    let needless = match status {
        Status::Rejected => node.has(Seed::NotificationAfterReject),
        Status::Retrieved => node.has(Seed::NotificationAfterRetrieval),
        _ => false,
    };
    if needless {
        notify_again(node, &mm, token, &recipient);
    }
    telling.begin(node);
    // Last: when the deadline calls, this is the delivery's own task.
    over.cancel();
}

fn notify_again(node: &Arc<Node>, mm: &Mm, token: &str, recipient: &str) {
    let tid = node.ids.transaction();
    let again = mm1::notification_ind(node, mm, &tid, token);
    let (node, recipient) = (node.clone(), recipient.to_owned());
    node.clone().spawn(async move {
        node.push_to(&recipient, &again).await;
    });
}
