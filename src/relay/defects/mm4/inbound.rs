//! What it does wrong with an MM4_forward.REQ that comes in, and with its RES.

use crate::relay::defects::registry::seeds;

seeds! {
    InPartNamesDropped = "mm4.in.part-names-dropped",
        "parts that come over MM4 lose their Content-ID", "ENC 1.3 §5", ["TP-M4I-22"];
    InUnknownForgotten = "mm4.in.unknown-recipient-forgotten",
        "a recipient that nobody knows is taken at RCPT and not spoken of again", "TS 23.140 §8.4.1", ["TP-M4I-28", "TP-NTF-20", "TP-SMT-29"];
    InTypeAssumed = "mm4.in.type-assumed",
        "a message without X-Mms-Message-Type is taken for MM4_forward.REQ", "TS 23.140 §8.4.1", ["TP-M4X-01"];
    InUnusualPutOff = "mm4.in.unusual-put-off",
        "a message of many fields or nested parts is put off for ever, and never decided", "RFC 5321 §4.2.1",
        ["TP-M4X-13", "TP-M4X-17"];
    InNulEndsText = "mm4.in.nul-ends-text",
        "of a text that comes over MM4, what follows a NUL is lost", "RFC 5321 §2.3.8", ["TP-M4X-16"];
    InOwnSenderAccepted = "mm4.in.own-sender-accepted",
        "an MM from outside may name a subscriber of this MMSE as its sender", "derived", ["TP-SEC-11"];
    InPreviousSendersDropped = "mm4.in.previous-senders-dropped",
        "recipients see when an MM was forwarded and not by whom", "ENC 1.3 §6.5.1", ["TP-RET-18", "TP-M4I-25"];
    ResWordsBecomeFields = "mm4.res.words-become-fields",
        "a line break in an encoded word of the transaction id begins a field of the RES", "RFC 5322 §2.2", ["TP-SEC-17"];
    InHollowAccepted = "mm4.in.empty-multipart-accepted",
        "a multipart without a part is accepted and delivered", "derived", ["TP-M4X-18"];

    ResWrongTid = "mm4.res.wrong-transaction-id",
        "MM4_forward.RES carries another transaction id than the request", "TS 23.140 §8.4.1", ["TP-M4I-06"];
    ResWrongMessageId = "mm4.res.wrong-message-id",
        "MM4_forward.RES carries its own message id", "TS 23.140 §8.4.1", ["TP-M4I-07"];
    ResUnasked = "mm4.res.unasked",
        "MM4_forward.RES is sent although none was asked for", "TS 23.140 §8.4.1", ["TP-M4I-03", "TP-M4I-04"];
    ResNoStatus = "mm4.res.no-status",
        "MM4_forward.RES has no X-Mms-Request-Status-Code", "TS 23.140 §8.4.1", ["TP-M4I-08", "TP-M4I-31"];
    InHeaderDecides = "mm4.in.header-decides",
        "delivery follows To and Cc, not the envelope", "RFC 4356 §2.1.3.3", ["TP-M4I-17"];
    InExpiryIgnored = "mm4.in.expiry-ignored",
        "X-Mms-Expiry of MM4_forward.REQ is ignored", "TS 23.140 §8.4.4", ["TP-M4I-11"];
    InHideIgnored = "mm4.in.hide-ignored",
        "X-Mms-Sender-Visibility Hide is ignored on arrival over MM4", "ENC 1.3 §6.2", ["TP-M4I-14", "TP-E2E-07", "TP-SEC-21"];
    InTransportHeadersShown = "mm4.in.transport-headers-shown",
        "X-Mms-Originator-System reaches the client as an application header", "TS 23.140 §8.4.4", ["TP-M4I-30"];
    DuplicateReqTwice = "mm4.duplicate-req.delivered-twice",
        "a repeated MM4_forward.REQ is delivered again", "TS 23.140 §8.4.1", ["TP-M4A-15", "TP-SEC-12"];
}
