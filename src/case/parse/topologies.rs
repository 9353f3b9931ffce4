//! A case over several topologies, and what is special to one of them.

use std::borrow::Cow;

use crate::case::diagnostic::Diagnostic;
use crate::case::model::HubKind;
use crate::case::vocabulary as words;
use crate::case::world::NodeKind;
use crate::case::yaml::{self, Data, Node};

use super::reader::Reader;

/// The name of the hub.
pub(super) const HUB: &str = "hub";

/// A case whose topology is a list, once for each of them; any other as it is.
pub(super) fn by_topology<'n>(
    root: &'n Node,
    problems: &mut Vec<Diagnostic>,
) -> Vec<(Option<String>, Cow<'n, Node>)> {
    let listed = root.get("topology").and_then(Node::list);
    let (Some(topologies), Some(entries)) = (listed, root.map()) else {
        return vec![(None, Cow::Borrowed(root))];
    };
    let mut all: Vec<(Option<String>, Cow<'n, Node>)> = Vec::new();
    for topology in topologies {
        let name = topology.text().map(str::to_owned);
        if all.iter().any(|(other, _)| *other == name) {
            problems.push(Diagnostic::at(
                &topology.span,
                "this topology stands here twice".to_owned(),
            ));
            continue;
        }
        let with_it = entries
            .iter()
            .map(|(key, value)| match key.text.as_str() {
                "topology" => (key.clone(), topology.clone()),
                _ => (key.clone(), value.clone()),
            })
            .collect();
        let node = Node {
            span: root.span.clone(),
            data: Data::Map(with_it),
        };
        all.push((name, Cow::Owned(node)));
    }
    if all.is_empty() {
        problems.push(Diagnostic::at(
            &root.span,
            "the list of topologies is empty".to_owned(),
        ));
    }
    all
}

/// What the hub of the topology is.
pub(super) fn hub_kind(reader: &mut Reader<'_>, key: &yaml::Key, value: &Node) -> Option<HubKind> {
    if reader.world.nodes.get(HUB) != Some(&NodeKind::Relay) {
        reader.error(
            Diagnostic::at(&key.span, "this topology has no hub".to_owned())
                .help("the topology `hub` has one; elsewhere no node can be called so"),
        );
        return None;
    }
    let args = reader.args(value, "the hub", words::NODE)?;
    let word = reader.word(args.get("kind")?, "kind of hub", HubKind::WORDS)?;
    Some(HubKind::from_word(word))
}
