//! What it does wrong when it reports to the originator.

use crate::relay::defects::registry::seeds;

seeds! {
    DeliveryWrongMessageId = "mm1.delivery.wrong-message-id",
        "M-Delivery.ind has another Message-ID than M-Send.conf", "ENC 1.3 §6.6", ["TP-DRP-02", "TP-E2E-03"];
    DeliveryWrongTo = "mm1.delivery.wrong-to",
        "To of M-Delivery.ind names the originator", "ENC 1.3 §6.6", ["TP-DRP-03"];
    DeliveryUnasked = "mm1.delivery.unasked",
        "a delivery report is sent that nobody asked for", "ENC 1.3 §6.6", ["TP-DRP-06", "TP-SUB-18", "TP-RRP-07", "TP-M4R-08"];
    DeliveryRejectedAsRetrieved = "mm1.delivery.rejected-as-retrieved",
        "a rejected MM is reported as retrieved", "ENC 1.3 §9.3", ["TP-DRP-07", "TP-ACK-04"];
    DeliveryPushedIsRetrieved = "mm1.delivery.pushed-is-retrieved",
        "an MM is reported as retrieved when the push gateway took its notification", "ENC 1.3 §9.3",
        ["TP-DRP-01", "TP-DRP-08"];
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
    DeliveryDeferredFinal = "mm1.delivery.deferred-is-final",
        "who was told Deferred is told nothing else about that recipient", "ENC 1.3 §9.3", ["TP-M4R-22"];
    DeliveryVersionLate = "mm1.delivery.version-late",
        "the MMS version of M-Delivery.ind stands behind the Message-ID", "ENC 1.3 §7", ["TP-DRP-16"];
    DeliveryTid = "mm1.delivery.transaction-id",
        "M-Delivery.ind has a transaction id", "ENC 1.3 §6.6", ["TP-DRP-17"];
    DeliveryUnrecognised = "mm1.delivery.unrecognised",
        "an outcome nobody knows is reported as Unrecognised", "ENC 1.3 §9.3", ["TP-DRP-12", "TP-M4R-23"];
    DeliveryUnroutableSilent = "mm1.delivery.unroutable-silent",
        "nothing is reported about a recipient to whom there is no way", "ENC 1.3 §9.3", ["TP-DRP-11"];
    ReadOrigToken = "mm1.read-orig.insert-address",
        "From of M-Read-Orig.ind is the insert-address token", "ENC 1.3 §6.7.2", ["TP-RRP-03", "TP-RRP-11"];
    ReadRecUnknownPassed = "mm1.read-rec.unknown-passed",
        "a read report about an MM that its sender never had goes where its To says", "derived", ["TP-RRP-09", "TP-RRP-10"];
}
