//! A case after parsing and expansion. Everything carries the place in the YAML it came from.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::behaviour::{HttpRule, SmppRule, SmtpRule};
pub use super::cluster::{HomeLookup, HomeView, HubKind};
use super::dns::{DnsSet, Routing};
use super::pattern::Pattern;
use super::shaping::Shaping;
use crate::wire::PduType;
pub use crate::wire::damage::Damage;

/// A place in a case file; lines and columns count from 1, columns and `len` in characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub len: u32,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Number of a step in its script, unique, in reading order, also inside `parallel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepId(pub u32);

/// One run of one case: a case without rows is one script, a case with `examples` one per row.
#[derive(Debug, Clone)]
pub struct Script {
    /// `case-id` or `case-id[row]`.
    pub id: String,
    pub case_id: String,
    pub row: Option<String>,
    pub title: String,
    pub source: Source,
    /// The whole text of the case file, for carets in reports.
    pub text: Arc<str>,
    pub topology: Topology,
    /// ICS items the relay must claim.
    pub requires: Vec<String>,
    /// How relays find the MMSEs of others.
    pub routing: Routing,
    /// Who knows the homes of subscribers.
    pub home_lookup: HomeLookup,
    /// Nodes beyond, or attributes of, those of the topology.
    pub nodes: Vec<NodeDecl>,
    pub body: Body,
    pub cost: Cost,
}

/// What a script consists of.
#[derive(Debug, Clone)]
pub enum Body {
    /// `setup:` steps first, then `steps:`.
    Scenario(Vec<Step>),
    /// `kind: always`: rules over every journal of the run.
    Always(Vec<Rule>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topology {
    OneRelay,
    TwoMmse,
    TwoRelays,
    /// Two relays behind one that alone speaks with other MMSEs.
    FrontRelay,
    /// Two relays on one store.
    SharedStore,
    /// Two MMSEs with a hub between them.
    Hub,
}

impl Topology {
    pub const ALL: &'static [(&'static str, Topology)] = &[
        ("one-relay", Topology::OneRelay),
        ("two-mmse", Topology::TwoMmse),
        ("two-relays", Topology::TwoRelays),
        ("front-relay", Topology::FrontRelay),
        ("shared-store", Topology::SharedStore),
        ("hub", Topology::Hub),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, t)| *t == self).map_or("", |(n, _)| n)
    }

    /// Whether a place is a link between two relays: `A-B`.
    pub fn is_link(place: &str) -> bool {
        let is_relay = |name: &str| Self::ALL.iter().any(|(_, t)| t.relays().contains(&name));
        place
            .split_once('-')
            .is_some_and(|(a, b)| is_relay(a) && is_relay(b))
    }

    /// The relay on which a user agent that the topology has of itself is at home.
    pub fn home_of(self, user: &str) -> Option<&'static str> {
        let nodes = super::vocabulary::TOPOLOGIES
            .iter()
            .find(|n| n.topology == self)?;
        let own = nodes.users.iter().find(|(name, _)| *name == user);
        own.map(|(_, home)| *home)
    }

    /// The relays of the topology; peers send to the first unless they are told otherwise.
    pub fn relays(self) -> &'static [&'static str] {
        match self {
            Topology::OneRelay => &["A"],
            Topology::TwoMmse | Topology::TwoRelays | Topology::SharedStore => &["A", "B"],
            Topology::FrontRelay => &["F", "A", "B"],
            Topology::Hub => &["hub", "A", "B"],
        }
    }
}

/// `nodes:` entry: another user agent (`home:` a relay, or `peer:` a peer MMSE) or another peer MMSE.
#[derive(Debug, Clone)]
pub struct NodeDecl {
    pub name: String,
    pub source: Source,
    /// User agent homed on this relay.
    pub home: Option<String>,
    /// Subscriber of this fake peer MMSE.
    pub peer: Option<String>,
    /// For a peer MMSE: numbers that begin so are routed to it too.
    pub prefix: Option<Template>,
    /// For the hub of the topology.
    pub kind: Option<HubKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cost {
    #[default]
    Normal,
    Load,
    Long,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Setup,
    Steps,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    pub id: StepId,
    pub source: Source,
    pub phase: Phase,
    pub action: Action,
    /// `as:` — the name under which its event can be referred to.
    pub capture: Option<String>,
}

/// A step as a journal remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepNote {
    pub step: StepId,
    /// Verb and object: `send M-Send.req`, `expect MM4_forward.REQ`, `kill B`.
    pub does: String,
    pub phase: Phase,
    pub source: Source,
    /// The party or link where something is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The id of the expectation that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectation: Option<String>,
}

#[derive(Debug, Clone)]
pub enum Action {
    Send(Box<Send>),
    Expect(Box<Expect>),
    ExpectNone(Box<ExpectNone>),
    AnyOf(Box<AnyOf>),
    Set(Set),
    Node {
        op: NodeOp,
        relay: String,
    },
    Dialogue(Dialogue),
    /// Lanes that run side by side; the step ends when all have ended.
    Parallel(Vec<Vec<Step>>),
}

/// Text with `$references`: `$bob.plmn`, `$forward.X-Mms-Transaction-ID`, `${x}`; `$$` is a dollar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub raw: String,
    pub source: Source,
}

/// What a party sends.
#[derive(Debug, Clone)]
pub struct Send {
    pub what: SendWhat,
    pub from: String,
    /// The relay; default is the sender's home relay.
    pub to: Option<String>,
    pub headers: Vec<HeaderSpec>,
    /// Name of a content in `fixtures/contents.yaml`, or `$capture` (its content again).
    pub content: Option<Template>,
    pub damage: Option<Damage>,
    /// MM4: `MAIL FROM`; default the peer's system address.
    pub mail_from: Option<Template>,
    /// MM4: `RCPT TO`; default every To and Cc as mailbox in the relay's domain.
    pub rcpt_to: Option<Vec<Template>>,
    /// MM1: request headers that differ from the ordinary (`~` omits).
    pub http_headers: Vec<HeaderSpec>,
}

#[derive(Debug, Clone)]
pub enum SendWhat {
    Pdu(PduType),
    /// `send: GET` with `url:`.
    Get(Template),
    /// `send: repeat` with `of: $capture`: the same octets as an earlier send of this party, once more.
    Again(Template),
}

/// A header of a PDU to send.
#[derive(Debug, Clone)]
pub struct HeaderSpec {
    pub name: String,
    pub source: Source,
    /// Empty omits the field (`~`); several repeat it.
    pub values: Vec<Template>,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    Pdu(PduType),
    /// Any answer to a request of that party: HTTP response or SMTP reply to the whole message.
    Reply,
    /// A question that a relay asks the DNS.
    DnsQuery,
    /// What a link in bad shape kept from its receiver: a push, a whole answer, a relay's connection.
    Loss,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    At(String),
    On(String),
}

#[derive(Debug, Clone)]
pub struct Expect {
    pub source: Source,
    pub select: Selector,
    pub place: Place,
    /// Narrows what is taken; not a demand.
    pub narrow: Vec<FieldDemand>,
    pub demands: Demands,
    /// Weaker demands on the same event, judged at level `should`.
    pub should: Option<Demands>,
    /// The purposes the `should:` half decides, if they are not those of the expectation.
    pub should_tests: Vec<TestRef>,
    /// How many events are taken.
    pub times: u32,
    /// Repeats of a push this expectation has taken are not taken.
    pub skip_repeats: bool,
    /// Fields (or `content`) that must be the same in all events taken.
    pub same: Vec<(String, Source)>,
    /// Captures whose events must have come before.
    pub after: Vec<(String, Source)>,
    pub within: Option<Template>,
    pub ends_case: bool,
    pub capture: Option<String>,
    pub tests: Vec<TestRef>,
}

/// A test purpose named by a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRef {
    pub id: String,
    pub source: Source,
}

#[derive(Debug, Clone, Default)]
pub struct Demands {
    pub headers: Vec<FieldDemand>,
    pub content: Option<ContentDemand>,
    /// HTTP: `status` and header names, of the exchange the PDU came in.
    pub http: Vec<FieldDemand>,
    /// SMTP: `code`, `text` of the reply; for a mail seen at a peer or on a link also `mail-from`, `rcpt-to`, `body`.
    pub smtp: Vec<FieldDemand>,
    /// Push: `content-type`, `application-id`, `recipient`.
    pub push: Vec<FieldDemand>,
    /// DNS: `name`, `type` of the question.
    pub dns: Vec<FieldDemand>,
    /// Codes of decoder findings that must not occur; `any` for all of severity error.
    pub no_findings: Vec<(String, Source)>,
}

#[derive(Debug, Clone)]
pub struct FieldDemand {
    pub name: String,
    /// Position of the name.
    pub source: Source,
    pub matcher: Matcher,
}

#[derive(Debug, Clone)]
pub enum Matcher {
    Equals(Template),
    Not(Box<Matcher>),
    /// Satisfied by absence too.
    IfPresent(Box<Matcher>),
    In(Vec<Template>),
    /// A regular expression over the value's text, unanchored.
    Matches(Pattern),
    /// Inclusive bounds on a number.
    Range {
        from: Option<Template>,
        to: Option<Template>,
    },
    Present,
    Absent,
    /// Literal octets of the value (MM1: after the field code).
    Octets(Vec<u8>),
    /// An instant close to another: `of` is `now` (the event's arrival) or a date.
    Instant {
        of: Template,
        within: Duration,
    },
    /// The values of a repeated field, in any order.
    Set(Vec<Template>),
    All(Vec<Matcher>),
    Any(Vec<Matcher>),
}

#[derive(Debug, Clone)]
pub enum ContentDemand {
    /// Equal to this fixture, or to the content of `$capture`.
    Same {
        of: Template,
        /// Ids and locations of parts, and which one presents the others, are the same too.
        names: bool,
        source: Source,
    },
    Present {
        source: Source,
    },
    Absent {
        source: Source,
    },
}

#[derive(Debug, Clone)]
pub struct ExpectNone {
    pub source: Source,
    pub select: Selector,
    pub place: Place,
    pub narrow: Vec<FieldDemand>,
    /// Repeats of a push already taken count too.
    pub count_repeats: bool,
    pub within: Option<Template>,
    pub capture: Option<String>,
    pub tests: Vec<TestRef>,
}

#[derive(Debug, Clone)]
pub struct AnyOf {
    pub source: Source,
    pub alternatives: Vec<Expect>,
    pub within: Option<Template>,
    pub tests: Vec<TestRef>,
}

/// How a fake party behaves from now on.
#[derive(Debug, Clone)]
pub struct Set {
    pub source: Source,
    pub node: String,
    pub behaviour: Behaviour,
}

#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Rules for the peer's SMTP server, tried in order.
    Smtp(Vec<SmtpRule>),
    /// Rules for the push gateway's answers to pushes for this user agent.
    Http(Vec<HttpRule>),
    /// Rules for an SMSC's answers to messages for this user agent. They come before those of `Http`.
    Smpp(Vec<SmppRule>),
    /// Where a subscriber lives.
    Home(Vec<HomeView>),
    /// Whether a peer answers REQs that ask for it: the RES status (`Ok` by default), or `None` for silence.
    Acknowledge(Option<String>),
    /// What the DNS says about a name.
    Dns(Box<DnsSet>),
    /// How a link is.
    Shape(Shaping),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeOp {
    Start,
    Stop,
    Kill,
}

/// `dialogue: smtp`: SMTP word by word.
#[derive(Debug, Clone)]
pub struct Dialogue {
    pub source: Source,
    pub from: String,
    pub to: Option<String>,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone)]
pub enum Line {
    /// One command line; CRLF is added.
    Send { text: Template, source: Source },
    /// Octets exactly so (`raw: "…\r\n"`).
    Raw { text: Template, source: Source },
    /// An MM4 message, dot-stuffed and ended.
    Message {
        send: Box<Send>,
        source: Source,
        capture: Option<String>,
    },
    /// A reply. Its demands are on `code` and `text`.
    Recv {
        step: StepId,
        demands: Vec<FieldDemand>,
        source: Source,
        capture: Option<String>,
        tests: Vec<TestRef>,
    },
}

/// A rule of a `kind: always` case.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: StepId,
    pub source: Source,
    /// Which PDUs; they must have come from a relay.
    pub select: Vec<PduType>,
    /// Only what reaches user agents and peers, not what passes between relays.
    pub at_parties: bool,
    pub narrow: Vec<FieldDemand>,
    pub demand: RuleDemand,
    pub capture: Option<String>,
    pub tests: Vec<TestRef>,
}

#[derive(Debug, Clone)]
pub enum RuleDemand {
    Every(Box<Demands>),
    /// No two MMs of one relay share this field's value.
    Unique(String),
    /// All have the same value of this field.
    Same(String),
}
