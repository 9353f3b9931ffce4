//! What a relay makes of what it takes in: which PDU leaves because another came, and which of its fields says what which field
//! of the other said. MM1 to MM4 and back is annex I of TS 23.140 (also RFC 4356 tables 1 to 6, ENC 1.3 §6); MM4 to MM4 is
//! what relays that pass things on keep (TS 23.140 §8.4). Fields that stand in no entry are the relay's own.

use crate::wire::PduType;

/// How a value survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// It is the same. A field that is absent says its default.
    Same,
    /// It is the same if it is there; the PDU that leaves may do without.
    SameIfThere,
    /// The relay may put another value in its place.
    Free,
    /// A list of addresses of which each way takes a part.
    Part,
    /// The sender: the user agent's own address if it left that to the relay or claimed another one. Nobody, on MM1, if it hides.
    Sender,
    /// The address of the user agent that sent it; it need not stand in a field.
    Identity,
    /// The same moment: what is relative may become absolute or count what is left. The relay may shorten it.
    Deadline,
    /// A status that follows from another one but has words of its own.
    Outcome,
}

/// One field of the PDU that leaves, and where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Carried {
    /// In the PDU that came.
    pub from: &'static str,
    /// In the PDU that leaves.
    pub to: &'static str,
    pub how: Carry,
    /// The node that gets it needs it to find the MM, its people, or what they asked for.
    pub decides: bool,
    /// What else in the PDU that came decides about this field.
    pub depends: &'static [&'static str],
}

/// One PDU because of another.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    pub input: PduType,
    pub output: PduType,
    pub fields: &'static [Carried],
    /// The content goes along.
    pub content: bool,
    /// Fields that no table knows go along (ENC 1.3 §6.14.2).
    pub unknown: bool,
    /// Whoever passes it on may leave it as it is, its own fields included.
    pub whole: bool,
    /// The field of the input that must say Yes, or nothing leaves.
    pub asked: Option<&'static str>,
    pub clause: &'static str,
}

impl Way {
    /// The entry for a field of the PDU that leaves.
    pub fn carried(&self, to: &str) -> Option<&'static Carried> {
        self.fields.iter().find(|c| c.to.eq_ignore_ascii_case(to))
    }

    const fn with_content(self) -> Self {
        Way {
            content: true,
            unknown: true,
            ..self
        }
    }

    const fn when(self, asked: &'static str) -> Self {
        Way {
            asked: Some(asked),
            ..self
        }
    }

    const fn as_a_whole(self) -> Self {
        Way { whole: true, ..self }
    }
}

const fn way(input: PduType, output: PduType, clause: &'static str, fields: &'static [Carried]) -> Way {
    Way {
        input,
        output,
        fields,
        content: false,
        unknown: false,
        whole: false,
        asked: None,
        clause,
    }
}

const fn carried(from: &'static str, to: &'static str, how: Carry) -> Carried {
    Carried {
        from,
        to,
        how,
        decides: false,
        depends: &[],
    }
}

const fn same(name: &'static str) -> Carried {
    carried(name, name, Carry::Same)
}

const fn renamed(from: &'static str, to: &'static str) -> Carried {
    carried(from, to, Carry::Same)
}

const fn if_there(name: &'static str) -> Carried {
    carried(name, name, Carry::SameIfThere)
}

const fn free(name: &'static str) -> Carried {
    carried(name, name, Carry::Free)
}

const fn part(name: &'static str) -> Carried {
    carried(name, name, Carry::Part)
}

const fn identity(to: &'static str) -> Carried {
    carried("From", to, Carry::Identity).decides()
}

const SENDER: Carried = Carried {
    depends: &["X-Mms-Sender-Visibility"],
    ..carried("From", "From", Carry::Sender)
};
const DEADLINE: Carried = carried("X-Mms-Expiry", "X-Mms-Expiry", Carry::Deadline);

impl Carried {
    const fn decides(self) -> Self {
        Carried {
            decides: true,
            ..self
        }
    }
}

/// What a value means that is not there.
pub fn default_of(field: &str) -> Option<&'static str> {
    const DEFAULTS: &[(&str, &str)] = &[
        ("X-Mms-Message-Class", "Personal"),
        ("X-Mms-Priority", "Normal"),
        ("X-Mms-Delivery-Report", "No"),
        ("X-Mms-Read-Report", "No"),
        ("X-Mms-Read-Reply", "No"),
        ("X-Mms-Ack-Request", "No"),
        ("X-Mms-Sender-Visibility", "Show"),
        ("X-Mms-Report-Allowed", "Yes"),
        ("X-Mms-Originator-R/S-Delivery-Report", "No"),
    ];
    DEFAULTS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(field))
        .map(|(_, value)| *value)
}

/// Every way to a PDU of that type.
pub fn ways_to(output: PduType) -> impl Iterator<Item = &'static Way> {
    WAYS.iter().filter(move |way| way.output == output)
}

/// Every way there is.
pub fn ways() -> &'static [Way] {
    WAYS
}

const OUT: &[Carried] = &[
    SENDER.decides(),
    part("To"),
    part("Cc"),
    free("Date"),
    same("Subject"),
    same("X-Mms-Message-Class"),
    same("X-Mms-Priority"),
    same("X-Mms-Delivery-Report").decides(),
    renamed("X-Mms-Read-Report", "X-Mms-Read-Reply").decides(),
    same("X-Mms-Sender-Visibility"),
    DEADLINE,
    same("X-Mms-Adaptation-Allowed"),
    if_there("X-Mms-Content-Class"),
    if_there("X-Mms-DRM-Content"),
    same("X-Mms-Applic-ID"),
    same("X-Mms-Reply-Applic-ID"),
    same("X-Mms-Aux-Applic-Info"),
];

const ON: &[Carried] = &[
    same("X-Mms-Message-ID").decides(),
    SENDER.decides(),
    part("To"),
    part("Cc"),
    same("Date"),
    same("Subject"),
    same("X-Mms-Message-Class"),
    same("X-Mms-Priority"),
    same("X-Mms-Delivery-Report").decides(),
    same("X-Mms-Read-Reply").decides(),
    same("X-Mms-Originator-R/S-Delivery-Report"),
    same("X-Mms-Sender-Visibility"),
    same("X-Mms-Forward-Counter"),
    same("X-Mms-Previously-sent-by"),
    same("X-Mms-Previously-sent-date-and-time"),
    DEADLINE,
    same("X-Mms-Adaptation-Allowed"),
    same("X-Mms-Content-Class"),
    same("X-Mms-DRM-Content"),
    same("X-Mms-Applic-ID"),
    same("X-Mms-Reply-Applic-ID"),
    same("X-Mms-Aux-Applic-Info"),
];

const TOLD: &[Carried] = &[
    SENDER,
    same("Subject"),
    same("X-Mms-Message-Class"),
    if_there("X-Mms-Priority"),
    if_there("X-Mms-Delivery-Report"),
    DEADLINE,
    same("X-Mms-Applic-ID"),
    same("X-Mms-Reply-Applic-ID"),
    same("X-Mms-Aux-Applic-Info"),
];

const GIVEN_HERE: &[Carried] = &[
    SENDER,
    same("To"),
    same("Cc"),
    free("Date"),
    same("Subject"),
    same("X-Mms-Message-Class"),
    same("X-Mms-Priority"),
    same("X-Mms-Delivery-Report"),
    same("X-Mms-Read-Report"),
    same("X-Mms-Applic-ID"),
    same("X-Mms-Reply-Applic-ID"),
    same("X-Mms-Aux-Applic-Info"),
];

const GIVEN: &[Carried] = &[
    carried("X-Mms-Message-ID", "Message-ID", Carry::Free),
    SENDER,
    part("To"),
    part("Cc"),
    same("Date"),
    same("Subject"),
    same("X-Mms-Message-Class"),
    same("X-Mms-Priority"),
    same("X-Mms-Delivery-Report"),
    renamed("X-Mms-Read-Reply", "X-Mms-Read-Report"),
    same("X-Mms-Previously-Sent-By"),
    renamed(
        "X-Mms-Previously-sent-date-and-time",
        "X-Mms-Previously-Sent-Date",
    ),
    same("X-Mms-Applic-ID"),
    same("X-Mms-Reply-Applic-ID"),
    same("X-Mms-Aux-Applic-Info"),
];

/// Of M-Forward.req; the rest is that of the MM it forwards.
const FORWARDED: &[Carried] = &[SENDER.decides(), part("To"), part("Cc"), free("Date"), DEADLINE];

/// The same in what is retrieved, which has no deadline.
const FORWARDED_GIVEN: &[Carried] = &[SENDER.decides(), part("To"), part("Cc"), free("Date")];

/// The same in a notification, which names no recipients.
const FORWARDED_TOLD: &[Carried] = &[SENDER.decides(), DEADLINE];

const REPORT_ON: &[Carried] = &[
    same("X-Mms-Message-ID").decides(),
    same("From").decides(),
    same("To").decides(),
    same("Date"),
    same("X-Mms-MM-Status-Code").decides(),
    same("X-Mms-Forward-To-Originator-UA"),
    same("X-Mms-MM-Status-Extension"),
    same("X-Mms-Status-Text"),
];

const READ_ON: &[Carried] = &[
    same("X-Mms-Message-ID").decides(),
    same("From").decides(),
    same("To").decides(),
    same("Date"),
    same("X-Mms-Read-Status").decides(),
    same("X-Mms-Status-Text"),
];

const ANSWER: &[Carried] = &[
    same("X-Mms-Transaction-ID").decides(),
    same("X-Mms-Message-ID").decides(),
];

const ANSWER_OF_READ: &[Carried] = &[same("X-Mms-Transaction-ID").decides()];

use PduType as P;

static WAYS: &[Way] = &[
    // An MM on its way.
    way(
        P::SendReq,
        P::Mm4ForwardReq,
        "TS 23.140 annex I; ENC 1.3 §6.1",
        OUT,
    )
    .with_content(),
    way(P::Mm4ForwardReq, P::Mm4ForwardReq, "TS 23.140 §8.4.1", ON).with_content(),
    way(P::ForwardReq, P::Mm4ForwardReq, "ENC 1.3 §6.5", FORWARDED),
    way(
        P::Mm4ForwardReq,
        P::NotificationInd,
        "TS 23.140 annex I; ENC 1.3 §6.2",
        TOLD,
    ),
    way(P::SendReq, P::NotificationInd, "ENC 1.3 §6.2", TOLD),
    way(P::ForwardReq, P::NotificationInd, "ENC 1.3 §6.5", FORWARDED_TOLD),
    way(
        P::Mm4ForwardReq,
        P::RetrieveConf,
        "TS 23.140 annex I; ENC 1.3 §6.3",
        GIVEN,
    )
    .with_content(),
    way(P::SendReq, P::RetrieveConf, "ENC 1.3 §6.3", GIVEN_HERE).with_content(),
    way(P::ForwardReq, P::RetrieveConf, "ENC 1.3 §6.5", FORWARDED_GIVEN),
    // Answers to requests, and what passes them on.
    way(P::SendReq, P::SendConf, "ENC 1.3 §6.1.2", ANSWER_OF_READ),
    way(P::ForwardReq, P::ForwardConf, "ENC 1.3 §6.5.2", ANSWER_OF_READ),
    way(P::Mm4ForwardRes, P::Mm4ForwardRes, "TS 23.140 §8.4.1", &[]).as_a_whole(),
    way(P::Mm4ForwardReq, P::Mm4ForwardRes, "TS 23.140 §8.4.1", ANSWER).when("X-Mms-Ack-Request"),
    way(
        P::Mm4DeliveryReportRes,
        P::Mm4DeliveryReportRes,
        "TS 23.140 §8.4.2",
        &[],
    )
    .as_a_whole(),
    way(
        P::Mm4DeliveryReportReq,
        P::Mm4DeliveryReportRes,
        "TS 23.140 §8.4.2",
        ANSWER,
    )
    .when("X-Mms-Ack-Request"),
    way(
        P::Mm4ReadReplyReportRes,
        P::Mm4ReadReplyReportRes,
        "TS 23.140 §8.4.3",
        &[],
    )
    .as_a_whole(),
    way(
        P::Mm4ReadReplyReportReq,
        P::Mm4ReadReplyReportRes,
        "TS 23.140 §8.4.3",
        ANSWER_OF_READ,
    )
    .when("X-Mms-Ack-Request"),
    // Delivery reports.
    way(
        P::Mm4DeliveryReportReq,
        P::Mm4DeliveryReportReq,
        "TS 23.140 §8.4.2",
        REPORT_ON,
    )
    .as_a_whole(),
    way(
        P::NotifyRespInd,
        P::Mm4DeliveryReportReq,
        "TS 23.140 annex I; RFC 4356 table 4",
        &[
            identity("From"),
            renamed("X-Mms-Status", "X-Mms-MM-Status-Code").decides(),
        ],
    ),
    way(
        P::AcknowledgeInd,
        P::Mm4DeliveryReportReq,
        "TS 23.140 annex I",
        &[identity("From")],
    ),
    way(
        P::Mm4ForwardReq,
        P::Mm4DeliveryReportReq,
        "TS 23.140 §8.4.2",
        &[
            same("X-Mms-Message-ID").decides(),
            renamed("From", "To").decides(),
        ],
    )
    .when("X-Mms-Delivery-Report"),
    way(
        P::Mm4DeliveryReportReq,
        P::DeliveryInd,
        "TS 23.140 annex I; RFC 4356 table 5",
        &[
            carried("X-Mms-Message-ID", "Message-ID", Carry::Free),
            renamed("From", "To"),
            same("Date"),
            renamed("X-Mms-MM-Status-Code", "X-Mms-Status"),
            renamed("X-Mms-Status-Text", "X-Mms-Status-Text"),
        ],
    ),
    way(
        P::NotifyRespInd,
        P::DeliveryInd,
        "ENC 1.3 §6.6",
        &[identity("To"), same("X-Mms-Status")],
    ),
    way(
        P::AcknowledgeInd,
        P::DeliveryInd,
        "ENC 1.3 §6.6",
        &[identity("To")],
    ),
    way(
        P::Mm4ForwardRes,
        P::DeliveryInd,
        "TS 23.140 §8.4.1",
        &[carried(
            "X-Mms-Request-Status-Code",
            "X-Mms-Status",
            Carry::Outcome,
        )],
    ),
    way(
        P::Mm4ForwardRes,
        P::Mm4DeliveryReportReq,
        "TS 23.140 §8.4.2",
        &[carried(
            "X-Mms-Request-Status-Code",
            "X-Mms-MM-Status-Code",
            Carry::Outcome,
        )],
    ),
    // Read reports.
    way(
        P::Mm4ReadReplyReportReq,
        P::Mm4ReadReplyReportReq,
        "TS 23.140 §8.4.3",
        READ_ON,
    )
    .as_a_whole(),
    way(
        P::ReadRecInd,
        P::Mm4ReadReplyReportReq,
        "TS 23.140 annex I; RFC 4356 table 6",
        &[
            identity("From"),
            same("To").decides(),
            same("X-Mms-Read-Status").decides(),
            free("Date"),
        ],
    ),
    way(
        P::Mm4ForwardReq,
        P::Mm4ReadReplyReportReq,
        "TS 23.140 §8.4.3",
        &[same("X-Mms-Message-ID").decides()],
    )
    .when("X-Mms-Read-Reply"),
    way(
        P::Mm4ReadReplyReportReq,
        P::ReadOrigInd,
        "TS 23.140 annex I",
        &[
            carried("X-Mms-Message-ID", "Message-ID", Carry::Free),
            same("From"),
            same("To"),
            same("Date"),
            same("X-Mms-Read-Status"),
        ],
    ),
    way(
        P::ReadRecInd,
        P::ReadOrigInd,
        "ENC 1.3 §6.7.2",
        &[
            identity("From"),
            same("To"),
            free("Date"),
            same("X-Mms-Read-Status"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::table;

    #[test]
    fn ways_name_fields_of_their_pdus() {
        for way in ways() {
            for carried in way.fields {
                for (kind, name) in [(way.input, carried.from), (way.output, carried.to)] {
                    let known = carried.how == Carry::Identity || table::pdu(kind).usage(name).is_some();
                    assert!(known, "{kind} has no {name}");
                }
            }
            if let Some(asked) = way.asked {
                assert!(table::pdu(way.input).usage(asked).is_some(), "{asked}");
            }
        }
    }

    #[test]
    fn defaults_are_values_of_their_fields() {
        for field in table::fields() {
            if let Some(default) = default_of(field.name) {
                assert!(field.kind.token_octet(default).is_some(), "{}", field.name);
            }
        }
    }
}
