//! Seeded misbehaviour: each defect is one small deviation with a name, checked at one place in the code.

use std::fmt;

/// A named deviation of the embedded relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defect {
    /// `--defect NAME`.
    pub name: &'static str,
    /// What the relay does wrong, in one sentence.
    pub breaks: &'static str,
    /// The clause it violates.
    pub clause: &'static str,
    /// The test purposes that are meant to notice.
    pub tests: &'static [&'static str],
}

macro_rules! defects {
    ($( $variant:ident = $name:literal, $breaks:literal, $clause:literal, [$($test:literal),+]; )*) => {
        /// The handle by which the code asks for a defect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Seed { $( $variant, )* }

        /// Every defect the relay can be started with.
        pub const DEFECTS: &[Defect] = &[
            $( Defect { name: $name, breaks: $breaks, clause: $clause, tests: &[$($test),+] }, )*
        ];
    };
}

defects! {
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
        "a delivery report is sent although the recipient forbade it", "ENC 1.3 §6.6",
        ["TP-ACK-09", "TP-ACK-10", "TP-M4R-09"];
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
        "X-Mms-Sender-Visibility Hide is ignored on arrival over MM4", "ENC 1.3 §6.2",
        ["TP-M4I-14", "TP-E2E-07", "TP-SEC-21"];
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
        "a repeated MM4_forward.REQ has a new transaction id", "TS 23.140 §8.4.1",
        ["TP-M4A-03", "TP-M4A-17", "TP-SMT-19"];
    RetryGivesUp = "mm4.retry.gives-up-after-4xx",
        "a transient SMTP reply ends the transfer", "RFC 5321 §4.2.1", ["TP-M4A-17", "TP-SMT-18"];
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

    E2eReportLost = "e2e.delivery-report.lost",
        "a delivery report that came over MM4 is not shown", "TS 23.140 §8.4.2", ["TP-E2E-03", "TP-M4R-01"];
    E2eHideIgnored = "e2e.hide.ignored",
        "X-Mms-Sender-Visibility Hide is not sent along over MM4", "ENC 1.3 §6.2", ["TP-E2E-07", "TP-M4O-22"];
    E2eReadReportLost = "e2e.read-report.lost",
        "a read report does not leave for the originator's MMSE", "TS 23.140 §8.4.3", ["TP-E2E-04", "TP-M4R-19"];

    StoreForgets = "store.forgets",
        "what the relay is responsible for dies with its process", "RFC 5321 §6.1", ["TP-M4A-21", "TP-SMT-24", "TP-MRS-09"];

    InnerHopOwnReport = "cluster.inner-hop.own-report",
        "the node that passes an MM inside reports it as retrieved at once", "derived", ["TP-MRS-18"];
    HomeDownDrops = "cluster.home-down.drops",
        "an MM is dropped when the recipient's node is down", "RFC 5321 §6.1", ["TP-MRS-09"];
    OutsideNameOfNode = "cluster.outside-name-of-node",
        "peers see the node's own host as originator system", "derived", ["TP-MRS-04"];
    InnerExpiryRestarts = "cluster.expiry-restarts",
        "the time of expiry starts again at each node", "derived", ["TP-MRS-17"];
    InnerForwardCounter = "cluster.forward-counter",
        "an inner hop counts as a forward", "derived", ["TP-MRS-15"];
    StrayResDropped = "cluster.stray-res-dropped",
        "a RES or report that arrives at the wrong node is dropped", "derived", ["TP-MRS-05", "TP-MRS-06"];
    LoopSilent = "cluster.loop-silent",
        "an MM that loops between the nodes vanishes without a negative outcome", "RFC 5321 §6.3", ["TP-MRS-13"];

    VersionMajor2Accepted = "version.major-2-accepted",
        "a client of MMS 2.0 is served", "ENC 1.3 §6.14.3", ["TP-VER-03"];
    VersionMinorRefused = "version.minor-refused",
        "a client of an unknown minor version is refused", "ENC 1.3 §6.14.2", ["TP-VER-04"];
    VersionMm4OldRefused = "version.mm4-old-refused",
        "MM4 below 5.0 is refused", "TS 23.140 §8.4.6", ["TP-VER-07"];
    VersionMm4Unchecked = "version.mm4-7-unanswered",
        "MM4 7.0 and above is neither served nor answered", "TS 23.140 §8.4.6", ["TP-VER-08"];
}

/// Finds a defect by its name.
///
/// # Errors
/// There is none; the nearest name is given.
pub fn find(name: &str) -> Result<&'static Defect, UnknownDefect> {
    DEFECTS
        .iter()
        .find(|d| d.name == name)
        .ok_or_else(|| UnknownDefect::new(name))
}

/// The defects one relay was started with.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seeds([u64; Self::WORDS]);

impl Seeds {
    /// Room for four times 64 defects.
    const WORDS: usize = 4;

    /// # Errors
    /// The first name that no defect has.
    pub fn of(names: &[String]) -> Result<Seeds, UnknownDefect> {
        let mut seeds = Seeds::default();
        for name in names {
            let at = DEFECTS
                .iter()
                .position(|d| d.name == name)
                .ok_or_else(|| UnknownDefect::new(name))?;
            seeds.0[at / 64] |= 1 << (at % 64);
        }
        Ok(seeds)
    }

    pub fn has(self, seed: Seed) -> bool {
        let at = seed as usize;
        self.0[at / 64] & (1 << (at % 64)) != 0
    }
}

/// A defect name that the relay does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDefect {
    pub name: String,
    /// The name that is spelled most like it.
    pub nearest: &'static str,
}

impl UnknownDefect {
    fn new(name: &str) -> Self {
        let nearest = DEFECTS
            .iter()
            .map(|d| d.name)
            .min_by_key(|known| distance(name, known))
            .unwrap_or_default();
        UnknownDefect {
            name: name.to_owned(),
            nearest,
        }
    }
}

impl fmt::Display for UnknownDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there is no defect `{}`; did you mean `{}`?",
            self.name, self.nearest
        )
    }
}

/// Levenshtein distance in octets.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1).min(row[j] + 1).min(diagonal + usize::from(x != y));
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_fit_the_set() {
        for (at, one) in DEFECTS.iter().enumerate() {
            assert!(
                !DEFECTS[at + 1..].iter().any(|d| d.name == one.name),
                "{}",
                one.name
            );
        }
        assert!(DEFECTS.len() <= Seeds::WORDS * 64);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let error = Seeds::of(&["mm4.res.wrong-transaction".to_owned()]).unwrap_err();
        assert_eq!(error.nearest, "mm4.res.wrong-transaction-id");
        let seeds = Seeds::of(&["mm4.res.unasked".to_owned()]).unwrap();
        assert!(seeds.has(Seed::ResUnasked) && !seeds.has(Seed::ResWrongTid));
    }
}
