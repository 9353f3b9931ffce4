//! Writing the primitives. Nothing here fails: what WSP cannot say is said as nearly as it can be.

use super::Charset;
use super::cursor::{LENGTH_QUOTE, QUOTE};

/// uintvar (WAP-230 §8.1.2).
pub fn uintvar(out: &mut Vec<u8>, value: u32) {
    let groups = (32 - value.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let bits = (value >> (7 * group) & 0x7F) as u8;
        out.push(if group > 0 { bits | 0x80 } else { bits });
    }
}

/// Value-length in its shortest form.
pub fn value_length(out: &mut Vec<u8>, len: usize) {
    match u8::try_from(len) {
        Ok(short) if short < LENGTH_QUOTE => out.push(short),
        _ => {
            out.push(LENGTH_QUOTE);
            uintvar(out, u32::try_from(len).unwrap_or(u32::MAX));
        }
    }
}

/// What `write` appends, with its value-length before it.
pub fn with_length(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.push(0);
    write(out);
    let len = out.len() - start - 1;
    match u8::try_from(len) {
        Ok(short) if short < LENGTH_QUOTE => out[start] = short,
        _ => {
            out[start] = LENGTH_QUOTE;
            before(out, start + 1, |out| {
                uintvar(out, u32::try_from(len).unwrap_or(u32::MAX))
            });
        }
    }
}

/// Moves what `write` appends to an earlier place. Values are short, so this costs less than writing them elsewhere first.
pub(super) fn before(out: &mut Vec<u8>, place: usize, write: impl FnOnce(&mut Vec<u8>)) {
    let end = out.len();
    write(out);
    let added = out.len() - end;
    out[place..].rotate_right(added);
}

/// Long-integer of minimal length.
pub fn long_integer(out: &mut Vec<u8>, value: u64) {
    let octets = value.to_be_bytes();
    let skip = (value.leading_zeros() as usize / 8).min(octets.len() - 1);
    out.push((octets.len() - skip) as u8);
    out.extend_from_slice(&octets[skip..]);
}

/// Integer-value in its shorter form.
pub fn integer(out: &mut Vec<u8>, value: u64) {
    match u8::try_from(value) {
        Ok(short) if short < 0x80 => out.push(short | 0x80),
        _ => long_integer(out, value),
    }
}

/// Text-string, quoted where its first octet is no printable ASCII. A NUL would end the text early and let what follows pass
/// for fields of its own: it is left out.
pub fn text(out: &mut Vec<u8>, text: &str) {
    text_octets(out, text.as_bytes());
    out.push(0);
}

fn text_octets(out: &mut Vec<u8>, octets: &[u8]) {
    if octets.first().is_some_and(|first| !(0x20..QUOTE).contains(first)) {
        out.push(QUOTE);
    }
    if octets.contains(&0) {
        out.extend(octets.iter().copied().filter(|octet| *octet != 0));
    } else {
        out.extend_from_slice(octets);
    }
}

/// Encoded-string-value (ENC 1.3 §7.3.19): plain text when it is ASCII and no charset is asked for, else with a charset, UTF-8
/// by default.
pub fn encoded_string(out: &mut Vec<u8>, charset: Option<Charset>, value: &str) {
    let plain = value.is_ascii() && value.bytes().next().is_none_or(|first| first >= 0x20);
    let charset = match charset {
        None if plain => return text(out, value),
        None => Charset::UTF_8,
        Some(charset) => charset,
    };
    with_length(out, |inner| {
        integer(inner, u64::from(charset.mib()));
        let octets = charset.encode(value);
        if charset.is_two_octet() {
            if octets.first().is_some_and(|first| *first >= 0x80) {
                inner.push(QUOTE);
            }
            inner.extend_from_slice(&octets);
            inner.extend_from_slice(&[0, 0]);
        } else {
            text_octets(inner, &octets);
            inner.push(0);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::wsp::Cursor;
    use bytes::Bytes;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> Bytes {
        let mut out = Vec::new();
        write(&mut out);
        Bytes::from(out)
    }

    #[test]
    fn known_octets() {
        assert_eq!(&written(|o| uintvar(o, 0x87A5))[..], [0x82, 0x8F, 0x25]);
        assert_eq!(
            &written(|o| uintvar(o, u32::MAX))[..],
            [0x8F, 0xFF, 0xFF, 0xFF, 0x7F]
        );
        assert_eq!(&written(|o| long_integer(o, 0))[..], [1, 0]);
        assert_eq!(&written(|o| long_integer(o, 604_800))[..], [3, 0x09, 0x3A, 0x80]);
        assert_eq!(&written(|o| integer(o, 127))[..], [0xFF]);
        assert_eq!(&written(|o| integer(o, 128))[..], [1, 0x80]);
        assert_eq!(&written(|o| value_length(o, 30))[..], [30]);
        assert_eq!(&written(|o| value_length(o, 31))[..], [31, 31]);
        assert_eq!(
            &written(|o| encoded_string(o, None, "Grüße"))[..],
            b"\x09\xEAGr\xC3\xBC\xC3\x9Fe\0"
        );
        assert_eq!(
            &written(|o| encoded_string(o, None, "öl"))[..],
            b"\x06\xEA\x7F\xC3\xB6l\0"
        );
    }

    #[test]
    fn a_nul_cannot_smuggle_a_field_in() {
        assert_eq!(&written(|o| text(o, "a\0\u{8d}b"))[..], b"a\xC2\x8Db\0");
    }

    proptest! {
        #[test]
        fn uintvar_comes_back(value: u32) {
            let octets = written(|o| uintvar(o, value));
            let mut cursor = Cursor::new(&octets);
            prop_assert_eq!(cursor.uintvar(), Ok(value));
            prop_assert!(cursor.is_empty() && octets.len() <= 5);
        }

        #[test]
        fn integers_come_back(value: u64) {
            let octets = written(|o| { long_integer(o, value); integer(o, value) });
            let mut cursor = Cursor::new(&octets);
            prop_assert_eq!(cursor.long_integer(), Ok(value));
            prop_assert_eq!(cursor.integer(), Ok(value));
            prop_assert!(cursor.is_empty());
        }

        #[test]
        fn text_comes_back(value in "[^\0]*") {
            let octets = written(|o| text(o, &value));
            let mut cursor = Cursor::new(&octets);
            prop_assert_eq!(cursor.text_octets(), Ok(value.as_bytes()));
            prop_assert!(cursor.is_empty());
        }

        #[test]
        fn any_value_can_be_skipped(octets: Vec<u8>) {
            let octets = Bytes::from(octets);
            let mut cursor = Cursor::new(&octets);
            while cursor.value().is_ok() {}
            prop_assert!(cursor.pos() <= octets.len());
        }
    }
}
