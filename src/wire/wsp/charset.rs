//! Charsets by their IANA MIBenum, of which the decoder reads the ones MMS meets.

use std::borrow::Cow;

/// A charset by its MIBenum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset(u16);

/// Names as MIME spells them, in lower case.
const NAMES: &[(u16, &str)] = &[
    (3, "us-ascii"),
    (4, "iso-8859-1"),
    (5, "iso-8859-2"),
    (6, "iso-8859-3"),
    (7, "iso-8859-4"),
    (8, "iso-8859-5"),
    (9, "iso-8859-6"),
    (10, "iso-8859-7"),
    (11, "iso-8859-8"),
    (12, "iso-8859-9"),
    (13, "iso-8859-10"),
    (17, "shift_jis"),
    (18, "euc-jp"),
    (37, "iso-2022-kr"),
    (38, "euc-kr"),
    (39, "iso-2022-jp"),
    (106, "utf-8"),
    (109, "iso-8859-13"),
    (110, "iso-8859-14"),
    (111, "iso-8859-15"),
    (112, "iso-8859-16"),
    (113, "gbk"),
    (114, "gb18030"),
    (1000, "iso-10646-ucs-2"),
    (1001, "iso-10646-ucs-4"),
    (1012, "utf-7"),
    (1013, "utf-16be"),
    (1014, "utf-16le"),
    (1015, "utf-16"),
    (2025, "gb2312"),
    (2026, "big5"),
    (2084, "koi8-r"),
    (2250, "windows-1250"),
    (2251, "windows-1251"),
    (2252, "windows-1252"),
    (2253, "windows-1253"),
    (2254, "windows-1254"),
    (2255, "windows-1255"),
    (2256, "windows-1256"),
    (2257, "windows-1257"),
    (2258, "windows-1258"),
    (2259, "tis-620"),
];

impl Charset {
    pub const US_ASCII: Charset = Charset(3);
    pub const ISO_8859_1: Charset = Charset(4);
    pub const UTF_8: Charset = Charset(106);
    pub const UCS_2: Charset = Charset(1000);
    pub const UTF_16BE: Charset = Charset(1013);
    pub const UTF_16LE: Charset = Charset(1014);
    pub const UTF_16: Charset = Charset(1015);

    pub fn from_mib(mib: u16) -> Self {
        Charset(mib)
    }

    pub fn from_name(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(mib, _)| Charset(*mib))
    }

    pub fn mib(self) -> u16 {
        self.0
    }

    /// The name MIME gives it, if it is one of those that mobile terminals send.
    pub fn name(self) -> Option<&'static str> {
        NAMES
            .iter()
            .find(|(mib, _)| *mib == self.0)
            .map(|(_, name)| *name)
    }

    /// Octets above 127 of this charset are read; of others the name at most is known.
    pub fn is_read(self) -> bool {
        self.is_two_octet() || matches!(self, Self::US_ASCII | Self::ISO_8859_1 | Self::UTF_8)
    }

    /// Characters take two octets, so that single NULs stand within the text.
    pub fn is_two_octet(self) -> bool {
        matches!(self, Self::UCS_2 | Self::UTF_16BE | Self::UTF_16LE | Self::UTF_16)
    }

    /// Reads octets of this charset; none if it is unknown here or the octets are not of it. Any charset but the two-octet ones
    /// is taken for ASCII as long as the octets are.
    pub fn decode(self, octets: &[u8]) -> Option<String> {
        match self {
            Self::UTF_8 => std::str::from_utf8(octets).ok().map(str::to_owned),
            Self::ISO_8859_1 => Some(latin_1(octets)),
            Self::UTF_16LE => utf_16(octets, u16::from_le_bytes),
            Self::UCS_2 | Self::UTF_16BE => utf_16(octets, u16::from_be_bytes),
            Self::UTF_16 => match octets {
                [0xFF, 0xFE, rest @ ..] => utf_16(rest, u16::from_le_bytes),
                [0xFE, 0xFF, rest @ ..] => utf_16(rest, u16::from_be_bytes),
                _ => utf_16(octets, u16::from_be_bytes),
            },
            _ if octets.is_ascii() => Some(latin_1(octets)),
            _ => None,
        }
    }

    /// Writes text in this charset. What the charset has no octet for becomes `?`; charsets unknown here get UTF-8.
    pub fn encode(self, text: &str) -> Cow<'_, [u8]> {
        let single = |last: u32| -> Vec<u8> {
            text.chars()
                .map(|c| {
                    u8::try_from(u32::from(c))
                        .ok()
                        .filter(|o| u32::from(*o) <= last)
                        .unwrap_or(b'?')
                })
                .collect()
        };
        match self {
            Self::US_ASCII => single(0x7F).into(),
            Self::ISO_8859_1 => single(0xFF).into(),
            Self::UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::UCS_2 | Self::UTF_16BE | Self::UTF_16 => {
                text.encode_utf16().flat_map(u16::to_be_bytes).collect()
            }
            _ => text.as_bytes().into(),
        }
    }
}

/// Octets as ISO 8859-1, which has a character for each.
pub fn latin_1(octets: &[u8]) -> String {
    octets.iter().map(|octet| char::from(*octet)).collect()
}

fn utf_16(octets: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = octets.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<String, _>>()
        .ok()
}
