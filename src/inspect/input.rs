//! What a file holds: octets as they are, or as hex digits.

use bytes::Bytes;

/// How the octets stood in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Raw,
    Hex,
}

impl Form {
    pub fn name(self) -> &'static str {
        match self {
            Form::Raw => "raw",
            Form::Hex => "hex",
        }
    }
}

/// The octets of a file.
#[derive(Debug, Clone)]
pub struct Input {
    /// For people: a file's name, or `standard input`.
    pub name: String,
    pub octets: Bytes,
    pub form: Form,
}

/// Text that was to be hex digits and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotHex {
    #[error("at octet {0}: no hex digit")]
    Digit(usize),
    #[error("an odd number of hex digits ({0})")]
    Odd(usize),
}

impl Input {
    /// Takes octets as they are, unless all of them are hex digits and white space.
    pub fn detect(name: &str, octets: Vec<u8>) -> Input {
        let is_text = octets
            .iter()
            .all(|b| b.is_ascii_hexdigit() || b.is_ascii_whitespace());
        match digits(&octets) {
            Ok(decoded) if is_text && !decoded.is_empty() => Input::new(name, decoded, Form::Hex),
            _ => Input::new(name, octets, Form::Raw),
        }
    }

    /// Takes octets as they are.
    pub fn raw(name: &str, octets: Vec<u8>) -> Input {
        Input::new(name, octets, Form::Raw)
    }

    /// Reads hex digits; white space, `:`, `,` and `0x` between them are passed over.
    ///
    /// # Errors
    /// There is something else, or half an octet.
    pub fn hex(name: &str, text: &[u8]) -> Result<Input, NotHex> {
        Ok(Input::new(name, digits(text)?, Form::Hex))
    }

    fn new(name: &str, octets: Vec<u8>, form: Form) -> Input {
        Input {
            name: name.to_owned(),
            octets: octets.into(),
            form,
        }
    }
}

fn digits(text: &[u8]) -> Result<Vec<u8>, NotHex> {
    let mut half = None;
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut at = 0;
    while let Some(octet) = text.get(at) {
        let prefix = half.is_none() && *octet == b'0' && matches!(text.get(at + 1), Some(b'x' | b'X'));
        match char::from(*octet).to_digit(16) {
            _ if prefix => at += 1,
            Some(digit) => {
                let digit = digit as u8;
                half = match half {
                    None => Some(digit),
                    Some(high) => {
                        out.push(high << 4 | digit);
                        None
                    }
                };
            }
            None if octet.is_ascii_whitespace() || matches!(octet, b':' | b',') => {}
            None => return Err(NotHex::Digit(at)),
        }
        at += 1;
    }
    match half {
        None => Ok(out),
        Some(_) => Err(NotHex::Odd(out.len() * 2 + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_in_its_many_forms() {
        for text in ["8C82 98", "8c:82:98\n", "0x8C, 0x82, 0x98"] {
            assert_eq!(
                &Input::hex("x", text.as_bytes()).unwrap().octets[..],
                b"\x8C\x82\x98"
            );
        }
        assert_eq!(Input::hex("x", b"8C8").unwrap_err(), NotHex::Odd(3));
        assert_eq!(Input::hex("x", b"8Cxx").unwrap_err(), NotHex::Digit(2));
    }

    #[test]
    fn only_what_is_all_hex_is_taken_for_hex() {
        assert_eq!(Input::detect("x", b"8C 82\n".to_vec()).form, Form::Hex);
        for raw in [&b"8C 8"[..], b"", b" \n", b"\x8C\x82", b"To: a"] {
            assert_eq!(Input::detect("x", raw.to_vec()).form, Form::Raw);
        }
    }
}
