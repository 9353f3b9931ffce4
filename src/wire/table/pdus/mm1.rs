//! The PDUs of MM1 (ENC 1.3 §6).

use super::super::{Condition, Given};
use super::{FieldUse, PduDef, TID, TYPE, c, m, o};
use crate::wire::PduType;

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
        since: since(kind),
        clause,
    }
}

/// The version of MMS that brought the PDU: 1.1 read reports and forwarding, 1.2 the MMBox, 1.3 deletion and cancellation.
const fn since(kind: PduType) -> u8 {
    match kind {
        PduType::ReadRecInd | PduType::ReadOrigInd | PduType::ForwardReq | PduType::ForwardConf => 1,
        PduType::MboxStoreReq
        | PduType::MboxStoreConf
        | PduType::MboxViewReq
        | PduType::MboxViewConf
        | PduType::MboxUploadReq
        | PduType::MboxUploadConf
        | PduType::MboxDeleteReq
        | PduType::MboxDeleteConf
        | PduType::MboxDescr => 2,
        PduType::DeleteReq | PduType::DeleteConf | PduType::CancelReq | PduType::CancelConf => 3,
        _ => 0,
    }
}

const ACCEPTED: Condition =
    Condition::words("the relay took the MM").must_if(Given::Word("X-Mms-Response-Status", "Ok"));
const STORED: Condition = Condition::words("the MM was stored in the MMBox, as was asked")
    .only_if(Given::Word("X-Mms-Store-Status", "Success"));
const STORED_NOW: Condition = Condition::words("the MM was stored")
    .must_if(Given::Word("X-Mms-Store-Status", "Success"))
    .only_if(Given::Word("X-Mms-Store-Status", "Success"));
const STORE_ASKED: Condition = Condition::words("storing was asked for and MMBoxes are supported");
const REPLY_CHARGED: Condition =
    Condition::words("reply-charging is asked for").only_if(Given::Field("X-Mms-Reply-Charging"));
/// Reports are never asked for about an MM of class Auto.
const NO_REPORT_OF_AUTO: Condition = Condition::words("must be there, with No, in an MM of class Auto")
    .must_if(Given::Word("X-Mms-Message-Class", "Auto"));
const ASKED_FOR: Condition = Condition::words("the request asked for it");
const SELECTED: Condition = Condition::words("the request selected by it");
const NOT_DELETED: Condition = Condition::words("some MMs were not deleted");
const IN_A_VIEW: Condition = Condition::words("the description stands in an M-Mbox-View.conf");

/// Values of X-Mms-Response-Status that the answers to submission, to forwarding and about the MMBox should not carry
/// (ENC 1.3 tables 28 to 30).
const NOT_IN_SEND_CONF: &[u8] = &[0xC1, 0xC2, 0xC4, 0xE4, 0xE8];
const NOT_IN_FORWARD_CONF: &[u8] = &[0x88, 0xC1, 0xC4, 0xE5, 0xE6, 0xEA];
const NOT_ABOUT_THE_MMBOX: &[u8] = &[0xC1, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA];
/// X-Mms-Store-Status beside a submission or a forwarding (ENC 1.3 table 35).
const NOT_BESIDE_SUBMISSION: &[u8] = &[0xE2, 0xE3];
/// X-Mms-Status of a client (ENC 1.3 table 33) and of a delivery report (table 32).
const NOT_OF_A_CLIENT: &[u8] = &[0x80, 0x85, 0x86, 0x87];
const NOT_OF_A_DELIVERY: &[u8] = &[0x84];
/// X-Mms-Reply-Charging: the originator requests, the relay tells that it accepted.
const ACCEPTED_REPLY: &[u8] = &[0x82, 0x83];
const REQUESTED_REPLY: &[u8] = &[0x80, 0x81];

pub(super) const PDUS: [PduDef; 24] = [
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
            o("X-Mms-Delivery-Report").when(NO_REPORT_OF_AUTO),
            o("X-Mms-Read-Report").when(NO_REPORT_OF_AUTO),
            o("X-Mms-Store"),
            o("X-Mms-MM-State"),
            o("X-Mms-MM-Flags").many(),
            o("X-Mms-Reply-Charging").without(ACCEPTED_REPLY),
            c("X-Mms-Reply-Charging-Deadline").when(REPLY_CHARGED),
            c("X-Mms-Reply-Charging-Size").when(REPLY_CHARGED),
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
            m("X-Mms-Response-Status").without(NOT_IN_SEND_CONF),
            o("X-Mms-Response-Text"),
            c("Message-ID").when(ACCEPTED),
            c("X-Mms-Content-Location").when(STORED),
            c("X-Mms-Store-Status")
                .when(STORE_ASKED)
                .without(NOT_BESIDE_SUBMISSION),
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
            o("X-Mms-Reply-Charging").without(REQUESTED_REPLY),
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
        &[
            TYPE,
            TID,
            VERSION,
            m("X-Mms-Status").without(NOT_OF_A_CLIENT),
            o("X-Mms-Report-Allowed"),
        ],
    ),
    mm1(
        PduType::RetrieveConf,
        false,
        true,
        "ENC 1.3 §6.3",
        &[
            TYPE,
            c("X-Mms-Transaction-ID").when(Condition::words(
                "an acknowledgement is wanted, or no M-NotifyResp.ind came yet",
            )),
            VERSION,
            c("Message-ID").when(Condition::words("the MM itself is in the answer")),
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
            o("X-Mms-Reply-Charging").without(REQUESTED_REPLY),
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
            m("X-Mms-Status").without(NOT_OF_A_DELIVERY),
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
            o("X-Mms-Reply-Charging").without(ACCEPTED_REPLY),
            c("X-Mms-Reply-Charging-Deadline").when(REPLY_CHARGED),
            c("X-Mms-Reply-Charging-Size").when(REPLY_CHARGED),
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
            m("X-Mms-Response-Status").without(NOT_IN_FORWARD_CONF),
            o("X-Mms-Response-Text"),
            c("Message-ID").when(ACCEPTED),
            c("X-Mms-Content-Location").when(STORED),
            c("X-Mms-Store-Status")
                .when(STORE_ASKED)
                .without(NOT_BESIDE_SUBMISSION),
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
            c("X-Mms-Content-Location").when(STORED_NOW),
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
            m("X-Mms-Response-Status").without(NOT_ABOUT_THE_MMBOX),
            o("X-Mms-Response-Text"),
            c("X-Mms-Content-Location").many().when(SELECTED),
            c("X-Mms-MM-State").many().when(SELECTED),
            c("X-Mms-MM-Flags").many().when(SELECTED),
            c("X-Mms-Start").when(SELECTED),
            c("X-Mms-Limit").when(SELECTED),
            c("X-Mms-Attributes").many().when(ASKED_FOR),
            c("X-Mms-Mbox-Totals").many().when(ASKED_FOR),
            c("X-Mms-Mbox-Quotas").many().when(ASKED_FOR),
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
            o("X-Mms-Content-Location"),
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
            c("X-Mms-Content-Location").when(IN_A_VIEW),
            c("Message-ID").when(IN_A_VIEW),
            c("X-Mms-MM-State").when(IN_A_VIEW),
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
];

/// M-Delete.conf and M-Mbox-Delete.conf: each status comes with the locations and the text it is about.
const DELETED: &[FieldUse] = &[
    TYPE,
    TID,
    VERSION,
    c("X-Mms-Content-Location").many().when(NOT_DELETED),
    m("X-Mms-Response-Status").many().without(NOT_ABOUT_THE_MMBOX),
    o("X-Mms-Response-Text").many(),
];
