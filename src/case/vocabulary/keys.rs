//! The keys of every map in a case but those of steps.

use crate::case::cluster::{HomeLookup, HubKind};
use crate::case::shaping::{LinkState, Way};

use super::names::{PUSH_FATES, ROUTINGS, SMTP_STAGES};
use super::shape::{Key, Shape, may, need};

pub(super) const AS: Key = may("as", Shape::Id, "name under which later steps refer to it");
pub(super) const TESTS: Key = may("tests", Shape::Tests, "the test purposes it decides");
pub(super) const WITHIN: Key = may(
    "within",
    Shape::Duration,
    "how long to wait, from when the step is reached",
);
pub(super) const AT: Key = may("at", Shape::Party, "the party that sees it");
pub(super) const ON: Key = may("on", Shape::Link, "the link between two relays that it crosses");
pub(super) const WHERE: Key = may(
    "where",
    Shape::FieldDemands,
    "narrows what is taken; not a demand",
);
pub(super) const FROM: Key = need("from", Shape::Party, "who sends");
pub(super) const TO: Key = may("to", Shape::Relay, "the relay; the sender's own by default");
pub(super) const HTTP_SEND: Key = may("http", Shape::Headers, "HTTP request headers; `~` leaves one out");
pub(super) const PDU_HEADERS: Key = may(
    "headers",
    Shape::Headers,
    "fields that differ from the ordinary; `~` leaves one out, a list repeats it",
);
pub(super) const PDU_CONTENT: Key = may(
    "content",
    Shape::Content,
    "a fixture's name, `$capture`, or `none`",
);
pub(super) const DAMAGE: Key = may("damage", Shape::Damage, "a deliberate fault");
pub(super) const HEADERS: Key = may("headers", Shape::FieldDemands, "demands on fields");
pub(super) const CONTENT: Key = may("content", Shape::ContentDemand, "demand on the content");
pub(super) const HTTP: Key = may(
    "http",
    Shape::HttpDemands,
    "demands on the HTTP exchange: `status` and header names",
);
pub(super) const SMTP: Key = may("smtp", Shape::SmtpDemands, "demands on the SMTP side");
pub(super) const PUSH: Key = may("push", Shape::PushDemands, "demands on the push");
pub(super) const DNS: Key = may("dns", Shape::DnsDemands, "demands on a DNS query: `name`, `type`");
pub(super) const FINDINGS: Key = may(
    "findings",
    Shape::Findings,
    "oddities that the decoder must not find",
);

/// The keys of a case with steps.
pub(crate) const CASE: &[Key] = &[
    need("id", Shape::Id, "the case's name, unique in the suite"),
    need("title", Shape::Text, "the requirement in one sentence"),
    need(
        "topology",
        Shape::Topology,
        "the relays and parties; a list runs the case once on each",
    ),
    may(
        "requires",
        Shape::Ics,
        "ICS items the relay must claim; `not ITEM` if it must not",
    ),
    may(
        "routing",
        Shape::Word(ROUTINGS),
        "how relays find the MMSEs of others; by a table if nothing in the case is about DNS",
    ),
    may(
        "home-lookup",
        Shape::Word(HomeLookup::WORDS),
        "who knows the homes of subscribers: a table in each relay if not said",
    ),
    may("nodes", Shape::Nodes, "more user agents and peers"),
    may("examples", Shape::Examples, "rows; the case runs once for each"),
    may(
        "setup",
        Shape::Steps,
        "steps that only prepare: what fails here is inconclusive",
    ),
    need("steps", Shape::Steps, "the steps"),
    may("cost", Shape::Word(&["load", "long"]), "runs only with --all"),
];

/// The keys of a `kind: always` case.
pub(crate) const ALWAYS: &[Key] = &[
    need("id", Shape::Id, "the case's name, unique in the suite"),
    need("title", Shape::Text, "the requirement in one sentence"),
    need(
        "kind",
        Shape::Word(&["always"]),
        "rules over everything the run saw",
    ),
    may(
        "requires",
        Shape::Ics,
        "ICS items the relay must claim; `not ITEM` if it must not",
    ),
    need("rules", Shape::Rules, "the rules"),
];

/// The keys of a rule.
pub(crate) const RULE: &[Key] = &[
    need("for-every", Shape::Pdus, "the PDUs from a relay that it is about"),
    may(
        "at",
        Shape::Word(&["parties"]),
        "`parties`: only what reaches user agents and peers, not what passes between relays",
    ),
    WHERE,
    HEADERS,
    CONTENT,
    HTTP,
    SMTP,
    PUSH,
    FINDINGS,
    may(
        "unique",
        Shape::Field,
        "no two of one relay have the same value of this field",
    ),
    may("same", Shape::Field, "all have the same value of this field"),
    AS,
    need("tests", Shape::Tests, "the test purposes it decides"),
];

/// The keys of `should:`.
pub(crate) const SHOULD: &[Key] = &[HEADERS, CONTENT, HTTP, SMTP, PUSH, DNS, FINDINGS, TESTS];

/// The keys of `expect`, as a step and as an alternative.
pub(crate) const EXPECT: &[Key] = &[
    AT,
    ON,
    WHERE,
    HEADERS,
    CONTENT,
    HTTP,
    SMTP,
    PUSH,
    DNS,
    FINDINGS,
    may("times", Shape::Count, "how many events are taken"),
    may(
        "repeats",
        Shape::Word(&["skip"]),
        "with `times:`, repeats of a push it has taken are not taken",
    ),
    may(
        "same",
        Shape::Fields,
        "fields, or `content`, that are the same in all events taken",
    ),
    may(
        "after",
        Shape::Captures,
        "captures whose events must have come before",
    ),
    WITHIN,
    may("should", Shape::Should, "weaker demands on the same event"),
    may(
        "ends-case",
        Shape::Yes,
        "later steps do not apply if this event came",
    ),
    AS,
    TESTS,
];

/// The keys of the map after `repeat:`.
pub(crate) const REPEAT: &[Key] = &[
    need("times", Shape::Count, "number of rounds"),
    need("steps", Shape::Steps, "the steps of a round"),
];

/// Lines of a dialogue; the first key says which.
pub(crate) const LINES: &[&[Key]] = &[
    &[need("send", Shape::Template, "a command line; CRLF is added")],
    &[need(
        "raw",
        Shape::Template,
        "octets exactly so, `\\r\\n` included",
    )],
    &[
        need(
            "message",
            Shape::Pdu,
            "an MM4 PDU after 354, dot-stuffed and ended",
        ),
        PDU_HEADERS,
        PDU_CONTENT,
        DAMAGE,
        AS,
    ],
    &[
        need("recv", Shape::Matcher, "a reply with this code"),
        may("text", Shape::Matcher, "the text of the reply"),
        AS,
        TESTS,
    ],
];

/// Matchers that are maps.
pub(crate) const MATCHERS: &[Key] = &[
    may(
        "equals",
        Shape::Template,
        "equal by the field's type; the same as the bare text",
    ),
    may(
        "not",
        Shape::Matcher,
        "a value that is there and that this matcher does not match",
    ),
    may(
        "if-present",
        Shape::Matcher,
        "no such field, or one that this matcher matches",
    ),
    may("in", Shape::Templates, "one of these"),
    may(
        "matches",
        Shape::Regex,
        "a regular expression, anywhere in the value; no references",
    ),
    may(
        "range",
        Shape::Range,
        "a number, bounds included: `400..499`, `1..`, `..7`",
    ),
    may(
        "present",
        Shape::Yes,
        "there, whatever it is; bare `present` is the same",
    ),
    may(
        "absent",
        Shape::Yes,
        "not there; bare `absent` and `~` are the same",
    ),
    may("octets", Shape::Hex, "these octets, literally"),
    may(
        "instant",
        Shape::Instant,
        "close to an instant: `{instant: now, within: 5s}`; `now` is when the event came",
    ),
    may("within", Shape::Duration, "how far from `instant` at most"),
    may(
        "set",
        Shape::Templates,
        "the values of a repeated field, in any order; a bare list is the same",
    ),
    may(
        "all",
        Shape::Matchers,
        "all of these matchers; several keys in one map are the same",
    ),
    may("any", Shape::Matchers, "at least one of these matchers"),
];

/// The keys of an `instant:` that holds its own `within:`.
pub(crate) const INSTANT: &[Key] = &[
    need("of", Shape::Template, "`now`, or a date"),
    need("within", Shape::Duration, "how far away at most"),
];

/// Kinds of damage.
pub(crate) const DAMAGES: &[Key] = &[
    may("cut-in", Shape::Field, "the PDU ends in the middle of this field"),
    may("cut-at", Shape::Number, "the PDU ends after this many octets"),
    may("omit", Shape::Fields, "without these fields"),
    may("duplicate", Shape::Fields, "these fields twice"),
    may("reorder", Shape::Fields, "these fields first, in this order"),
    may(
        "octets",
        Shape::FieldOctets,
        "a field, name and value, is exactly these octets",
    ),
    may("raw", Shape::Hex, "the whole PDU is exactly these octets"),
    may("raw-text", Shape::Text, "the whole PDU is exactly this text"),
];

/// The keys of `damage: {octets: …}`.
pub(crate) const FIELD_OCTETS: &[Key] = &[
    need("field", Shape::Field, "the field that is replaced"),
    may("are", Shape::Hex, "its octets"),
    may("text", Shape::Text, "its octets as text, for MM4"),
    may(
        "times",
        Shape::Count,
        "how often they stand there, one after the other; `$i` in the text is then the round, from 1",
    ),
];

/// Demands on a content that are maps.
pub(crate) const CONTENT_DEMANDS: &[Key] = &[
    may(
        "same-content",
        Shape::Template,
        "part by part equal to a fixture, or to `$capture`",
    ),
    may(
        "same-names",
        Shape::Yes,
        "with `same-content`: its parts have the same parameters, ids and locations, and the same one presents the others",
    ),
    may("present", Shape::Yes, "there is a content"),
    may("absent", Shape::Yes, "there is none"),
];

/// The keys of `findings:`.
pub(crate) const FINDINGS_KEYS: &[Key] = &[need(
    "none",
    Shape::Fields,
    "codes of findings that must not occur, or `any` for every one of severity error",
)];

/// The keys of an SMTP rule.
pub(crate) const SMTP_RULE: &[Key] = &[
    need("at", Shape::Word(SMTP_STAGES), "where in the session"),
    may("reply", Shape::Text, "the whole reply"),
    may("drop", Shape::Yes, "cut the connection without a reply"),
    may("delay", Shape::Duration, "the ordinary reply, this much later"),
    may("times", Shape::Count, "how often; always if not said"),
];

/// The keys of an HTTP rule.
pub(crate) const HTTP_RULE: &[Key] = &[
    need("status", Shape::Count, "the HTTP status"),
    may("times", Shape::Count, "how often; always if not said"),
];

/// The keys of an SMPP rule.
pub(crate) const SMPP_RULE: &[Key] = &[
    need(
        "status",
        Shape::CommandStatus,
        "the command_status: `ESME_RMSGQFUL`, `0x14`, `20`",
    ),
    may("times", Shape::Count, "how often; always if not said"),
];

/// The keys of a shape.
pub(crate) const SHAPE: &[Key] = &[
    may("rate", Shape::Rate, "`9600bps`, `40kbps`, `2Mbps`"),
    may("delay", Shape::Duration, "how much later every octet arrives"),
    may(
        "loss",
        Shape::Percent,
        "the share of packets that are lost and sent again, which takes time",
    ),
    may(
        "cut-after",
        Shape::CutAfter,
        "octets of a connection after which it breaks, or `end-of-data`: before the reply to a message",
    ),
    may(
        "direction",
        Shape::Word(Way::WORDS),
        "of all this: `up` is what the side sends that opened the connection. Both if not said, of a cut `down`",
    ),
    may(
        "state",
        Shape::Word(LinkState::WORDS),
        "`down` refuses connections, `stalled` lets nothing pass",
    ),
    may(
        "pushes",
        Shape::Word(PUSH_FATES),
        "pushes for the user agent are lost after the gateway took them",
    ),
    may(
        "times",
        Shape::Count,
        "for how many connections, cuts or pushes; all if not said",
    ),
];

/// The keys of a node.
pub(crate) const NODE: &[Key] = &[
    may("home", Shape::Relay, "a user agent of this relay"),
    may("peer", Shape::Party, "a subscriber of this peer MMSE"),
    may(
        "kind",
        Shape::Word(HubKind::WORDS),
        "of the hub: a mail relay if not said",
    ),
    may(
        "prefix",
        Shape::Template,
        "for a peer: numbers that begin so are routed to it too",
    ),
];

/// The keys of a NAPTR record.
pub(crate) const NAPTR: &[Key] = &[
    may("order", Shape::Number, "100 if not said"),
    may(
        "preference",
        Shape::Number,
        "among records of one order; 10 if not said",
    ),
    may(
        "flags",
        Shape::Text,
        "`u` if not said; `none` for a record that leads on to another name",
    ),
    may("service", Shape::Template, "`E2U+mms:mailto` if not said"),
    may(
        "regexp",
        Shape::Template,
        "the substitution: `!^(.*)$!mailto:\\1@$q.domain!`",
    ),
    may(
        "uri",
        Shape::Template,
        "instead of `regexp`: the whole number becomes this URI",
    ),
    may(
        "replacement",
        Shape::Template,
        "the name that a record without flags leads on to",
    ),
];

/// The keys of an MX record.
pub(crate) const MX: &[Key] = &[
    may("preference", Shape::Number, "smaller is better; 10 if not said"),
    need("host", Shape::Template, "`$q.host`"),
];
