//! Inputs made to cost more than they weigh, of about any length: whatever makes a decoder allocate, recurse or look back.

/// Which decoder an input is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    Mm1,
    Mm4,
    Push,
}

/// A kind of hostile input.
#[derive(Debug, Clone, Copy)]
pub struct Crafted {
    pub name: &'static str,
    pub decoder: Decoder,
    /// Makes one of about so many octets.
    pub make: fn(usize) -> Vec<u8>,
}

const fn crafted(name: &'static str, decoder: Decoder, make: fn(usize) -> Vec<u8>) -> Crafted {
    Crafted { name, decoder, make }
}

pub const CRAFTED: &[Crafted] = &[
    crafted("fields of two octets", Decoder::Mm1, |n| mm1(&[0x95, 0x81], n)),
    crafted("unknown fields", Decoder::Mm1, |n| mm1(&[0xC5, 0x81], n)),
    crafted("fields by name", Decoder::Mm1, |n| mm1(b"X\0y\0", n)),
    crafted("one long text", Decoder::Mm1, |n| {
        mm1_ended(b"\x96", b"a", b"\0", n)
    }),
    crafted("one long text of Latin-1", Decoder::Mm1, |n| {
        mm1_ended(b"\x96", b"\xE9a", b"\0", n)
    }),
    crafted("lengths beyond the end", Decoder::Mm1, |n| {
        mm1(b"\x96\x1F\x8F\xFF\xFF\xFF\x7F", n)
    }),
    crafted("parts of three octets", Decoder::Mm1, |n| {
        mm1_ended(b"\x84\xA3\x8F\xFF\xFF\xFF\x7F", b"\x01\x00\x83", b"", n)
    }),
    crafted("parts without a type", Decoder::Mm1, |n| {
        mm1_ended(b"\x84\xA3\x8F\xFF\xFF\xFF\x7F", b"\x00\x00", b"", n)
    }),
    crafted("headers of a part", Decoder::Mm1, |n| {
        mm1_ended(b"\x84\xA3\x01\x8F\xFF\x7F\x00\x83", b"\x80\x81", b"", n)
    }),
    crafted("parameters of a type", Decoder::Mm1, |n| {
        mm1_ended(b"\x84\x1F\x8F\xFF\x7F\x83", b"\x81\xEA", b"", n)
    }),
    crafted("multiparts in multiparts", Decoder::Mm1, nested_mm1),
    crafted("header fields", Decoder::Mm4, |n| mm4("X: y\r\n", "", n)),
    crafted("header fields of one name", Decoder::Mm4, |n| {
        mm4("To: a@b.example\r\n", "", n)
    }),
    crafted("recipients", Decoder::Mm4, |n| {
        mm4_after("To: a", ",b", "\r\n\r\n", n)
    }),
    crafted("angles and quotes", Decoder::Mm4, |n| {
        mm4_after("To: a", "<\"(", "\r\n\r\n", n)
    }),
    crafted("one long line", Decoder::Mm4, |n| {
        mm4_after("Subject: ", "x", "\r\n\r\n", n)
    }),
    crafted("folds", Decoder::Mm4, |n| {
        mm4_after("Subject: x\r\n", " y\r\n", "\r\n", n)
    }),
    crafted("encoded words", Decoder::Mm4, |n| {
        mm4_after("Subject: ", "=?utf-8?Q?=C3=BC?= ", "\r\n\r\n", n)
    }),
    crafted("encoded words of no charset", Decoder::Mm4, |n| {
        mm4_after("Subject: ", "=?x?B?//8=?= ", "\r\n\r\n", n)
    }),
    crafted("beginnings of encoded words", Decoder::Mm4, |n| {
        mm4_after("Subject: ", "=?a?Q?", "\r\n\r\n", n)
    }),
    crafted("lines that are no field", Decoder::Mm4, |n| mm4("x\n", "", n)),
    crafted("parameters", Decoder::Mm4, |n| {
        mm4_after("Content-Type: text/plain", "; a=b", "\r\n\r\nx", n)
    }),
    crafted("comments in a type", Decoder::Mm4, |n| {
        mm4_after("Content-Type: text/plain;", "(", "\r\n\r\nx", n)
    }),
    crafted("sections of a parameter", Decoder::Mm4, |n| {
        mm4_after("Content-Type: text/plain", "; a*9999=b", "\r\n\r\nx", n)
    }),
    crafted("empty parts", Decoder::Mm4, |n| {
        mm4_after(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
            "--b\r\n",
            "",
            n,
        )
    }),
    crafted("parts with odd headers", Decoder::Mm4, |n| {
        mm4_after(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
            "--b\nContent-Type:x\nContent-ID:\u{e9}\n\n",
            "",
            n,
        )
    }),
    crafted("almost the boundary", Decoder::Mm4, |n| {
        mm4_after(
            "Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n",
            "--b\r\n",
            "",
            n,
        )
    }),
    crafted("base64 of nothing", Decoder::Mm4, |n| {
        mm4_after("Content-Transfer-Encoding: base64\r\n\r\n", "=\r\n", "", n)
    }),
    crafted("soft line breaks", Decoder::Mm4, |n| {
        mm4_after(
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
            "= \t",
            "",
            n,
        )
    }),
    crafted("headers", Decoder::Push, |n| push(b"\x80\x81", n)),
    crafted("code pages", Decoder::Push, |n| push(b"\x01", n)),
    crafted("headers by name", Decoder::Push, |n| push(b"X\0y\0", n)),
];

fn repeated(head: &[u8], unit: &[u8], tail: &[u8], len: usize) -> Vec<u8> {
    let mut out = head.to_vec();
    while out.len() + tail.len() < len {
        out.extend_from_slice(unit);
    }
    out.extend_from_slice(tail);
    out
}

fn mm1(unit: &[u8], len: usize) -> Vec<u8> {
    mm1_ended(b"", unit, b"", len)
}

fn mm1_ended(before: &[u8], unit: &[u8], tail: &[u8], len: usize) -> Vec<u8> {
    let head = [b"\x8C\x80\x98a\0\x8D\x93\x89\x01\x81\x97b\0", before].concat();
    repeated(&head, unit, tail, len)
}

/// Multiparts that each hold the next one, as deep as the length allows.
fn nested_mm1(len: usize) -> Vec<u8> {
    mm1_ended(b"\x84\xA3", b"\x01\x01\x8F\xFF\x7F\xA3", b"", len)
}

fn mm4(unit: &str, tail: &str, len: usize) -> Vec<u8> {
    mm4_after("", unit, tail, len)
}

fn mm4_after(before: &str, unit: &str, tail: &str, len: usize) -> Vec<u8> {
    let head = format!("X-Mms-Message-Type: MM4_forward.REQ\r\n{before}");
    repeated(head.as_bytes(), unit.as_bytes(), tail.as_bytes(), len)
}

fn push(unit: &[u8], len: usize) -> Vec<u8> {
    let len = len.min(1 << 20);
    let mut head = b"\x01\x06".to_vec();
    mmspec::wire::wsp::write::uintvar(&mut head, u32::try_from(len).unwrap_or(u32::MAX));
    let headers = repeated(b"\xBE", unit, b"", len);
    head.extend_from_slice(&headers[..len.min(headers.len())]);
    head
}
