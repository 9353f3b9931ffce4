//! Encoded words in unstructured header text (RFC 2047).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::decoders::charsets::map::charset_decoder;
use memchr::memmem;

use super::{radix64, transfer};

/// Octets of text that fit one encoded word of 75 characters: `=?utf-8?B?…?=` leaves 60 for base64.
const WORD_OCTETS: usize = 45;
/// How far the ends of an encoded word are looked for, in octets. RFC 2047 §2 allows 75 for the whole word.
const LONGEST_WORD: usize = 512;
/// The MIBenum of UTF-8.
pub(super) const UTF_8: u16 = 106;

/// IANA names of charsets and their MIBenum (ENC 1.3 §7.3.19 refers to that registry).
const CHARSETS: &[(&str, u16)] = &[
    ("us-ascii", 3),
    ("iso-8859-1", 4),
    ("iso-8859-2", 5),
    ("iso-8859-3", 6),
    ("iso-8859-4", 7),
    ("iso-8859-5", 8),
    ("iso-8859-6", 9),
    ("iso-8859-7", 10),
    ("iso-8859-8", 11),
    ("iso-8859-9", 12),
    ("shift_jis", 17),
    ("euc-jp", 18),
    ("euc-kr", 38),
    ("iso-2022-jp", 39),
    ("utf-8", UTF_8),
    ("iso-8859-15", 111),
    ("gbk", 113),
    ("gb18030", 114),
    ("utf-16", 1015),
    ("gb2312", 2025),
    ("big5", 2026),
    ("koi8-r", 2084),
    ("windows-1250", 2250),
    ("windows-1251", 2251),
    ("windows-1252", 2252),
];

/// The text, and the charset that its first encoded word named. Raw octets that are no UTF-8 are taken as ISO 8859-1.
pub(super) fn decode(value: &[u8]) -> (String, Option<u16>) {
    let mut out = String::new();
    let mut charset_of_all = None;
    let mut pending: Option<Pending> = None;
    let mut at = 0;
    while at < value.len() {
        if let Some(word) = EncodedWord::at(value, at) {
            charset_of_all = charset_of_all.or(Some(mib(&word.charset)));
            at += word.len;
            match &mut pending {
                // A character may be split between words of one charset, though it should not.
                Some(p) if p.charset.eq_ignore_ascii_case(&word.charset) => p.octets.extend(word.octets),
                _ => {
                    flush(&mut pending, &mut out);
                    pending = Some(Pending {
                        charset: word.charset,
                        octets: word.octets,
                    });
                }
            }
            let blanks = value[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
            if blanks > 0 && EncodedWord::at(value, at + blanks).is_some() {
                at += blanks;
            }
        } else {
            flush(&mut pending, &mut out);
            let next = memmem::find(&value[at + 1..], b"=?").map_or(value.len(), |n| at + 1 + n);
            raw_text(&value[at..next], &mut out);
            at = next;
        }
    }
    flush(&mut pending, &mut out);
    (out, charset_of_all.flatten())
}

/// Whether the text must be encoded to come back as it was: not plain ASCII, or it would read as an encoded word,
/// or white space and controls would get lost.
pub(super) fn must_encode(text: &str) -> bool {
    !text.bytes().all(|b| (b' '..=b'~').contains(&b)) || text.contains("=?") || text.trim() != text
}

/// The text as encoded words in UTF-8, each whole characters, ready to be folded between them.
pub(super) fn encode(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(WORD_OCTETS);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (word, after) = rest.split_at(end);
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
        rest = after;
    }
    words
}

#[derive(Debug)]
struct Pending {
    charset: String,
    octets: Vec<u8>,
}

fn flush(pending: &mut Option<Pending>, out: &mut String) {
    if let Some(Pending { charset, octets }) = pending.take() {
        out.push_str(&in_charset(&charset, &octets));
    }
}

/// The octets as text in the named charset; an unknown charset as UTF-8 or ISO 8859-1.
pub(super) fn in_charset(charset: &str, octets: &[u8]) -> String {
    let mut text = String::new();
    match charset_decoder(charset.as_bytes()).filter(|_| !charset.eq_ignore_ascii_case("utf-8")) {
        Some(decoder) => text = decoder(octets),
        None => raw_text(octets, &mut text),
    }
    text
}

fn raw_text(octets: &[u8], out: &mut String) {
    match std::str::from_utf8(octets) {
        Ok(text) => out.push_str(text),
        Err(_) => out.extend(octets.iter().map(|b| char::from(*b))),
    }
}

fn mib(charset: &str) -> Option<u16> {
    CHARSETS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(charset))
        .map(|(_, mib)| *mib)
}

#[derive(Debug)]
struct EncodedWord {
    charset: String,
    octets: Vec<u8>,
    /// In the octets it was read from.
    len: usize,
}

impl EncodedWord {
    fn at(value: &[u8], at: usize) -> Option<Self> {
        let rest = value.get(at..)?.strip_prefix(b"=?")?;
        let rest = &rest[..rest.len().min(LONGEST_WORD)];
        let charset_len = memchr::memchr(b'?', rest)?;
        let charset = std::str::from_utf8(&rest[..charset_len]).ok()?;
        // RFC 2231 §5 lets a language follow.
        let charset = charset.split('*').next().unwrap_or(charset);
        let valid = !charset.is_empty() && charset.bytes().all(|b| b.is_ascii_graphic());
        let rest = &rest[charset_len + 1..];
        let [encoding, b'?', text @ ..] = rest else {
            return None;
        };
        let text_len = memmem::find(text, b"?=")?;
        let text = &text[..text_len];
        if !valid {
            return None;
        }
        let octets = match encoding.to_ascii_lowercase() {
            b'b' => radix64::decode(text).0,
            b'q' => transfer::decode_q_word(text),
            _ => return None,
        };
        Some(EncodedWord {
            charset: charset.to_owned(),
            octets,
            len: 2 + charset_len + 1 + 2 + text_len + 2,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(value: &[u8]) -> String {
        decode(value).0
    }

    #[test]
    fn words_of_both_encodings() {
        assert_eq!(
            decode(b"=?utf-8?b?aMOpbGxv?="),
            ("h\u{e9}llo".to_owned(), Some(106))
        );
        assert_eq!(
            decode(b"=?ISO-8859-1?Q?a_=E9?= b"),
            ("a \u{e9} b".to_owned(), Some(4))
        );
        assert_eq!(text(b"=?utf-8?Q?a?=  =?utf-8?Q?b?="), "ab");
        assert_eq!(text(b"=?utf-8?B?w4M=?= =?utf-8?B?w4M=?="), "\u{c3}\u{c3}");
        assert_eq!(
            text(b"=?utf-8?Q?=C3?= =?utf-8?Q?=A9?="),
            "\u{e9}",
            "a split character"
        );
        assert_eq!(text(b"=?utf-8*en?Q?x?="), "x");
    }

    #[test]
    fn what_is_no_word_stays() {
        for raw in [
            "=?",
            "=?utf-8?X?a?=",
            "a =? b",
            "=??Q?a?=",
            "=?utf-8?Q?open",
            "2 =?= 2",
        ] {
            assert_eq!(text(raw.as_bytes()), raw);
        }
        assert_eq!(text(b"caf\xE9"), "caf\u{e9}");
        assert_eq!(text("caf\u{e9}".as_bytes()), "caf\u{e9}");
    }

    proptest! {
        #[test]
        fn encoded_text_comes_back(original in "\\PC{0,200}|[ -~\\r\\n\\t]{0,200}") {
            let words = encode(&original);
            prop_assert!(words.iter().all(|w| w.len() <= 75));
            prop_assert_eq!(text(words.join(" ").as_bytes()), original.clone());
            if !must_encode(&original) {
                prop_assert_eq!(text(original.as_bytes()), original);
            }
        }

        #[test]
        fn any_octets_are_survived(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            decode(&octets);
        }
    }
}
