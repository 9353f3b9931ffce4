//! Parameters → octets.

use super::document::SendSms;
pub use super::percent::Escapes;

/// The parameters as the query of a GET or the body of a POST.
pub fn encode(sms: &SendSms, escapes: Escapes) -> Vec<u8> {
    let mut out = Vec::new();
    for parameter in &sms.parameters {
        if !out.is_empty() {
            out.push(b'&');
        }
        escapes.encode(parameter.name.as_bytes(), &mut out);
        out.push(b'=');
        escapes.encode(&parameter.value, &mut out);
    }
    out
}
