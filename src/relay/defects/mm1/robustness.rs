//! What it takes although it should not.

use crate::relay::defects::registry::seeds;

seeds! {
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
