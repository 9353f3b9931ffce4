//! The elements of PAP and their attributes, as data (WAP-247 §9 and its DTD).

use std::fmt;

/// A version of PAP, told by the public identifier of the DTD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Version {
    V1_0,
    #[default]
    V2_0,
    V2_1,
}

impl Version {
    pub const ALL: [Version; 3] = [Version::V1_0, Version::V2_0, Version::V2_1];

    /// `2.0`.
    pub fn name(self) -> &'static str {
        match self {
            Version::V1_0 => "1.0",
            Version::V2_0 => "2.0",
            Version::V2_1 => "2.1",
        }
    }

    pub fn from_name(name: &str) -> Option<Version> {
        Self::ALL.into_iter().find(|version| version.name() == name)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an attribute may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// One of these words.
    Words(&'static [&'static str]),
    /// `2001-02-28T12:00:00Z`.
    Date,
    /// Four digits.
    Code,
    /// The address of a client.
    Address,
}

/// An attribute of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeDef {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub since: Version,
}

/// An element in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildDef {
    pub name: &'static str,
    pub required: bool,
    pub repeatable: bool,
}

/// An element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElementDef {
    pub name: &'static str,
    pub attributes: &'static [AttributeDef],
    /// In the order in which they stand.
    pub children: &'static [ChildDef],
}

impl ElementDef {
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeDef> {
        self.attributes.iter().find(|def| def.name == name)
    }

    pub fn child(&self, name: &str) -> Option<&'static ChildDef> {
        self.children.iter().find(|def| def.name == name)
    }
}

/// The element of that name.
pub fn element(name: &str) -> Option<&'static ElementDef> {
    ELEMENTS.iter().find(|def| def.name == name)
}

/// The root.
pub const PAP: &str = "pap";

/// What a document may say: the children of `pap`.
pub const MESSAGES: &[&str] = &[
    "push-message",
    "push-response",
    "cancel-message",
    "cancel-response",
    "resultnotification-message",
    "resultnotification-response",
    "statusquery-message",
    "statusquery-response",
    "ccq-message",
    "ccq-response",
    "badmessage-response",
];

const fn may(name: &'static str, kind: Kind) -> AttributeDef {
    AttributeDef {
        name,
        kind,
        required: false,
        since: Version::V1_0,
    }
}

const fn need(name: &'static str, kind: Kind) -> AttributeDef {
    AttributeDef {
        required: true,
        ..may(name, kind)
    }
}

const fn since_2(name: &'static str, kind: Kind) -> AttributeDef {
    AttributeDef {
        since: Version::V2_0,
        ..may(name, kind)
    }
}

const fn one(name: &'static str) -> ChildDef {
    ChildDef {
        name,
        required: true,
        repeatable: false,
    }
}

const fn some(name: &'static str) -> ChildDef {
    ChildDef {
        repeatable: true,
        ..one(name)
    }
}

const fn at_most_one(name: &'static str) -> ChildDef {
    ChildDef {
        required: false,
        ..one(name)
    }
}

const fn any(name: &'static str) -> ChildDef {
    ChildDef {
        required: false,
        ..some(name)
    }
}

const BOOLEAN: Kind = Kind::Words(&["true", "false"]);

/// States of a message (WAP-247 §9.6).
pub const STATES: &[&str] = &[
    "rejected",
    "pending",
    "delivered",
    "undeliverable",
    "expired",
    "aborted",
    "timeout",
    "cancelled",
    "unknown",
];

const DELIVERY_METHODS: &[&str] = &["confirmed", "preferconfirmed", "unconfirmed", "notspecified"];

/// Every element but the root.
pub const ELEMENTS: &[ElementDef] = &[
    ElementDef {
        name: "push-message",
        attributes: &[
            need("push-id", Kind::Text),
            since_2("replace-push-id", Kind::Text),
            since_2("replace-method", Kind::Words(&["pending-only", "all"])),
            may("deliver-before-timestamp", Kind::Date),
            may("deliver-after-timestamp", Kind::Date),
            may("source-reference", Kind::Text),
            may("progress-notes-requested", BOOLEAN),
            may("ppg-notify-requested-to", Kind::Text),
        ],
        children: &[some("address"), at_most_one("quality-of-service")],
    },
    ElementDef {
        name: "address",
        attributes: &[need("address-value", Kind::Address)],
        children: &[],
    },
    ElementDef {
        name: "quality-of-service",
        attributes: &[
            may("priority", Kind::Words(&["high", "medium", "low"])),
            may("delivery-method", Kind::Words(DELIVERY_METHODS)),
            may("network", Kind::Text),
            may("network-required", BOOLEAN),
            may("bearer", Kind::Text),
            may("bearer-required", BOOLEAN),
        ],
        children: &[],
    },
    ElementDef {
        name: "push-response",
        attributes: &[
            need("push-id", Kind::Text),
            may("sender-address", Kind::Text),
            may("sender-name", Kind::Text),
            may("reply-time", Kind::Date),
        ],
        children: &[any("progress-note"), at_most_one("response-result")],
    },
    ElementDef {
        name: "progress-note",
        attributes: &[
            need("stage", Kind::Text),
            may("note", Kind::Text),
            may("time", Kind::Date),
        ],
        children: &[],
    },
    ElementDef {
        name: "response-result",
        attributes: RESULT,
        children: &[],
    },
    ElementDef {
        name: "cancel-message",
        attributes: PUSH_ID,
        children: &[any("address")],
    },
    ElementDef {
        name: "cancel-response",
        attributes: PUSH_ID,
        children: &[some("cancel-result")],
    },
    ElementDef {
        name: "cancel-result",
        attributes: RESULT,
        children: &[any("address")],
    },
    ElementDef {
        name: "resultnotification-message",
        attributes: &[
            need("push-id", Kind::Text),
            may("sender-address", Kind::Text),
            may("sender-name", Kind::Text),
            may("received-time", Kind::Date),
            may("event-time", Kind::Date),
            need("message-state", Kind::Words(STATES)),
            need("code", Kind::Code),
            may("desc", Kind::Text),
        ],
        children: &[one("address"), at_most_one("quality-of-service")],
    },
    ElementDef {
        name: "resultnotification-response",
        attributes: &[
            need("push-id", Kind::Text),
            need("code", Kind::Code),
            may("desc", Kind::Text),
        ],
        children: &[at_most_one("address")],
    },
    ElementDef {
        name: "statusquery-message",
        attributes: PUSH_ID,
        children: &[any("address")],
    },
    ElementDef {
        name: "statusquery-response",
        attributes: PUSH_ID,
        children: &[some("statusquery-result")],
    },
    ElementDef {
        name: "statusquery-result",
        attributes: &[
            may("event-time", Kind::Date),
            need("message-state", Kind::Words(STATES)),
            need("code", Kind::Code),
            may("desc", Kind::Text),
        ],
        children: &[any("address"), at_most_one("quality-of-service")],
    },
    ElementDef {
        name: "ccq-message",
        attributes: &[may("query-id", Kind::Text), may("app-id", Kind::Text)],
        children: &[one("address")],
    },
    ElementDef {
        name: "ccq-response",
        attributes: &[
            may("query-id", Kind::Text),
            need("code", Kind::Code),
            may("desc", Kind::Text),
        ],
        children: &[one("address")],
    },
    ElementDef {
        name: "badmessage-response",
        attributes: &[
            need("code", Kind::Code),
            may("desc", Kind::Text),
            need("bad-message-fragment", Kind::Text),
        ],
        children: &[],
    },
];

const PUSH_ID: &[AttributeDef] = &[need("push-id", Kind::Text)];
const RESULT: &[AttributeDef] = &[need("code", Kind::Code), may("desc", Kind::Text)];

/// Result codes and their meaning (WAP-247 §9.13); those of 5xxx are reasons of the client's abort.
pub const CODES: &[(u16, &str)] = &[
    (1000, "OK"),
    (1001, "accepted for processing"),
    (2000, "bad request"),
    (2001, "forbidden"),
    (2002, "address error"),
    (2003, "address not found"),
    (2004, "push id not found"),
    (2005, "capabilities mismatch"),
    (2006, "required capabilities not supported"),
    (2007, "duplicate push id"),
    (2008, "cancellation not possible"),
    (3000, "internal server error"),
    (3001, "not implemented"),
    (3002, "version not supported"),
    (3003, "not possible"),
    (3004, "capability matching not supported"),
    (3005, "multiple addresses not supported"),
    (3006, "transformation failure"),
    (3007, "specified delivery method not possible"),
    (3008, "capabilities not available"),
    (3009, "required network not available"),
    (3010, "required bearer not available"),
    (3011, "replacement not supported"),
    (4000, "service failure"),
    (4001, "service unavailable"),
];

/// What a code means; those of a client's abort have no words here.
pub fn meaning(code: u16) -> Option<&'static str> {
    let mut known = CODES.iter().filter(|(known, _)| *known == code);
    known.next().map(|(_, meaning)| *meaning)
}
