//! What it does wrong with an MM4_forward.REQ that comes in, and with its RES.

use crate::relay::defects::registry::seeds;

seeds! {
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
