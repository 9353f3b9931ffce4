//! Which PDU has which fields (ENC 1.3 §6 for MM1, TS 23.140 §8.4 for MM4).

use crate::wire::PduType;

/// Whether a PDU has a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Mandatory,
    Conditional,
    Optional,
}

/// A field's place in a PDU.
#[derive(Debug, Clone, Copy)]
pub struct FieldUse {
    pub field: &'static str,
    pub presence: Presence,
    /// May stand more than once.
    pub repeatable: bool,
}

impl FieldUse {
    const fn many(self) -> Self {
        FieldUse {
            repeatable: true,
            ..self
        }
    }
}

/// A PDU.
#[derive(Debug, Clone, Copy)]
pub struct PduDef {
    pub kind: PduType,
    /// In the standard's order, X-Mms-Message-Type and Content-Type among them. MM1 demands that order of message type,
    /// transaction id and version at the front and of Content-Type at the end, and leaves the rest free.
    pub fields: &'static [FieldUse],
    /// At least one of these must be there; empty if there is no such rule.
    pub at_least_one: &'static [&'static str],
    pub has_content: bool,
    /// Sent by the user agent or peer towards the relay (true), by the relay (false); MM4: both directions (true).
    pub to_relay: bool,
    pub clause: &'static str,
}

impl PduDef {
    /// The field's place in this PDU, by its name without regard to case.
    pub fn usage(&self, field: &str) -> Option<&'static FieldUse> {
        self.fields.iter().find(|u| u.field.eq_ignore_ascii_case(field))
    }

    /// The fields that must always be there.
    pub fn mandatory(&self) -> impl Iterator<Item = &'static str> {
        self.fields
            .iter()
            .filter(|u| u.presence == Presence::Mandatory)
            .map(|u| u.field)
    }
}

/// The definition of a PDU.
pub fn pdu(kind: PduType) -> &'static PduDef {
    // The list stands in the order of the enumeration: a test holds that.
    &PDUS[kind as usize]
}

/// Every PDU, in the order of [`PduType::ALL`].
pub fn pdus() -> &'static [PduDef] {
    &PDUS
}

const fn m(field: &'static str) -> FieldUse {
    FieldUse {
        field,
        presence: Presence::Mandatory,
        repeatable: false,
    }
}

const fn c(field: &'static str) -> FieldUse {
    FieldUse {
        field,
        presence: Presence::Conditional,
        repeatable: false,
    }
}

const fn o(field: &'static str) -> FieldUse {
    FieldUse {
        field,
        presence: Presence::Optional,
        repeatable: false,
    }
}

const TYPE: FieldUse = m("X-Mms-Message-Type");
const TID: FieldUse = m("X-Mms-Transaction-ID");
const VERSION: FieldUse = m("X-Mms-MMS-Version");
const RECIPIENTS: &[&str] = &["To", "Cc", "Bcc"];

const fn mm1(
    kind: PduType,
    to_relay: bool,
    has_content: bool,
    clause: &'static str,
    fields: &'static [FieldUse],
) -> PduDef {
    PduDef {
        kind,
        fields,
        at_least_one: &[],
        has_content,
        to_relay,
        clause,
    }
}

const fn mm4(kind: PduType, has_content: bool, clause: &'static str, fields: &'static [FieldUse]) -> PduDef {
    PduDef {
        kind,
        fields,
        at_least_one: &[],
        has_content,
        to_relay: true,
        clause,
    }
}

impl PduDef {
    const fn with_one_of(self, names: &'static [&'static str]) -> Self {
        PduDef {
            at_least_one: names,
            ..self
        }
    }
}

static PDUS: [PduDef; 30] = [
    mm1(
        PduType::SendReq,
        true,
        true,
        "ENC 1.3 §6.1.1",
        &[
            TYPE,
            TID,
            VERSION,
            o("Date"),
            m("From"),
            c("To").many(),
            c("Cc").many(),
            c("Bcc").many(),
            o("Subject"),
            o("X-Mms-Message-Class"),
            o("X-Mms-Expiry"),
            o("X-Mms-Delivery-Time"),
            o("X-Mms-Priority"),
            o("X-Mms-Sender-Visibility"),
            o("X-Mms-Delivery-Report"),
            o("X-Mms-Read-Report"),
            o("X-Mms-Store"),
            o("X-Mms-MM-State"),
            o("X-Mms-MM-Flags").many(),
            o("X-Mms-Reply-Charging"),
            c("X-Mms-Reply-Charging-Deadline"),
            c("X-Mms-Reply-Charging-Size"),
            o("X-Mms-Reply-Charging-ID"),
            o("X-Mms-Applic-ID"),
            o("X-Mms-Reply-Applic-ID"),
            o("X-Mms-Aux-Applic-Info"),
            o("X-Mms-Content-Class"),
            o("X-Mms-DRM-Content"),
            o("X-Mms-Adaptation-Allowed"),
            m("Content-Type"),
        ],
    )
    .with_one_of(RECIPIENTS),
    mm1(
        PduType::SendConf,
        false,
        false,
        "ENC 1.3 §6.1.2",
        &[
            TYPE,
            TID,
            VERSION,
            m("X-Mms-Response-Status"),
            o("X-Mms-Response-Text"),
            c("Message-ID"),
            c("X-Mms-Content-Location"),
            c("X-Mms-Store-Status"),
            o("X-Mms-Store-Status-Text"),
        ],
    ),
    mm1(
        PduType::NotificationInd,
        false,
        false,
        "ENC 1.3 §6.2",
        &[
            TYPE,
            TID,
            VERSION,
            o("From"),
            o("Subject"),
            o("X-Mms-Delivery-Report"),
            o("X-Mms-Stored"),
            m("X-Mms-Message-Class"),
            o("X-Mms-Priority"),
            m("X-Mms-Message-Size"),
            m("X-Mms-Expiry"),
            o("X-Mms-Reply-Charging"),
            o("X-Mms-Reply-Charging-Deadline"),
            o("X-Mms-Reply-Charging-Size"),
            o("X-Mms-Reply-Charging-ID"),
            o("X-Mms-Distribution-Indicator"),
            o("X-Mms-Element-Descriptor").many(),
            o("X-Mms-Recommended-Retrieval-Mode"),
            o("X-Mms-Recommended-Retrieval-Mode-Text"),
            o("X-Mms-Applic-ID"),
            o("X-Mms-Reply-Applic-ID"),
            o("X-Mms-Aux-Applic-Info"),
            o("X-Mms-Content-Class"),
            o("X-Mms-DRM-Content"),
            o("X-Mms-Replace-ID"),
            m("X-Mms-Content-Location"),
        ],
    ),
    mm1(
        PduType::NotifyRespInd,
        true,
        false,
        "ENC 1.3 §6.2",
        &[TYPE, TID, VERSION, m("X-Mms-Status"), o("X-Mms-Report-Allowed")],
    ),
    mm1(
        PduType::RetrieveConf,
        false,
        true,
        "ENC 1.3 §6.3",
        &[
            TYPE,
            c("X-Mms-Transaction-ID"),
            VERSION,
            c("Message-ID"),
            m("Date"),
            o("From"),
            o("X-Mms-Previously-Sent-By").many(),
            o("X-Mms-Previously-Sent-Date").many(),
            o("To").many(),
            o("Cc").many(),
            o("Subject"),
            o("X-Mms-MM-State"),
            o("X-Mms-MM-Flags").many(),
            o("X-Mms-Message-Class"),
            o("X-Mms-Priority"),
            o("X-Mms-Delivery-Report"),
            o("X-Mms-Read-Report"),
            o("X-Mms-Reply-Charging"),
            o("X-Mms-Reply-Charging-ID"),
            o("X-Mms-Reply-Charging-Deadline"),
            o("X-Mms-Reply-Charging-Size"),
            o("X-Mms-Retrieve-Status"),
            o("X-Mms-Retrieve-Text"),
            o("X-Mms-Distribution-Indicator"),
            o("X-Mms-Applic-ID"),
            o("X-Mms-Reply-Applic-ID"),
            o("X-Mms-Aux-Applic-Info"),
            o("X-Mms-Content-Class"),
            o("X-Mms-DRM-Content"),
            o("X-Mms-Replace-ID"),
            m("Content-Type"),
        ],
    ),
    mm1(
        PduType::AcknowledgeInd,
        true,
        false,
        "ENC 1.3 §6.4",
        &[TYPE, TID, VERSION, o("X-Mms-Report-Allowed")],
    ),
    mm1(
        PduType::DeliveryInd,
        false,
        false,
        "ENC 1.3 §6.6",
        &[
            TYPE,
            VERSION,
            m("Message-ID"),
            m("To"),
            m("Date"),
            m("X-Mms-Status"),
            o("X-Mms-Status-Text"),
            o("X-Mms-Applic-ID"),
            o("X-Mms-Reply-Applic-ID"),
            o("X-Mms-Aux-Applic-Info"),
        ],
    ),
    mm1(
        PduType::ReadRecInd,
        true,
        false,
        "ENC 1.3 §6.7.2",
        &[
            TYPE,
            VERSION,
            m("Message-ID"),
            m("To"),
            m("From"),
            o("Date"),
            m("X-Mms-Read-Status"),
            o("X-Mms-Applic-ID"),
            o("X-Mms-Reply-Applic-ID"),
            o("X-Mms-Aux-Applic-Info"),
        ],
    ),
    mm1(
        PduType::ReadOrigInd,
        false,
        false,
        "ENC 1.3 §6.7.2",
        &[
            TYPE,
            VERSION,
            m("Message-ID"),
            m("To"),
            m("From"),
            m("Date"),
            m("X-Mms-Read-Status"),
            o("X-Mms-Applic-ID"),
            o("X-Mms-Reply-Applic-ID"),
            o("X-Mms-Aux-Applic-Info"),
        ],
    ),
    mm1(
        PduType::ForwardReq,
        true,
        false,
        "ENC 1.3 §6.5.1",
        &[
            TYPE,
            TID,
            VERSION,
            o("Date"),
            m("From"),
            c("To").many(),
            c("Cc").many(),
            c("Bcc").many(),
            o("X-Mms-Expiry"),
            o("X-Mms-Delivery-Time"),
            o("X-Mms-Report-Allowed"),
            o("X-Mms-Delivery-Report"),
            o("X-Mms-Read-Report"),
            o("X-Mms-Store"),
            o("X-Mms-MM-State"),
            o("X-Mms-MM-Flags").many(),
            o("X-Mms-Reply-Charging"),
            c("X-Mms-Reply-Charging-Deadline"),
            c("X-Mms-Reply-Charging-Size"),
            o("X-Mms-Reply-Charging-ID"),
            m("X-Mms-Content-Location"),
        ],
    )
    .with_one_of(RECIPIENTS),
    mm1(
        PduType::ForwardConf,
        false,
        false,
        "ENC 1.3 §6.5.2",
        &[
            TYPE,
            TID,
            VERSION,
            m("X-Mms-Response-Status"),
            o("X-Mms-Response-Text"),
            c("Message-ID"),
            c("X-Mms-Content-Location"),
            c("X-Mms-Store-Status"),
            o("X-Mms-Store-Status-Text"),
        ],
    ),
    mm1(
        PduType::MboxStoreReq,
        true,
        false,
        "ENC 1.3 §6.8",
        &[
            TYPE,
            TID,
            VERSION,
            m("X-Mms-Content-Location"),
            o("X-Mms-MM-State"),
            o("X-Mms-MM-Flags").many(),
        ],
    ),
    mm1(
        PduType::MboxStoreConf,
        false,
        false,
        "ENC 1.3 §6.8",
        &[
            TYPE,
            TID,
            VERSION,
            c("X-Mms-Content-Location"),
            m("X-Mms-Store-Status"),
            o("X-Mms-Store-Status-Text"),
        ],
    ),
    mm1(
        PduType::MboxViewReq,
        true,
        false,
        "ENC 1.3 §6.9",
        &[
            TYPE,
            TID,
            VERSION,
            o("X-Mms-Content-Location").many(),
            o("X-Mms-MM-State").many(),
            o("X-Mms-MM-Flags").many(),
            o("X-Mms-Start"),
            o("X-Mms-Limit"),
            o("X-Mms-Attributes").many(),
            o("X-Mms-Totals"),
            o("X-Mms-Quotas"),
        ],
    ),
    mm1(
        PduType::MboxViewConf,
        false,
        true,
        "ENC 1.3 §6.9",
        &[
            TYPE,
            TID,
            VERSION,
            m("X-Mms-Response-Status"),
            o("X-Mms-Response-Text"),
            c("X-Mms-Content-Location").many(),
            c("X-Mms-MM-State").many(),
            c("X-Mms-MM-Flags").many(),
            c("X-Mms-Start"),
            c("X-Mms-Limit"),
            c("X-Mms-Attributes").many(),
            c("X-Mms-Mbox-Totals").many(),
            c("X-Mms-Mbox-Quotas").many(),
            o("X-Mms-Message-Count"),
            m("Content-Type"),
        ],
    ),
    mm1(
        PduType::MboxUploadReq,
        true,
        true,
        "ENC 1.3 §6.10",
        &[
            TYPE,
            TID,
            VERSION,
            o("X-Mms-MM-State"),
            o("X-Mms-MM-Flags").many(),
            m("Content-Type"),
        ],
    ),
    mm1(
        PduType::MboxUploadConf,
        false,
        false,
        "ENC 1.3 §6.10",
        &[
            TYPE,
            TID,
            VERSION,
            c("X-Mms-Content-Location"),
            m("X-Mms-Store-Status"),
            o("X-Mms-Store-Status-Text"),
        ],
    ),
    mm1(
        PduType::MboxDeleteReq,
        true,
        false,
        "ENC 1.3 §6.11",
        &[TYPE, TID, VERSION, m("X-Mms-Content-Location").many()],
    ),
    mm1(PduType::MboxDeleteConf, false, false, "ENC 1.3 §6.11", DELETED),
    mm1(
        PduType::MboxDescr,
        false,
        true,
        "ENC 1.3 §6.9",
        &[
            TYPE,
            c("X-Mms-Content-Location"),
            c("Message-ID"),
            c("X-Mms-MM-State"),
            o("X-Mms-MM-Flags").many(),
            o("Date"),
            o("From"),
            o("X-Mms-Previously-Sent-By").many(),
            o("X-Mms-Previously-Sent-Date").many(),
            o("To").many(),
            o("Cc").many(),
            o("Bcc").many(),
            o("Subject"),
            o("X-Mms-Message-Class"),
            o("X-Mms-Priority"),
            o("X-Mms-Message-Size"),
            o("X-Mms-Delivery-Time"),
            o("X-Mms-Expiry"),
            o("X-Mms-Sender-Visibility"),
            o("X-Mms-Delivery-Report"),
            o("X-Mms-Read-Report"),
            o("X-Mms-Reply-Charging"),
            o("X-Mms-Reply-Charging-ID"),
            o("X-Mms-Reply-Charging-Deadline"),
            o("X-Mms-Reply-Charging-Size"),
            o("X-Mms-Distribution-Indicator"),
            o("X-Mms-Applic-ID"),
            o("X-Mms-Reply-Applic-ID"),
            o("X-Mms-Aux-Applic-Info"),
            o("X-Mms-Content-Class"),
            o("X-Mms-DRM-Content"),
            o("X-Mms-Adaptation-Allowed"),
            o("X-Mms-Replace-ID"),
            o("Content-Type"),
        ],
    ),
    mm1(
        PduType::DeleteReq,
        true,
        false,
        "ENC 1.3 §6.12",
        &[TYPE, TID, VERSION, m("X-Mms-Content-Location").many()],
    ),
    mm1(PduType::DeleteConf, false, false, "ENC 1.3 §6.12", DELETED),
    mm1(
        PduType::CancelReq,
        false,
        false,
        "ENC 1.3 §6.13",
        &[TYPE, TID, VERSION, m("X-Mms-Cancel-ID")],
    ),
    mm1(
        PduType::CancelConf,
        true,
        false,
        "ENC 1.3 §6.13",
        &[TYPE, TID, VERSION, o("X-Mms-Cancel-Status")],
    ),
    mm4(
        PduType::Mm4ForwardReq,
        true,
        "TS 23.140 §8.4.1",
        &[
            m("X-Mms-3GPP-MMS-Version"),
            TYPE,
            TID,
            m("X-Mms-Message-ID"),
            m("Date"),
            m("From"),
            c("To").many(),
            c("Cc").many(),
            o("Bcc").many(),
            c("Subject"),
            c("X-Mms-Message-Class"),
            c("X-Mms-Expiry"),
            c("X-Mms-Delivery-Report"),
            c("X-Mms-Originator-R/S-Delivery-Report"),
            c("X-Mms-Priority"),
            c("X-Mms-Sender-Visibility"),
            c("X-Mms-Read-Reply"),
            o("X-Mms-Ack-Request"),
            c("X-Mms-Forward-Counter"),
            o("X-Mms-Previously-sent-by").many(),
            o("X-Mms-Previously-sent-date-and-time").many(),
            c("X-Mms-Content-Class"),
            c("X-Mms-DRM-Content"),
            c("X-Mms-Adaptation-Allowed"),
            c("X-Mms-Applic-ID"),
            c("X-Mms-Reply-Applic-ID"),
            c("X-Mms-Aux-Applic-Info"),
            c("X-Mms-Originator-System"),
            c("Sender"),
            c("Message-ID"),
            c("MIME-Version"),
            m("Content-Type"),
        ],
    )
    .with_one_of(&["To", "Cc"]),
    mm4(
        PduType::Mm4ForwardRes,
        false,
        "TS 23.140 §8.4.1",
        &[
            m("X-Mms-3GPP-MMS-Version"),
            TYPE,
            TID,
            m("X-Mms-Message-ID"),
            m("X-Mms-Request-Status-Code"),
            o("X-Mms-Status-Text"),
            c("X-Mms-Request-Recipients").many(),
            c("Date"),
            c("From"),
            c("Sender"),
            c("To"),
            c("Message-ID"),
        ],
    ),
    mm4(
        PduType::Mm4DeliveryReportReq,
        false,
        "TS 23.140 §8.4.2",
        &[
            m("X-Mms-3GPP-MMS-Version"),
            TYPE,
            TID,
            m("X-Mms-Message-ID"),
            m("From"),
            m("To"),
            m("Date"),
            o("X-Mms-Ack-Request"),
            c("X-Mms-Forward-To-Originator-UA"),
            m("X-Mms-MM-Status-Code"),
            o("X-Mms-MM-Status-Extension"),
            o("X-Mms-Status-Text"),
            o("X-Mms-Applic-ID"),
            o("X-Mms-Reply-Applic-ID"),
            o("X-Mms-Aux-Applic-Info"),
            c("X-Mms-Originator-System"),
            c("Sender"),
            c("Message-ID"),
        ],
    ),
    mm4(
        PduType::Mm4DeliveryReportRes,
        false,
        "TS 23.140 §8.4.2",
        &[
            m("X-Mms-3GPP-MMS-Version"),
            TYPE,
            TID,
            m("X-Mms-Message-ID"),
            m("X-Mms-Request-Status-Code"),
            o("X-Mms-Status-Text"),
            c("Date"),
            c("From"),
            c("Sender"),
            c("To"),
            c("Message-ID"),
        ],
    ),
    mm4(
        PduType::Mm4ReadReplyReportReq,
        false,
        "TS 23.140 §8.4.3",
        &[
            m("X-Mms-3GPP-MMS-Version"),
            TYPE,
            TID,
            m("X-Mms-Message-ID"),
            m("From"),
            m("To"),
            m("Date"),
            o("X-Mms-Ack-Request"),
            m("X-Mms-Read-Status"),
            o("X-Mms-Status-Text"),
            o("X-Mms-Applic-ID"),
            o("X-Mms-Reply-Applic-ID"),
            o("X-Mms-Aux-Applic-Info"),
            c("X-Mms-Originator-System"),
            c("Sender"),
            c("Message-ID"),
        ],
    ),
    mm4(
        PduType::Mm4ReadReplyReportRes,
        false,
        "TS 23.140 §8.4.3",
        &[
            m("X-Mms-3GPP-MMS-Version"),
            TYPE,
            TID,
            o("X-Mms-Message-ID"),
            m("X-Mms-Request-Status-Code"),
            o("X-Mms-Status-Text"),
            c("Date"),
            c("From"),
            c("Sender"),
            c("To"),
            c("Message-ID"),
        ],
    ),
];

/// M-Delete.conf and M-Mbox-Delete.conf: each status comes with the locations and the text it is about.
const DELETED: &[FieldUse] = &[
    TYPE,
    TID,
    VERSION,
    c("X-Mms-Content-Location").many(),
    m("X-Mms-Response-Status").many(),
    o("X-Mms-Response-Text").many(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Protocol, table};

    #[test]
    fn the_list_stands_in_the_order_of_the_types() {
        assert_eq!(PDUS.len(), PduType::ALL.len());
        for kind in PduType::ALL {
            assert_eq!(pdu(*kind).kind, *kind);
        }
    }

    #[test]
    fn every_field_of_a_pdu_is_in_the_table() {
        for pdu in pdus() {
            for usage in pdu.fields {
                let def = table::field(usage.field).unwrap_or_else(|| panic!("{}", usage.field));
                if pdu.kind.protocol() == Protocol::Mm1 {
                    assert!(def.octet.is_some(), "{} in {}", def.name, pdu.kind);
                }
            }
        }
    }

    #[test]
    fn content_type_is_last_where_there_is_content() {
        for pdu in pdus() {
            let has = pdu.fields.last().is_some_and(|u| u.field == "Content-Type");
            assert_eq!(has, pdu.has_content, "{}", pdu.kind);
        }
    }
}
