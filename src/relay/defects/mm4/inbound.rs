//! What it does wrong with an MM4_forward.REQ that comes in, and with its RES.

use crate::relay::defects::registry::seeds;

seeds! {
    InPartNamesDropped = "mm4.in.part-names-dropped",
        "parts that come over MM4 lose their Content-ID", "ENC 1.3 §5", ["TP-M4I-22"];
    InUnknownForgotten = "mm4.in.unknown-recipient-forgotten",
        "a recipient that nobody knows is taken at RCPT and not spoken of again", "TS 23.140 §8.4.1", ["TP-M4I-28", "TP-NTF-20", "TP-SMT-29"];
    InTypeAssumed = "mm4.in.type-assumed",
        "a message of no type, or of an unknown one, is taken for MM4_forward.REQ", "TS 23.140 §8.4.1",
        ["TP-M4X-01", "TP-M4X-02"];
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
    ResTwice = "mm4.res.twice",
        "MM4_forward.RES is sent twice", "TS 23.140 §8.4.1", ["TP-M4I-02"];
    ResToSender = "mm4.res.to-sender",
        "MM4_forward.RES goes to the Sender, whatever X-Mms-Originator-System says", "TS 23.140 §8.4.4", ["TP-M4I-05"];
    ResToReversePath = "mm4.res.to-reverse-path",
        "a request that names no system that could be answered is answered at its reverse-path", "derived",
        ["TP-M4X-08", "TP-M4X-09"];
    ResReflected = "mm4.res.reflected",
        "MM4_forward.RES goes to a system that is not in the MMSE the request came from", "derived", ["TP-SEC-07"];
    InAnswersDelivered = "mm4.in.answers-delivered",
        "a RES or report whose envelope names a subscriber becomes an MM", "TS 23.140 §8.4.1", ["TP-M4I-32"];
    InPicturesDropped = "mm4.in.pictures-dropped",
        "an MM with a picture is taken over, answered Ok, and dropped by a filter", "TS 23.140 §8.4.1",
        ["TP-M4I-01", "TP-M4I-09"];
    InFirstRecipientOnly = "mm4.in.first-recipient-only",
        "of several subscribers in the envelope only the first gets the MM", "TS 23.140 §8.4.1", ["TP-M4I-16"];
    InTidAlone = "mm4.in.transaction-id-alone",
        "a request is taken for a repeated one although another peer chose that transaction id", "derived", ["TP-M4A-16"];
    InTidInvented = "mm4.in.transaction-id-invented",
        "a request without transaction id is served and answered under one of the relay's own", "TS 23.140 §8.4.1",
        ["TP-M4X-03"];
    InMessageIdMissing = "mm4.in.message-id-missing-accepted",
        "a request without message id is served", "TS 23.140 §8.4.1", ["TP-M4X-04"];
    InFromMissing = "mm4.in.from-missing-accepted",
        "a request without From is served", "TS 23.140 §8.4.1", ["TP-M4X-05"];
    InVersionMissing = "mm4.in.version-missing-unsupported",
        "a request without version is refused as one of an unsupported version", "TS 23.140 §8.4.6", ["TP-M4X-07"];
    InDateMissingIs1970 = "mm4.in.date-missing-is-1970",
        "a request without Date becomes an MM of 1970", "deployed implementations", ["TP-M4X-06"];
    InDateOfArrival = "mm4.in.date-of-arrival",
        "the client sees when the MM arrived over MM4 and not when it was submitted", "ENC 1.3 §6.3", ["TP-M4I-10"];
    InApplicationLost = "mm4.in.application-lost",
        "application identifiers are left behind when an MM arrives over MM4", "ENC 1.3 §6.3", ["TP-M4I-26"];
    InHiddenByDefault = "mm4.in.hidden-by-default",
        "a sender is hidden although the request says nothing about it", "ENC 1.3 §6.2", ["TP-M4I-15"];
    InEighthBitLost = "mm4.in.eighth-bit-lost",
        "text that came in 8bit has lost the eighth bit", "RFC 2045 §6", ["TP-M4I-21"];
    InUnreadableLater = "mm4.in.unreadable-refused-for-now",
        "broken MIME and an unreadable expiry are refused with 451, as if they could be read later", "RFC 5321 §4.2.1",
        ["TP-M4X-10", "TP-M4X-12"];
    InDomainRequired = "mm4.in.domain-required",
        "a request whose To or From has no domain is refused", "deployed MM4 traffic", ["TP-M4I-18"];
    InBareNumberRefused = "mm4.in.bare-number-refused",
        "a request whose To or From is nothing but a number is refused", "deployed MM4 traffic", ["TP-M4I-19"];
    InUnknownHeaderRefused = "mm4.in.unknown-header-refused",
        "a request with an X- header the relay does not know is refused", "TS 23.140 §8.4.6", ["TP-M4I-23"];
    InEmptySubjectRefused = "mm4.in.empty-subject-refused",
        "a request with an empty Subject is refused", "deployed MM4 traffic", ["TP-M4I-27"];
    InSinglePartRefused = "mm4.in.single-part-refused",
        "an MM whose content is no multipart is refused", "deployed MM4 traffic", ["TP-M4I-20"];
    DuplicateReqTwice = "mm4.duplicate-req.delivered-twice",
        "a repeated MM4_forward.REQ is delivered again", "TS 23.140 §8.4.1", ["TP-M4A-15", "TP-SEC-12"];
}
