//! What it takes although it should not.

use crate::relay::defects::registry::seeds;

seeds! {
    SubmitBrokenTaken = "mm1.submit.broken-taken",
        "an M-Send.req whose connection breaks is taken as far as it came", "RFC 7230 §3.4", ["TP-BAD-24"];
    SubmitImpatient = "mm1.submit.impatient",
        "a client that needs longer than a fifth of a second to post a PDU is answered 408", "derived", ["TP-SUB-01"];
    SubmitOversizeAccepted = "mm1.submit.oversize-accepted",
        "an MM above the size limit is accepted", "ENC 1.3 §9.1", ["TP-BAD-22"];
    SubmitNoRecipientAccepted = "mm1.submit.no-recipient-accepted",
        "an M-Send.req without To, Cc and Bcc is accepted", "ENC 1.3 §6.1.1", ["TP-BAD-03"];
    SubmitStrangerServed = "mm1.submit.stranger-served",
        "a client that is no subscriber may submit", "ENC 1.3 §9.1", ["TP-BAD-26"];
    SubmitUnknownPduIgnored = "mm1.submit.unknown-pdu-ok",
        "an unknown PDU type is answered with Ok", "ENC 1.3 §6.14.2", ["TP-BAD-09"];
    SubmitEmptyTaken = "mm1.submit.empty-taken",
        "an empty POST is answered as if it were an indication", "ENC 1.3 §9.1", ["TP-BAD-01"];
    SubmitMandatoryMissingAccepted = "mm1.submit.mandatory-missing-accepted",
        "an M-Send.req without From or version is accepted", "ENC 1.3 §6.1.1", ["TP-BAD-05", "TP-BAD-06"];
    SubmitCorruptTransient = "mm1.submit.corrupt-is-transient",
        "an M-Send.req that cannot be read is refused as if it could be repeated", "ENC 1.3 §9.1", ["TP-BAD-14"];
    SubmitLengthUnchecked = "mm1.submit.length-unchecked",
        "a part that claims more octets than there are is taken as far as it goes", "WAP-230 §8.5.3", ["TP-BAD-18"];
    SubmitMediaTypeUnchecked = "mm1.submit.media-type-unchecked",
        "a POST of any media type is taken", "ENC 1.3 §5", ["TP-BAD-20"];
    SubmitAnonymous = "mm1.submit.anonymous-served",
        "a client nobody can identify may leave its address to the relay", "ENC 1.3 §9.1", ["TP-BAD-25"];
    OtherServiceOk = "mm1.other-service.ok",
        "a PDU of a service the relay does not have, or of a relay, is answered with Ok", "ENC 1.3 §6.14.2", ["TP-FWD-12", "TP-BOX-19", "TP-BAD-10"];
}
