//! The life lines, in the order of the way: user agents, relays, the user agents of the last relay, peers.

use std::collections::BTreeMap;

use crate::case::{StepNote, Topology};
use crate::run::evidence::{Carrier, Entry, Evidence, MarkKind, Message};

/// A life line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report::html) struct Column {
    pub name: String,
    /// The target that plays it; none: a party.
    pub target: Option<String>,
}

pub(super) fn columns(topology: &str, evidence: &Evidence) -> Vec<Column> {
    let relays = relays(topology, evidence);
    let mut parties = Parties::default();
    for message in evidence.messages() {
        parties.meet(message, &relays);
    }
    for step in &evidence.steps {
        parties.await_at(step, topology, &relays);
    }
    let party = |name: String| Column { name, target: None };
    let relay = |name: &String| Column {
        name: name.clone(),
        target: Some(evidence.bindings.get(name).cloned().unwrap_or_default()),
    };
    let last = relays.last().filter(|_| relays.len() > 1);
    let (far, near): (Vec<Party>, Vec<Party>) = parties
        .in_order()
        .into_iter()
        .partition(|party| party.is_peer || Some(&party.home) == last);
    // Peers stand outside.
    let (peers, far): (Vec<Party>, Vec<Party>) = far.into_iter().partition(|party| party.is_peer);
    near.into_iter()
        .map(|near| party(near.name))
        .chain(relays.iter().map(relay))
        .chain(far.into_iter().chain(peers).map(|far| party(far.name)))
        .collect()
}

/// The relays from one end of the way to the other.
fn relays(topology: &str, evidence: &Evidence) -> Vec<String> {
    let known = Topology::ALL.iter().find(|(name, _)| *name == topology);
    let mut order: Vec<&str> = known.map_or_else(Vec::new, |(_, topology)| topology.relays().to_vec());
    // What terminates for the others, or lies between them, is named first.
    if let [between, first, last] = order[..] {
        order = vec![first, between, last];
    }
    let mut there: Vec<&str> = evidence.bindings.keys().map(String::as_str).collect();
    for entry in &evidence.entries {
        if let Entry::Mark(mark) = entry
            && mark.kind == MarkKind::Node
            && let Some(node) = &mark.node
            && !there.contains(&node.as_str())
        {
            there.push(node);
        }
    }
    there.sort_by_key(|name| order.iter().position(|o| o == name).unwrap_or(order.len()));
    there.into_iter().map(str::to_owned).collect()
}

struct Party {
    name: String,
    home: String,
    is_peer: bool,
    first: usize,
}

#[derive(Default)]
struct Parties(BTreeMap<String, Party>);

impl Parties {
    fn meet(&mut self, message: &Message, relays: &[String]) {
        for (name, other) in [(&message.from, &message.to), (&message.to, &message.from)] {
            if relays.contains(name) {
                continue;
            }
            let first = self.0.len();
            let party = self.0.entry(name.clone()).or_insert_with(|| Party {
                name: name.clone(),
                home: other.clone(),
                is_peer: false,
                first,
            });
            party.is_peer |= matches!(message.carrier, Carrier::Smtp | Carrier::Dns);
        }
    }

    /// Who was to get something and got nothing has a life line too.
    fn await_at(&mut self, step: &StepNote, topology: &str, relays: &[String]) {
        let Some(place) = &step.place else {
            return;
        };
        let ends: Vec<&str> = match place.split_once('-') {
            Some((a, b)) => vec![a, b],
            None => vec![place],
        };
        for name in ends.iter().filter(|name| !relays.iter().any(|r| r == *name)) {
            let known = Topology::ALL.iter().find(|(known, _)| *known == topology);
            let home = known.and_then(|(_, topology)| topology.home_of(name));
            let first = self.0.len();
            self.0.entry((*name).to_owned()).or_insert_with(|| Party {
                name: (*name).to_owned(),
                home: home.map_or_else(|| relays.first().cloned().unwrap_or_default(), str::to_owned),
                is_peer: home.is_none() && (ends.len() > 1 || step.does.contains("MM4_")),
                first,
            });
        }
    }

    fn in_order(self) -> Vec<Party> {
        let mut parties: Vec<Party> = self.0.into_values().collect();
        parties.sort_by_key(|party| party.first);
        parties
    }
}
