//! What it does wrong with delivery reports and read-reply reports over MM4.

use crate::relay::defects::registry::seeds;

seeds! {
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
