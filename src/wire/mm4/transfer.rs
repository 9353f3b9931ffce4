//! Content transfer encodings (RFC 2045 §6), octet-exact both ways.

use super::header::LINE_LIMIT;
use super::radix64;

/// Characters of an encoded line (RFC 2045 §6.7).
const ENCODED_LINE: usize = 76;

/// How a body's octets are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    SevenBit,
    EightBit,
    Binary,
    QuotedPrintable,
    Base64,
}

impl Encoding {
    const NAMES: [(Encoding, &'static str); 5] = [
        (Encoding::SevenBit, "7bit"),
        (Encoding::EightBit, "8bit"),
        (Encoding::Binary, "binary"),
        (Encoding::QuotedPrintable, "quoted-printable"),
        (Encoding::Base64, "base64"),
    ];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        // A trailing comment or a stray semicolon is seen in the field.
        let word = name.split([' ', ';', '(']).next().unwrap_or_default();
        Self::NAMES
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(word))
            .map(|(encoding, _)| *encoding)
    }

    pub(super) fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(encoding, _)| *encoding == self)
            .map_or("binary", |(_, name)| name)
    }

    /// Whether the octets stand on the wire as they are.
    pub(super) fn is_identity(self) -> bool {
        matches!(self, Encoding::SevenBit | Encoding::EightBit | Encoding::Binary)
    }

    pub(super) fn encode(self, octets: &[u8], out: &mut Vec<u8>) {
        match self {
            Encoding::Base64 => radix64::encode(octets, out),
            Encoding::QuotedPrintable => encode_quoted_printable(octets, out),
            _ => out.extend_from_slice(octets),
        }
    }
}

/// Whether the octets survive as 7bit: ASCII without NUL, CR and LF only as CRLF, lines of at most 998 octets.
pub(super) fn fits_seven_bit(octets: &[u8]) -> bool {
    let mut line = 0;
    let mut previous = 0;
    for &octet in octets {
        match octet {
            0 | 0x80.. => return false,
            b'\n' if previous != b'\r' => return false,
            b'\n' => line = 0,
            _ if previous == b'\r' => return false,
            _ => line += 1,
        }
        // The CR of the line end counted as one.
        if line > LINE_LIMIT + 1 || (line > LINE_LIMIT && octet != b'\r') {
            return false;
        }
        previous = octet;
    }
    previous != b'\r'
}

/// The octets, and where in the text the first fault was: `=` without two hexadecimal digits or a line end, or an octet
/// that should have been encoded. What is faulty is kept as it stands.
pub(super) fn decode_quoted_printable(text: &[u8]) -> (Vec<u8>, Option<usize>) {
    let mut out = Vec::with_capacity(text.len());
    let mut fault = None;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'=' => {
                if let Some(octet) = hex_pair(&text[at + 1..]) {
                    out.push(octet);
                    at += 3;
                } else if let Some(len) = soft_break(&text[at + 1..]) {
                    at += 1 + len;
                } else {
                    fault = fault.or(Some(at));
                    out.push(b'=');
                    at += 1;
                }
            }
            b' ' | b'\t' => {
                // White space before a line end was added in transport (RFC 2045 §6.7 rule 3).
                let run = blanks(&text[at..]);
                let rest = &text[at + run..];
                if !(rest.is_empty() || rest.starts_with(b"\n") || rest.starts_with(b"\r\n")) {
                    out.extend_from_slice(&text[at..at + run]);
                }
                at += run;
            }
            octet => {
                if octet >= 0x7F || (octet < b' ' && !matches!(octet, b'\r' | b'\n')) {
                    fault = fault.or(Some(at));
                }
                out.push(octet);
                at += 1;
            }
        }
    }
    (out, fault)
}

/// The Q encoding of encoded words (RFC 2047 §4.2).
pub(super) fn decode_q_word(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match (text[at], hex_pair(&text[at + 1..])) {
            (b'=', Some(octet)) => {
                out.push(octet);
                at += 2;
            }
            (b'_', _) => out.push(b' '),
            (octet, _) => out.push(octet),
        }
        at += 1;
    }
    out
}

/// CRLF pairs become line ends, every other CR and LF is encoded, so that exactly these octets come back.
fn encode_quoted_printable(octets: &[u8], out: &mut Vec<u8>) {
    let mut column = 0;
    let mut rest = octets;
    while let Some((&octet, after)) = rest.split_first() {
        if rest.starts_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
            column = 0;
            rest = &rest[2..];
            continue;
        }
        let blank_at_end = matches!(octet, b' ' | b'\t') && (after.is_empty() || after.starts_with(b"\r\n"));
        let literal = matches!(octet, b' '..=b'~' | b'\t') && octet != b'=' && !blank_at_end;
        let width = if literal { 1 } else { 3 };
        if column + width >= ENCODED_LINE {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if literal {
            out.push(octet);
        } else {
            out.extend_from_slice(format!("={octet:02X}").as_bytes());
        }
        column += width;
        rest = after;
    }
}

fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// The length of a line end with blanks before it, or of the end of the text.
fn soft_break(text: &[u8]) -> Option<usize> {
    let run = blanks(text);
    match &text[run..] {
        [] => Some(run),
        [b'\n', ..] => Some(run + 1),
        [b'\r', b'\n', ..] => Some(run + 2),
        _ => None,
    }
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn seven_bit_is_exact_about_lines() {
        let line = |n: usize, end: &str| [vec![b'a'; n], end.as_bytes().to_vec()].concat();
        assert!(fits_seven_bit(b""));
        assert!(fits_seven_bit(b"a\r\nb"));
        assert!(fits_seven_bit(&line(998, "\r\n")));
        assert!(fits_seven_bit(&line(998, "")));
        assert!(!fits_seven_bit(&line(999, "\r\n")));
        assert!(!fits_seven_bit(&line(999, "")));
        for bad in [&b"a\nb"[..], b"a\rb", b"a\r", b"\xC3\xA9", b"\0", b"\n"] {
            assert!(!fits_seven_bit(bad), "{bad:?}");
        }
    }

    #[test]
    fn damaged_quoted_printable_keeps_what_it_cannot_read() {
        assert_eq!(
            decode_quoted_printable(b"a=C3=a9 =\r\nb \t\r\nc"),
            ("a\u{e9} b\r\nc".as_bytes().to_vec(), None)
        );
        assert_eq!(decode_quoted_printable(b"a=\nb= \nc="), (b"abc".to_vec(), None));
        assert_eq!(decode_quoted_printable(b"1=2"), (b"1=2".to_vec(), Some(1)));
        assert_eq!(decode_quoted_printable(b"\xE9"), (b"\xE9".to_vec(), Some(0)));
    }

    proptest! {
        #[test]
        fn every_encoding_gives_the_octets_back(octets in proptest::collection::vec(any::<u8>(), 0..400), text in "[ -~\\t\\r\\n=]{0,300}") {
            for octets in [octets.as_slice(), text.as_bytes()] {
                let mut base64 = Vec::new();
                Encoding::Base64.encode(octets, &mut base64);
                prop_assert_eq!(radix64::decode(&base64), (octets.to_vec(), None));
                let mut quoted = Vec::new();
                Encoding::QuotedPrintable.encode(octets, &mut quoted);
                prop_assert_eq!(decode_quoted_printable(&quoted), (octets.to_vec(), None));
                for encoded in [base64, quoted] {
                    prop_assert!(fits_seven_bit(&encoded));
                    prop_assert!(encoded.split(|b| *b == b'\n').all(|line| line.len() <= ENCODED_LINE + 1));
                }
            }
        }

        #[test]
        fn any_text_decodes_to_something(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            radix64::decode(&text);
            decode_quoted_printable(&text);
            decode_q_word(&text);
        }
    }
}
