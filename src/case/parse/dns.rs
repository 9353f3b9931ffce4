//! `set:` of a DNS name.

use crate::case::diagnostic::Diagnostic;
use crate::case::dns::{DnsAnswer, DnsRecord, DnsSet};
use crate::case::model::{Action, Behaviour, Set, Template};
use crate::case::scope::Want;
use crate::case::template::{Piece, pieces};
use crate::case::vocabulary as words;
use crate::case::yaml::Node;

use super::reader::{Args, Reader};

/// Keys of `set` and the record types they replace.
const TYPES: &[(&str, &str)] = &[
    ("naptr", "NAPTR"),
    ("mx", "MX"),
    ("address", "A"),
    ("alias", "CNAME"),
];

impl Reader<'_> {
    /// What the DNS says of a name. The outer `None`: this `set` is about something else.
    pub(super) fn dns_set(&mut self, object: &Node, args: &Args<'_>) -> Option<Option<Action>> {
        let word = args.get("dns");
        let said = |key: &str| args.said(key).filter(|node| word.is_none() || !node.is_null());
        let given: Vec<(&str, &str, &Node)> = TYPES
            .iter()
            .filter_map(|(key, kind)| said(key).map(|node| (*key, *kind, node)))
            .collect();
        if given.is_empty() && word.is_none() {
            return None;
        }
        Some(self.dns_answer(&given, word, args).and_then(|answer| {
            Some(Action::Set(Set {
                source: object.span.source(),
                node: words::DNS.to_owned(),
                behaviour: Behaviour::Dns(Box::new(DnsSet {
                    name: self.template(object)?,
                    answer,
                })),
            }))
        }))
    }

    fn dns_answer(
        &mut self,
        given: &[(&str, &'static str, &Node)],
        word: Option<&Node>,
        args: &Args<'_>,
    ) -> Option<DnsAnswer> {
        let others = ["smtp", "http", "acknowledge"];
        if others.iter().any(|key| args.said(key).is_some()) || (word.is_some() && !given.is_empty()) {
            self.error(
                Diagnostic::at(&args.at, "this `set` says two things at once".to_owned())
                    .help("records, or `dns: nxdomain` and its like, and nothing about a party"),
            );
            return None;
        }
        if let Some(word) = word {
            return Some(match self.word(word, "answer of the DNS", words::DNS_WORDS)? {
                "nxdomain" => DnsAnswer::NxDomain,
                "servfail" => DnsAnswer::ServFail,
                "silent" => DnsAnswer::Silent,
                _ => DnsAnswer::Usual,
            });
        }
        let mut records = Vec::new();
        for (key, _, node) in given {
            if node.is_null() {
                continue;
            }
            match *key {
                "naptr" => {
                    let list = self.list(node, "`naptr`");
                    records.extend(list.iter().filter_map(|record| self.naptr(record)));
                }
                "mx" => {
                    let list = self.list(node, "`mx`");
                    records.extend(list.iter().filter_map(|record| self.mx(record)));
                }
                "address" => records.extend(self.templates(node).into_iter().map(DnsRecord::Address)),
                _ => records.extend(self.template(node).map(DnsRecord::Alias)),
            }
        }
        // A name that is an alias is nothing else.
        let alias = args.get("alias").is_some();
        let ttl = args.get("ttl").and_then(|ttl| self.number(ttl, "`ttl`"));
        Some(DnsAnswer::Records {
            types: if alias {
                TYPES.iter().map(|(_, kind)| *kind).collect()
            } else {
                given.iter().map(|(_, kind, _)| *kind).collect()
            },
            records,
            ttl: ttl.unwrap_or(0),
        })
    }

    fn naptr(&mut self, node: &Node) -> Option<DnsRecord> {
        let args = self.args(node, "a NAPTR record", words::NAPTR)?;
        let template = |raw: &str| Template {
            raw: raw.to_owned(),
            source: node.span.source(),
        };
        let mut number = |key: &str, usual: u16| {
            args.get(key)
                .map_or(Some(usual), |node| self.number(node, &format!("`{key}`")))
        };
        let (order, preference) = (number("order", 100)?, number("preference", 10)?);
        let regexp = match (args.get("regexp"), args.get("uri")) {
            (Some(regexp), None) => self.expression(regexp)?,
            (None, Some(uri)) => {
                let uri = self.template(uri)?;
                Template {
                    raw: format!("!^.*$$!{}!", uri.raw),
                    source: uri.source,
                }
            }
            (None, None) => template(""),
            (Some(_), Some(_)) => {
                self.error(Diagnostic::at(
                    &args.at,
                    "a NAPTR record has a `regexp:` or a `uri:`".to_owned(),
                ));
                return None;
            }
        };
        let flags = match args.get("flags") {
            None => "u".to_owned(),
            Some(node) => match self.text(node, "flags")? {
                "none" => String::new(),
                flags => flags.to_owned(),
            },
        };
        let service = match args.get("service") {
            Some(service) => self.template(service)?,
            None => template("E2U+mms:mailto"),
        };
        let replacement = match args.get("replacement") {
            Some(name) => self.template(name)?,
            None => template("."),
        };
        Some(DnsRecord::Naptr {
            order,
            preference,
            flags,
            service,
            regexp,
            replacement,
        })
    }

    /// A text with references in which a dollar that begins none stands for itself, as expressions end with one.
    fn expression(&mut self, node: &Node) -> Option<Template> {
        let text = self.text(node, "an expression")?;
        let mut doubled = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text("$") | Piece::Stray => doubled.push_str("$$"),
                Piece::Text(text) => doubled.push_str(text),
                Piece::Reference(_, whole) => doubled.push_str(whole),
            }
        }
        Some(self.template_of(&doubled, &node.span, Want::Text))
    }

    fn mx(&mut self, node: &Node) -> Option<DnsRecord> {
        let args = self.args(node, "an MX record", words::MX)?;
        let preference = args
            .get("preference")
            .map_or(Some(10), |node| self.number(node, "`preference`"))?;
        Some(DnsRecord::Mx {
            preference,
            host: self.template(args.get("host")?)?,
        })
    }
}
