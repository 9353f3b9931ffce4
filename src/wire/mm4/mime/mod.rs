//! The content of an MM as a MIME body (RFC 2045, 2046), octet-exact both ways: what a part holds comes back as it was,
//! lone CR, LF and NUL included. A nested multipart of MIME stays encoded;
//! one in the binary form of MM1 is written as MIME.

mod nested;
mod read;
mod split;
mod write;

pub use read::decode;
pub use write::{Body, encode};

pub(super) use read::{About, read};
pub(super) use write::{Plan, field_name, fold, one_line, unstructured};

/// Header fields of a part that have a place of their own in [`Part`](crate::wire::Part) or say how it was encoded.
const OWN_FIELDS: [&str; 4] = [
    "Content-Type",
    "Content-ID",
    "Content-Location",
    "Content-Transfer-Encoding",
];
