//! Who took part, and who stood where: the topology of a script and everything that was seen in it, asked by node.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Action, Behaviour, HubKind, Script, Topology};
use crate::link::Crossing;
use crate::run::judge::{Side, Sighting};
use crate::wire::PduType;
use crate::wire::address::Address;

/// A user agent.
pub struct Agent {
    /// Its relay; none when it has moved, or when any relay serves it.
    pub home: Option<String>,
    pub address: Option<Address>,
}

/// Whether a node took what was sent to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    Yes,
    /// For good: what it said.
    No(String),
    /// For now, or nothing was heard of it.
    NotNow(String),
}

/// The stage of a script, after the play.
pub struct Scene<'a> {
    pub topology: Topology,
    pub hub: Option<HubKind>,
    pub agents: BTreeMap<String, Agent>,
    /// Everything that was seen, in the order of the journal.
    pub seen: &'a [Sighting],
    /// Second at which the script began, since 1970.
    pub unix: i64,
    /// The event that a reference of a case names, by its `seq`.
    pub captured: &'a dyn Fn(&str) -> Option<u64>,
    /// Relays between which every mail was recorded.
    recorded: BTreeSet<String>,
    /// Relays that the script put down, at whatever time.
    pub fallen: BTreeSet<String>,
}

impl<'a> Scene<'a> {
    /// `recorded` are the relays between which every mail was recorded, `fallen` those that the journal saw stopped or killed.
    pub fn new(
        script: &Script,
        homes: &[(String, String)],
        vars: &BTreeMap<String, String>,
        seen: &'a [Sighting],
        unix: i64,
        captured: &'a dyn Fn(&str) -> Option<u64>,
        (recorded, fallen): (&BTreeSet<String>, &BTreeSet<String>),
    ) -> Self {
        let moved = script.steps().any(
            |step| matches!(&step.action, Action::Set(set) if matches!(set.behaviour, Behaviour::Home(_))),
        );
        let anywhere = moved || script.topology == Topology::SharedStore;
        let agents = homes
            .iter()
            .map(|(name, home)| {
                let agent = Agent {
                    home: (!anywhere).then(|| home.clone()),
                    address: vars.get(&format!("{name}.number")).map(|n| Address::parse(n)),
                };
                (name.clone(), agent)
            })
            .collect();
        Scene {
            topology: script.topology,
            hub: (script.topology == Topology::Hub)
                .then(|| script.nodes.iter().find_map(|node| node.kind).unwrap_or_default()),
            agents,
            seen,
            unix,
            captured,
            recorded: recorded.clone(),
            fallen: fallen.clone(),
        }
    }

    pub fn at(&self, index: usize) -> &'a Sighting {
        &self.seen[index]
    }

    /// The relay that sent it.
    pub fn emitter(&self, index: usize) -> Option<&'a str> {
        let seen = self.at(index);
        if seen.side == Side::Relay {
            seen.relay.as_deref()
        } else {
            None
        }
    }

    /// The relay it went to.
    pub fn receiver(&self, index: usize) -> Option<&'a str> {
        let seen = self.at(index);
        match seen.side {
            Side::Party => seen.relay.as_deref(),
            Side::Relay => other_end(&seen.place, seen.relay.as_deref()?),
        }
    }

    /// What went into a relay and is of that type.
    pub fn inputs_of(&self, node: &str, kind: PduType) -> impl Iterator<Item = usize> + '_ {
        let node = node.to_owned();
        (0..self.seen.len())
            .filter(move |i| self.at(*i).kind() == Some(kind) && self.receiver(*i) == Some(node.as_str()))
    }

    /// What came out of a relay and is of that type.
    pub fn outputs_of(&self, node: &str, kind: PduType) -> impl Iterator<Item = usize> + '_ {
        let node = node.to_owned();
        (0..self.seen.len())
            .filter(move |i| self.at(*i).kind() == Some(kind) && self.emitter(*i) == Some(node.as_str()))
    }

    /// The answer to a request or mail of a party.
    pub fn answer(&self, index: usize) -> Option<&'a Sighting> {
        let seq = self.at(index).seq;
        self.seen
            .iter()
            .filter(|s| s.side == Side::Relay && s.answers == Some(seq))
            .last()
    }

    /// Whether the node it went to took it.
    pub fn taken(&self, index: usize) -> Taken {
        let seen = self.at(index);
        match (&seen.crossing, seen.side) {
            (
                Some(Crossing::Mail {
                    reply,
                    refused,
                    rcpt_to,
                    ..
                }),
                Side::Relay,
            ) => match reply {
                Some((code, _)) if code / 100 == 2 && !rcpt_to.is_empty() => Taken::Yes,
                Some((code, text)) => said(*code, text),
                None => match refused.first() {
                    Some((_, reply)) => Taken::No(reply.clone()),
                    None => Taken::NotNow("the connection broke".to_owned()),
                },
            },
            (_, Side::Party) => match self.answer(index) {
                Some(answer) if answer.is_positive_answer() => Taken::Yes,
                Some(answer) if answer.no_reply.is_some() => Taken::NotNow(answer.label()),
                Some(answer) => match &answer.crossing {
                    Some(Crossing::SmtpReply { code, text, .. }) => said(*code, text),
                    _ => Taken::No(answer.refusal()),
                },
                None => Taken::Yes,
            },
            _ => Taken::Yes,
        }
    }

    /// Whether all mails between two relays were recorded.
    pub fn is_recorded(&self, a: &str, b: &str) -> bool {
        self.recorded.contains(a) && self.recorded.contains(b)
    }

    /// The next relay on the way from one to another.
    pub fn next_hop(&self, from: &str, to: &str) -> Option<&'static str> {
        let relays = self.topology.relays();
        let named = |name: &str| relays.iter().copied().find(|r| *r == name);
        match self.topology {
            Topology::FrontRelay if from != "F" => named("F"),
            Topology::Hub if from != "hub" => named("hub"),
            _ => named(to),
        }
    }

    /// Whether a node only passes mail on as it is.
    pub fn is_mail_relay(&self, node: &str) -> bool {
        node == "hub" && self.hub == Some(HubKind::SmtpRelay)
    }

    pub fn address_of(&self, agent: &str) -> Option<&Address> {
        self.agents.get(agent)?.address.as_ref()
    }

    /// A party's place or a link, as the hop it is.
    pub fn hop(&self, index: usize) -> String {
        let seen = self.at(index);
        match (seen.side, seen.relay.as_deref()) {
            _ if Topology::is_link(&seen.place) => seen.place.clone(),
            (Side::Party, Some(relay)) => format!("{relay}-{}", seen.place),
            (Side::Relay, Some(relay)) => format!("{relay}-{}", seen.place),
            _ => seen.place.clone(),
        }
    }
}

fn said(code: u16, text: &str) -> Taken {
    let words = format!("{code} {text}");
    if code / 100 == 5 {
        Taken::No(words)
    } else {
        Taken::NotNow(words)
    }
}

/// The relay at the other end of a link.
pub fn other_end<'a>(link: &'a str, relay: &str) -> Option<&'a str> {
    if !Topology::is_link(link) {
        return None;
    }
    let (a, b) = link.split_once('-')?;
    match relay {
        _ if relay == a => Some(b),
        _ if relay == b => Some(a),
        _ => None,
    }
}
