//! ENUM: the mailbox of a number (RFC 6116, RFC 4355, TS 23.140 annex G).

use hickory_proto::rr::{RData, RecordType};

use super::naptr::{self, Next};
use super::resolver::{GENTLY, Resolver, Unknown};
use crate::relay::defects::Seed;
use crate::relay::timer;

/// Names that are looked up one after the other where records lead on to others.
const STEPS: usize = 5;

/// The apex of public ENUM.
const PUBLIC: &str = "e164.arpa";

impl Resolver {
    /// The mailbox that MMs for this number (`+15550100017`) go to.
    pub async fn mailbox(&self, number: &str) -> Result<String, Unknown> {
        let none = || Unknown::None(format!("mailbox for {number} in ENUM"));
        let mut name = self.question(number).ok_or_else(none)?;
        let mut steps = 0;
        loop {
            let records = self.records(&name, RecordType::NAPTR).await?;
            let records: Vec<_> = records
                .into_iter()
                .filter_map(|data| match data {
                    RData::NAPTR(naptr) => Some(naptr),
                    _ => None,
                })
                .collect();
            let next = naptr::usable(&records, &self.seeds)
                .into_iter()
                .find_map(|record| naptr::apply(record, number, &self.seeds));
            match next.ok_or_else(none)? {
                Next::Uri(uri) => return mailbox(&uri).ok_or_else(none),
                Next::Name(next) => name = next,
            }
            steps += 1;
            if steps >= STEPS {
                if !self.seeds.has(Seed::EnumEndlessLoop) {
                    return Err(none());
                }
                timer::pause(GENTLY).await;
            }
        }
    }

    /// The name to ask for: the digits, last one first, below the apex (RFC 6116 §3.2).
    fn question(&self, number: &str) -> Option<String> {
        let apex = self.config.enum_apex.as_deref()?;
        let apex = if self.seeds.has(Seed::EnumPublicApex) {
            PUBLIC
        } else {
            apex
        };
        let mut labels: Vec<String> = number
            .chars()
            .filter(char::is_ascii_digit)
            .map(String::from)
            .collect();
        if !self.seeds.has(Seed::EnumNotReversed) {
            labels.reverse();
        }
        Some(format!("{}.{}", labels.join("."), apex.trim_end_matches('.')))
    }
}

/// `mailto:+15550100017/TYPE=PLMN@mms.peer.example`, percent-encoded or not, without what may follow a `?`.
fn mailbox(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("mailto") {
        return None;
    }
    let path = rest.split('?').next().unwrap_or_default();
    let mut octets = Vec::new();
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            octets.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            octets.push(byte);
        }
    }
    let mailbox = String::from_utf8(octets).ok()?;
    let (local, domain) = mailbox.rsplit_once('@')?;
    let legal =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b));
    (legal(local) && legal(domain)).then_some(mailbox)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_a_mailbox() {
        let plain = "+15550100017/TYPE=PLMN@mms.peer.example";
        assert_eq!(mailbox(&format!("mailto:{plain}")).as_deref(), Some(plain));
        assert_eq!(
            mailbox("MAILTO:%2B15550100017%2FTYPE=PLMN@mms.peer.example?subject=x").as_deref(),
            Some(plain)
        );
        for wrong in [
            "tel:+1555",
            "mailto:",
            "mailto:a",
            "mailto:@b",
            "mailto:a b@c",
            "mailto:%0d@c",
            "mailto:%4@c",
        ] {
            assert_eq!(mailbox(wrong), None, "{wrong}");
        }
    }
}
