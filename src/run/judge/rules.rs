//! Rules over every journal of a run (`kind: always`): one verdict per rule, from all scripts together.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::sync::Arc;

use crate::case::{Body, Rule, RuleDemand, Script, Topology};
use crate::run::outcome::{CaseResult, ExpectationResult, Verdict};
use crate::run::suite::Suite;

use sha2::{Digest, Sha256};

use super::demand::{self, About, Violation};
use super::memory::Memory;
use super::sighting::{Side, Sighting};
use super::weight::Policy;

/// Judges the rules of one script over the events of all others.
pub struct RuleJudge {
    script: Arc<Script>,
    suite: Arc<Suite>,
    policy: Policy,
    rules: Vec<State>,
}

#[derive(Default)]
struct State {
    judged: usize,
    violation: Option<Broken>,
    /// Relay and value → where it was first seen.
    values: BTreeMap<(Option<String>, String), First>,
    /// Relay → the value all of its PDUs must have.
    constant: BTreeMap<Option<String>, String>,
}

/// A demand that was violated, and by what.
struct Broken {
    violation: Violation,
    got: String,
    relay: Option<String>,
    script: String,
    seq: u64,
}

struct First {
    script: String,
    /// Digest of the octets.
    pdu: Vec<u8>,
    mm: Option<String>,
}

impl RuleJudge {
    pub fn new(script: Arc<Script>, suite: Arc<Suite>, policy: Policy) -> Self {
        let rules = match &script.body {
            Body::Always(rules) => rules.iter().map(|_| State::default()).collect(),
            Body::Scenario(_) => Vec::new(),
        };
        RuleJudge {
            script,
            suite,
            policy,
            rules,
        }
    }

    /// Takes a sighting of any script's journal.
    pub fn feed(&mut self, script: &str, seen: &Sighting) {
        let Some(kind) = seen.kind() else { return };
        let own = Arc::clone(&self.script);
        let Body::Always(rules) = &own.body else { return };
        for (index, rule) in rules.iter().enumerate().filter(|(_, r)| r.select.contains(&kind)) {
            self.judge(index, rule, seen, script);
        }
    }

    /// The verdict on all journals fed.
    pub fn finish(self) -> CaseResult {
        let script = Arc::clone(&self.script);
        let Body::Always(rules) = &script.body else {
            return self.result(Vec::new());
        };
        let expectations = rules
            .iter()
            .zip(&self.rules)
            .map(|(rule, state)| self.expectation(rule, state))
            .collect();
        self.result(expectations)
    }

    fn judge(&mut self, index: usize, rule: &Rule, seen: &Sighting, script: &str) {
        let memory = Memory::new(Arc::clone(&self.suite.contents));
        if rule.at_parties && Topology::is_link(&seen.place) {
            return;
        }
        if seen.side != Side::Relay || !demand::narrows(&rule.narrow, seen, &memory) {
            return;
        }
        let state = &mut self.rules[index];
        state.judged += 1;
        if state.violation.is_some() {
            return;
        }
        let violation = match &rule.demand {
            RuleDemand::Every(demands) => demand::check(demands, seen, &memory),
            RuleDemand::Unique(field) => state.unique(field, rule, seen, script),
            RuleDemand::Same(field) => state.same(field, rule, seen),
        };
        if let Some(violation) = violation {
            let got = format!(
                "in {script} at {}: {}; {}",
                seen.place,
                seen.describe(),
                violation.got
            );
            state.violation = Some(Broken {
                violation,
                got,
                relay: seen.relay.clone(),
                script: script.to_owned(),
                seq: seen.seq,
            });
        }
    }

    fn expectation(&self, rule: &Rule, state: &State) -> ExpectationResult {
        let weight = self.policy.weigh(&rule.tests, None, &self.suite.catalogue);
        let kinds: Vec<&str> = rule.select.iter().map(|k| k.name()).collect();
        let (verdict, source, note, expected, got, relay) = match (&state.violation, state.judged) {
            (Some(broken), _) => (
                weight.violated,
                broken.violation.source.clone(),
                broken.violation.note.clone(),
                broken.violation.expected.clone(),
                broken.got.clone(),
                broken.relay.clone(),
            ),
            (None, 0) => {
                let got = format!("no {} was seen in this run", kinds.join(" or "));
                (
                    Verdict::NotApplicable,
                    rule.source.clone(),
                    String::new(),
                    kinds.join(", "),
                    got,
                    None,
                )
            }
            (None, n) => {
                let got = format!("{n} of them, all as they must be");
                (
                    Verdict::Pass,
                    rule.source.clone(),
                    String::new(),
                    kinds.join(", "),
                    got,
                    None,
                )
            }
        };
        ExpectationResult {
            id: self
                .script
                .expectation_id(rule.id)
                .unwrap_or_else(|| format!("rule#{}", rule.id.0)),
            verdict,
            counts: weight.counts,
            level: weight.level,
            basis: weight.basis,
            tests: weight.tests,
            hop: None,
            relay,
            source,
            note,
            expected,
            got,
            at_us: 0,
            events: state.violation.iter().map(|broken| broken.seq).collect(),
            events_of: state.violation.as_ref().map(|broken| broken.script.clone()),
            blame: None,
        }
    }

    fn result(&self, expectations: Vec<ExpectationResult>) -> CaseResult {
        let worst = expectations
            .iter()
            .filter(|e| e.counts && matches!(e.verdict, Verdict::Fail | Verdict::Inconc))
            .max_by_key(|e| e.verdict);
        let (verdict, reason) = if let Some(worst) = worst {
            let reason = (worst.verdict == Verdict::Inconc).then(|| format!("{}: {}", worst.id, worst.got));
            (worst.verdict, reason)
        } else if expectations.iter().all(|e| e.verdict == Verdict::NotApplicable) {
            (
                Verdict::NotApplicable,
                Some("nothing it speaks of was seen in this run".to_owned()),
            )
        } else {
            (Verdict::Pass, None)
        };
        CaseResult {
            id: self.script.id.clone(),
            title: self.script.title.clone(),
            verdict,
            topology: self.script.topology.name().to_owned(),
            source: self.script.source.clone(),
            duration_ms: 0,
            expectations,
            findings: Vec::new(),
            quirks: Vec::new(),
            alive: false,
            reason,
            run_again: false,
            log: Vec::new(),
        }
    }
}

impl State {
    fn unique(&mut self, field: &str, rule: &Rule, seen: &Sighting, script: &str) -> Option<Violation> {
        let value = seen.pdu.as_ref()?.text(field)?;
        let now = First {
            script: script.to_owned(),
            pdu: digest(seen),
            mm: mm_of(seen, field),
        };
        match self.values.entry((seen.relay.clone(), value.clone())) {
            Slot::Vacant(slot) => {
                slot.insert(now);
                None
            }
            Slot::Occupied(slot) => {
                let first = slot.get();
                // A PDU sent again, or another about the same MM, may repeat the value.
                let again = first.script == now.script
                    && (first.pdu == now.pdu || (first.mm.is_some() && first.mm == now.mm));
                (!again).then(|| Violation {
                    source: rule.source.clone(),
                    note: "not unique".to_owned(),
                    expected: format!("{field} different for every MM"),
                    got: format!("{field}: {value} also stood in {}", first.script),
                    about: About::field(field),
                    against: Vec::new(),
                })
            }
        }
    }

    fn same(&mut self, field: &str, rule: &Rule, seen: &Sighting) -> Option<Violation> {
        let value = seen
            .pdu
            .as_ref()?
            .text(field)
            .unwrap_or_else(|| "absent".to_owned());
        let first = self
            .constant
            .entry(seen.relay.clone())
            .or_insert_with(|| value.clone());
        (*first != value).then(|| Violation {
            source: rule.source.clone(),
            note: "differs".to_owned(),
            expected: format!("the same {field} in all PDUs of one relay"),
            got: format!("{field}: {value}, but {first} before"),
            about: About::field(field),
            against: Vec::new(),
        })
    }
}

/// What tells the MM a PDU is about, other than the field in question.
fn mm_of(seen: &Sighting, field: &str) -> Option<String> {
    let pdu = seen.pdu.as_ref()?;
    [
        "X-Mms-Message-ID",
        "X-Mms-Content-Location",
        "X-Mms-Transaction-ID",
    ]
    .iter()
    .filter(|name| !name.eq_ignore_ascii_case(field))
    .find_map(|name| pdu.text(name))
}

fn digest(seen: &Sighting) -> Vec<u8> {
    Sha256::digest(seen.raw_pdu()).to_vec()
}
