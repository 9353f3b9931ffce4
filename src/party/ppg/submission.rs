//! A push-message: whether the gateway takes it, and what becomes of it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use tokio::sync::oneshot;

use super::answers;
use super::ledger::{Delivery, Message, State, Ticket, code, is_same_client};
use super::notify;
use super::server::{Ppg, answer_in, now};
use crate::link::Carriage;
use crate::party::delay;
use crate::party::desk::Owner;
use crate::party::gateway::{Push, is_taken};
use crate::party::http::{Answer, Asked};
use crate::party::pushes::Fate;
use crate::wire::push::Reading;
use crate::wire::push::pap::{Address, Pap};

const TAKEN: u16 = StatusCode::ACCEPTED.as_u16();
/// A message is held back no longer: beyond, no case waits for it.
const LONGEST_HOLD: Duration = Duration::from_secs(24 * 3600);

/// One address of a message.
struct Target {
    /// As it was written.
    address: String,
    client: String,
    is_number: bool,
    owner: Option<Owner>,
}

/// What the gateway says to a message: its own code, and the status that stands for it among all gateways.
#[derive(Debug, Clone, Copy)]
struct Verdict {
    code: u16,
    answered: u16,
}

/// A push on its way to one address.
struct Parcel {
    ticket: Ticket,
    owner: Option<Owner>,
    answered: u16,
    confirmed: bool,
    push: Push,
}

impl Ppg {
    /// Takes or refuses a push-message as a whole, for all its addresses.
    pub(super) fn submit(self: &Arc<Self>, reading: &Reading<Pap>, body: &Bytes, asked: &Asked) -> Answer {
        let pap = &reading.value;
        let (targets, repeated) = self.targets(pap);
        let verdict = self.verdict(pap, &targets);
        let push_id = pap.push_id().unwrap_or_default();
        let element = match push_id {
            "" => answers::bad_message(verdict.code, body),
            push_id => answers::push_response(push_id, verdict.code, now()),
        };
        let answer = answer_in(pap.version, element);
        let wire = asked.wire(&answer);
        let pushes = pushes(reading, &targets, repeated, verdict, self.gateway.tid())
            .into_iter()
            .enumerate()
            .map(|(index, push)| Push {
                // One request: its octets stand with the first address.
                wire: match index {
                    0 => wire.clone(),
                    _ => wire.clone().map(Carriage::without_octets),
                },
                ..push
            });
        if verdict.code != code::ACCEPTED {
            for (target, push) in targets.iter().zip(pushes) {
                self.gateway
                    .hand_over(target.owner.as_ref(), verdict.answered, push);
            }
            if targets.is_empty() {
                let push = Push {
                    wire: wire.clone(),
                    ..nobody(reading, verdict)
                };
                self.gateway.hand_over(None, verdict.answered, push);
            }
            return answer;
        }
        let confirmed = pap.delivery_method() == Some("confirmed");
        self.replace(pap, &targets);
        self.ledger().enter(push_id, entry(pap, &targets, confirmed));
        let hold = pap
            .message
            .date("deliver-after-timestamp")
            .map_or(0, |after| after.saturating_sub(now()));
        for (index, (target, push)) in targets.into_iter().zip(pushes).enumerate() {
            let parcel = Parcel {
                ticket: Ticket {
                    push_id: push_id.to_owned(),
                    index,
                },
                owner: target.owner,
                answered: verdict.answered,
                confirmed,
                push,
            };
            match u64::try_from(hold) {
                Ok(seconds @ 1..) => self.deliver_after(Duration::from_secs(seconds), parcel),
                _ => self.deliver(parcel),
            }
        }
        answer
    }

    /// What an earlier message still has pending for these addresses is not delivered any more, if this one is to take its place.
    fn replace(&self, pap: &Pap, targets: &[Target]) {
        if let Some(earlier) = pap.message.attribute("replace-push-id") {
            let addresses: Vec<String> = targets.iter().map(|target| target.address.clone()).collect();
            // Where nothing is pending there is nothing to take the place of.
            let _ = self.ledger().cancel(earlier, &addresses, now());
        }
    }

    /// The addresses of a message, each client once, and whether some stand there again.
    fn targets(&self, pap: &Pap) -> (Vec<Target>, bool) {
        let mut targets: Vec<Target> = Vec::new();
        let mut repeated = false;
        let own = pap.message.children.iter();
        for text in own
            .filter(|child| child.name == "address")
            .filter_map(|child| child.attribute("address-value"))
        {
            if targets.iter().any(|known| is_same_client(&known.address, text)) {
                repeated = true;
                continue;
            }
            let address = Address::parse(text);
            let is_number = address.number().is_some();
            let owner = address.number().and_then(|number| self.gateway.owner(number));
            targets.push(Target {
                address: text.to_owned(),
                client: address.client.into_owned(),
                is_number,
                owner,
            });
        }
        (targets, repeated)
    }

    fn verdict(&self, pap: &Pap, targets: &[Target]) -> Verdict {
        let push_id = pap.push_id().unwrap_or_default();
        let refusal = |code, status: StatusCode| Verdict {
            code,
            answered: status.as_u16(),
        };
        if push_id.is_empty() || targets.is_empty() || pap.content.is_none() {
            return refusal(code::BAD_REQUEST, StatusCode::BAD_REQUEST);
        }
        if targets.iter().any(|target| !target.is_number) {
            return refusal(code::ADDRESS_ERROR, StatusCode::BAD_REQUEST);
        }
        if self.ledger().knows(push_id) {
            return refusal(code::DUPLICATE_PUSH_ID, StatusCode::CONFLICT);
        }
        let mut asked: Vec<&Owner> = Vec::new();
        let mut answered = TAKEN;
        for owner in targets.iter().filter_map(|target| target.owner.as_ref()) {
            if !asked.contains(&owner) {
                asked.push(owner);
                let wanted = self.gateway.answer(Some(owner), TAKEN);
                // There is one answer for all addresses, and one that has to refuse decides it.
                if is_taken(answered) {
                    answered = wanted;
                }
            }
        }
        Verdict {
            code: code_of(answered),
            answered,
        }
    }

    fn deliver_after(self: &Arc<Self>, time: Duration, parcel: Parcel) {
        let ppg = Arc::downgrade(self);
        tokio::spawn(async move {
            delay::pass(time.min(LONGEST_HOLD)).await;
            if let Some(ppg) = ppg.upgrade() {
                ppg.deliver(parcel);
            }
        });
    }

    /// Sends a push over the air, unless it was cancelled or has expired.
    fn deliver(self: &Arc<Self>, parcel: Parcel) {
        let Parcel {
            ticket,
            owner,
            answered,
            confirmed,
            mut push,
        } = parcel;
        if !self.ledger().is_due(&ticket, now()) {
            let notice = self.ledger().settle(&ticket, State::Expired, now());
            let note = "the gateway no longer had it: it had expired, or was cancelled";
            push.params.push(("note".to_owned(), note.to_owned()));
            self.gateway.lose(owner.as_ref(), answered, push);
            self.tell(notice);
            return;
        }
        let still = still(Arc::downgrade(self), ticket.clone());
        let fate = self
            .gateway
            .hand_over_while(owner.as_ref(), answered, push, Some(Box::new(still)));
        let state = match fate {
            Some(Fate::Kept(told)) => return self.wait(ticket, told),
            Some(Fate::Lost) if confirmed => State::Timeout,
            // Without a confirmation, nobody can tell what went out from what got there.
            Some(Fate::Lost | Fate::Arrived) => State::Delivered,
            None => State::Undeliverable,
        };
        let notice = self.ledger().settle(&ticket, state, now());
        self.tell(notice);
    }

    /// A push is kept for a user agent: if that leaves for good, it never arrives.
    fn wait(self: &Arc<Self>, ticket: Ticket, told: oneshot::Receiver<()>) {
        let ppg = Arc::downgrade(self);
        tokio::spawn(async move {
            if told.await.is_err()
                && let Some(ppg) = ppg.upgrade()
            {
                let notice = ppg.ledger().settle(&ticket, State::Undeliverable, now());
                ppg.tell(notice);
            }
        });
    }
}

/// Whether a push that was kept is still to go out; then it does.
fn still(ppg: Weak<Ppg>, ticket: Ticket) -> impl FnOnce() -> bool + Send {
    move || {
        let Some(ppg) = ppg.upgrade() else { return true };
        let due = ppg.ledger().is_due(&ticket, now());
        let state = if due { State::Delivered } else { State::Expired };
        let notice = ppg.ledger().settle(&ticket, state, now());
        ppg.tell(notice);
        due
    }
}

/// The code of PAP that says what a status of HTTP says.
fn code_of(status: u16) -> u16 {
    match status {
        200..=299 => code::ACCEPTED,
        401 | 403 => code::FORBIDDEN,
        404 => code::ADDRESS_NOT_FOUND,
        400..=499 => code::BAD_REQUEST,
        501 => code::NOT_IMPLEMENTED,
        503 => code::SERVICE_UNAVAILABLE,
        _ => code::INTERNAL_ERROR,
    }
}

fn entry(pap: &Pap, targets: &[Target], confirmed: bool) -> Message {
    let since = now();
    let pending = |target: &Target| Delivery {
        address: target.address.clone(),
        state: State::Pending,
        since,
    };
    Message {
        version: pap.version,
        method: if confirmed { "confirmed" } else { "unconfirmed" },
        notify: notify_url(pap).map(str::to_owned),
        before: pap.message.date("deliver-before-timestamp"),
        deliveries: targets.iter().map(pending).collect(),
    }
}

fn notify_url(pap: &Pap) -> Option<&str> {
    let url = pap.message.attribute("ppg-notify-requested-to")?.trim();
    (!url.is_empty()).then_some(url)
}

/// The push for each address.
fn pushes(
    reading: &Reading<Pap>,
    targets: &[Target],
    repeated: bool,
    verdict: Verdict,
    tid: u8,
) -> Vec<Push> {
    let mut params = params(reading, verdict);
    if repeated {
        let note = "an address stands there twice; it gets one push";
        params.push(("note".to_owned(), note.to_owned()));
    }
    let wsp = Bytes::from(reading.value.over_the_air(tid).unwrap_or_default());
    let to = |target: &Target| {
        let mut own = vec![("address".to_owned(), target.address.clone())];
        own.extend_from_slice(&params);
        Push {
            recipient: target.client.clone(),
            params: own,
            wsp: wsp.clone(),
            wire: None,
        }
    };
    targets.iter().map(to).collect()
}

/// A message without an address.
fn nobody(reading: &Reading<Pap>, verdict: Verdict) -> Push {
    Push {
        recipient: String::new(),
        params: params(reading, verdict),
        wsp: Bytes::new(),
        wire: None,
    }
}

/// What the message says, what the gateway says to it, and what is odd about it.
fn params(reading: &Reading<Pap>, verdict: Verdict) -> Vec<(String, String)> {
    let pap = &reading.value;
    let mut params = vec![
        ("version".to_owned(), pap.version.to_string()),
        ("code".to_owned(), verdict.code.to_string()),
    ];
    let quality = pap.message.children.iter();
    let quality = quality.filter(|child| child.name == "quality-of-service");
    for element in std::iter::once(&pap.message).chain(quality) {
        let attributes = element.attributes.iter();
        params.extend(attributes.map(|(name, value)| (name.to_string(), value.clone())));
    }
    let mut note = |text: String| params.push(("note".to_owned(), text));
    if let Some(url) = notify_url(pap).filter(|url| notify::loopback(url).is_none()) {
        note(format!("{url} is not on loopback, so no result is sent there"));
    }
    // What is odd about the push itself shows in the push.
    let of_pap = |code: &str| !code.starts_with("push-");
    for finding in reading.findings.iter().filter(|finding| of_pap(&finding.code)) {
        note(format!("{}: {}", finding.code, finding.text));
    }
    params
}
