//! What this relay's accent makes of PDUs and paths that go to other MMSEs. Between relays of one MMSE nothing changes.

use super::mail;
use crate::relay::accent::{Ids, Originator, Transfer, Words};
use crate::relay::ids::bare;
use crate::relay::node::Node;
use crate::relay::routing::Hop;
use crate::wire::address::{self, Address};
use crate::wire::{Content, MediaType, Pdu, PduType, Value};

const TRANSFER_ENCODING: &str = "Content-Transfer-Encoding";

/// The PDU as it is written to this hop.
pub(super) fn pdu(node: &Node, hop: &Hop, mut pdu: Pdu) -> Pdu {
    if hop.inner {
        return pdu;
    }
    let words = &node.accent.words;
    ids(words, &mut pdu);
    originator(words, &mut pdu);
    if words.bare_addresses {
        for field in &mut pdu.fields {
            let is_mailbox = ["From", "To", "Cc", "Sender"]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&field.name));
            if let (true, Value::Address(text)) = (is_mailbox, &mut field.value) {
                *text = without_domain(text);
            }
        }
    }
    if words.typed_reports && pdu.kind != PduType::Mm4ForwardReq && pdu.content.is_none() {
        pdu.content = Some(Content::single(MediaType::new("text/plain"), ""));
    }
    pdu.content = pdu.content.map(|content| transferred(words, content));
    pdu
}

/// A path as MAIL and RCPT say it to this hop.
pub(super) fn path(node: &Node, hop: &Hop, mailbox: &str) -> String {
    if node.accent.smtp.bare_paths && !hop.inner {
        return without_domain(mailbox);
    }
    mailbox.to_owned()
}

/// The transaction id for one recipient of several.
pub(super) fn transaction_for(node: &Node, recipient: &str) -> String {
    let name: String = recipient.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.strip_suffix("TYPEPLMN").unwrap_or(&name);
    format!("{name}-{}", node.ids.transaction())
}

fn ids(words: &Words, pdu: &mut Pdu) {
    let bare_here = match words.ids {
        Ids::Quoted => false,
        Ids::Bare => true,
        Ids::QuotedInRequests => mail::is_res(pdu.kind),
    };
    if !bare_here {
        return;
    }
    for name in ["X-Mms-Transaction-ID", "X-Mms-Message-ID"] {
        if let Some(Value::Text(id)) = pdu.value(name) {
            let id = bare(id).to_owned();
            pdu.set(name, Value::Text(id));
        }
    }
}

fn originator(words: &Words, pdu: &mut Pdu) {
    const NAME: &str = "X-Mms-Originator-System";
    let Some(host) = pdu.text(NAME).and_then(|system| address::domain(&system)) else {
        return;
    };
    let form = match words.originator {
        Originator::Mailbox => return,
        Originator::Host => host,
        Originator::Private => {
            let from = Address::parse(&pdu.text("From").unwrap_or_default());
            format!("system={host};party={}", from.number().unwrap_or_default())
        }
    };
    pdu.set(NAME, Value::Text(form));
}

/// An address by number as on MM1; the domain of a mailbox belongs to it.
fn without_domain(mailbox: &str) -> String {
    match Address::parse(mailbox) {
        number @ (Address::Plmn(_) | Address::Device { .. }) => number.mm1(),
        _ => mailbox.to_owned(),
    }
}

/// A content that is no multipart keeps its encoding: as 8bit it would get a line end that it has not.
fn transferred(words: &Words, mut content: Content) -> Content {
    let encoding = match words.parts {
        Transfer::Fitting => return content,
        Transfer::EightBit => "8bit",
        Transfer::QuotedPrintable => "quoted-printable",
    };
    for part in &mut content.parts {
        part.headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case(TRANSFER_ENCODING));
        part.headers
            .push((TRANSFER_ENCODING.to_owned(), encoding.to_owned()));
    }
    content
}
