//! Octets as `%XX`.

/// What became of a run of escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub octets: Vec<u8>,
    /// Offset of the first `%` that no two hex digits follow; it stands for itself.
    pub fault: Option<usize>,
}

/// `%XX` is an octet; in a form, `+` is a blank; anything else is itself.
pub fn decode(text: &[u8], form: bool) -> Decoded {
    let mut octets = Vec::with_capacity(text.len());
    let mut fault = None;
    let mut at = 0;
    while let Some(octet) = text.get(at) {
        let digit = |ahead: usize| text.get(at + ahead).and_then(|b| char::from(*b).to_digit(16));
        at += match (octet, digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                // Two digits of 16 fit an octet.
                octets.push((high << 4 | low) as u8);
                3
            }
            (b'%', ..) => {
                fault = fault.or(Some(at));
                octets.push(b'%');
                1
            }
            (b'+', ..) if form => {
                octets.push(b' ');
                1
            }
            (octet, ..) => {
                octets.push(*octet);
                1
            }
        };
    }
    Decoded { octets, fault }
}

/// How values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Escapes {
    /// `%ff` instead of `%FF`.
    pub lower: bool,
    /// `+` for a blank instead of `%20`.
    pub plus: bool,
    /// Letters and digits are escaped, too.
    pub all: bool,
}

impl Escapes {
    /// Every way, the most usual first.
    pub const ALL: [Escapes; 8] = {
        const fn way(bits: u8) -> Escapes {
            Escapes {
                lower: bits & 1 != 0,
                plus: bits & 2 != 0,
                all: bits & 4 != 0,
            }
        }
        [way(0), way(1), way(2), way(3), way(4), way(5), way(6), way(7)]
    };

    pub fn encode(self, octets: &[u8], out: &mut Vec<u8>) {
        let digits: &[u8; 16] = if self.lower {
            b"0123456789abcdef"
        } else {
            b"0123456789ABCDEF"
        };
        for octet in octets {
            let plain = octet.is_ascii_alphanumeric() || b"-._~".contains(octet);
            if plain && !self.all {
                out.push(*octet);
            } else if *octet == b' ' && self.plus {
                out.push(b'+');
            } else {
                let digit = |nibble: u8| digits[usize::from(nibble & 0xF)];
                out.extend([b'%', digit(octet >> 4), digit(*octet)]);
            }
        }
    }
}
