//! `damage:`.

use crate::case::diagnostic::Diagnostic;
use crate::case::vocabulary as words;
use crate::case::yaml::Node;
use crate::wire::PduType;
use crate::wire::damage::Damage;
use crate::wire::table;

use super::matchers::hex;
use super::reader::Reader;

/// Octets that may stand in the place of one field.
const MOST_OCTETS: usize = 10_000_000;

impl Reader<'_> {
    pub fn damage(&mut self, node: Option<&Node>, pdu: PduType) -> Option<Damage> {
        let node = node?;
        let args = self.args(node, "damage", words::DAMAGES)?;
        let mut given = args
            .iter()
            .filter(|(k, _)| words::DAMAGES.iter().any(|d| d.name == k.text));
        let (key, value) = match (given.next(), given.next()) {
            (Some(one), None) => one,
            (None, _) if !args.is_empty() => return None,
            _ => {
                self.error(
                    Diagnostic::at(&node.span, "damage is exactly one fault".to_owned()).help(
                        words::DAMAGES
                            .iter()
                            .map(|d| format!("`{}`", d.name))
                            .collect::<Vec<_>>()
                            .join(", "),
                    ),
                );
                return None;
            }
        };
        match key.text.as_str() {
            "cut-in" => self.damaged_field(value, pdu).map(Damage::CutIn),
            "cut-at" => self.number(value, "`cut-at`").map(Damage::CutAt),
            "omit" => Some(Damage::Omit(self.damaged_fields(value, pdu))),
            "duplicate" => Some(Damage::Duplicate(self.damaged_fields(value, pdu))),
            "reorder" => Some(Damage::Reorder(self.damaged_fields(value, pdu))),
            "raw" => hex(self, value).map(Damage::Raw),
            "raw-text" => self
                .text(value, "raw text")
                .map(|t| Damage::Raw(t.as_bytes().to_vec())),
            "octets" => {
                let args = self.args(value, "`octets`", words::FIELD_OCTETS)?;
                let field = self.damaged_field(args.get("field")?, pdu)?;
                let times: usize = match args.get("times") {
                    None => 1,
                    Some(times) => self.number(times, "`times`")?,
                };
                let round: Box<dyn Fn(usize) -> Vec<u8>> = match (args.get("are"), args.get("text")) {
                    (Some(octets), None) => {
                        let octets = hex(self, octets)?;
                        Box::new(move |_| octets.clone())
                    }
                    (None, Some(text)) => {
                        let text = self.text(text, "the octets")?.to_owned();
                        match times {
                            1 => Box::new(move |_| text.clone().into_bytes()),
                            _ => Box::new(move |i| text.replace("$i", &i.to_string()).into_bytes()),
                        }
                    }
                    _ => {
                        self.error(Diagnostic::at(
                            &value.span,
                            "say the octets in hex with `are:`, or as text with `text:`".to_owned(),
                        ));
                        return None;
                    }
                };
                if round(times).len().saturating_mul(times) > MOST_OCTETS {
                    self.error(Diagnostic::at(
                        &value.span,
                        format!("more than {MOST_OCTETS} octets are no message"),
                    ));
                    return None;
                }
                let are = (1..=times).flat_map(round).collect();
                Some(Damage::Octets { field, are })
            }
            _ => None,
        }
    }

    fn damaged_fields(&mut self, node: &Node, pdu: PduType) -> Vec<String> {
        let items = match node.list() {
            Some(items) => items,
            None => std::slice::from_ref(node),
        };
        items
            .iter()
            .filter_map(|item| self.damaged_field(item, pdu))
            .collect()
    }

    /// A field of the PDU, or `content` for its body.
    fn damaged_field(&mut self, node: &Node, pdu: PduType) -> Option<String> {
        let name = self.text(node, "a field")?;
        let sent = self.sent.contains(&name.to_ascii_lowercase());
        if name != "content" && !sent && table::field(name).is_none() {
            let own = table::pdu(pdu).fields.iter().map(|u| u.field);
            self.error(
                Diagnostic::at(&node.span, format!("{pdu} has no field `{name}` to damage"))
                    .suggest(name, own.chain(["content"])),
            );
            return None;
        }
        Some(name.to_owned())
    }
}
