//! A snapshot as a value. Every text in it is made harmless and of one line.

use std::collections::BTreeMap;

use crate::run::outcome::Verdict;

/// What the relays of a run said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub head: Head,
    /// By script id.
    pub cases: BTreeMap<String, CaseShot>,
}

/// Which run it was. It is told, and not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// Relay name → target name and version.
    pub bindings: BTreeMap<String, String>,
    pub defects: Vec<String>,
}

/// What relays said in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseShot {
    pub verdict: Verdict,
    /// Ids of expectations and what they came to, in the order of the case.
    pub expectations: Vec<(String, Verdict)>,
    /// In an order that does not depend on when they came: by sender and receiver, then by what they are.
    pub messages: Vec<Shot>,
    /// Pairs of messages of which the first came long before the second, though nothing made the second wait for a party.
    pub order: Vec<(String, String)>,
}

/// One message of a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shot {
    /// The relay.
    pub from: String,
    /// Party or relay.
    pub to: String,
    /// The PDU's name, or what it is instead: `HTTP 404`, `SMTP reply`, `no answer`.
    pub what: String,
    /// What it answers: a PDU's name, `GET`, `RCPT TO`.
    pub answers: Option<String>,
    /// Whether the case waited for it. What no case waits for may come before its end or after it: that it is missing means nothing.
    pub awaited: bool,
    pub lines: Vec<Line>,
}

/// A field of a PDU or of what carries it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// `X-Mms-Status`, `http`, `smtp`, `push recipient`, `content`.
    pub name: String,
    pub value: String,
}

impl Shot {
    /// What it is called in a sentence: `M-Send.conf`, `the answer to M-Send.req`.
    pub fn name(&self) -> String {
        let is_pdu = self.what.starts_with("M-") || self.what.starts_with("MM4_");
        match &self.answers {
            Some(request) if !is_pdu && self.is_smtp() => format!("the reply to {request}"),
            Some(request) if !is_pdu => format!("the answer to {request}"),
            _ => self.what.clone(),
        }
    }

    /// What stays the same of a message when what it says changes.
    pub(super) fn place(&self) -> (&str, &str, &str) {
        let what = self.answers.as_deref().unwrap_or(&self.what);
        (&self.from, &self.to, what)
    }

    pub(super) fn is_smtp(&self) -> bool {
        self.what == super::take::SMTP_REPLY
    }
}
