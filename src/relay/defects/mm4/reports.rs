//! What it does wrong with delivery reports and read-reply reports over MM4.

use crate::relay::defects::registry::seeds;

seeds! {
    ReportForClientUnasked = "mm4.report.for-client-unasked",
        "a report that the relay alone asked for is sent for the client", "ENC 1.3 §6.6", ["TP-M4R-24"];
    ReportRejectedByOthers = "mm4.report.rejected-by-others",
        "a rejection by the recipient is reported as one by another relay", "TS 33.128", ["TP-M4R-06"];
    ReadReplyResWithoutIdRefused = "mm4.read-reply.res-without-id-refused",
        "MM4_read_reply_report.RES without X-Mms-Message-ID is refused", "TS 23.140 §8.4.3", ["TP-M4R-20"];

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
        "reports with X-Mms-Ack-Request Yes get no RES", "TS 23.140 §8.4.2, §8.4.3", ["TP-M4R-10", "TP-M4R-26"];
    ReportDateOfArrival = "mm4.report.date-of-arrival",
        "M-Delivery.ind is dated when the report came over MM4", "ENC 1.3 §6.6", ["TP-DRP-04"];
    ReadReplyNoStatus = "mm4.read-reply.no-status",
        "MM4_read_reply_report.REQ has no X-Mms-Read-Status", "TS 23.140 §8.4.3", ["TP-M4R-19"];
    ReportOnce = "mm4.report.sent-once",
        "a delivery report whose connection broke is not sent again", "RFC 5321 §4.5.4.1", ["TP-M4R-01", "TP-E2E-03"];
    ReportNotSent = "mm4.report.not-sent",
        "what became of an MM that a peer sent is reported to nobody", "TS 23.140 §8.4.2", ["TP-M4I-13", "TP-E2E-03"];
    ReportFirstRecipientOnly = "mm4.report.first-recipient-only",
        "of an MM's recipients only the first in To is reported on", "ENC 1.3 §6.6", ["TP-M4R-07"];
    ReportStatusOfSms = "mm4.report.status-of-sms",
        "a retrieved MM is reported as Delivered, a status of SMS", "TS 23.140 §8.4.4", ["TP-M4R-05"];
    ReportResUnasked = "mm4.report.res-unasked",
        "a report with X-Mms-Ack-Request No gets a RES", "TS 23.140 §8.4.2", ["TP-M4R-12"];
    ReportUnknownOk = "mm4.report.unknown-mm-ok",
        "a report about an MM that nobody submitted is answered with Ok", "TS 23.140 §8.4.2", ["TP-M4R-15", "TP-M4R-29"];
    ReportMimeRequired = "mm4.report.mime-required",
        "a report without MIME-Version is refused", "RFC 2045 §5.2", ["TP-M4R-25"];
    ReportSilentForRelay = "mm4.report.silent-is-for-relay",
        "a report without X-Mms-Forward-To-Originator-UA is not shown", "TS 23.140 §8.4.2", ["TP-M4R-14"];
    ReportRepeatedShown = "mm4.report.repeated-is-shown",
        "a report that comes again is shown again", "derived", ["TP-M4R-17"];
    ReportBeforeResLost = "mm4.report.before-res-lost",
        "a report that comes before the RES is not shown", "derived", ["TP-E2E-15"];
    ReportEachFailure = "mm4.report.of-each-failure",
        "each attempt of a transfer that fails is reported to the sender", "ENC 1.3 §9.3", ["TP-M4A-24"];
    ReportNoneAfterPassingRes = "mm4.report.none-after-passing-res",
        "Error-network-problem or Error-unspecified in a RES ends the transfer, and nobody is told", "ENC 1.3 §9.3",
        ["TP-M4A-05"];
}
