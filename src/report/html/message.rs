//! A message of a case: from whom to whom, what carried it, and its octets with what they mean.

use serde::Serialize;

use super::fate::{Fate, decided_on};
use super::layer::{LayerBlock, Wanted};
use super::text::{counted, ms, shown};
use super::transport::{Transport, transport};
use crate::run::evidence::{Evidence, Message};
use crate::run::outcome::CaseResult;

/// Octets of a layer that are shown as hex: of cases that passed, less is looked at.
const OCTETS: usize = 2048;
const OCTETS_PASSED: usize = 512;

#[derive(Serialize)]
pub(super) struct MessageBlock {
    seq: u64,
    from: String,
    to: String,
    link: String,
    carrier: &'static str,
    at: String,
    label: String,
    is_ours: bool,
    class: &'static str,
    sign: &'static str,
    /// The step that sent it: what it does, and its line in the listing.
    step: Option<Link>,
    capture: Option<String>,
    answers: Option<u64>,
    answered_by: Vec<u64>,
    /// The demands that were decided on it.
    decides: Vec<Decided>,
    transport: Transport,
    layers: Vec<LayerBlock>,
    /// Why its octets are nothing that can be decoded.
    undecodable: Option<String>,
    findings: Vec<String>,
    /// Whether it is open before anybody clicks.
    is_open: bool,
}

/// Words that lead somewhere in the page.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    pub text: String,
    pub href: String,
}

#[derive(Serialize)]
struct Decided {
    id: String,
    class: &'static str,
    sign: &'static str,
    href: String,
}

/// What messages need to know of their page.
pub(super) struct Around<'a> {
    pub case: &'a CaseResult,
    pub evidence: &'a Evidence,
    /// The anchor of a place in the case's files.
    pub place: &'a dyn Fn(&crate::case::Source) -> Option<String>,
    /// The words of a case file at a place.
    pub words_at: &'a dyn Fn(&crate::case::Source) -> Option<String>,
}

impl Around<'_> {
    pub fn block(&self, message: &Message) -> MessageBlock {
        let fate = super::fate::fate_of(self.case, message.seq);
        let wanted = self.wanted(message.seq);
        let passed = self.case.verdict <= crate::run::outcome::Verdict::Pass;
        let most = if passed { OCTETS_PASSED } else { OCTETS };
        let (layers, undecodable) = self.layers(message, &wanted, most);
        let step = message
            .step
            .and_then(|id| self.evidence.step(id))
            .map(|step| Link {
                text: format!("{} ({})", step.does, step.source),
                href: (self.place)(&step.source).unwrap_or_default(),
            });
        let answered_by = self
            .evidence
            .messages()
            .filter(|m| m.answers == Some(message.seq));
        MessageBlock {
            seq: message.seq,
            from: shown(&message.from),
            to: shown(&message.to),
            link: shown(&message.link),
            carrier: message.carrier.name(),
            at: ms(message.at_us),
            label: shown(&message.label),
            is_ours: message.is_ours,
            class: fate.class(),
            sign: fate.sign(),
            step,
            capture: message.capture.clone(),
            answers: message.answers,
            answered_by: answered_by.map(|m| m.seq).collect(),
            decides: decided_on(self.case, message.seq)
                .map(|e| {
                    let fate = Fate::of(e);
                    Decided {
                        id: shown(&e.id),
                        class: fate.class(),
                        sign: fate.sign(),
                        href: super::demand::anchor(self.case, e),
                    }
                })
                .collect(),
            transport: transport(message, &wanted),
            findings: own_findings(message, &layers),
            layers,
            undecodable,
            is_open: fate >= Fate::Undecided,
        }
    }

    /// The fields that violated demands on an event are about.
    fn wanted(&self, seq: u64) -> Vec<Wanted> {
        decided_on(self.case, seq)
            .filter(|e| Fate::of(e) >= Fate::Noted)
            .filter_map(|e| {
                let word = (self.words_at)(&e.source);
                let named = e.expected.split_once(':').map(|(name, _)| name.trim().to_owned());
                let name = named.filter(|name| !name.contains(' ')).or(word)?;
                Some(Wanted {
                    name,
                    expected: shown(&e.expected),
                    is_absent: e.note == "absent",
                })
            })
            .collect()
    }

    fn layers(&self, message: &Message, wanted: &[Wanted], most: usize) -> (Vec<LayerBlock>, Option<String>) {
        let id = format!("o{}", message.seq);
        match message.layers() {
            Ok(layers) if layers.is_empty() => {
                let (octets, _) = message.octets();
                let raw = (!octets.is_empty()).then(|| LayerBlock::raw(&octets, &id, most));
                (raw.into_iter().collect(), None)
            }
            Ok(layers) => {
                let mut blocks = Vec::new();
                for layer in &layers {
                    LayerBlock::of(layer, &id, wanted, most, &mut blocks);
                }
                // What a field of the message is missing from is its PDU, the innermost layer.
                if let Some(last) = blocks.last_mut() {
                    last.miss(wanted);
                }
                (blocks, None)
            }
            Err(why) => {
                let (octets, _) = message.octets();
                (vec![LayerBlock::raw(&octets, &id, most)], Some(shown(&why)))
            }
        }
    }
}

/// What was odd about a message and is shown at none of its layers.
fn own_findings(message: &Message, layers: &[LayerBlock]) -> Vec<String> {
    message
        .findings
        .iter()
        .filter(|finding| !layers.iter().any(|layer| layer.tells(&finding.code)))
        .map(|f| {
            let clause = if f.clause.is_empty() {
                String::new()
            } else {
                format!(" ({})", f.clause)
            };
            shown(&format!("{}: {}{clause}", f.code, f.text))
        })
        .collect()
}

/// `2 octets at 17`.
pub(super) fn span(offset: usize, len: usize) -> String {
    match len {
        0 => format!("at {offset}"),
        len => format!("{} at {offset}", counted(len, "octet")),
    }
}
