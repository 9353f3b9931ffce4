//! Items of the Implementation Conformance Statement, as data: what a relay may claim, and what it must.

/// One item.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// As `requires:` and `lacks:` name it.
    pub name: &'static str,
    pub what: &'static str,
    /// Set when the standard makes it mandatory for a relay: the clause that does.
    pub mandatory: Option<&'static str>,
}

const fn must(name: &'static str, what: &'static str, clause: &'static str) -> Item {
    Item {
        name,
        what,
        mandatory: Some(clause),
    }
}

const fn may(name: &'static str, what: &'static str) -> Item {
    Item {
        name,
        what,
        mandatory: None,
    }
}

/// All items. `push.…` items say which way pushes take: a target's push adapter decides them, not its `lacks:`.
pub const ITEMS: &[Item] = &[
    must("mm1.submit", "takes M-Send.req", "OMA MMS ENC 1.3 App. B.2"),
    must(
        "mm1.notify",
        "sends M-Notification.ind",
        "OMA MMS ENC 1.3 App. B.2",
    ),
    must(
        "mm1.retrieve",
        "answers GET with M-Retrieve.conf",
        "OMA MMS ENC 1.3 App. B.2",
    ),
    must(
        "mm1.acknowledge",
        "takes M-NotifyResp.ind and M-Acknowledge.ind",
        "OMA MMS ENC 1.3 App. B.2",
    ),
    must(
        "mm1.delivery-report",
        "sends M-Delivery.ind on request",
        "OMA MMS ENC 1.3 App. B.2, MMSE-S-079",
    ),
    must(
        "mm1.read-report",
        "passes read reports on",
        "OMA MMS ENC 1.3 App. B.2, MMSE-S-091",
    ),
    must(
        "mm1.address-hiding",
        "removes From on request",
        "OMA MMS ENC 1.3 App. B.2, MMSE-S-083",
    ),
    may("mm1.expiry", "honours X-Mms-Expiry"),
    may("mm1.delivery-time", "honours X-Mms-Delivery-Time"),
    may("mm1.priority", "passes X-Mms-Priority on"),
    may("mm1.retrieve-status", "tells failures in X-Mms-Retrieve-Status"),
    may("mm1.forward", "takes M-Forward.req"),
    may("mm1.mmbox", "has MMBoxes"),
    may("mm1.reply-charging", "supports reply-charging"),
    may("mm1.no-adaptation", "leaves contents as they are"),
    may("mm1.notification-repeat", "repeats unanswered notifications"),
    may("mm1.size-limit", "refuses MMs above limit.message-size"),
    may(
        "mm1.wap-identity",
        "knows clients by the header that a WAP gateway sets, and by nothing else",
    ),
    may("push.smpp", "pushes through an SMSC, by SMPP"),
    must("mm4.inbound", "takes MM4_forward.REQ", "3GPP TS 23.140 §8.4.1"),
    must("mm4.outbound", "sends MM4_forward.REQ", "3GPP TS 23.140 §8.4.1"),
    must(
        "mm4.ack",
        "answers requests that ask for it, and understands such answers",
        "3GPP TS 23.140 §8.4.1",
    ),
    must(
        "mm4.delivery-report",
        "sends and takes MM4_delivery_report.REQ",
        "3GPP TS 23.140 §8.4.2",
    ),
    must(
        "mm4.read-reply",
        "sends and takes MM4_read_reply_report.REQ",
        "3GPP TS 23.140 §8.4.3",
    ),
    may("mm4.retry", "repeats a request that is not acknowledged"),
    may("routing.mx", "finds the hosts of a peer MMSE by MX records"),
    may("routing.enum", "finds the MMSE of a number by ENUM"),
    may(
        "routing.imsi",
        "finds the MMSE of a number by the name of its mobile network",
    ),
    may(
        "smtp.client",
        "speaks SMTP itself when it sends MM4, and does not hand mails to a command",
    ),
    may(
        "smtp.server",
        "speaks SMTP itself when it takes MM4, and does not have mails handed in by a command",
    ),
    may("smtp.pipelining", "offers PIPELINING"),
    may("store.durable", "keeps what it accepted through a kill -9"),
    may("multi-relay.mesh", "several relays in one MMSE, MM4 between them"),
    may(
        "multi-relay.any-entrance",
        "a user agent may retrieve and acknowledge through any relay of the MMSE",
    ),
];

/// The item of that name.
pub fn item(name: &str) -> Option<&'static Item> {
    ITEMS.iter().find(|i| i.name == name)
}
