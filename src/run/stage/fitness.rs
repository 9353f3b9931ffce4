//! Whether the targets of a script claim and give what it needs.

use crate::case::{Action, Behaviour, Routing, Script};
use crate::run::world::World;
use crate::target::{PushChannel, Start, Target};

use super::Stage;
use super::cast::peers_of;
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
            if !target.is_embedded() && relays.len() > 1 {
                self.missing.push(format!(
                    "what joins {} inside a run (relay {relay} is remote: topology {} needs embedded relays)",
                    relays.join(", "),
                    script.topology.name()
                ));
            }
            if target.channel() == PushChannel::Wsp && refuses_pushes(script) {
                self.missing.push(format!(
                    "a push gateway that can refuse (relay {relay} sends datagrams, which nobody answers)"
                ));
            }
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
            if !target.is_embedded()
                && let Some(node) = script.nodes.iter().find(|n| n.prefix.is_some())
            {
                self.missing.push(format!(
                    "a second route to {} (a remote relay has its own)",
                    node.name
                ));
            }
            if !target.is_embedded() {
                let own = shaped(script);
                let links = peers_of(script).into_iter().map(|peer| peer_link(relay, &peer));
                self.missing
                    .extend(links.filter(|link| own.contains(link)).map(|link| {
                    format!(
                        "a link {link} that can be shaped (relay {relay} is remote and connects by itself)"
                    )
                }));
            }
            if target.start == Start::Remote && controls(script, relay) {
                self.missing
                    .push(format!("a way to start and kill relay {relay}"));
            }
        }
    }
}

impl Stage {
    /// What a script needs of SMTP where a relay takes MM4 through a command.
    pub(super) fn miss_smtp(&mut self, script: &Script) {
        for relay in script.topology.relays() {
            if self
                .access(relay)
                .is_none_or(|access| access.mm4.smtp_addr().is_some())
            {
                continue;
            }
            let speaks = script.steps().any(|step| match &step.action {
                Action::Dialogue(dialogue) => {
                    let to = dialogue.to.as_deref();
                    to.unwrap_or(script.topology.relays()[0]) == *relay
                }
                _ => false,
            });
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
        }
    }
}

/// Whether the script has pushes answered otherwise than usual.
fn refuses_pushes(script: &Script) -> bool {
    script
        .steps()
        .any(|step| matches!(&step.action, Action::Set(set) if matches!(set.behaviour, Behaviour::Http(_))))
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
