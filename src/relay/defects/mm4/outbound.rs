//! What it does wrong when it sends MM4_forward.REQ, and with the RES to it.

use crate::relay::defects::registry::seeds;

seeds! {
    ForwardSizeIgnored = "mm4.forward.size-ignored",
        "the SIZE that the peer announced is not heeded", "RFC 1870 §6.1", ["TP-M4O-24"];
    ForwardOneMmseOnly = "mm4.forward.one-mmse-only",
        "an MM for recipients in several MMSEs leaves for one of them", "TS 23.140 §8.4.1", ["TP-E2E-06", "TP-M4O-16"];
    RetryTooEarly = "mm4.retry.too-early",
        "a RES is waited for a small part of the time that is configured", "derived", ["TP-M4A-02"];
    RetryWithoutEnd = "mm4.retry.without-end",
        "a peer that never answers with a RES is asked for ever", "TS 23.140 §8.4", ["TP-M4A-04"];

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
    ForwardLocalCopy = "mm4.forward.local-copy-leaves",
        "an MM for a subscriber of this MMSE goes to the first peer as well", "TS 23.140 §8.4.1", ["TP-M4O-16"];
    ForwardAllInEnvelope = "mm4.forward.all-in-envelope",
        "each peer's envelope names all recipients of the MM", "TS 23.140 §8.4.1", ["TP-M4O-14", "TP-M4O-16"];
    ForwardOneAtATime = "mm4.forward.one-at-a-time",
        "a request waits until the one before it to the same peer is over", "derived", ["TP-M4A-22"];
    ForwardSenderUnqualified = "mm4.forward.sender-unqualified",
        "Sender of MM4_forward.REQ has no domain", "RFC 5322 §3.6.2", ["TP-M4O-06"];
    ForwardReportByDefault = "mm4.forward.report-by-default",
        "MM4_forward.REQ asks for a delivery report when the client did not say", "TS 23.140 §8.4.1", ["TP-M4O-12"];
    ForwardCounterOfHops = "mm4.forward.counter-of-hops",
        "X-Mms-Forward-Counter counts the hops of an MM that nobody forwarded", "RFC 4356 §2.1.3.2", ["TP-M4O-23"];
    RetryAfterRefusal = "mm4.retry.after-refusal",
        "MM4_forward.REQ is sent again although the RES refused it for good", "TS 23.140 §8.4.1",
        ["TP-M4A-07", "TP-M4A-08"];
    RetryBeyondExpiry = "mm4.retry.beyond-expiry",
        "an MM that has expired in the queue is still sent", "ENC 1.3 §6.1.1", ["TP-M4A-20"];
    RetryNewTid = "mm4.retry.new-transaction-id",
        "a repeated MM4_forward.REQ has a new transaction id", "TS 23.140 §8.4.1", ["TP-M4A-03", "TP-M4A-17", "TP-SMT-19"];
    RetryGivesUp = "mm4.retry.gives-up-after-4xx",
        "a transient SMTP reply ends the transfer", "RFC 5321 §4.2.1", ["TP-M4A-17", "TP-SMT-18"];
    RetryAfter5xx = "mm4.retry.after-5xx",
        "a permanent SMTP reply is retried", "RFC 5321 §4.2.1", ["TP-M4A-18"];
    RetryAfterOk = "mm4.retry.after-res-ok",
        "MM4_forward.REQ is sent again although a RES Ok came", "TS 23.140 §8.4.1", ["TP-M4A-01"];
    ResAnswered = "mm4.res.answered",
        "a RES that asks for acknowledgement gets one", "derived", ["TP-M4X-15"];
    ResForAnyTransaction = "mm4.res.for-any-transaction",
        "a RES with an unknown transaction id completes some other transfer", "TS 23.140 §8.4.1", ["TP-M4A-09"];
    ResLateIsFailure = "mm4.res.late-is-failure",
        "a RES that nobody waits for any more is reported as a failure", "derived", ["TP-M4A-11"];
    ResUnknownStatusIsOk = "mm4.res.unknown-status-is-ok",
        "a request status that is in no list counts as Ok", "derived", ["TP-M4A-14"];
    ResQuotesKept = "mm4.res.quotes-kept",
        "the quotes around the transaction id of a RES are taken for a part of it", "deployed MM4 traffic", ["TP-M4A-13"];
    ResMimeRequired = "mm4.res.mime-required",
        "a RES without MIME-Version is passed over", "RFC 2045 §5.2", ["TP-M4A-23"];
    ResMessageIdRequired = "mm4.res.message-id-required",
        "a RES without message id is passed over", "deployed implementations", ["TP-M4A-12"];
    ResFromAnybody = "mm4.res.from-anybody",
        "a RES from an MMSE that was not asked completes the transfer", "TS 23.140 §8.4.1", ["TP-M4A-10"];
    FailureSilent = "mm4.failure.silent",
        "a transfer that is given up causes no negative report", "ENC 1.3 §9.3", ["TP-M4A-05", "TP-E2E-12"];
    RetryBrokenGivesUp = "mm4.retry.gives-up-when-broken",
        "a transfer whose connection could not be opened, or broke, is not repeated", "RFC 5321 §4.5.4.1",
        ["TP-SMT-19", "TP-M4A-19", "TP-M4A-24"];
    RetryImpatient = "mm4.retry.impatient",
        "an SMTP session that takes longer than a fifth of a second is given up and begun again", "RFC 5321 §4.5.3.2",
        ["TP-SMT-20"];
}
