//! WSP primitives (WAP-230 §8.4, of which MMS may use encoding version 1.3): integers, strings, value lengths, charsets, media
//! types, headers, multiparts. Reading goes over a [`Cursor`] whose faults carry the octet they were met at; writing appends to
//! a `Vec` and cannot fail.

mod charset;
mod cursor;
mod headers;
mod media;
mod multipart;
mod params;
mod text;
pub mod write;

pub use charset::Charset;
pub use cursor::{Cursor, Fault, FaultKind, Form};
pub(in crate::wire) use headers::write_header;
pub use headers::{Header, header_name, read_headers};
pub use media::{read_media_type, write_media_type};
pub use multipart::{read_multipart, write_multipart};
pub(crate) use multipart::{write_part_count, write_part_head};
pub use text::{EncodedString, read_encoded_string, read_text, read_whole_text};
