//! Encoded words (RFC 2047) in MM1 text.

use crate::wire::mm4;
use crate::wire::wsp::Charset;

/// The RFC 2047 reading of a text that is written with encoded words, if it has any and they can be read.
pub(crate) fn without_encoded_words(text: &str) -> Option<String> {
    // The form is `=?charset?B|Q?octets?=`; text that merely contains `=?` stays what it is.
    let mut marks = text.match_indices('=').map(|(at, _)| at);
    let from = marks.find(|at| text[at + 1..].starts_with('?'))?;
    let mut fields = text[from + 2..].splitn(4, '?');
    let (charset, encoding, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let ends = fields.next()?.starts_with('=');
    let readable = !rest.is_empty() && encoding.len() == 1 && Charset::from_name(charset).is_some();
    (ends && readable).then(|| mm4::decode_words(text))
}
