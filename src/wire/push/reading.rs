//! What a carrier's decoder gives: the value, where each of its fields stood, and what was odd.

use crate::wire::finding::Findings;
use crate::wire::{Finding, Name, Span};

/// One field as it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As the standard spells it, or `0xNN` where it has no name.
    pub name: Name,
    /// The value for a person.
    pub text: String,
    pub at: Span,
}

/// A decoded value with the places of its fields. Encoding the value again gives the same octets if nothing was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<T> {
    pub value: T,
    /// In the order of their octets; a field within another follows it.
    pub fields: Vec<Row>,
    pub findings: Vec<Finding>,
}

impl<T> Reading<T> {
    /// The text of the first field of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        let row = self.fields.iter().find(|row| row.name == name)?;
        Some(&row.text)
    }
}

/// Fields and findings as they are collected.
#[derive(Debug)]
pub(super) struct Sheet {
    rows: Vec<Row>,
    pub(super) findings: Findings,
}

impl Default for Sheet {
    /// Elements and parameters can be odd by the hundred, and are not to hide other findings.
    fn default() -> Self {
        Sheet {
            rows: Vec::new(),
            findings: Findings::about_text(),
        }
    }
}

impl Sheet {
    pub(super) fn row(&mut self, name: impl Into<Name>, text: impl Into<String>, at: Span) {
        self.rows.push(Row {
            name: name.into(),
            text: text.into(),
            at,
        });
    }

    pub(super) fn with<T>(self, value: T) -> Reading<T> {
        Reading {
            value,
            fields: self.rows,
            findings: self.findings.into_vec(),
        }
    }
}

/// Octets for a person: hex pairs, or their number where there are many.
pub(super) fn octets_text(octets: &[u8]) -> String {
    const FEW: usize = 64;
    if octets.len() > FEW {
        format!("{} octets", octets.len())
    } else {
        hex::encode_upper(octets)
    }
}
