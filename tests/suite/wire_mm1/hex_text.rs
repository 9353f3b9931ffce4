//! Octets as people annotate them: hex pairs, `"text"` as ASCII, `#` to the end of the line for remarks.

use bytes::Bytes;

pub fn octets(text: &str) -> Bytes {
    let mut out = Vec::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(word) = rest.trim_start().chars().next() {
            rest = rest.trim_start();
            match word {
                '#' => break,
                '"' => {
                    let (inside, after) = rest[1..].split_once('"').unwrap();
                    out.extend_from_slice(inside.as_bytes());
                    rest = after;
                }
                _ => {
                    let (pair, after) = rest.split_at(2);
                    out.extend(hex::decode(pair).unwrap());
                    rest = after;
                }
            }
        }
    }
    Bytes::from(out)
}

#[test]
fn reads_hex_text_and_remarks() {
    assert_eq!(
        &octets("8C 80 # type\n98 \"t #1\" 00\n\n8D93")[..],
        b"\x8C\x80\x98t #1\0\x8D\x93"
    );
}
