//! The words of the case language, once, as data: parser, lint, JSON Schema and the page for authors read these tables.

use super::model::Topology;

/// What stands after a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Kebab-case name.
    Id,
    Text,
    /// Text with references.
    Template,
    Templates,
    /// One of these words.
    Word(&'static [&'static str]),
    Yes,
    Count,
    Number,
    /// `500ms`, `2s`, `1m`, or a reference.
    Duration,
    Topology,
    Ics,
    Nodes,
    Examples,
    Steps,
    Rules,
    Pdu,
    Pdus,
    PduOrReply,
    Party,
    Relay,
    Link,
    /// `name: value | [values] | ~` for a PDU to send.
    Headers,
    /// `Field: matcher`.
    FieldDemands,
    HttpDemands,
    SmtpDemands,
    PushDemands,
    Findings,
    Content,
    ContentDemand,
    Damage,
    Should,
    Fields,
    Field,
    FieldOctets,
    Hex,
    Captures,
    Tests,
    Alternatives,
    SmtpRules,
    HttpRules,
    Acknowledge,
    Lines,
    Group,
    With,
    Lanes,
    Repeat,
    Matcher,
    Matchers,
    Instant,
    Range,
    Regex,
}

/// A key of a map.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// One line for authors.
    pub about: &'static str,
}

const fn need(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        name,
        shape,
        required: true,
        about,
    }
}

const fn may(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        name,
        shape,
        required: false,
        about,
    }
}

/// A step's verb.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verb {
    pub name: &'static str,
    /// What the verb acts on.
    pub object: Shape,
    pub keys: &'static [Key],
    pub about: &'static str,
}

const AS: Key = may("as", Shape::Id, "name under which later steps refer to it");
const TESTS: Key = may("tests", Shape::Tests, "the test purposes it decides");
const WITHIN: Key = may(
    "within",
    Shape::Duration,
    "how long to wait, from when the step is reached",
);
const AT: Key = may("at", Shape::Party, "the party that sees it");
const ON: Key = may("on", Shape::Link, "the link between two relays that it crosses");
const WHERE: Key = may(
    "where",
    Shape::FieldDemands,
    "narrows what is taken; not a demand",
);
const FROM: Key = need("from", Shape::Party, "who sends");
const TO: Key = may("to", Shape::Relay, "the relay; the sender's own by default");
const HTTP_SEND: Key = may("http", Shape::Headers, "HTTP request headers; `~` leaves one out");
const PDU_HEADERS: Key = may(
    "headers",
    Shape::Headers,
    "fields that differ from the ordinary; `~` leaves one out, a list repeats it",
);
const PDU_CONTENT: Key = may(
    "content",
    Shape::Content,
    "a fixture's name, `$capture`, or `none`",
);
const DAMAGE: Key = may("damage", Shape::Damage, "a deliberate fault");
const HEADERS: Key = may("headers", Shape::FieldDemands, "demands on fields");
const CONTENT: Key = may("content", Shape::ContentDemand, "demand on the content");
const HTTP: Key = may(
    "http",
    Shape::HttpDemands,
    "demands on the HTTP exchange: `status` and header names",
);
const SMTP: Key = may("smtp", Shape::SmtpDemands, "demands on the SMTP side");
const PUSH: Key = may("push", Shape::PushDemands, "demands on the push");
const FINDINGS: Key = may(
    "findings",
    Shape::Findings,
    "oddities that the decoder must not find",
);

/// The keys of a case with steps.
pub(crate) const CASE: &[Key] = &[
    need("id", Shape::Id, "the case's name, unique in the suite"),
    need("title", Shape::Text, "the requirement in one sentence"),
    need("topology", Shape::Topology, "the relays and parties"),
    may(
        "requires",
        Shape::Ics,
        "ICS items the relay must claim; `not ITEM` if it must not",
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
pub(crate) const SHOULD: &[Key] = &[HEADERS, CONTENT, HTTP, SMTP, PUSH, FINDINGS, TESTS];

/// The verbs. `send` stands here three times, once for each kind of object.
pub(crate) const VERBS: &[Verb] = &[
    Verb {
        name: "send",
        object: Shape::Pdu,
        keys: &[
            FROM,
            TO,
            PDU_HEADERS,
            PDU_CONTENT,
            DAMAGE,
            may(
                "mail-from",
                Shape::Template,
                "MM4: the envelope's sender; the peer's system address by default",
            ),
            may(
                "rcpt-to",
                Shape::Templates,
                "MM4: the envelope's recipients; every To and Cc by default",
            ),
            HTTP_SEND,
            AS,
        ],
        about: "a party sends a PDU; mandatory fields are filled in",
    },
    Verb {
        name: "send",
        object: Shape::Word(&["GET"]),
        keys: &[
            FROM,
            need(
                "url",
                Shape::Template,
                "what to fetch, usually `$notification.X-Mms-Content-Location`",
            ),
            TO,
            HTTP_SEND,
            AS,
        ],
        about: "a user agent fetches an MM",
    },
    Verb {
        name: "send",
        object: Shape::Word(&["repeat"]),
        keys: &[
            FROM,
            need("of", Shape::Captures, "`$capture` of an earlier send"),
            TO,
            AS,
        ],
        about: "the octets of an earlier send once more",
    },
    Verb {
        name: "expect",
        object: Shape::PduOrReply,
        keys: EXPECT,
        about: "takes the earliest such event and judges it",
    },
    Verb {
        name: "expect-none",
        object: Shape::PduOrReply,
        keys: &[
            AT,
            ON,
            WHERE,
            may(
                "repeats",
                Shape::Word(&["count"]),
                "octet-identical repeats of a push already taken count too",
            ),
            WITHIN,
            AS,
            TESTS,
        ],
        about: "no such event until the time is over",
    },
    Verb {
        name: "any-of",
        object: Shape::Alternatives,
        keys: &[WITHIN, AS, TESTS],
        about: "the earliest event that any alternative selects; one alternative must be satisfied",
    },
    Verb {
        name: "set",
        object: Shape::Party,
        keys: &[
            may(
                "smtp",
                Shape::SmtpRules,
                "how the peer's SMTP server answers from now on",
            ),
            may(
                "http",
                Shape::HttpRules,
                "how pushes for this user agent are answered from now on",
            ),
            may(
                "acknowledge",
                Shape::Acknowledge,
                "the peer's answer to REQs that ask for one: a status, or `no`",
            ),
        ],
        about: "how a fake party behaves from now on",
    },
    Verb {
        name: "start",
        object: Shape::Relay,
        keys: &[],
        about: "the relay starts again",
    },
    Verb {
        name: "stop",
        object: Shape::Relay,
        keys: &[],
        about: "the relay is asked to end",
    },
    Verb {
        name: "kill",
        object: Shape::Relay,
        keys: &[],
        about: "the relay dies at once",
    },
    Verb {
        name: "dialogue",
        object: Shape::Word(&["smtp"]),
        keys: &[
            FROM,
            TO,
            need("lines", Shape::Lines, "what is said and heard, in order"),
            AS,
        ],
        about: "SMTP word by word on one connection",
    },
    Verb {
        name: "use",
        object: Shape::Group,
        keys: &[may("with", Shape::With, "the group's parameters"), AS],
        about: "the steps of a group",
    },
    Verb {
        name: "parallel",
        object: Shape::Lanes,
        keys: &[],
        about: "lanes side by side; the step ends when all have ended",
    },
    Verb {
        name: "repeat",
        object: Shape::Repeat,
        keys: &[],
        about: "the steps several times over; `$i` is the round",
    },
];

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
    FINDINGS,
    may("times", Shape::Count, "how many events are taken"),
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
        "anything that this matcher does not match, absence included",
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
        "close to an instant: `{of: now, within: 5s}`; `now` is when the event came",
    ),
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
];

/// The keys of `instant:`.
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
];

/// Demands on a content that are maps.
pub(crate) const CONTENT_DEMANDS: &[Key] = &[
    may(
        "same-content",
        Shape::Template,
        "part by part equal to a fixture, or to `$capture`",
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

pub(crate) const SMTP_STAGES: &[&str] = &["connect", "ehlo", "mail", "rcpt", "data", "end-of-data"];

/// The keys of an HTTP rule.
pub(crate) const HTTP_RULE: &[Key] = &[
    need("status", Shape::Count, "the HTTP status"),
    may("times", Shape::Count, "how often; always if not said"),
];

/// The keys of a node.
pub(crate) const NODE: &[Key] = &[
    may("home", Shape::Relay, "a user agent of this relay"),
    may("peer", Shape::Party, "a subscriber of this peer MMSE"),
];

/// What a demand under `smtp:` can be about.
pub(crate) const SMTP_ASPECTS: &[&str] = &["code", "text", "mail-from", "rcpt-to", "body"];
/// What a demand under `push:` can be about.
pub(crate) const PUSH_ASPECTS: &[&str] = &["content-type", "application-id", "recipient"];
/// What `where:` of a reply can be about.
pub(crate) const REPLY_ASPECTS: &[&str] = &["status", "code"];

/// Waiting times a target names.
pub(crate) const TIMERS: &[&str] = &[
    "reply",
    "notify",
    "mm4",
    "mm4-response",
    "mm4-retries",
    "failover",
    "quiet",
];
/// Limits a target names.
pub(crate) const LIMITS: &[&str] = &["message-size"];
pub(crate) const USER_ATTRIBUTES: &[&str] = &["plmn", "number", "mailbox"];
pub(crate) const PEER_ATTRIBUTES: &[&str] = &["domain", "host", "system-address"];
pub(crate) const RELAY_ATTRIBUTES: &[&str] = &["domain", "system-address", "mm1-url"];
/// What a capture tells beside its fields.
pub(crate) const CAPTURE_ATTRIBUTES: &[&str] = &[
    "received-at",
    "http-status",
    "smtp-code",
    "text",
    "envelope-from",
    "envelope-to",
];
/// Names that no node, column or capture may have.
pub(crate) const RESERVED: &[&str] = &["now", "timer", "limit", "run", "i"];

/// The nodes a topology has of itself.
pub(crate) struct Nodes {
    pub topology: Topology,
    /// User agents and their home relays.
    pub users: &'static [(&'static str, &'static str)],
    /// Peer MMSEs and a subscriber of each.
    pub peers: &'static [(&'static str, &'static str)],
    /// Links between relays.
    pub links: &'static [&'static str],
}

pub(crate) const TOPOLOGIES: &[Nodes] = &[
    Nodes {
        topology: Topology::OneRelay,
        users: &[("alice", "A"), ("bob", "A")],
        peers: &[("p", "carol")],
        links: &[],
    },
    Nodes {
        topology: Topology::TwoMmse,
        users: &[("alice", "A"), ("bob", "B")],
        peers: &[("p", "carol")],
        links: &["A-B"],
    },
    Nodes {
        topology: Topology::TwoRelays,
        users: &[("alice", "A"), ("bob", "B")],
        peers: &[("p", "carol")],
        links: &["A-B"],
    },
];

/// Words of the language that this version cannot run yet, and what they need.
pub(crate) const LATER: &[(&str, &str)] = &[
    (
        "front-relay",
        "a topology whose relay F terminates MM4 for others",
    ),
    ("hub", "a topology with a hub between two MMSEs"),
    ("naptr", "scripted DNS answers"),
    ("mx", "scripted DNS answers"),
    ("shape", "links with a rate, delay or loss"),
    ("prefix", "peers that share a number prefix"),
    ("enum", "scripted DNS answers"),
];

/// Why a word cannot be used yet.
pub(crate) fn later(word: &str) -> Option<&'static str> {
    LATER.iter().find(|(w, _)| *w == word).map(|(_, why)| *why)
}

/// Fields that MM1 and MM4 name differently: MM1, MM4.
pub(crate) const COUNTERPARTS: &[(&str, &str)] = &[
    ("X-Mms-Read-Report", "X-Mms-Read-Reply"),
    ("X-Mms-Status", "X-Mms-MM-Status-Code"),
    ("X-Mms-MMS-Version", "X-Mms-3GPP-MMS-Version"),
    ("X-Mms-Response-Status", "X-Mms-Request-Status-Code"),
    ("X-Mms-Response-Text", "X-Mms-Status-Text"),
    (
        "X-Mms-Previously-Sent-Date",
        "X-Mms-Previously-sent-date-and-time",
    ),
    ("Message-ID", "X-Mms-Message-ID"),
];
