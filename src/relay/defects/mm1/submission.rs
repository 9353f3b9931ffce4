//! What it does wrong when a client submits.

use crate::relay::defects::registry::seeds;

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
    SubmitDateInLocalTime = "mm1.submit.date-in-local-time",
        "the Date a client gives is taken for local time, an hour off", "ENC 1.3 §7.3.12", ["TP-SUB-11"];
    SubmitEncodedWordBroken = "mm1.submit.encoded-word-broken",
        "the underscores and equals signs of an encoded word in Subject become spaces", "ENC 1.3 §7.3.19", ["TP-SUB-20"];
    SubmitDeliveryTimeIgnored = "mm1.submit.delivery-time-ignored",
        "an MM is notified before its Delivery-Time", "ENC 1.3 §7.3.14", ["TP-SUB-27"];
    SubmitUnknownHeaderDropped = "mm1.submit.unknown-header-dropped",
        "application headers of M-Send.req are not passed on", "ENC 1.3 §6.14.2", ["TP-SUB-24", "TP-M4O-21"];
    SubmitReplyChargingAccepted = "mm1.submit.reply-charging-accepted",
        "a reply-charging request is accepted without the service", "ENC 1.3 §6.1.1", ["TP-SUB-29", "TP-SUB-30"];
    SendConfVersionFirst = "mm1.send-conf.version-first",
        "the MMS version of M-Send.conf stands before the transaction id", "ENC 1.3 §7", ["TP-SUB-05"];
    SendConfBody = "mm1.send-conf.body",
        "M-Send.conf has a text/plain body", "ENC 1.3 §6.1.2", ["TP-SUB-06"];
    SendConfMediaType = "mm1.send-conf.media-type",
        "the HTTP response with M-Send.conf is labelled text/plain", "ENC 1.3 §5", ["TP-SUB-07"];
    SendConfAccepted = "mm1.send-conf.http-202",
        "M-Send.conf comes with HTTP 202", "CTR 1.3 §8.2.1", ["TP-SUB-01"];
    SendConfStoreStatus = "mm1.send-conf.store-status",
        "M-Send.conf reports a store status that nobody asked for", "ENC 1.3 §6.1.2", ["TP-SUB-33", "TP-BOX-27"];
    SendConfUnassignedStatus = "mm1.send-conf.unassigned-status",
        "what is not served is refused with the unassigned Response-Status 0x89", "ENC 1.3 §7.3.48", ["TP-SUB-38"];
    SendConfObsoleteStatus = "mm1.send-conf.obsolete-status",
        "refusals carry the status codes of MMS 1.0", "ENC 1.3 §7.3.48", ["TP-SUB-39"];
    SendConfMessageIdOfSecond = "mm1.send-conf.message-id-of-second",
        "two MMs that a client submits in one second have the same Message-ID", "ENC 1.3 §6.1.2", ["TP-SUB-04"];
    SendConfAfterTransfers = "mm1.send-conf.after-transfers",
        "M-Send.conf waits until the peer MMSE has taken the MM", "derived", ["TP-SUB-43"];
    SubmitTokenBecomesRelay = "mm1.submit.token-becomes-relay",
        "the insert-address token becomes the relay's own address", "ENC 1.3 §6.1.1", ["TP-SUB-08", "TP-RET-07"];
    SubmitOwnAddressRefused = "mm1.submit.own-address-refused",
        "a From that is not the insert-address token is refused", "ENC 1.3 §6.1.1", ["TP-SUB-09"];
    SubmitFirstRecipientOnly = "mm1.submit.first-recipient-only",
        "of several addresses in one field only the first is served", "ENC 1.3 §6.1.1", ["TP-SUB-12"];
    SubmitRecipientTwice = "mm1.submit.recipient-twice",
        "an address that stands in both To and Cc is served twice", "ENC 1.3 §6.1.1", ["TP-SUB-14"];
    SubmitBccAloneRefused = "mm1.submit.bcc-alone-refused",
        "an MM that has only Bcc is refused", "ENC 1.3 §6.1.1", ["TP-SUB-15"];
    SubmitSubjectCut = "mm1.submit.subject-cut",
        "a Subject ends after 20 characters", "ENC 1.3 §7.3.19", ["TP-SUB-16"];
    SubmitSubjectAscii = "mm1.submit.subject-ascii",
        "letters of a Subject beyond ASCII become question marks", "ENC 1.3 §7.3.19", ["TP-SUB-19"];
    SubmitClassTextDropped = "mm1.submit.class-text-dropped",
        "a Message-Class of the client's own is dropped", "ENC 1.3 §7.3.27", ["TP-SUB-17"];
    SubmitMixedRefused = "mm1.submit.mixed-refused",
        "multipart/mixed is refused", "ENC 1.3 §5", ["TP-SUB-22"];
    SubmitUnknownValueDropped = "mm1.submit.unknown-value-dropped",
        "a known field is dropped when its value is unknown", "ENC 1.3 §6.14.2", ["TP-SUB-25"];
    SubmitTidAlone = "mm1.submit.transaction-id-alone",
        "a transaction id that another client used makes an MM a duplicate", "ENC 1.3 §6.1", ["TP-SUB-32"];
    SubmitSeparatorsRefused = "mm1.submit.separators-refused",
        "a number with hyphens or dots is refused", "ENC 1.3 §8", ["TP-SUB-34"];
    SubmitAddressTypeTransient = "mm1.submit.address-type-transient",
        "an address of a type the relay does not serve is refused as if it might be served later", "ENC 1.3 §8", ["TP-SUB-35"];
    SubmitNewFieldsRefused = "mm1.submit.new-fields-refused",
        "fields that came with MMS 1.2 and 1.3 are refused as corrupt", "ENC 1.3 §7", ["TP-SUB-36"];
    SubmitUnnamedFieldRefused = "mm1.submit.unnamed-field-refused",
        "a field with an unassigned number is refused as corrupt", "ENC 1.3 §6.14.2", ["TP-SUB-37"];
    SubmitMediaParameterRefused = "mm1.submit.media-parameter-refused",
        "a parameter of the HTTP media type makes it a foreign one", "RFC 7231 §3.1.1", ["TP-SUB-42"];
}
