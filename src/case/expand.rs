//! Rows, group parameters and round numbers put in their places, before steps are read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::diagnostic::Diagnostic;
use super::template::{Piece, pieces, sole_reference, split_reference};
use super::yaml::{Data, Key, Node, Span};

/// What names stand for.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    values: BTreeMap<String, Node>,
}

impl Bindings {
    pub fn set(&mut self, name: &str, value: Node) {
        self.values.insert(name.to_owned(), value);
    }

    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }
}

/// A substitution under way: what was used, what could not be done.
pub(crate) struct Substitution<'a> {
    pub bindings: &'a Bindings,
    pub used: BTreeSet<String>,
    pub problems: Vec<Diagnostic>,
    /// For the nodes of a group: where it is used.
    pub used_at: Option<Arc<Span>>,
}

impl<'a> Substitution<'a> {
    pub fn new(bindings: &'a Bindings) -> Self {
        Substitution {
            bindings,
            used: BTreeSet::new(),
            problems: Vec::new(),
            used_at: None,
        }
    }

    fn span(&self, span: &Span) -> Span {
        match &self.used_at {
            Some(at) => Span {
                used_at: Some(Arc::clone(at)),
                ..span.clone()
            },
            None => span.clone(),
        }
    }

    fn bound(&mut self, name: &str) -> Option<&'a Node> {
        let value = self.bindings.values.get(name)?;
        self.used.insert(name.to_owned());
        Some(value)
    }

    /// The node with every bound name replaced, in keys too.
    pub fn apply(&mut self, node: &Node) -> Node {
        let data = match &node.data {
            Data::Null => Data::Null,
            Data::Text(text) => {
                if let Some(value) = sole_reference(text).and_then(|name| self.bound(name)) {
                    return value.clone();
                }
                Data::Text(self.text(text, &node.span))
            }
            Data::List(items) => Data::List(items.iter().map(|i| self.apply(i)).collect()),
            Data::Map(entries) => Data::Map(
                entries
                    .iter()
                    .map(|(key, value)| {
                        let key = Key {
                            text: self.text(&key.text, &key.span),
                            span: self.span(&key.span),
                        };
                        (key, self.apply(value))
                    })
                    .collect(),
            ),
        };
        Node {
            span: self.span(&node.span),
            data,
        }
    }

    /// A text with the bound names replaced; other references stay. `$who.plmn` with `who: bob` becomes `$bob.plmn`.
    fn text(&mut self, text: &str, span: &Span) -> String {
        if !text.contains('$') {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text("$") => out.push_str("$$"),
                Piece::Text(plain) => out.push_str(plain),
                Piece::Stray => out.push('$'),
                Piece::Reference(reference, whole) => {
                    let (name, attribute) = split_reference(reference);
                    let Some(value) = self.bound(name) else {
                        out.push_str(whole);
                        continue;
                    };
                    match (&value.data, attribute) {
                        (Data::Text(value), None) => out.push_str(value),
                        (Data::Text(value), Some(attribute)) => {
                            let node = sole_reference(value).unwrap_or(value);
                            out.push_str(&format!("${{{node}.{attribute}}}"));
                        }
                        _ => {
                            let at = self.span(span);
                            self.problems.push(
                                Diagnostic::at(
                                    &at,
                                    format!("`{whole}` is {} here, and part of a text", value.what()),
                                )
                                .help("only a text can stand inside a text"),
                            );
                        }
                    }
                }
            }
        }
        out
    }
}
