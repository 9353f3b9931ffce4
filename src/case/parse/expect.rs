//! `expect:`, `expect-none:` and `any-of:`.

use crate::case::diagnostic::Diagnostic;
use crate::case::model::{Action, AnyOf, Expect, ExpectNone, FieldDemand, Phase, Place, Selector, Source};
use crate::case::vocabulary::{self as words, Key, Shape};
use crate::case::world::NodeKind;
use crate::case::yaml::Node;
use crate::wire::{PduType, Protocol, table};

use super::reader::{Args, Reader};

/// The keys of an alternative: those of `expect` and the verb itself.
const ALTERNATIVE: Key = Key {
    name: "expect",
    shape: Shape::PduOrReply,
    required: true,
    about: "what may come",
};

impl Reader<'_> {
    pub fn expect_step(&mut self, object: &Node, args: &Args<'_>) -> Option<(Action, Option<String>)> {
        let expect = self.expect(object, args)?;
        let capture = expect.capture.clone();
        Some((Action::Expect(Box::new(expect)), capture))
    }

    pub fn expect(&mut self, object: &Node, args: &Args<'_>) -> Option<Expect> {
        let select = self.selector(object)?;
        let place = self.place(object, args, &select);
        let pdus = pdus(&select);
        let narrow = self.narrow(args, &select);
        let demands = self.demands(args, &pdus);
        let should_args = args
            .get("should")
            .and_then(|node| self.args(node, "`should`", words::SHOULD));
        let (should, should_tests) = match &should_args {
            Some(should) => (Some(self.demands(should, &pdus)), self.tests(should.get("tests"))),
            None => (None, Vec::new()),
        };
        let ends_case = self.yes(args.get("ends-case"), "`ends-case`");
        if ends_case && self.phase == Phase::Setup {
            self.error(Diagnostic::at(&args.at, "`setup` cannot end the case".to_owned()));
        }
        let after = self.after(args.get("after"));
        Some(Expect {
            source: args.at.source(),
            select,
            place: place?,
            narrow,
            demands,
            should,
            should_tests,
            times: args
                .get("times")
                .and_then(|node| self.count(node, "`times`"))
                .unwrap_or(1),
            skip_repeats: args
                .get("repeats")
                .and_then(|node| self.word(node, "way to count repeats", &["skip"]))
                .is_some(),
            same: self.same(args.get("same"), &pdus),
            after,
            within: self.wait(args.get("within")),
            ends_case,
            tests: self.tests(args.get("tests")),
            capture: self.capture(args.get("as"), pdus, Vec::new()),
        })
    }

    pub fn expect_none(&mut self, object: &Node, args: &Args<'_>) -> Option<(Action, Option<String>)> {
        let select = self.selector(object)?;
        let place = self.place(object, args, &select)?;
        let capture = self.capture(args.get("as"), pdus(&select), Vec::new());
        let none = ExpectNone {
            source: args.at.source(),
            narrow: self.narrow(args, &select),
            count_repeats: args
                .get("repeats")
                .and_then(|node| self.word(node, "way to count repeats", &["count"]))
                .is_some(),
            within: self.wait(args.get("within")),
            capture: capture.clone(),
            tests: self.tests(args.get("tests")),
            select,
            place,
        };
        Some((Action::ExpectNone(Box::new(none)), capture))
    }

    pub fn any_of(&mut self, object: &Node, args: &Args<'_>) -> Option<(Action, Option<String>)> {
        let keys: Vec<Key> = [ALTERNATIVE].iter().chain(words::EXPECT).copied().collect();
        let mut alternatives = Vec::new();
        for node in self.list(object, "`any-of`") {
            let Some(alternative) = self.args(node, "an alternative", &keys) else {
                continue;
            };
            for key in ["times", "repeats", "within"] {
                if alternative.get(key).is_some() {
                    let at = super::send::key_span(&alternative, key).clone();
                    self.error(Diagnostic::at(
                        &at,
                        format!("an alternative has no `{key}:` of its own; it stands beside `any-of:`"),
                    ));
                }
            }
            let Some(expected) = alternative.get("expect") else {
                continue;
            };
            let verb = super::send::key_span(&alternative, "expect").clone();
            let alternative = Args {
                at: verb,
                entries: alternative.entries,
            };
            alternatives.extend(self.expect(expected, &alternative));
        }
        if alternatives.len() < 2 && self.problems.is_empty() {
            self.error(
                Diagnostic::at(&args.at, "`any-of` has at least two alternatives".to_owned())
                    .help("a single outcome is a plain `expect`"),
            );
        }
        let mut all: Vec<PduType> = alternatives.iter().flat_map(|a| pdus(&a.select)).collect();
        all.dedup();
        let any = AnyOf {
            source: args.at.source(),
            alternatives,
            within: self.wait(args.get("within")),
            tests: self.tests(args.get("tests")),
        };
        let capture = self.capture(args.get("as"), all, Vec::new());
        Some((Action::AnyOf(Box::new(any)), capture))
    }

    fn selector(&mut self, object: &Node) -> Option<Selector> {
        if object.text() == Some("reply") {
            return Some(Selector::Reply);
        }
        if object.text() == Some("dns-query") {
            return Some(Selector::DnsQuery);
        }
        if object.text() == Some("loss") {
            return Some(Selector::Loss);
        }
        self.pdu(object).map(Selector::Pdu)
    }

    fn place(&mut self, object: &Node, args: &Args<'_>, select: &Selector) -> Option<Place> {
        let place = match (args.get("at"), args.get("on")) {
            (Some(at), None) => self
                .node(at, "party", |k| {
                    matches!(k, NodeKind::User | NodeKind::Peer | NodeKind::Dns)
                })
                .map(Place::At),
            (None, Some(on)) if *select == Selector::Loss => self.link(on).map(Place::On),
            (None, Some(on)) => {
                let name = self.text(on, "a link")?;
                if !self.world.links.iter().any(|l| l == name) {
                    let links: Vec<&str> = self.world.links.iter().map(String::as_str).collect();
                    let problem =
                        Diagnostic::at(&on.span, format!("this topology has no link `{name}` to look at"))
                            .suggest(name, links)
                            .help("what arrives at a party is seen with `at:`");
                    self.error(problem);
                    return None;
                }
                Some(Place::On(name.to_owned()))
            }
            _ => {
                self.error(
                    Diagnostic::at(
                        &args.at,
                        "where is it seen? Say one of `at:` and `on:`".to_owned(),
                    )
                    .help("`at: bob` is a party, `on: A-B` a link between relays"),
                );
                None
            }
        }?;
        self.check_direction(object, select, &place);
        Some(place)
    }

    /// Nothing can be expected where it never comes.
    fn check_direction(&mut self, object: &Node, select: &Selector, place: &Place) {
        let dns = matches!(place, Place::At(name) if self.world.nodes.get(name) == Some(&NodeKind::Dns));
        if dns != (*select == Selector::DnsQuery) {
            self.error(Diagnostic::at(
                &object.span,
                "the DNS sees `dns-query`, with `at: dns`, and nothing else".to_owned(),
            ));
            return;
        }
        if *select == Selector::Loss {
            return self.check_loss(object, place);
        }
        let Selector::Pdu(pdu) = select else {
            if matches!(place, Place::On(_)) {
                self.error(Diagnostic::at(
                    &object.span,
                    "a reply is seen at the party that asked, with `at:`".to_owned(),
                ));
            }
            return;
        };
        let peer = match place {
            Place::At(name) => self.world.nodes.get(name) == Some(&NodeKind::Peer),
            Place::On(_) => true,
        };
        let problem = match (pdu.protocol(), peer) {
            (Protocol::Mm1, true) => format!("{pdu} is a PDU of MM1: it is seen at a user agent only"),
            (Protocol::Mm4, false) => format!("{pdu} is a PDU of MM4: a user agent never sees it"),
            (Protocol::Mm1, false) if table::pdu(*pdu).to_relay => {
                format!("{pdu} is sent by user agents: none ever arrives at one")
            }
            _ => return,
        };
        self.error(Diagnostic::at(&object.span, problem));
    }

    /// Only a link that the case has shaped loses anything.
    fn check_loss(&mut self, object: &Node, place: &Place) {
        let shaped = match place {
            Place::On(link) => self.shaped.contains(link),
            // The link of a peer has a relay's name first.
            Place::At(party) => self
                .shaped
                .iter()
                .any(|link| link == party || link.strip_suffix(party).is_some_and(|l| l.ends_with('-'))),
        };
        if !shaped {
            self.error(
                Diagnostic::at(
                    &object.span,
                    "no step before this one has shaped that link".to_owned(),
                )
                .help("`set: bob, shape: { cut-after: 300, times: 1 }` makes it lose something"),
            );
        }
    }

    fn narrow(&mut self, args: &Args<'_>, select: &Selector) -> Vec<FieldDemand> {
        match select {
            Selector::Pdu(pdu) => self.field_demands(args.get("where"), &[*pdu]),
            Selector::Reply => self.aspects(args.get("where"), "where", words::REPLY_ASPECTS),
            Selector::DnsQuery => self.aspects(args.get("where"), "where", words::DNS_ASPECTS),
            Selector::Loss => self.aspects(args.get("where"), "where", words::LOSS_ASPECTS),
        }
    }

    fn same(&mut self, node: Option<&Node>, pdus: &[PduType]) -> Vec<(String, Source)> {
        let Some(node) = node else { return Vec::new() };
        let mut same = Vec::new();
        for (name, span) in self.texts(node, "a field") {
            if name != "content" {
                self.check_demanded(name, &span, pdus, false);
            }
            same.push((name.to_owned(), span.source()));
        }
        same
    }

    fn after(&mut self, node: Option<&Node>) -> Vec<(String, Source)> {
        let Some(node) = node else { return Vec::new() };
        let mut after = Vec::new();
        for (name, span) in self.texts(node, "the name of an earlier step") {
            after.extend(self.captured(name, &span).map(|(c, source)| (c.name, source)));
        }
        after
    }
}

pub(super) fn pdus(select: &Selector) -> Vec<PduType> {
    match select {
        Selector::Pdu(pdu) => vec![*pdu],
        Selector::Reply | Selector::DnsQuery | Selector::Loss => Vec::new(),
    }
}
