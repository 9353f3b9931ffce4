//! The verdict of a case: the worst of its expectations that count, unless something about the case as a whole beats it.

use std::collections::BTreeSet;

use crate::case::Script;
use crate::run::outcome::{CaseResult, ExpectationResult, FindingResult, RelayLog, Verdict};
use crate::wire::Severity;

use super::ledger::Ledger;
use super::sighting::{Side, Sighting};

/// The note of what is undecided because a relay may be dead.
pub const NO_RELAY: &str = "no relay seen alive";

/// What concerns the case as a whole.
#[derive(Debug, Default)]
pub struct Case {
    pub alive: bool,
    /// Relays of which nothing has been heard, though others may live.
    pub unheard: BTreeSet<String>,
    pub deaths: Vec<String>,
    pub faults: Vec<String>,
    pub ended_us: Option<u64>,
    /// What relays said.
    pub logs: Vec<RelayLog>,
    /// Relays between which every mail is recorded.
    pub recorded: BTreeSet<String>,
    /// Relays that the script put down.
    pub fallen: BTreeSet<String>,
    /// More came than was recorded.
    pub is_overrun: bool,
    over: bool,
    not_applicable: Option<String>,
}

impl Case {
    pub fn not_applicable(&mut self, unclaimed: &[String], missing: &[String]) {
        let mut reasons = Vec::new();
        if !unclaimed.is_empty() {
            reasons.push(format!("the target does not claim {}", unclaimed.join(", ")));
        }
        if !missing.is_empty() {
            reasons.push(format!("the target does not give {}", missing.join(", ")));
        }
        if !reasons.is_empty() {
            self.not_applicable = Some(reasons.join("; "));
        }
    }

    /// Whether something about the case as a whole is not as it should be.
    pub fn is_troubled(&self) -> bool {
        !self.deaths.is_empty() || !self.faults.is_empty()
    }

    /// Whether each relay has shown that it lives: only then can what is missing be held against one.
    pub fn all_alive(&self) -> bool {
        self.alive && self.unheard.is_empty()
    }

    /// Why it says nothing of a relay that something was not seen: in a word, and in words for a person.
    pub fn is_blind(&self) -> Option<(&'static str, String)> {
        if !self.all_alive() {
            return Some((NO_RELAY, self.no_sign()));
        }
        let why = "relays sent so much that the rest was not recorded: it may have come";
        self.is_overrun.then(|| ("not recorded", why.to_owned()))
    }

    /// What there is to say where [`Case::all_alive`] is not so.
    pub fn no_sign(&self) -> String {
        if !self.alive || self.unheard.is_empty() {
            return "no relay has answered anything".to_owned();
        }
        let names: Vec<&str> = self.unheard.iter().map(String::as_str).collect();
        format!("relay {} has answered nothing", names.join(" and "))
    }

    pub fn over(&mut self) {
        self.over = true;
    }

    pub fn is_over(&self) -> bool {
        self.over
    }

    pub fn result(self, script: &Script, ledger: Ledger, sightings: &[Sighting]) -> CaseResult {
        let (applicable, alive) = (self.not_applicable.is_none(), self.alive);
        let expectations: Vec<ExpectationResult> = if applicable {
            ledger.into_results()
        } else {
            Vec::new()
        };
        let (verdict, reason) = self.verdict(&expectations);
        CaseResult {
            id: script.id.clone(),
            title: script.title.clone(),
            verdict,
            topology: script.topology.name().to_owned(),
            source: script.source.clone(),
            duration_ms: self.ended_us.unwrap_or_default() / 1000,
            expectations,
            findings: findings(sightings),
            quirks: Vec::new(),
            alive,
            reason,
            run_again: false,
            log: self.logs,
        }
    }

    fn verdict(&self, expectations: &[ExpectationResult]) -> (Verdict, Option<String>) {
        if let Some(reason) = &self.not_applicable {
            return (Verdict::NotApplicable, Some(reason.clone()));
        }
        if !self.faults.is_empty() {
            return (Verdict::Error, Some(self.faults.join("; ")));
        }
        if self.ended_us.is_none() {
            return (
                Verdict::Error,
                Some("the journal ends before the case did".to_owned()),
            );
        }
        if !self.deaths.is_empty() {
            return (Verdict::Fail, Some(self.deaths.join("; ")));
        }
        let worst = expectations
            .iter()
            .filter(|e| e.counts && matches!(e.verdict, Verdict::Fail | Verdict::Inconc))
            .max_by_key(|e| e.verdict);
        if let Some(worst) = worst {
            let reason = (worst.verdict == Verdict::Inconc).then(|| format!("{}: {}", worst.id, worst.got));
            return (worst.verdict, reason);
        }
        // Demands that count were left undecided by something that does not.
        let undecided = expectations
            .iter()
            .find(|e| e.verdict == Verdict::NotReached && !e.tests.is_empty());
        match undecided {
            Some(e) => (Verdict::Inconc, Some(format!("{} was not reached", e.id))),
            None => (Verdict::Pass, None),
        }
    }
}

fn findings(sightings: &[Sighting]) -> Vec<FindingResult> {
    sightings
        .iter()
        .filter(|s| s.side == Side::Relay)
        .flat_map(|s| {
            s.findings
                .iter()
                .filter(|f| f.severity > Severity::Note)
                .map(|finding| FindingResult {
                    place: s.place.clone(),
                    pdu: s.label(),
                    finding: finding.clone(),
                })
        })
        .collect()
}
