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
        "MM4 below 5.0 is refused", "TS 23.140 §8.4.6", ["TP-VER-07", "TP-MRS-23"];
    VersionMm4Unchecked = "version.mm4-7-unanswered",
        "MM4 7.0 and above is neither served nor answered", "TS 23.140 §8.4.6", ["TP-VER-08"];
}
