//! The 7-bit default alphabet (3GPP TS 23.038 §6.2.1) and how its septets are packed.

/// The default alphabet in the order of its codes; 0x1B leads to the extension table.
const ALPHABET: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table: code behind 0x1B, character.
const EXTENSION: &[(u8, char)] = &[
    (0x0A, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];
const ESCAPE: u8 = 0x1B;

/// Septets, each in an octet, as text. An unknown code behind the escape is the character of the default alphabet.
pub(super) fn text(septets: &[u8]) -> String {
    let plain: Vec<char> = ALPHABET.chars().collect();
    let mut out = String::new();
    let mut escaped = false;
    for septet in septets {
        let septet = septet & 0x7F;
        if escaped {
            let extension = EXTENSION.iter().find(|(code, _)| *code == septet);
            out.push(extension.map_or(plain[usize::from(septet)], |(_, c)| *c));
            escaped = false;
        } else if septet == ESCAPE {
            escaped = true;
        } else {
            out.push(plain[usize::from(septet)]);
        }
    }
    out
}

/// Text as septets, each in an octet; `?` for what the alphabet does not have.
pub(super) fn septets(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        let plain = ALPHABET.chars().position(|known| known == c && c != '\u{1b}');
        let extension = EXTENSION.iter().find(|(_, known)| *known == c);
        match (plain, extension) {
            (Some(code), _) => out.push(code as u8),
            (None, Some((code, _))) => out.extend([ESCAPE, *code]),
            (None, None) => out.push(0x3F),
        }
    }
    out
}

/// Packs septets, the first one `fill` bits into the first octet (3GPP TS 23.038 §6.1.2.1).
pub(super) fn pack(septets: &[u8], fill: usize) -> Vec<u8> {
    let mut out = vec![0; (septets.len() * 7 + fill).div_ceil(8)];
    for (at, septet) in septets.iter().enumerate() {
        let bit = fill + at * 7;
        let wide = u16::from(septet & 0x7F) << (bit % 8);
        let [low, high] = wide.to_le_bytes();
        out[bit / 8] |= low;
        if high != 0 {
            out[bit / 8 + 1] |= high;
        }
    }
    out
}

/// At most `count` septets from behind `fill` bits; fewer if the octets end.
pub(super) fn unpack(octets: &[u8], fill: usize, count: usize) -> Vec<u8> {
    (0..count)
        .map_while(|at| {
            let bit = fill + at * 7;
            let last = (bit + 6) / 8;
            if last >= octets.len() {
                return None;
            }
            let high = if last > bit / 8 { octets[last] } else { 0 };
            let wide = u16::from_le_bytes([octets[bit / 8], high]);
            Some((wide >> (bit % 8)) as u8 & 0x7F)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_alphabet_has_its_128_characters() {
        assert_eq!(ALPHABET.chars().count(), 128);
        assert_eq!(pack(&septets("hello"), 0), [0xE8, 0x32, 0x9B, 0xFD, 0x06]);
        assert_eq!(text(&septets("a€{ü")), "a€{ü");
    }

    proptest! {
        #[test]
        fn septets_come_back(septets in prop::collection::vec(0u8..128, 0..200), fill in 0usize..7) {
            prop_assert_eq!(unpack(&pack(&septets, fill), fill, septets.len()), septets);
        }
    }
}
