//! What it does wrong on MM4.

use super::registry::seeds;

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
    InForeignRelayed = "mm4.in.open-relay",
        "RCPT for a foreign domain is accepted", "RFC 5321 §7.9", ["TP-SMT-28"];
    InDotsKept = "mm4.in.dots-kept",
        "a line that begins with a dot loses it for good", "RFC 5321 §4.5.2", ["TP-SMT-04"];
    ForwardNoOriginatorSystem = "mm4.forward.no-originator-system",
        "MM4_forward.REQ asks for a RES and names no X-Mms-Originator-System", "TS 23.140 §8.4.4", ["TP-M4O-07"];
    ForwardBccInHeader = "mm4.forward.bcc-in-header",
        "a Bcc recipient is named in the header of MM4_forward.REQ", "ENC 1.3 §6.3", ["TP-M4O-13", "TP-SUB-13"];
    ForwardNoVersion = "mm4.forward.no-version",
        "MM4_forward.REQ has no X-Mms-3GPP-MMS-Version", "TS 23.140 §8.4.1", ["TP-M4O-02", "TP-M4O-03"];
    ForwardReadReport = "mm4.forward.read-report-name",
        "MM4_forward.REQ says X-Mms-Read-Report for X-Mms-Read-Reply", "TS 23.140 §8.4.4", ["TP-M4O-11"];
    ForwardUnqualified = "mm4.forward.unqualified-recipient",
        "RCPT TO has no domain", "RFC 5321 §2.3.11", ["TP-M4O-04"];
    ForwardFixedTid = "mm4.forward.fixed-transaction-id",
        "every MM4_forward.REQ has the same transaction id", "TS 23.140 §8.4.1", ["TP-M4O-08", "TP-MRS-07"];
    RetryNewTid = "mm4.retry.new-transaction-id",
        "a repeated MM4_forward.REQ has a new transaction id", "TS 23.140 §8.4.1", ["TP-M4A-03", "TP-M4A-17", "TP-SMT-19"];
    RetryGivesUp = "mm4.retry.gives-up-after-4xx",
        "a transient SMTP reply ends the transfer", "RFC 5321 §4.2.1", ["TP-M4A-17", "TP-SMT-18"];
    RetryBrokenGivesUp = "mm4.retry.gives-up-when-broken",
        "a transfer whose connection could not be opened, or broke, is not repeated", "RFC 5321 §4.5.4.1",
        ["TP-SMT-19", "TP-M4A-19", "TP-M4A-24"];
    RetryImpatient = "mm4.retry.impatient",
        "an SMTP session that takes longer than a fifth of a second is given up and begun again", "RFC 5321 §4.5.3.2",
        ["TP-SMT-20"];
    ReportOnce = "mm4.report.sent-once",
        "a delivery report whose connection broke is not sent again", "RFC 5321 §4.5.4.1", ["TP-M4R-01", "TP-E2E-03"];
    InBrokenTaken = "mm4.in.broken-message-taken",
        "a message whose connection breaks before the final dot is taken as far as it came", "RFC 5321 §4.1.1.4",
        ["TP-MRS-12", "TP-SMT-19"];
    RetryAfter5xx = "mm4.retry.after-5xx",
        "a permanent SMTP reply is retried", "RFC 5321 §4.2.1", ["TP-M4A-18"];
    RetryAfterOk = "mm4.retry.after-res-ok",
        "MM4_forward.REQ is sent again although a RES Ok came", "TS 23.140 §8.4.1", ["TP-M4A-01"];
    ResFromAnybody = "mm4.res.from-anybody",
        "a RES from an MMSE that was not asked completes the transfer", "TS 23.140 §8.4.1", ["TP-M4A-10"];
    FailureSilent = "mm4.failure.silent",
        "a transfer that is given up causes no negative report", "ENC 1.3 §9.3", ["TP-M4A-05", "TP-E2E-12"];
    ReportXMmsStatus = "mm4.report.x-mms-status",
        "MM4_delivery_report.REQ names its status X-Mms-Status", "TS 23.140 §8.4.4", ["TP-M4R-04", "TP-M4R-27"];
    ReportFromToSwapped = "mm4.report.from-to-swapped",
        "From and To of MM4_delivery_report.REQ are exchanged", "TS 23.140 §8.4.2", ["TP-M4R-02"];
    ReportWrongMessageId = "mm4.report.wrong-message-id",
        "MM4_delivery_report.REQ has a message id of its own", "TS 23.140 §8.4.2", ["TP-M4R-03"];
    ReportFromAnybody = "mm4.report.from-anybody",
        "a report by an MMSE that never got the MM is shown", "TS 23.140 §8.4.2", ["TP-M4R-16"];
    ReportForwardNoShown = "mm4.report.for-relay-shown",
        "a report with X-Mms-Forward-To-Originator-UA No reaches the client", "TS 23.140 §8.4.2", ["TP-M4R-13"];
    ReportNoRes = "mm4.report.no-res",
        "MM4_delivery_report.REQ with X-Mms-Ack-Request Yes gets no RES", "TS 23.140 §8.4.2", ["TP-M4R-10"];
    ReadReplyNoStatus = "mm4.read-reply.no-status",
        "MM4_read_reply_report.REQ has no X-Mms-Read-Status", "TS 23.140 §8.4.3", ["TP-M4R-19"];
}
