//! What it does wrong with those who differ from it: peers and clients of other releases, terse ones, and ones that send what
//! nobody expects.

use super::registry::seeds;

seeds! {
    VersionMm4OldResIgnored = "version.mm4-old-res-ignored",
        "a MM4_forward.RES of a version below 5.0 completes nothing", "TS 23.140 §8.4.6", ["TP-E2E-10", "TP-MRS-23"];
    VersionOldAnswersIgnored = "version.old-client-answers-ignored",
        "M-NotifyResp.ind and M-Acknowledge.ind of a client below MMS 1.2 are ignored", "ENC 1.3 §6.14.2", ["TP-VER-01"];
    VersionOldReadReportLost = "version.mms-1-0-read-report-lost",
        "a client of MMS 1.0 is told of a read report in no way at all", "ENC 1.3 §6.7.2", ["TP-RRP-01", "TP-VER-05"];

    VersionOldClientRefused = "version.old-client-refused",
        "M-Send.req of a client below MMS 1.2 is refused", "ENC 1.3 §6.14.2", ["TP-VER-01", "TP-VER-02"];
    VersionReadReportMmSwallowed = "version.read-report-mm-swallowed",
        "an MM of class Auto is accepted and delivered to nobody", "ENC 1.3 §6.7.1", ["TP-RRP-06"];

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

    ForwardSizeIgnored = "mm4.forward.size-ignored",
        "the SIZE that the peer announced is not heeded", "RFC 1870 §6.1", ["TP-M4O-24"];
    ForwardOneMmseOnly = "mm4.forward.one-mmse-only",
        "an MM for recipients in several MMSEs leaves for one of them", "TS 23.140 §8.4.1", ["TP-E2E-06", "TP-M4O-16"];
    RetryTooEarly = "mm4.retry.too-early",
        "a RES is waited for a small part of the time that is configured", "derived", ["TP-M4A-02"];
    RetryWithoutEnd = "mm4.retry.without-end",
        "a peer that never answers with a RES is asked for ever", "TS 23.140 §8.4", ["TP-M4A-04"];
    ReportForClientUnasked = "mm4.report.for-client-unasked",
        "a report that the relay alone asked for is sent for the client", "ENC 1.3 §6.6", ["TP-M4R-24"];
    ReportRejectedByOthers = "mm4.report.rejected-by-others",
        "a rejection by the recipient is reported as one by another relay", "TS 33.128", ["TP-M4R-06"];
    ReadReplyResWithoutIdRefused = "mm4.read-reply.res-without-id-refused",
        "MM4_read_reply_report.RES without X-Mms-Message-ID is refused", "TS 23.140 §8.4.3", ["TP-M4R-20"];
}
