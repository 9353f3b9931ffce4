//! What it does wrong when a client fetches and acknowledges.

use crate::relay::defects::registry::seeds;

seeds! {
    RetrievePartParametersLost = "mm1.retrieve.part-parameters-lost",
        "parts lose the names that stand in their type", "ENC 1.3 §7.1", ["TP-RET-27"];
    RetrieveContentTypeNotLast = "mm1.retrieve.content-type-not-last",
        "M-Retrieve.conf has a field behind Content-Type", "ENC 1.3 §7", ["TP-RET-03"];
    RetrieveBccShown = "mm1.retrieve.bcc-shown",
        "M-Retrieve.conf shows Bcc", "ENC 1.3 §6.3", ["TP-RET-09", "TP-RET-26", "TP-SUB-13"];
    RetrieveJpegAltered = "mm1.retrieve.jpeg-altered",
        "a JPEG loses its first LF on the way to the client", "ENC 1.3 §6.3", ["TP-RET-04"];
    RetrieveNoMessageId = "mm1.retrieve.no-message-id",
        "M-Retrieve.conf has no Message-ID", "ENC 1.3 §6.3", ["TP-RET-02"];
    RetrieveOnce = "mm1.retrieve.only-once",
        "a second GET before the acknowledgement finds nothing", "ENC 1.3 §9.2", ["TP-RET-14", "TP-RET-19", "TP-RET-20"];
    RetrieveIsAcknowledged = "mm1.retrieve.counts-as-retrieved",
        "an MM counts as retrieved when its GET has come, whether it got through or not", "ENC 1.3 §9.2",
        ["TP-RET-14", "TP-DRP-01"];
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
    RetrieveSinglePartLost = "mm1.retrieve.single-part-lost",
        "content that is no multipart is left out of M-Retrieve.conf", "ENC 1.3 §6.3", ["TP-RET-01", "TP-SUB-23"];
    RetrieveFreshTid = "mm1.retrieve.fresh-transaction-id",
        "M-Retrieve.conf has a transaction id that nobody knows", "ENC 1.3 §6.3", ["TP-RET-05", "TP-RET-06"];
    RetrieveHideIgnored = "mm1.retrieve.hide-ignored",
        "M-Retrieve.conf names a sender who hides", "ENC 1.3 §6.3", ["TP-RET-08"];
    RetrieveNoReportRequests = "mm1.retrieve.no-report-requests",
        "M-Retrieve.conf does not say which reports the sender asked for", "ENC 1.3 §6.3", ["TP-RET-10", "TP-M4I-12"];
    RetrieveNoPriority = "mm1.retrieve.no-priority",
        "M-Retrieve.conf has no Priority", "ENC 1.3 §6.3", ["TP-SUB-16"];
    RetrieveSpentGivesOther = "mm1.retrieve.spent-gives-other",
        "a location that is spent gives another MM of the client's", "ENC 1.3 §9.2", ["TP-RET-15"];
    RetrieveAdapted = "mm1.retrieve.adapted-although-forbidden",
        "a picture is made smaller although its sender forbade adaptation", "ENC 1.3 §6.1.1", ["TP-RET-17"];
    RetrieveResponseStatus = "mm1.retrieve.response-status",
        "X-Mms-Retrieve-Status has a number of X-Mms-Response-Status", "ENC 1.3 §7.3.50", ["TP-RET-22"];
    RetrievePartCount = "mm1.retrieve.part-count",
        "the count of parts in M-Retrieve.conf is one too many", "WAP-230 §8.5.2", ["TP-RET-25"];
    AckInternalError = "mm1.ack.internal-error",
        "indications take effect and are answered with HTTP 500", "CTR 1.3 §8.2.2", ["TP-ACK-13"];
    AckUnknownEndsWaiting = "mm1.ack.unknown-ends-waiting",
        "M-Acknowledge.ind with an unknown transaction id ends whatever waits for the client", "ENC 1.3 §6.4", ["TP-ACK-07"];
    AckAcknowledgeIgnored = "mm1.ack.acknowledge-ignored",
        "M-Acknowledge.ind is ignored", "ENC 1.3 §6.4", ["TP-ACK-06", "TP-RET-05", "TP-DRP-10"];
    AckReportForbiddenByDefault = "mm1.ack.report-forbidden-by-default",
        "no delivery report is sent unless the recipient allowed it in so many words", "ENC 1.3 §6.2", ["TP-ACK-11"];
}
