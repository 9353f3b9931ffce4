//! What it does wrong on MM1.

use super::registry::seeds;

seeds! {
    SendConfWrongTid = "mm1.send-conf.wrong-transaction-id",
        "M-Send.conf carries another transaction id than the request", "ENC 1.3 §6.1.2", ["TP-SUB-02"];
    SendConfNoMessageId = "mm1.send-conf.no-message-id",
        "M-Send.conf of an accepted MM has no Message-ID", "ENC 1.3 §6.1.2", ["TP-SUB-03"];
    SubmitFromNotReplaced = "mm1.submit.from-not-replaced",
        "a From that another subscriber's client put in is kept", "ENC 1.3 §6.1.1", ["TP-SEC-01"];
    SubmitDuplicateAccepted = "mm1.submit.duplicate-sent-twice",
        "a repeated M-Send.req makes a second MM", "ENC 1.3 §9.1", ["TP-SUB-31"];
    SubmitDateMissing = "mm1.submit.date-late",
        "an MM submitted without Date is dated an hour late", "ENC 1.3 §6.1.1", ["TP-SUB-10"];
    SubmitUnknownHeaderDropped = "mm1.submit.unknown-header-dropped",
        "application headers of M-Send.req are not passed on", "ENC 1.3 §6.14.2", ["TP-SUB-24", "TP-M4O-21"];
    SubmitReplyChargingAccepted = "mm1.submit.reply-charging-accepted",
        "a reply-charging request is accepted without the service", "ENC 1.3 §6.1.1", ["TP-SUB-29", "TP-SUB-30"];
    SubmitOversizeAccepted = "mm1.submit.oversize-accepted",
        "an MM above the size limit is accepted", "ENC 1.3 §9.1", ["TP-BAD-22"];
    SubmitNoRecipientAccepted = "mm1.submit.no-recipient-accepted",
        "an M-Send.req without To, Cc and Bcc is accepted", "ENC 1.3 §6.1.1", ["TP-BAD-03"];
    SubmitStrangerServed = "mm1.submit.stranger-served",
        "a client that is no subscriber may submit", "ENC 1.3 §9.1", ["TP-BAD-26"];
    SubmitUnknownPduIgnored = "mm1.submit.unknown-pdu-ok",
        "an unknown PDU type is answered with Ok", "ENC 1.3 §6.14.2", ["TP-BAD-09"];
    NotificationAbsoluteExpiry = "mm1.notification.absolute-expiry",
        "the expiry of M-Notification.ind is a date", "ENC 1.3 §6.2", ["TP-NTF-06"];
    NotificationNoClass = "mm1.notification.no-message-class",
        "M-Notification.ind has no class when the sender gave none", "ENC 1.3 §6.2", ["TP-NTF-01", "TP-NTF-04"];
    NotificationWrongSize = "mm1.notification.wrong-size",
        "the size in M-Notification.ind is ten times too big", "ENC 1.3 §6.2", ["TP-NTF-08"];
    NotificationAfterReject = "mm1.notification.repeated-after-reject",
        "the notification is pushed once more after M-NotifyResp.ind Rejected", "ENC 1.3 §9.3", ["TP-NTF-13"];
    NotificationNewTid = "mm1.notification.repeat-with-new-transaction-id",
        "a repeated notification has a new transaction id", "ENC 1.3 §6.2", ["TP-NTF-12"];
    NotificationWrongUrl = "mm1.notification.relative-location",
        "the Content-Location of M-Notification.ind is no absolute URI", "ENC 1.3 §7.3.10", ["TP-NTF-09"];
    RetrieveContentTypeNotLast = "mm1.retrieve.content-type-not-last",
        "M-Retrieve.conf has a field behind Content-Type", "ENC 1.3 §7", ["TP-RET-03"];
    RetrieveBccShown = "mm1.retrieve.bcc-shown",
        "M-Retrieve.conf shows Bcc", "ENC 1.3 §6.3", ["TP-RET-09", "TP-SUB-13"];
    RetrieveJpegAltered = "mm1.retrieve.jpeg-altered",
        "a JPEG loses its first LF on the way to the client", "ENC 1.3 §6.3", ["TP-RET-04"];
    RetrieveNoMessageId = "mm1.retrieve.no-message-id",
        "M-Retrieve.conf has no Message-ID", "ENC 1.3 §6.3", ["TP-RET-02"];
    RetrieveOnce = "mm1.retrieve.only-once",
        "a second GET before the acknowledgement finds nothing", "ENC 1.3 §9.2", ["TP-RET-14"];
    RetrieveAnybody = "mm1.retrieve.by-anybody",
        "any subscriber may fetch another's MM", "ENC 1.3 §9.2", ["TP-SEC-02"];
    RetrieveStatusAlone = "mm1.retrieve.status-without-body",
        "a failing M-Retrieve.conf has a status and no body", "ENC 1.3 §6.3", ["TP-RET-11", "TP-RET-12"];
    AckReportAllowedIgnored = "mm1.ack.report-allowed-ignored",
        "a delivery report is sent although the recipient forbade it", "ENC 1.3 §6.6", ["TP-ACK-09", "TP-ACK-10", "TP-M4R-09"];
    AckDeferredIsRetrieved = "mm1.ack.deferred-taken-for-retrieved",
        "M-NotifyResp.ind Deferred counts as retrieved", "ENC 1.3 §9.3", ["TP-ACK-02", "TP-ACK-15"];
    AckUnfetchedRetrieved = "mm1.ack.retrieved-without-get",
        "M-NotifyResp.ind Retrieved counts although nothing was fetched", "ENC 1.3 §6.2", ["TP-ACK-14"];
    AckDuplicateReport = "mm1.ack.duplicate-reported-twice",
        "a repeated M-NotifyResp.ind makes a second delivery report", "ENC 1.3 §6.6", ["TP-ACK-12"];
    AckAnybody = "mm1.ack.by-anybody",
        "another client's M-Acknowledge.ind counts", "ENC 1.3 §6.4", ["TP-ACK-08"];
    DeliveryWrongMessageId = "mm1.delivery.wrong-message-id",
        "M-Delivery.ind has another Message-ID than M-Send.conf", "ENC 1.3 §6.6", ["TP-DRP-02", "TP-E2E-03"];
    DeliveryWrongTo = "mm1.delivery.wrong-to",
        "To of M-Delivery.ind names the originator", "ENC 1.3 §6.6", ["TP-DRP-03"];
    DeliveryUnasked = "mm1.delivery.unasked",
        "a delivery report is sent that nobody asked for", "ENC 1.3 §6.6", ["TP-DRP-06", "TP-SUB-18"];
    DeliveryRejectedAsRetrieved = "mm1.delivery.rejected-as-retrieved",
        "a rejected MM is reported as retrieved", "ENC 1.3 §9.3", ["TP-DRP-07", "TP-ACK-04"];
    DeliveryExpirySilent = "mm1.delivery.expiry-silent",
        "an MM that expires is not reported", "ENC 1.3 §9.3", ["TP-DRP-08"];
    ReadOrigNoDate = "mm1.read-orig.no-date",
        "M-Read-Orig.ind has no Date", "ENC 1.3 §6.7.2", ["TP-RRP-04"];
    ReadOrigWrongStatus = "mm1.read-orig.always-read",
        "a deletion without reading is reported as read", "ENC 1.3 §6.7.2", ["TP-RRP-05", "TP-M4R-21"];
    ReadOrigWrongId = "mm1.read-orig.wrong-message-id",
        "M-Read-Orig.ind has another Message-ID than M-Send.conf", "ENC 1.3 §6.7.2", ["TP-RRP-02", "TP-E2E-04"];
    ReadRecAnybody = "mm1.read-rec.by-anybody",
        "a read report by somebody who got no such MM is passed on", "ENC 1.3 §6.7.2", ["TP-RRP-10"];
}
