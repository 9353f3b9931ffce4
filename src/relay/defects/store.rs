//! What it does wrong when it starts again: what it had answered for is forgotten, or done once more.

use super::registry::seeds;

seeds! {
    StoreForgets = "store.forgets",
        "what the relay is responsible for dies with its process", "RFC 5321 §6.1", ["TP-M4A-21", "TP-SMT-24", "TP-MRS-09"];
    StoreResForgotten = "store.response-forgotten",
        "a RES that the peer could not take yet dies with the process", "RFC 5321 §6.1", ["TP-M4A-21"];
    StoreReportForgotten = "store.report-forgotten",
        "a report that the peer could not take yet dies with the process", "RFC 5321 §6.1",
        ["TP-M4I-13", "TP-M4R-19", "TP-E2E-03", "TP-MRS-18"];
    StorePushForgotten = "store.push-forgotten",
        "a report that the push gateway could not take yet dies with the process", "RFC 5321 §6.1",
        ["TP-DRP-01", "TP-M4R-01", "TP-RRP-01"];
    StoreNotifiedAgain = "store.notified-again",
        "a client that was notified is notified anew after a restart", "derived", ["TP-MRS-12", "TP-E2E-09"];
    StoreSubmissionsForgotten = "store.submission-accepted-again",
        "a submission repeated after a restart is another MM", "ENC 1.3 §6.1", ["TP-SUB-31"];
    StoreSentForgotten = "store.report-unexpected",
        "reports about MMs of an earlier life are about nothing", "RFC 5321 §6.1", ["TP-M4R-01"];
    StoreShownForgotten = "store.report-shown-again",
        "a report repeated after a restart is shown once more", "derived", ["TP-M4R-17"];
    StoreTransferRenumbered = "store.transfer-renumbered",
        "a transfer goes on after a restart under another transaction id", "TS 23.140 §8.4.1", ["TP-M4A-17"];
    StoreHandedForgotten = "store.transfer-repeated",
        "a transfer that was complete is made again after a restart", "TS 23.140 §8.4.1", ["TP-M4A-01"];
    StoreFetchedForgotten = "store.retrieval-forgotten",
        "a client that fetched the MM before a restart is not believed after it", "ENC 1.3 §6.3", ["TP-ACK-06"];
    StoreOverForgotten = "store.acknowledgement-forgotten",
        "an acknowledgement repeated after a restart is the first one", "ENC 1.3 §6.2", ["TP-ACK-12"];
    StoreOneRecipient = "store.one-recipient",
        "of an MM for several clients the first alone is gone on with after a restart", "RFC 5321 §6.1", ["TP-SUB-12"];
    StoreDueForgotten = "store.delivery-time-forgotten",
        "an MM that waits for its delivery time dies with the process", "RFC 5321 §6.1", ["TP-SUB-12"];
}
