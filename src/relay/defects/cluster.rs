//! What it does wrong as one of several relays: at the edge, as a hub, on a common store, and about homes.

use super::registry::seeds;

seeds! {
    BeyondInnerName = "cluster.edge.inner-name",
        "a RES or report that leaves through the edge names the node it comes from", "derived", ["TP-MRS-04"];
    LocalLeaves = "cluster.edge.local-mm-leaves",
        "the edge sends an MM between two relays behind it to a peer", "derived", ["TP-MRS-02"];
    EntranceForgetsOthers = "cluster.entrance.others-forgotten",
        "an MM for own subscribers and those of another relay reaches the own ones alone", "derived",
        ["TP-MRS-01", "TP-M4I-16"];
    InnerUnknownDropped = "cluster.inner-hop.unknown-fields-dropped",
        "fields that the relay does not know are left behind on the hop inside", "derived", ["TP-MRS-16"];
    HopsFew = "cluster.hops.three-are-too-many",
        "an MM that passed two relays is taken for one that loops", "derived", ["TP-MRS-14"];

    HubNoTrace = "hub.smtp-relay.no-trace",
        "the hub adds no Received field", "RFC 5321 §4.4", ["TP-E2E-16", "TP-SMT-25"];
    HubRewrites = "hub.smtp-relay.own-originator-system",
        "a hub that only relays mail puts its own name into it", "derived", ["TP-E2E-16"];
    HubForeignTid = "hub.application.same-transaction-id",
        "a hub that ends transactions goes on under the transaction id it was given", "derived", ["TP-E2E-17"];

    StoreFetchOwn = "cluster.store.fetched-where-kept",
        "an MM can be fetched only through the relay that took it over", "derived", ["TP-MRS-20"];
    StoreAcknowledgeOwn = "cluster.store.acknowledged-where-kept",
        "an acknowledgement counts only at the relay that took the MM over", "derived", ["TP-MRS-21"];
    StoreCopiesOwn = "cluster.store.copies-not-shared",
        "a request that another relay of the store, or another life of this one, took is taken again", "derived",
        ["TP-MRS-25", "TP-M4A-15"];
    StoreNoTakeover = "cluster.store.no-takeover",
        "what a dead relay of the store held waits for its return", "RFC 5321 §6.1", ["TP-MRS-09"];
    StoreTakeoverTwice = "cluster.store.notified-again",
        "who takes over for a dead relay notifies again what was notified", "derived", ["TP-MRS-12"];

    HomeLookupIgnored = "cluster.home-lookup.ignored",
        "the table decides about homes although there is a subscriber service", "TS 23.140 §8.2", ["TP-MRS-03"];
    HomeLookupCached = "cluster.home-lookup.remembered",
        "the first answer about a home is kept for ever", "TS 23.140 §8.2", ["TP-MRS-03", "TP-MRS-22"];
    HomeLookupFinal = "cluster.home-lookup.failure-final",
        "an MM is refused when the subscriber service does not answer", "derived", ["TP-MRS-09"];
    RehomeLeftBehind = "cluster.rehome.left-behind",
        "MMs that wait stay where they are when their subscriber moves", "derived", ["TP-MRS-22"];
    RehomeCopyStays = "cluster.rehome.copy-stays",
        "a copy of an MM that followed its subscriber stays behind and is notified", "derived", ["TP-MRS-22"];
}
