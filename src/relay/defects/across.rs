//! What it does wrong between relays, with versions, and from end to end.

use super::registry::seeds;

seeds! {
    E2eReportLost = "e2e.delivery-report.lost",
        "a delivery report that came over MM4 is not shown", "TS 23.140 §8.4.2", ["TP-E2E-03", "TP-M4R-01"];
    E2eHideIgnored = "e2e.hide.ignored",
        "X-Mms-Sender-Visibility Hide is not sent along over MM4", "ENC 1.3 §6.2", ["TP-E2E-07", "TP-M4O-22", "TP-MRS-19"];
    E2eReadReportLost = "e2e.read-report.lost",
        "a read report does not leave for the originator's MMSE", "TS 23.140 §8.4.3", ["TP-E2E-04", "TP-M4R-19"];
    InnerHopOwnReport = "cluster.inner-hop.own-report",
        "the node that passes an MM inside reports it as retrieved at once", "derived", ["TP-MRS-18"];
    HomeDownDrops = "cluster.home-down.drops",
        "an MM is dropped when the recipient's node is down", "RFC 5321 §6.1", ["TP-MRS-09"];
    OutsideNameOfNode = "cluster.outside-name-of-node",
        "peers see the node's own host as originator system", "derived", ["TP-MRS-04", "TP-MRS-24"];
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
        "MM4 below 5.0 is refused", "TS 23.140 §8.4.6", ["TP-VER-07", "TP-E2E-10", "TP-MRS-23"];
    VersionMm4Unchecked = "version.mm4-7-unanswered",
        "MM4 7.0 and above is neither served nor answered", "TS 23.140 §8.4.6", ["TP-VER-08"];
    VersionMm4NoneUnsupported = "version.mm4-none-unsupported",
        "a version of MM4 that is no version is refused as unsupported", "TS 23.140 §8.4.6", ["TP-VER-09"];
    VersionOfAnswers = "version.mm4-of-answers",
        "a RES states another version of MM4 than a request", "TS 23.140 §8.4.6", ["TP-VER-10"];
    VersionHalvesExchanged = "version.halves-exchanged",
        "the relay writes MMS 1.3 as 3.1", "ENC 1.3 §7.3.34", ["TP-VER-02", "TP-VER-06"];
    VersionOneRefused = "version.1-0-refused",
        "a client of MMS 1.0 is refused", "ENC 1.3 §6.14.2", ["TP-VER-01"];
    E2eNotificationEarly = "e2e.notification.too-early",
        "an MM from a peer is notified two seconds before it can be fetched", "TS 23.140 §8.4.1", ["TP-E2E-01"];
    E2eOneWay = "e2e.one-way",
        "a peer that was sent an MM is taken for a receiver, and MMs from it are refused", "derived", ["TP-E2E-13", "TP-M4I-01"];
    E2eExpiryFromDate = "e2e.expiry-from-date",
        "seconds in X-Mms-Expiry count from the Date of the sender's clock", "derived", ["TP-E2E-14"];
    E2eShowHides = "e2e.show-hides",
        "any X-Mms-Sender-Visibility hides the sender", "ENC 1.3 §6.2", ["TP-M4I-15"];
    E2eHomeForgotten = "e2e.recipients-at-home-forgotten",
        "an MM for recipients here and at peers reaches those at peers alone", "ENC 1.3 §6.1.1", ["TP-SUB-12"];
}
