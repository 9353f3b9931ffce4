//! `set:` of a link, or of a user agent's radio link: `shape:`, `radio:`; and the names of links.

use std::time::Duration;

use crate::case::diagnostic::Diagnostic;
use crate::case::model::{Action, Behaviour, Set};
use crate::case::shaping::{CutAfter, LinkShape, LinkState, RADIOS, Shaping, Way};
use crate::case::vocabulary as words;
use crate::case::world::NodeKind;
use crate::case::yaml::Node;

use super::reader::{Args, Reader};

/// Bits in a second of each unit; the longer names first.
const RATES: &[(&str, u64)] = &[("kbps", 1_000), ("Mbps", 1_000_000), ("bps", 1)];

impl Reader<'_> {
    /// How a link is from now on. The outer `None`: this `set` is about something else.
    pub(super) fn shape_set(&mut self, object: &Node, args: &Args<'_>) -> Option<Option<Action>> {
        let (shape, radio) = (args.said("shape"), args.said("radio"));
        if shape.is_none() && radio.is_none() {
            return None;
        }
        let others = words::VERBS
            .iter()
            .find(|verb| verb.name == "set")
            .map_or(&[][..], |verb| verb.keys);
        let said = others.iter().filter(|key| args.said(key.name).is_some()).count();
        if said > 1 {
            self.error(
                Diagnostic::at(&args.at, "this `set` says two things at once".to_owned())
                    .help("`shape:` or `radio:`, and nothing else"),
            );
            return Some(None);
        }
        Some(self.shaped(object, shape, radio))
    }

    fn shaped(&mut self, object: &Node, shape: Option<&Node>, radio: Option<&Node>) -> Option<Action> {
        let text = self.text(object, "a link")?;
        let is_user = self.world.nodes.get(text) == Some(&NodeKind::User);
        let (node, shaping) = match (shape, radio) {
            (_, Some(radio)) => (
                self.node(object, "user agent", |k| *k == NodeKind::User)?,
                self.radio(radio)?,
            ),
            (Some(shape), None) => (self.link(object)?, self.shape(shape, is_user)?),
            (None, None) => return None,
        };
        self.shaped.insert(node.clone());
        Some(Action::Set(Set {
            source: object.span.source(),
            node,
            behaviour: Behaviour::Shape(shaping),
        }))
    }

    fn radio(&mut self, node: &Node) -> Option<Shaping> {
        let word = self.word(node, "radio network", words::RADIO_WORDS)?;
        let radio = RADIOS.iter().find(|radio| radio.name == word);
        Some(radio.map_or(Shaping::Usual, Shaping::Radio))
    }

    fn shape(&mut self, node: &Node, is_user: bool) -> Option<Shaping> {
        if node.is_null() || node.text() == Some(words::USUAL) {
            return Some(Shaping::Usual);
        }
        let args = self.args(node, "a shape", words::SHAPE)?;
        let before = self.problems.len();
        let shape = LinkShape {
            rate: args.get("rate").and_then(|rate| self.rate(rate)),
            delay: args
                .get("delay")
                .and_then(|delay| self.duration(delay, "`delay`"))
                .unwrap_or(Duration::ZERO),
            loss: args.get("loss").and_then(|loss| self.loss(loss)).unwrap_or(0),
            direction: args.get("direction").and_then(|way| self.way(way)),
            cut: args.get("cut-after").and_then(|cut| self.cut_after(cut, is_user)),
            state: args
                .get("state")
                .and_then(|state| self.state(state))
                .unwrap_or_default(),
            pushes_lost: args
                .get("pushes")
                .is_some_and(|pushes| self.pushes_lost(pushes, is_user)),
            times: args
                .get("times")
                .and_then(|times| self.count(times, "`times`"))
                .unwrap_or(0),
        };
        self.contradictions(&args, &shape);
        (self.problems.len() == before).then_some(Shaping::Shape(shape))
    }

    /// Keys that cannot stand together.
    fn contradictions(&mut self, args: &Args<'_>, shape: &LinkShape) {
        let stream = shape.rate.is_some() || !shape.delay.is_zero() || shape.loss > 0 || shape.cut.is_some();
        let down = shape.state == LinkState::Down;
        let problem = if args.entries.is_empty() {
            "this shape says nothing".to_owned()
        } else if down && (stream || shape.direction.is_some()) {
            "a link that is down is nothing else".to_owned()
        } else if shape.pushes_lost && (stream || shape.state != LinkState::Up) && shape.times > 0 {
            "`times` counts pushes or connections, not both".to_owned()
        } else if shape.direction.is_some() && !stream {
            "`direction:` of nothing: it says where a rate, delay, loss or cut is".to_owned()
        } else if shape.cut == Some(CutAfter::EndOfData) && shape.direction == Some(Way::Up) {
            "the reply to the end of data goes down".to_owned()
        } else {
            return;
        };
        self.error(Diagnostic::at(&args.at, problem).help("`shape: usual` makes it an ordinary link again"));
    }

    fn rate(&mut self, node: &Node) -> Option<u64> {
        let text = self.text(node, "a rate")?;
        let rate = RATES
            .iter()
            .find_map(|(unit, bits)| Some((text.strip_suffix(unit)?, *bits)))
            .and_then(|(number, bits)| number.trim().parse::<u64>().ok()?.checked_mul(bits))
            .filter(|rate| *rate > 0);
        if rate.is_none() {
            self.error(
                Diagnostic::at(&node.span, format!("`{text}` is no rate"))
                    .help("write `9600bps`, `40kbps` or `2Mbps`"),
            );
        }
        rate
    }

    fn loss(&mut self, node: &Node) -> Option<u8> {
        let text = self.text(node, "a loss")?;
        let loss = text
            .strip_suffix('%')
            .and_then(|number| number.trim().parse().ok())
            .filter(|loss| (1..100).contains(loss));
        if loss.is_none() {
            self.error(
                Diagnostic::at(&node.span, format!("`{text}` is no loss"))
                    .help("the share of packets that are lost: `1%` to `99%`; a link that loses all is `state: stalled`"),
            );
        }
        loss
    }

    fn way(&mut self, node: &Node) -> Option<Way> {
        Some(match self.word(node, "direction", Way::WORDS)? {
            "up" => Way::Up,
            _ => Way::Down,
        })
    }

    fn state(&mut self, node: &Node) -> Option<LinkState> {
        Some(match self.word(node, "state of a link", LinkState::WORDS)? {
            "down" => LinkState::Down,
            "stalled" => LinkState::Stalled,
            _ => LinkState::Up,
        })
    }

    fn cut_after(&mut self, node: &Node, is_user: bool) -> Option<CutAfter> {
        if node.text() != Some(words::END_OF_DATA) {
            return self.number(node, "`cut-after`").map(CutAfter::Octets);
        }
        if is_user {
            self.error(
                Diagnostic::at(&node.span, "MM1 has no end of data".to_owned())
                    .help("`cut-after: 0, direction: down` keeps the whole answer back"),
            );
            return None;
        }
        Some(CutAfter::EndOfData)
    }

    fn pushes_lost(&mut self, node: &Node, is_user: bool) -> bool {
        let lost = self.word(node, "fate of pushes", words::PUSH_FATES).is_some();
        if lost && !is_user {
            self.error(Diagnostic::at(
                &node.span,
                "pushes go to user agents: only their links lose them".to_owned(),
            ));
        }
        lost && is_user
    }

    /// A user agent, whose link is its MM1, or a link between a relay and another relay or a peer, whichever is named first. Yields
    /// the one name that the link has: relays in the order of the alphabet, a relay before a peer.
    pub(super) fn link(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node, "a link")?;
        if self.world.nodes.get(text) == Some(&NodeKind::User) {
            return Some(text.to_owned());
        }
        if let Some(link) = self.world.link(text) {
            return Some(link);
        }
        let problem = Diagnostic::at(&node.span, format!("this case has no link `{text}`"));
        let problem = match self.world.nodes.get(text) {
            Some(NodeKind::Subscriber(peer)) => problem.help(format!(
                "`{text}` is a user of the peer `{peer}`: the link is the one to `{peer}`"
            )),
            _ => {
                let links = self.world.all_links();
                let users = self.world.names(|kind| *kind == NodeKind::User);
                let known: Vec<&str> = links.iter().map(String::as_str).chain(users).collect();
                problem.suggest(text, known)
            }
        };
        self.error(problem);
        None
    }
}
