//! Closed lists of values (ENC 1.3 §7.3 and Appendix D; TS 23.140 §8.4.4 for the words of MM4).

use super::TokenList;

pub const YES_NO: TokenList = &[("Yes", 0x80), ("No", 0x81)];

/// ENC 1.3 §7.3.25.
pub const MESSAGE_CLASS: TokenList = &[
    ("Personal", 0x80),
    ("Advertisement", 0x81),
    ("Informational", 0x82),
    ("Auto", 0x83),
];

/// ENC 1.3 §7.3.30.
pub const MESSAGE_TYPE: TokenList = &[
    ("M-Send.req", 0x80),
    ("M-Send.conf", 0x81),
    ("M-Notification.ind", 0x82),
    ("M-NotifyResp.ind", 0x83),
    ("M-Retrieve.conf", 0x84),
    ("M-Acknowledge.ind", 0x85),
    ("M-Delivery.ind", 0x86),
    ("M-Read-Rec.ind", 0x87),
    ("M-Read-Orig.ind", 0x88),
    ("M-Forward.req", 0x89),
    ("M-Forward.conf", 0x8A),
    ("M-Mbox-Store.req", 0x8B),
    ("M-Mbox-Store.conf", 0x8C),
    ("M-Mbox-View.req", 0x8D),
    ("M-Mbox-View.conf", 0x8E),
    ("M-Mbox-Upload.req", 0x8F),
    ("M-Mbox-Upload.conf", 0x90),
    ("M-Mbox-Delete.req", 0x91),
    ("M-Mbox-Delete.conf", 0x92),
    ("M-Mbox-Descr", 0x93),
    ("M-Delete.req", 0x94),
    ("M-Delete.conf", 0x95),
    ("M-Cancel.req", 0x96),
    ("M-Cancel.conf", 0x97),
];

pub const PRIORITY: TokenList = &[("Low", 0x80), ("Normal", 0x81), ("High", 0x82)];

/// Not the Yes/No that Appendix D prints: §7.3.52 has these words.
pub const SENDER_VISIBILITY: TokenList = &[("Hide", 0x80), ("Show", 0x81)];

/// ENC 1.3 §7.3.48: 80–88 of MMS 1.0, of which 81–87 are obsolete on MM1 and alive on MM4; C0 ff. transient, E0 ff. permanent.
pub const RESPONSE_STATUS: TokenList = &[
    ("Ok", 0x80),
    ("Error-unspecified", 0x81),
    ("Error-service-denied", 0x82),
    ("Error-message-format-corrupt", 0x83),
    ("Error-sending-address-unresolved", 0x84),
    ("Error-message-not-found", 0x85),
    ("Error-network-problem", 0x86),
    ("Error-content-not-accepted", 0x87),
    ("Error-unsupported-message", 0x88),
    ("Error-transient-failure", 0xC0),
    ("Error-transient-sending-address-unresolved", 0xC1),
    ("Error-transient-message-not-found", 0xC2),
    ("Error-transient-network-problem", 0xC3),
    ("Error-transient-partial-success", 0xC4),
    ("Error-permanent-failure", 0xE0),
    ("Error-permanent-service-denied", 0xE1),
    ("Error-permanent-message-format-corrupt", 0xE2),
    ("Error-permanent-sending-address-unresolved", 0xE3),
    ("Error-permanent-message-not-found", 0xE4),
    ("Error-permanent-content-not-accepted", 0xE5),
    ("Error-permanent-reply-charging-limitations-not-met", 0xE6),
    ("Error-permanent-reply-charging-request-not-accepted", 0xE7),
    ("Error-permanent-reply-charging-forwarding-denied", 0xE8),
    ("Error-permanent-reply-charging-not-supported", 0xE9),
    ("Error-permanent-address-hiding-not-supported", 0xEA),
    ("Error-permanent-lack-of-prepaid", 0xEB),
];

/// The nine words of X-Mms-Request-Status-Code on MM4, under the octets their twins have on MM1.
pub const REQUEST_STATUS: TokenList = &[
    ("Ok", 0x80),
    ("Error-unspecified", 0x81),
    ("Error-service-denied", 0x82),
    ("Error-message-format-corrupt", 0x83),
    ("Error-sending-address-unresolved", 0x84),
    ("Error-message-not-found", 0x85),
    ("Error-network-problem", 0x86),
    ("Error-content-not-accepted", 0x87),
    ("Error-unsupported-message", 0x88),
];

/// ENC 1.3 §7.3.50.
pub const RETRIEVE_STATUS: TokenList = &[
    ("Ok", 0x80),
    ("Error-transient-failure", 0xC0),
    ("Error-transient-message-not-found", 0xC1),
    ("Error-transient-network-problem", 0xC2),
    ("Error-permanent-failure", 0xE0),
    ("Error-permanent-service-denied", 0xE1),
    ("Error-permanent-message-not-found", 0xE2),
    ("Error-permanent-content-unsupported", 0xE3),
];

/// ENC 1.3 §7.3.58.
pub const STORE_STATUS: TokenList = &[
    ("Success", 0x80),
    ("Error-transient-failure", 0xC0),
    ("Error-transient-network-problem", 0xC1),
    ("Error-permanent-failure", 0xE0),
    ("Error-permanent-service-denied", 0xE1),
    ("Error-permanent-message-format-corrupt", 0xE2),
    ("Error-permanent-message-not-found", 0xE3),
    ("Error-permanent-mmbox-full", 0xE4),
];

/// ENC 1.3 §7.3.54; the same words are X-Mms-MM-Status-Code on MM4, where aggregators write the American spelling.
pub const STATUS: TokenList = &[
    ("Expired", 0x80),
    ("Retrieved", 0x81),
    ("Rejected", 0x82),
    ("Deferred", 0x83),
    ("Unrecognised", 0x84),
    ("Unrecognized", 0x84),
    ("Indeterminate", 0x85),
    ("Forwarded", 0x86),
    ("Unreachable", 0x87),
];

/// MM4 alone. Peers spell these in several ways: the spelling is never judged.
pub const STATUS_EXTENSION: TokenList = &[
    ("Rejection-By-MMS-Recipient", 0x80),
    ("Rejected-by-recipient", 0x80),
    ("Rejection-By-Other-RS", 0x81),
    ("Rejected-by-other-MMSC", 0x81),
];

pub const READ_STATUS: TokenList = &[("Read", 0x80), ("Deleted without being read", 0x81)];

pub const REPLY_CHARGING: TokenList = &[
    ("Requested", 0x80),
    ("Requested text only", 0x81),
    ("Accepted", 0x82),
    ("Accepted text only", 0x83),
];

pub const MM_STATE: TokenList = &[
    ("Draft", 0x80),
    ("Sent", 0x81),
    ("New", 0x82),
    ("Retrieved", 0x83),
    ("Forwarded", 0x84),
];

pub const RETRIEVAL_MODE: TokenList = &[("Manual", 0x80)];

/// ENC 1.3 §7.3.9.
pub const CONTENT_CLASS: TokenList = &[
    ("text", 0x80),
    ("image-basic", 0x81),
    ("image-rich", 0x82),
    ("video-basic", 0x83),
    ("video-rich", 0x84),
    ("megapixel", 0x85),
    ("content-basic", 0x86),
    ("content-rich", 0x87),
];

pub const CANCEL_STATUS: TokenList = &[
    ("Cancel request successfully received", 0x80),
    ("Cancel request corrupted", 0x81),
];
