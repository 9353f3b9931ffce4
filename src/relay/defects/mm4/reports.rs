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
        "MM4_delivery_report.REQ with X-Mms-Ack-Request Yes gets no RES", "TS 23.140 §8.4.2", ["TP-M4R-10"];
    ReadReplyNoStatus = "mm4.read-reply.no-status",
        "MM4_read_reply_report.REQ has no X-Mms-Read-Status", "TS 23.140 §8.4.3", ["TP-M4R-19"];
    ReportOnce = "mm4.report.sent-once",
        "a delivery report whose connection broke is not sent again", "RFC 5321 §4.5.4.1", ["TP-M4R-01", "TP-E2E-03"];
}
