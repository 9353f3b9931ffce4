//! The messages of PAP 2.0 with their attributes (WAP-247 §9, its DTD).

/// A message: the element below `<pap>`, its attributes, and the elements it may hold with theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    pub element: &'static str,
    /// Attributes with whether they are required.
    pub attributes: &'static [(&'static str, bool)],
    pub children: &'static [(&'static str, &'static [&'static str])],
    /// Whether a content entity follows.
    pub has_content: bool,
    pub clause: &'static str,
}

const ADDRESS: (&str, &[&str]) = ("address", &["address-value"]);
const QUALITY: (&str, &[&str]) = (
    "quality-of-service",
    &[
        "priority",
        "delivery-method",
        "network",
        "network-required",
        "bearer",
        "bearer-required",
    ],
);
const PROGRESS: (&str, &[&str]) = ("progress-note", &["stage", "note", "time"]);

/// Every message.
pub const MESSAGES: &[Message] = &[
    Message {
        element: "push-message",
        attributes: &[
            ("push-id", true),
            ("replace-push-id", false),
            ("replace-method", false),
            ("deliver-before-timestamp", false),
            ("deliver-after-timestamp", false),
            ("source-reference", false),
            ("ppg-notify-requested-to", false),
            ("progress-notes-requested", false),
        ],
        children: &[ADDRESS, QUALITY],
        has_content: true,
        clause: "WAP-247 §9.2",
    },
    Message {
        element: "push-response",
        attributes: &[
            ("push-id", true),
            ("sender-address", false),
            ("sender-name", false),
            ("reply-time", false),
        ],
        children: &[PROGRESS, ("response-result", &["code", "desc"])],
        has_content: false,
        clause: "WAP-247 §9.3",
    },
    Message {
        element: "cancel-message",
        attributes: &[("push-id", true)],
        children: &[ADDRESS],
        has_content: false,
        clause: "WAP-247 §9.4",
    },
    Message {
        element: "cancel-response",
        attributes: &[("push-id", true)],
        children: &[("cancel-result", &["code", "desc"]), ADDRESS],
        has_content: false,
        clause: "WAP-247 §9.5",
    },
    Message {
        element: "resultnotification-message",
        attributes: &[
            ("push-id", true),
            ("sender-address", false),
            ("sender-name", false),
            ("received-time", false),
            ("event-time", false),
            ("message-state", true),
            ("code", true),
            ("desc", false),
        ],
        children: &[ADDRESS, QUALITY],
        has_content: false,
        clause: "WAP-247 §9.6",
    },
    Message {
        element: "resultnotification-response",
        attributes: &[("push-id", true), ("code", true), ("desc", false)],
        children: &[ADDRESS],
        has_content: false,
        clause: "WAP-247 §9.7",
    },
    Message {
        element: "statusquery-message",
        attributes: &[("push-id", true)],
        children: &[ADDRESS],
        has_content: false,
        clause: "WAP-247 §9.8",
    },
    Message {
        element: "statusquery-response",
        attributes: &[("push-id", true)],
        children: &[
            (
                "statusquery-result",
                &["event-time", "code", "message-state", "desc"],
            ),
            ADDRESS,
            QUALITY,
        ],
        has_content: false,
        clause: "WAP-247 §9.9",
    },
    Message {
        element: "ccq-message",
        attributes: &[("query-id", false), ("app-id", false)],
        children: &[ADDRESS],
        has_content: false,
        clause: "WAP-247 §9.10",
    },
    Message {
        element: "ccq-response",
        attributes: &[("query-id", false), ("code", true), ("desc", false)],
        children: &[ADDRESS],
        has_content: false,
        clause: "WAP-247 §9.11",
    },
    Message {
        element: "badmessage-response",
        attributes: &[("code", true), ("desc", false), ("bad-message-fragment", false)],
        children: &[],
        has_content: false,
        clause: "WAP-247 §9.12",
    },
];

/// Outcome codes (WAP-247 §9.13).
pub const RESULT_CODES: &[(u16, &str)] = &[
    (1000, "OK"),
    (1001, "Accepted for Processing"),
    (2000, "Bad Request"),
    (2001, "Forbidden"),
    (2002, "Address Error"),
    (2003, "Address Not Found"),
    (2004, "Push ID Not Found"),
    (2005, "Capabilities Mismatch"),
    (2006, "Required Capabilities Not Supported"),
    (2007, "Duplicate Push ID"),
    (2008, "Cancellation Not Possible"),
    (3000, "Internal Server Error"),
    (3001, "Not Implemented"),
    (3002, "Version Not Supported"),
    (3003, "Not Possible"),
    (3004, "Capability Matching Not Supported"),
    (3005, "Multiple Addresses Not Supported"),
    (3006, "Transformation Failure"),
    (3007, "Specified Delivery Method Not Possible"),
    (3008, "Capabilities Not Available"),
    (3009, "Required Network Not Available"),
    (3010, "Required Bearer Not Available"),
    (3011, "Replacement Not Supported"),
    (4000, "Service Failure"),
    (4001, "Service Unavailable"),
];

pub(super) fn message(element: &str) -> Option<&'static Message> {
    MESSAGES.iter().find(|message| message.element == element)
}
