//! Addresses of ENC 1.3 §8 and their mailbox forms on MM4.

/// An address in the forms MMS knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A phone number with its digits and leading `+` if it had one, separators removed.
    Plmn(String),
    /// `local@domain`, domain in lower case.
    Email(String),
    /// `/TYPE=IPv4`, `/TYPE=IPv6` and other device addresses: value, type.
    Device { value: String, kind: String },
    /// A short code.
    ShortCode(String),
}
impl Address {
    /// Reads `+358401/TYPE=PLMN`, `+358401`, `+358401/TYPE=PLMN@domain`, `<…>`, `"Name" <…>`, mailboxes, short codes.
    pub fn parse(_text: &str) -> Address {
        todo!()
    }
    /// `+358401/TYPE=PLMN`, or the mailbox.
    pub fn mm1(&self) -> String {
        todo!()
    }
    /// The number's digits with `+`, if it is a phone number.
    pub fn number(&self) -> Option<&str> {
        todo!()
    }
}
/// The domain of a mailbox such as `+358401/TYPE=PLMN@mms.example`, in lower case.
pub fn domain(_text: &str) -> Option<String> {
    todo!()
}
/// Splits an RFC 5322 address list at its commas.
pub fn list(_text: &str) -> Vec<String> {
    todo!()
}
