//! Whether the targets of a script claim and give what it needs.

use crate::case::{Action, Behaviour, Place, Routing, Script, SendWhat};
use crate::run::world::World;
use crate::target::{PushChannel, Start, Target};
use crate::wire::PduType;

use super::Stage;
use super::cast::{homes_of, peers_of};
use super::lines::{peer_link, shaped};

impl Stage {
    /// What the targets do not claim or give.
    pub(super) fn judge_fitness(&mut self, script: &Script, world: &World) {
        let relays = script.topology.relays();
        self.missing.extend(world.pools.lacking(script));
        for relay in relays {
            let Some(target) = world.target(relay) else {
                continue;
            };
            self.bindings.insert((*relay).to_owned(), target.label());
            for item in script.requires.iter().filter(|i| !fulfils(target, i)) {
                if !self.unclaimed.contains(item) {
                    self.unclaimed.push(item.clone());
                }
            }
            let paired = world.pair(script.topology).is_some();
            if !target.is_embedded() && relays.len() > 1 && !paired {
                self.missing.push(format!(
                    "what joins {} inside a run (relay {relay} is not embedded: no standard says how one is told of the others in topology {})",
                    relays.join(", "),
                    script.topology.name()
                ));
            }
            if target.channel() == PushChannel::Wsp && refuses_pushes(script) {
                self.missing.push(format!(
                    "a push gateway that can refuse (relay {relay} sends datagrams, which nobody answers)"
                ));
            }
            let shared = paired || !target.is_embedded();
            let ixit = target.ixit.as_ref();
            if script.routing.asks_dns() && ixit.is_some_and(|i| i.dns.is_none()) {
                self.missing
                    .push("the name server it routes by (ixit.dns)".to_owned());
            }
            if script.routing == Routing::PrivateEnum
                && ixit.is_some_and(|i| i.dns.as_ref().is_none_or(|d| d.enum_apex.is_none()))
            {
                self.missing
                    .push("an ENUM apex of its own (ixit.dns.enum-apex)".to_owned());
            }
            if shared && let Some(node) = script.nodes.iter().find(|n| n.prefix.is_some()) {
                self.missing.push(format!(
                    "a second route to {} (relay {relay} {} and has routes of its own)",
                    node.name,
                    standing(target)
                ));
            }
            if shared {
                let own = shaped(script);
                let links = peers_of(script).into_iter().map(|peer| peer_link(relay, &peer));
                for link in links.filter(|link| own.contains(link)) {
                    self.missing.push(format!(
                        "a link {link} that can be shaped (relay {relay} {} and connects by itself)",
                        standing(target)
                    ));
                }
            }
            // One that the run starts is a script's alone, or its own, while that puts it down.
            let cannot = shared && target.start != Start::Command;
            if cannot && controls(script, relay) {
                self.missing.push(format!(
                    "a way to start and kill relay {relay} (it {})",
                    standing(target)
                ));
            }
        }
        if let Some(pair) = world.pair(script.topology) {
            self.missing.extend(pair.unfit().iter().cloned());
            self.missing.extend(of_its_own(script, world, pair.links()));
        }
    }
}

impl Stage {
    /// What a script needs of SMTP that a relay does not have on MM4.
    pub(super) fn miss_smtp(&mut self, script: &Script) {
        for relay in script.topology.relays() {
            let Some(access) = self.access(relay) else {
                continue;
            };
            let speaks = script.steps().any(|step| match &step.action {
                Action::Dialogue(dialogue) => {
                    let to = dialogue.to.as_deref();
                    to.unwrap_or(script.topology.relays()[0]) == *relay
                }
                _ => false,
            });
            let Some(client) = access.mm4.client() else {
                if speaks {
                    self.missing
                        .push(format!("SMTP at relay {relay} (it takes MM4 through a command)"));
                }
                let own = shaped(script);
                let links = peers_of(script).into_iter().map(|peer| peer_link(relay, &peer));
                self.missing.extend(
                    links
                        .filter(|link| own.contains(link))
                        .map(|link| format!("a link {link} (relay {relay} takes MM4 through a command)")),
                );
                continue;
            };
            // A login needs EHLO, and is remembered: the conversation would begin in the middle.
            if speaks && client.ways().auth.is_some() {
                self.missing.push(format!(
                    "SMTP word by word at relay {relay} (it wants a login first)"
                ));
            }
        }
    }
}

/// Whether the script has pushes answered otherwise than usual.
fn refuses_pushes(script: &Script) -> bool {
    script
        .steps()
        .any(|step| matches!(&step.action, Action::Set(set) if matches!(set.behaviour, Behaviour::Http(_))))
}

/// Why a script cannot have a relay as it wants it.
fn standing(target: &Target) -> &'static str {
    match target.start {
        Start::Embedded => "serves the whole run",
        Start::Remote => "is remote",
        Start::Command => "is started once for the run",
    }
}

/// What a script wants for itself where all scripts share two MMSEs and the link between them.
fn of_its_own(script: &Script, world: &World, links: &[&str]) -> Vec<String> {
    let mut missing = Vec::new();
    let shaped = shaped(script);
    let links = links.iter().filter(|link| shaped.contains(**link));
    missing.extend(links.map(|link| {
        format!("a link {link} of its own that can be shaped (all scripts of the run share it)")
    }));
    if script.routing.asks_dns() {
        missing.push(
            "MMSEs whose domains are the script's own (relays A and B keep theirs for the whole run)".into(),
        );
    }
    let known = |relay: &str| {
        let known = |peer: &String| Some((peer.clone(), world.peer_identity(peer, relay)?));
        peers_of(script).iter().filter_map(known).collect::<Vec<_>>()
    };
    if reaches_peers_through(script, "B") && known("A") != known("B") {
        missing.push(
            "peer MMSEs that relays A and B know by the same names and numbers (ixit.peers of both)".into(),
        );
    }
    missing
}

/// Whether something goes to a peer, or comes from one, through this relay.
fn reaches_peers_through(script: &Script, relay: &str) -> bool {
    let peers = peers_of(script);
    let at_home = |agent: &str| {
        homes_of(script)
            .iter()
            .any(|(name, home)| name == agent && home == relay)
    };
    let peer_takes_part = script.steps().any(|step| match &step.action {
        Action::Expect(expect) => matches!(&expect.place, Place::At(place) if peers.contains(place)),
        _ => false,
    });
    script.steps().any(|step| match &step.action {
        Action::Send(send) if peers.contains(&send.from) => send.to.as_deref() == Some(relay),
        Action::Send(send) => {
            let new = matches!(send.what, SendWhat::Pdu(PduType::SendReq | PduType::ForwardReq));
            new && peer_takes_part && at_home(&send.from)
        }
        _ => false,
    })
}

/// Whether a target is what a case requires: `mm4.ack`, or `not mm1.mmbox`.
fn fulfils(target: &Target, requirement: &str) -> bool {
    match requirement.strip_prefix("not ") {
        Some(item) => !target.claims(item.trim()),
        None => target.claims(requirement),
    }
}

/// Whether the script starts, stops or kills this relay.
pub fn controls(script: &Script, relay: &str) -> bool {
    script
        .steps()
        .any(|s| matches!(&s.action, Action::Node { relay: r, .. } if r == relay))
}
