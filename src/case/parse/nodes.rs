//! `nodes:` of a case.

use crate::case::diagnostic::Diagnostic;
use crate::case::model::NodeDecl;
use crate::case::vocabulary as words;
use crate::case::world::NodeKind;
use crate::case::yaml::{self, Data, Node};

use super::reader::Reader;
use super::topologies::{HUB, hub_kind};

/// Makes the nodes known, and says what was declared.
pub(super) fn nodes(reader: &mut Reader<'_>, node: Option<&Node>) -> Vec<NodeDecl> {
    let Some(node) = node else { return Vec::new() };
    let help = "`nodes: { dave: { home: A }, q: {}, erin: { peer: q } }`";
    let Some(entries) = reader.entries(node, "`nodes:`", help) else {
        return Vec::new();
    };
    let is_hub = |key: &yaml::Key| key.text == HUB;
    let is_peer = |value: &Node| value.get("home").is_none() && value.get("peer").is_none();
    // Peers first: users may belong to them.
    for (key, value) in entries.iter().filter(|(k, v)| is_peer(v) && !is_hub(k)) {
        if !reader.world.nodes.contains_key(&key.text) {
            let named = Node {
                span: key.span.clone(),
                data: Data::Text(key.text.clone()),
            };
            if reader.name(&named, "name for a node").is_some() {
                reader.world.nodes.insert(key.text.clone(), NodeKind::Peer);
            }
        }
        if !value.is_null() {
            reader.args(value, "a node", words::NODE);
        }
    }
    let mut nodes: Vec<NodeDecl> = Vec::new();
    let mut prefixes = Vec::new();
    for (key, value) in entries {
        let mut declared = NodeDecl {
            name: key.text.clone(),
            source: key.span.source(),
            home: None,
            peer: None,
            prefix: None,
            kind: None,
        };
        if let Some(prefix) = value.get("prefix") {
            if is_peer(value) && !is_hub(key) {
                prefixes.push((nodes.len(), prefix));
            } else {
                reader.error(Diagnostic::at(
                    &prefix.span,
                    "`prefix:` is for a peer MMSE".to_owned(),
                ));
            }
        }
        if is_hub(key) {
            declared.kind = hub_kind(reader, key, value);
        } else if let Some(kind) = value.get("kind") {
            reader.error(Diagnostic::at(
                &kind.span,
                format!("`kind:` is for the node `{HUB}`"),
            ));
        }
        if !is_peer(value) && !is_hub(key) {
            reader.args(value, "a node", words::NODE);
            declared.home = reader.relay(value.get("home"));
            declared.peer = value
                .get("peer")
                .and_then(|peer| reader.node(peer, "peer MMSE", |k| *k == NodeKind::Peer));
            let kind = match &declared.peer {
                Some(peer) => NodeKind::Subscriber(peer.clone()),
                None => NodeKind::User,
            };
            let fits = match reader.world.nodes.get(&key.text) {
                None | Some(NodeKind::User | NodeKind::Subscriber(_)) => true,
                Some(_) => false,
            };
            if !fits || words::RESERVED.contains(&key.text.as_str()) {
                reader.error(Diagnostic::at(
                    &key.span,
                    format!("`{}` is something else in this topology", key.text),
                ));
            }
            reader.world.nodes.insert(key.text.clone(), kind);
        }
        nodes.push(declared);
    }
    // A prefix may be that of a user who is declared further down.
    for (at, prefix) in prefixes {
        nodes[at].prefix = reader.template(prefix);
    }
    nodes
}
