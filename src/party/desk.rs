//! The front desk: run-wide, it knows which script owns which number, mailbox and id, hands over what arrives for it, and
//! tells the fake servers how the owner wants them to behave.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, mpsc};

use super::dns::{Answer, Change, Data, Names, Record};
use super::handed::{self, Handed};
use super::ownership::{self, Key};
use super::pushes::{Air, Fate, Kept, Pushes, Still};
use super::script::{HttpRule, Rules, SmppRule, SmtpAct, SmtpRule, SmtpStage};
use crate::link::hop::Sink;
use crate::link::{Arrival, Carriage, Crossing};

mod between;
mod waiting;

use waiting::Waiting;

/// Arrivals nobody owned that are kept; more are counted.
const UNSOLICITED_KEPT: usize = 200;
/// Octets of bodies that are kept among them.
const UNSOLICITED_OCTETS: usize = 8 * 1024 * 1024;

/// Who owns what. One for a run.
#[derive(Debug, Default)]
pub struct Desk {
    state: Mutex<State>,
    /// One lock for each peer that scripts share or want for themselves.
    peers: Mutex<HashMap<String, Arc<RwLock<()>>>>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    guests: HashMap<GuestId, Room>,
    /// Claims in the order they were made.
    claims: HashMap<Key, Vec<Owner>>,
    /// Peer → the guest that has it for itself.
    exclusive: HashMap<String, GuestId>,
    /// Numbers, mailboxes and ids of guests that have left: what a relay still sends for them is nobody's.
    left: HashMap<Key, GuestId>,
    /// Guests by the cases they play, those that have left too.
    cases: HashMap<GuestId, Arc<str>>,
    handed: Handed,
    unsolicited: Unsolicited,
    unsolicited_octets: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct GuestId(u64);

/// What a guest owns.
#[derive(Debug)]
struct Room {
    arrivals: mpsc::UnboundedSender<Arrival>,
    waiting: Arc<Waiting>,
    keys: Vec<Key>,
    smtp: HashMap<String, Rules<SmtpRule>>,
    http: HashMap<String, Rules<HttpRule>>,
    smpp: HashMap<String, Rules<SmppRule>>,
    /// Ways of pushes that are not ordinary, by user agent.
    air: HashMap<String, Air>,
    names: Names,
}

/// Who owns something, and as which of its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) guest: GuestId,
    pub(super) place: String,
}

/// What arrived for nobody.
#[derive(Debug, Clone, Default)]
pub struct Unsolicited {
    /// How many in all.
    pub count: u64,
    /// The first of them; bodies beyond 8 MiB in all are left out.
    pub first: Vec<Arrival>,
    /// Whose each of the first would have been, as far as that is known.
    pub past: Vec<Option<Past>>,
}

/// To whom something belongs that came too late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// The case, if its guest gave a name.
    pub case: String,
    /// How that is known, for a person.
    pub why: String,
}

/// A script at the desk. Dropping it gives back all it claimed; what arrives later for it is unsolicited.
#[derive(Debug)]
pub struct Guest {
    waiting: Arc<Waiting>,
    desk: Arc<Desk>,
    id: GuestId,
    script: u64,
}

/// A peer held, alone or alongside others, until this is dropped.
#[derive(Debug)]
pub struct Hold {
    held: Held,
}

#[derive(Debug)]
enum Held {
    Alone {
        desk: Arc<Desk>,
        peer: String,
        guest: GuestId,
        _lock: OwnedRwLockWriteGuard<()>,
    },
    Alongside {
        _lock: OwnedRwLockReadGuard<()>,
    },
}

impl Desk {
    pub fn new() -> Arc<Desk> {
        Arc::default()
    }

    /// Registers a script. What arrives for it comes out of the receiver, in order.
    pub fn open(self: &Arc<Self>, script: u64) -> (Guest, mpsc::UnboundedReceiver<Arrival>) {
        self.open_for(script, "")
    }

    /// The same, for a script of this name: what comes for it when it has left names it.
    pub fn open_for(self: &Arc<Self>, script: u64, case: &str) -> (Guest, mpsc::UnboundedReceiver<Arrival>) {
        let (arrivals, receiver) = mpsc::unbounded_channel();
        let mut state = self.state();
        let id = GuestId(state.next);
        state.next += 1;
        let waiting = Arc::new(Waiting::default());
        let room = Room {
            arrivals,
            waiting: Arc::clone(&waiting),
            keys: Vec::new(),
            smtp: HashMap::new(),
            http: HashMap::new(),
            smpp: HashMap::new(),
            air: HashMap::new(),
            names: Names::default(),
        };
        state.guests.insert(id, room);
        state.cases.insert(id, case.into());
        drop(state);
        let desk = Arc::clone(self);
        let guest = Guest {
            waiting,
            desk,
            id,
            script,
        };
        (guest, receiver)
    }

    /// What arrived for nobody so far.
    pub fn unsolicited(&self) -> Unsolicited {
        self.state().unsolicited.clone()
    }

    /// The owner of a number, however it is written. Of a push, [`Desk::owner_of_push`] knows more.
    pub(super) fn owner_of_number(&self, number: &str) -> Option<Owner> {
        self.state().owner(&[Key::number(number)?])
    }

    /// Who owns a push to this number: whoever got it first if it is a repeat, else the owner of the number.
    pub(super) fn owner_of_push(&self, number: &str, wsp: &Bytes) -> Option<Owner> {
        let owner = self.owner_of_number(number)?;
        let (number, marks) = (Key::number(number)?, handed::marks(wsp));
        let first = self.state().handed.first_owner(&number, &marks);
        first.is_none_or(|first| first == owner.guest).then_some(owner)
    }

    /// The owner of an envelope by its recipients, else the guest that has the peer for itself.
    pub(super) fn owner_of_recipients(&self, peer: &str, recipients: &[String]) -> Option<GuestId> {
        let keys = ownership::keys_of_recipients(recipients);
        self.state().owner_at(peer, &keys)
    }

    /// The owner of a mail by its recipients, ids and addresses, else the guest that has the peer for itself.
    pub(super) fn owner_of_mail(&self, peer: &str, recipients: &[String], message: &[u8]) -> Option<GuestId> {
        let keys = ownership::keys_of_mail(recipients, message);
        self.state().owner_at(peer, &keys)
    }

    /// The guest that has this peer for itself.
    pub(super) fn exclusive_owner(&self, peer: &str) -> Option<GuestId> {
        self.state().exclusive.get(peer).copied()
    }

    /// How this guest wants the peer's SMTP server to act now. Uses the rule once.
    pub(super) fn smtp_act(&self, guest: GuestId, peer: &str, stage: SmtpStage) -> Option<SmtpAct> {
        let mut state = self.state();
        let rules = state.guests.get_mut(&guest)?.smtp.get_mut(peer)?;
        rules.apply(|rule| rule.at == stage).map(|rule| rule.act)
    }

    /// The HTTP status this guest wants a push to this place answered with. Uses the rule once.
    pub(super) fn http_status(&self, owner: &Owner) -> Option<u16> {
        let mut state = self.state();
        let rules = state.guests.get_mut(&owner.guest)?.http.get_mut(&owner.place)?;
        rules.apply(|_| true).map(|rule| rule.status)
    }

    /// The command_status this guest wants a message to this place answered with by an SMSC. Uses the rule once.
    pub(super) fn smpp_status(&self, owner: &Owner) -> Option<u32> {
        let mut state = self.state();
        let rules = state.guests.get_mut(&owner.guest)?.smpp.get_mut(&owner.place)?;
        rules.apply(|_| true).map(|rule| rule.status)
    }

    /// The owner of a DNS name.
    pub(super) fn owner_of_name(&self, name: &str) -> Option<GuestId> {
        self.state().owner(&[Key::name(name)]).map(|owner| owner.guest)
    }

    /// What the DNS has under a name.
    pub(super) fn records(&self, name: &str) -> Result<Vec<Record>, Answer> {
        let state = self.state();
        let owner = state.owner(&[Key::name(name)]).ok_or(Answer::NxDomain)?;
        let room = state.guests.get(&owner.guest).ok_or(Answer::NxDomain)?;
        room.names.look_up(name).map(<[Record]>::to_vec)
    }

    /// Hands over what arrived.
    pub(super) fn hand_over(&self, owner: Option<GuestId>, arrival: Arrival) {
        let mut state = self.state();
        if let Some(guest) = owner
            && let Some((number, marks)) = handed::push_of(&arrival.crossing)
        {
            state.handed.remember(&number, marks, guest);
        }
        let unwanted = match owner.and_then(|guest| state.guests.get(&guest)) {
            Some(room) if !room.waiting.takes() => return,
            Some(room) => room.arrivals.send(arrival).err().map(|unsent| unsent.0),
            None => Some(arrival),
        };
        if let Some(arrival) = unwanted {
            state.keep_unsolicited(arrival);
        }
    }

    /// Hands over a push that its gateway took, as far as the radio link lets it arrive. `still` is asked before a push that was
    /// kept arrives after all.
    pub(super) fn follow_push(&self, owner: &Owner, push: Arrival, still: Option<Still>) -> Fate {
        let (met, fate) = {
            let mut state = self.state();
            if let Some((number, marks)) = handed::push_of(&push.crossing)
                && let Some(first) = state.handed.first_owner(&number, &marks)
                && first != owner.guest
            {
                state.keep_unsolicited(push);
                return Fate::Arrived;
            }
            let air = state.guests.get_mut(&owner.guest);
            match air.and_then(|room| room.air.get_mut(&owner.place)) {
                Some(air) => air.meet(push, still),
                None => (push, Fate::Arrived),
            }
        };
        self.hand_over(Some(owner.guest), met);
        fate
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn peer(&self, peer: &str) -> Arc<RwLock<()>> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(peers.entry(peer.to_owned()).or_default())
    }
}

impl State {
    /// The first key that one guest alone owns decides. Where several own each of them, the newest claim on the first.
    fn owner(&self, keys: &[Key]) -> Option<Owner> {
        let mut shared = None;
        for key in keys {
            let owners = self.claims.get(key).map_or(&[][..], Vec::as_slice);
            let Some(newest) = owners.last() else { continue };
            if owners.iter().all(|owner| owner.guest == newest.guest) {
                return Some(newest.clone());
            }
            shared.get_or_insert(newest);
        }
        shared.cloned()
    }

    fn claim(&mut self, key: Key, owner: Owner) {
        let Some(room) = self.guests.get_mut(&owner.guest) else {
            return;
        };
        let owners = self.claims.entry(key.clone()).or_default();
        if !owners.contains(&owner) {
            owners.push(owner);
        }
        room.keys.push(key);
    }

    fn owner_at(&self, peer: &str, keys: &[Key]) -> Option<GuestId> {
        if self.past_owner(keys).is_some() {
            return None;
        }
        match self.owner(keys) {
            Some(owner) => Some(owner.guest),
            None => self.exclusive.get(peer).copied(),
        }
    }

    /// The guest that had one of these keys and has left, unless a key that says more is somebody's: a number in From may be
    /// another's by now, but not the mailbox or the id that the mail is sent to or answers.
    fn past_owner(&self, keys: &[Key]) -> Option<(GuestId, &Key)> {
        let left = |key: &Key| match self.claims.contains_key(key) {
            true => None,
            false => self.left.get_key_value(key).map(|(key, guest)| (*guest, key)),
        };
        let mut ids = keys.iter().filter(|key| matches!(key, Key::Id(_)));
        if let Some(past) = ids.find_map(left) {
            return Some(past);
        }
        keys.iter()
            .take_while(|key| !self.claims.contains_key(*key))
            .find_map(left)
    }

    /// Whose something would have been that nobody owns.
    fn past(&self, arrival: &Arrival) -> Option<Past> {
        let (guest, why) = if let Some((number, marks)) = handed::push_of(&arrival.crossing) {
            match self.handed.first_owner(&number, &marks) {
                Some(guest) => (guest, "what it repeats, or the MM it is about,".to_owned()),
                None => (*self.left.get(&number)?, format!("{number}")),
            }
        } else if let Crossing::Mail { rcpt_to, data, .. } = &arrival.crossing {
            let (guest, key) = self.past_owner(&ownership::keys_of_mail(rcpt_to, data))?;
            (guest, key.to_string())
        } else {
            return None;
        };
        let case = self
            .cases
            .get(&guest)
            .map(|case| case.to_string())
            .unwrap_or_default();
        Some(Past {
            why: format!("{why} was that of case {case}"),
            case,
        })
    }

    fn keep_unsolicited(&mut self, arrival: Arrival) {
        self.unsolicited.count += 1;
        let octets = octets_of(&arrival.crossing) + arrival.wire.as_ref().map_or(0, Carriage::octets);
        if self.unsolicited.first.len() < UNSOLICITED_KEPT
            && self.unsolicited_octets + octets <= UNSOLICITED_OCTETS
        {
            self.unsolicited_octets += octets;
            self.unsolicited.past.push(self.past(&arrival));
            self.unsolicited.first.push(arrival);
        }
    }
}

fn octets_of(crossing: &Crossing) -> usize {
    match crossing {
        Crossing::HttpRequest { body, .. } | Crossing::HttpResponse { body, .. } => body.len(),
        Crossing::Push { wsp, params, .. } => {
            let params = params.iter().map(|(name, value)| name.len() + value.len());
            wsp.len() + params.sum::<usize>()
        }
        Crossing::Mail { data, .. } => data.len(),
        Crossing::DnsQuery { query, .. } => query.len(),
        Crossing::Loss { of, .. } => of.as_deref().map_or(0, octets_of),
        Crossing::SmtpReply { .. } | Crossing::SmtpLine { .. } | Crossing::SmtpWords { .. } => 0,
    }
}

impl Guest {
    /// One of its arrivals was looked at. How many, so far, came faster than that and were let go.
    pub fn looked_at(&self) -> u64 {
        self.waiting.looked_at()
    }

    /// The key under which the script was registered.
    pub fn script(&self) -> u64 {
        self.script
    }

    /// Pushes to this number arrive at `place`; mails to it arrive at the peer that got them. `+` and `/TYPE=PLMN` make no
    /// difference.
    pub fn claim_number(&self, number: &str, place: &str) {
        self.claim(Key::number(number), place);
    }

    /// Mails to this mailbox (`local@domain`). Where several scripts claim one mailbox, the ids and numbers in the message
    /// decide, and at last the newest claim.
    pub fn claim_mailbox(&self, mailbox: &str, place: &str) {
        self.claim(Key::mailbox(mailbox), place);
    }

    /// Mails that carry this transaction or message id, with or without quotes.
    pub fn claim_id(&self, id: &str, place: &str) {
        self.claim(Key::id(id), place);
    }

    /// Pushes to this number about the MM with this Message-ID: they stay the script's own when it has left.
    pub fn remember_message(&self, number: &str, id: &str) {
        if let Some(number) = Key::number(number) {
            let mut state = self.desk.state();
            state.handed.remember(&number, vec![handed::message(id)], self.id);
        }
    }

    /// How the SMTP server of `peer` behaves from now on towards mails this script owns, in place of earlier rules. Rules for
    /// connect, ehlo and mail need the peer to be held [exclusively](Guest::exclusive).
    pub fn smtp_rules(&self, peer: &str, rules: Vec<SmtpRule>) {
        let mut state = self.desk.state();
        if let Some(room) = state.guests.get_mut(&self.id) {
            room.smtp
                .insert(peer.to_owned(), Rules::new(rules, |rule| rule.times));
        }
    }

    /// How push gateways answer from now on to pushes for `place`, in place of earlier rules.
    pub fn http_rules(&self, place: &str, rules: Vec<HttpRule>) {
        let mut state = self.desk.state();
        if let Some(room) = state.guests.get_mut(&self.id) {
            room.http
                .insert(place.to_owned(), Rules::new(rules, |rule| rule.times));
        }
    }

    /// How SMSCs answer from now on to messages for `place`, in place of earlier rules. They come before those of
    /// [`http_rules`](Guest::http_rules); other gateways pass them over.
    pub fn smpp_rules(&self, place: &str, rules: Vec<SmppRule>) {
        let mut state = self.desk.state();
        if let Some(room) = state.guests.get_mut(&self.id) {
            room.smpp
                .insert(place.to_owned(), Rules::new(rules, |rule| rule.times));
        }
    }

    /// What becomes of pushes for `place` from now on. Those that a gateway kept for it arrive, unless they are kept on.
    pub fn pushes(&self, place: &str, pushes: Pushes) {
        let kept = match self.desk.state().guests.get_mut(&self.id) {
            Some(room) => room.air.entry(place.to_owned()).or_default().set(pushes),
            None => Vec::new(),
        };
        for kept in kept.into_iter().filter_map(Kept::due) {
            // Its octets stand where the gateway took it.
            let wire = kept.push.wire.map(Carriage::without_octets);
            self.desk.hand_over(Some(self.id), Arrival { wire, ..kept.push });
            // A gateway that owes nobody a receipt does not listen.
            let _ = kept.arrived.send(());
        }
    }

    /// Waits until nobody else holds `peer` and holds it alone: what happens on its connections before a recipient is known
    /// (connect, ehlo, mail) belongs to this script. Whoever needs several peers must take them in one order everywhere, and
    /// must not hold the peer already.
    pub async fn exclusive(&self, peer: &str) -> Hold {
        let lock = self.desk.peer(peer).write_owned().await;
        self.desk.state().exclusive.insert(peer.to_owned(), self.id);
        let held = Held::Alone {
            desk: Arc::clone(&self.desk),
            peer: peer.to_owned(),
            guest: self.id,
            _lock: lock,
        };
        Hold { held }
    }

    /// Waits until nobody holds `peer` alone and keeps it so: for a script that a peer's exclusive behaviour towards another
    /// script would disturb.
    pub async fn alongside(&self, peer: &str) -> Hold {
        let lock = self.desk.peer(peer).read_owned().await;
        let held = Held::Alongside { _lock: lock };
        Hold { held }
    }

    /// Makes a DNS name the script's own, with these records.
    pub fn publish(&self, name: &str, data: Vec<Data>) {
        self.claim(Some(Key::name(name)), "dns");
        if let Some(room) = self.desk.state().guests.get_mut(&self.id) {
            room.names.publish(name, data);
        }
    }

    /// What the DNS says of a name from now on; the name becomes the script's own if it was not.
    pub fn change_name(&self, name: &str, change: Change) {
        self.claim(Some(Key::name(name)), "dns");
        if let Some(room) = self.desk.state().guests.get_mut(&self.id) {
            room.names.change(name, change);
        }
    }

    /// Where a link that belongs to this script hands its records.
    pub fn sink(&self) -> Sink {
        let (desk, id) = (Arc::clone(&self.desk), self.id);
        Arc::new(move |arrival| desk.hand_over(Some(id), arrival))
    }

    fn claim(&self, key: Option<Key>, place: &str) {
        let Some(key) = key else { return };
        let owner = Owner {
            guest: self.id,
            place: place.to_owned(),
        };
        self.desk.state().claim(key, owner);
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut state = self.desk.state();
        let Some(room) = state.guests.remove(&self.id) else {
            return;
        };
        for key in room.keys {
            if let Some(owners) = state.claims.get_mut(&key) {
                owners.retain(|owner| owner.guest != self.id);
                if owners.is_empty() {
                    state.claims.remove(&key);
                }
            }
            if !matches!(key, Key::Name(_)) {
                state.left.insert(key, self.id);
            }
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // The lock is released after this: fields drop after the value.
        if let Held::Alone {
            desk, peer, guest, ..
        } = &self.held
        {
            let mut state = desk.state();
            if state.exclusive.get(peer) == Some(guest) {
                state.exclusive.remove(peer);
            }
        }
    }
}
