//! HTTP requests as they may be kept: who logged in how is nobody's business.

use bytes::Bytes;

/// Header fields whose values are masked.
pub(super) const SECRET_FIELDS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-kannel-password",
];
/// Parameters of queries and forms whose values are.
const SECRET_PARAMETERS: &[&str] = &["password", "pass"];

/// The request with `*` for each octet of a login, so that all lengths stay.
pub(super) fn masked(request: &Bytes) -> Bytes {
    let mut kept = request.to_vec();
    let head = memchr::memmem::find(request, b"\r\n\r\n").unwrap_or(request.len());
    let mut at = 0;
    for line in request[..head].split_inclusive(|octet| *octet == b'\n') {
        let text = line.trim_ascii_end();
        if at == 0 {
            mask_parameters(&mut kept[..text.len()]);
        } else if let Some(colon) = text.iter().position(|octet| *octet == b':') {
            let name = &text[..colon];
            let secret = |field: &&str| name.eq_ignore_ascii_case(field.as_bytes());
            if SECRET_FIELDS.iter().any(secret) {
                let value = &mut kept[at + colon + 1..at + text.len()];
                value.iter_mut().filter(|o| **o != b' ').for_each(|o| *o = b'*');
            }
        }
        at += line.len();
    }
    if is_form(&request[..head]) {
        mask_parameters(&mut kept[head..]);
    }
    kept.into()
}

fn is_form(head: &[u8]) -> bool {
    memchr::memmem::find(&head.to_ascii_lowercase(), b"application/x-www-form-urlencoded").is_some()
}

/// Masks the values of `name=value` that stand after `?`, `&` or a line end.
fn mask_parameters(text: &mut [u8]) {
    let mut at = 0;
    while at < text.len() {
        let end = |octet: &u8| matches!(octet, b'?' | b'&' | b' ' | b'\r' | b'\n');
        let length = text[at..].iter().position(end).unwrap_or(text.len() - at);
        let pair = &mut text[at..at + length];
        if let Some(equals) = pair.iter().position(|octet| *octet == b'=')
            && SECRET_PARAMETERS
                .iter()
                .any(|name| pair[..equals].eq_ignore_ascii_case(name.as_bytes()))
        {
            pair[equals + 1..].fill(b'*');
        }
        at += length + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_masked_and_nothing_else() {
        let masked = |text: &str| String::from_utf8(masked(&Bytes::from(text.to_owned())).to_vec()).unwrap();
        assert_eq!(
            masked(
                "GET /sendsms?username=u&password=a%20b&to=1 HTTP/1.1\r\nHost: h\r\nAuthorization: Basic abc\r\n\r\n"
            ),
            "GET /sendsms?username=u&password=*****&to=1 HTTP/1.1\r\nHost: h\r\nAuthorization: ***** ***\r\n\r\n"
        );
        let form = "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nto=1&pass=xyz";
        assert!(masked(form).ends_with("to=1&pass=***"));
        let plain = "POST / HTTP/1.1\r\nContent-Type: text/plain\r\n\r\npass=xyz";
        assert_eq!(masked(plain), plain);
    }
}
