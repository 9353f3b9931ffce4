//! What the tables are made of.

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
    /// A PDU, `reply`, `dns-query` or `loss`.
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
    DnsDemands,
    SmtpRules,
    HttpRules,
    SmppRules,
    /// The name of a command_status of SMPP, or its number.
    CommandStatus,
    NaptrRecords,
    MxRecords,
    Acknowledge,
    /// A relay, or a map from relays to relays.
    Home,
    Wire,
    Rate,
    Percent,
    /// A number of octets, or `end-of-data`.
    CutAfter,
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

pub(crate) const fn need(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        name,
        shape,
        required: true,
        about,
    }
}

pub(crate) const fn may(name: &'static str, shape: Shape, about: &'static str) -> Key {
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
