//! What the judge writes down: one result per expectation, with what it weighs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::{
    Catalogue, Expect, ExpectNone, Level, Phase, Place, Selector, Source, StepId, TestRef, Topology,
};
use crate::run::blame::Complaint;
use crate::run::outcome::{Blame, ExpectationResult, Verdict};

use super::demand::{About, Violation};
use super::memory::Memory;
use super::plan::{Item, Kind};
use super::sighting::{Side, Sighting};
use super::weight::{Policy, Weight};
use super::words::{expected_words, join, place_of, words_of};

/// What an expectation that passed was about.
pub enum Subject<'a> {
    Event(&'a Expect),
    Absence(&'a ExpectNone),
}

/// Results in the order of the case; the second key separates a step from its `should:` half.
pub struct Ledger {
    results: BTreeMap<(StepId, u8), ExpectationResult>,
    /// What was not as it should be, of those that were not.
    complaints: BTreeMap<(StepId, u8), Complaint>,
    catalogue: Arc<Catalogue>,
    policy: Policy,
    topology: Topology,
}

const MAIN: u8 = 0;
const SHOULD: u8 = 1;

/// Where and what an expectation's result is.
struct Entry<'a> {
    source: &'a Source,
    note: String,
    expected: String,
    got: String,
    at_us: u64,
    seen: Option<&'a Sighting>,
}

impl Ledger {
    pub fn new(catalogue: Arc<Catalogue>, policy: Policy, topology: Topology) -> Self {
        Ledger {
            results: BTreeMap::new(),
            complaints: BTreeMap::new(),
            catalogue,
            policy,
            topology,
        }
    }

    /// The demand is met.
    pub fn pass(
        &mut self,
        step: StepId,
        item: &Item,
        subject: Subject<'_>,
        seen: Option<&Sighting>,
        at_us: u64,
    ) {
        let (tests, expected, got) = match &subject {
            Subject::Event(expect) => (
                &expect.tests,
                words_of(&expect.select, &expect.place, Some(&expect.demands)),
                seen.map(Sighting::describe).unwrap_or_default(),
            ),
            Subject::Absence(none) => (
                &none.tests,
                format!("no {}", words_of(&none.select, &none.place, None)),
                "none came".to_owned(),
            ),
        };
        let weight = self.weigh(tests, None);
        let entry = Entry {
            source: &item.source,
            note: String::new(),
            expected,
            got,
            at_us,
            seen,
        };
        self.put((step, MAIN), item, weight, Verdict::Pass, entry);
    }

    /// An event was there, and wrong. Returns the level of the demand.
    pub fn violated(
        &mut self,
        step: StepId,
        item: &Item,
        tests: &[TestRef],
        violation: Violation,
        seen: &Sighting,
        at_us: u64,
    ) -> Level {
        let weight = self.weigh(tests, None);
        let (level, verdict) = (weight.level, setup_softens(item, weight.violated));
        let got = join(&seen.describe(), &violation.got);
        self.complain(
            (step, MAIN),
            Complaint::Wrong {
                seq: seen.seq,
                about: violation.about,
                against: violation.against,
            },
        );
        let entry = Entry {
            source: &violation.source,
            note: violation.note,
            expected: violation.expected,
            got,
            at_us,
            seen: Some(seen),
        };
        self.put((step, MAIN), item, weight, verdict, entry);
        level
    }

    /// The `should:` half of a step whose event came.
    pub fn should(
        &mut self,
        step: StepId,
        item: &Item,
        expect: &Expect,
        violation: Option<Violation>,
        seen: Option<&Sighting>,
        at_us: u64,
    ) {
        let weight = self.weigh(should_tests(expect), Some(Level::Should));
        let verdict = if violation.is_some() {
            setup_softens(item, weight.violated)
        } else {
            Verdict::Pass
        };
        if let (Some(violation), Some(seen)) = (&violation, seen) {
            let complaint = Complaint::Wrong {
                seq: seen.seq,
                about: violation.about.clone(),
                against: violation.against.clone(),
            };
            self.complain((step, SHOULD), complaint);
        }
        let described = seen.map(Sighting::describe).unwrap_or_default();
        let met = Violation {
            source: item.source.clone(),
            note: String::new(),
            expected: words_of(&expect.select, &expect.place, expect.should.as_ref()),
            got: String::new(),
            about: About::Event,
            against: Vec::new(),
        };
        let Violation {
            source,
            note,
            expected,
            got,
            about: _,
            against: _,
        } = violation.unwrap_or(met);
        let got = join(&described, &got);
        let entry = Entry {
            source: &source,
            note,
            expected,
            got,
            at_us,
            seen,
        };
        self.put((step, SHOULD), item, weight, verdict, entry);
    }

    /// Something came that must not. Returns the level of the demand.
    pub fn came_although(
        &mut self,
        step: StepId,
        item: &Item,
        none: &ExpectNone,
        seen: &Sighting,
        at_us: u64,
    ) -> Level {
        let weight = self.weigh(&none.tests, None);
        let (level, verdict) = (weight.level, setup_softens(item, weight.violated));
        self.complain((step, MAIN), Complaint::Unwanted { seq: seen.seq });
        let entry = Entry {
            source: &item.source,
            note: "came".to_owned(),
            expected: format!("no {}", words_of(&none.select, &none.place, None)),
            got: seen.describe(),
            at_us,
            seen: Some(seen),
        };
        self.put((step, MAIN), item, weight, verdict, entry);
        level
    }

    /// The event did not come in time.
    pub fn missing(&mut self, step: StepId, item: &Item, waited_ms: u64, memory: &Memory, at_us: u64) {
        let weight = self.weigh(&all_tests(item), None);
        let verdict = setup_softens(item, weight.violated);
        self.complain((step, MAIN), Complaint::Missing(awaited(item)));
        let (expected, place) = expected_words(item);
        let others: Vec<String> = memory
            .all()
            .iter()
            .enumerate()
            .filter(|(i, s)| {
                !memory.is_taken(*i) && s.side == Side::Relay && Some(&s.place) == place.as_ref()
            })
            .map(|(_, s)| s.label())
            .take(4)
            .collect();
        let instead = if others.is_empty() {
            String::new()
        } else {
            format!("; what came and nothing expected: {}", others.join(", "))
        };
        let entry = Entry {
            source: &item.source,
            note: "did not come".to_owned(),
            expected,
            got: format!("nothing of that kind within {waited_ms} ms{instead}"),
            at_us,
            seen: None,
        };
        self.put((step, MAIN), item, weight, verdict, entry);
    }

    /// Nothing came, and that says nothing of the relay.
    pub fn undecidable(&mut self, step: StepId, item: &Item, note: &str, got: String, at_us: u64) {
        let weight = Weight {
            counts: true,
            ..self.weigh(&all_tests(item), None)
        };
        let entry = Entry {
            source: &item.source,
            note: note.to_owned(),
            expected: expected_words(item).0,
            got,
            at_us,
            seen: None,
        };
        self.put((step, MAIN), item, weight, Verdict::Inconc, entry);
    }

    /// The link that the case shaped kept the answer back: nobody can say what the relay answered.
    pub fn lost(&mut self, step: StepId, item: &Item, seen: &Sighting) {
        let weight = Weight {
            counts: true,
            ..self.weigh(&all_tests(item), None)
        };
        let entry = Entry {
            source: &item.source,
            note: "lost on the link".to_owned(),
            expected: expected_words(item).0,
            got: seen.describe(),
            at_us: seen.at_us,
            seen: Some(seen),
        };
        self.put((step, MAIN), item, weight, Verdict::Inconc, entry);
    }

    /// A request that no step expects the answer of was refused, or not answered.
    pub fn refused(&mut self, step: StepId, item: &Item, seen: &Sighting, at_us: u64) {
        let complaint = Complaint::Wrong {
            seq: seen.seq,
            about: About::Event,
            against: Vec::new(),
        };
        self.complain((step, MAIN), complaint);
        let weight = self.weigh(&[], None);
        let entry = Entry {
            source: &item.source,
            note: "not answered positively".to_owned(),
            expected: "a positive answer".to_owned(),
            got: seen.refusal(),
            at_us,
            seen: Some(seen),
        };
        self.put((step, MAIN), item, weight, Verdict::Inconc, entry);
    }

    /// A step that cannot be taken: what its references name did not come, or what it asks for cannot be reached.
    pub fn unreachable(&mut self, step: StepId, item: &Item, got: String, at_us: u64) {
        let weight = self.weigh(&all_tests(item), None);
        let weight = Weight {
            counts: true,
            ..weight
        };
        let entry = Entry {
            source: &item.source,
            note: "not reached".to_owned(),
            expected: expected_words(item).0,
            got,
            at_us,
            seen: None,
        };
        self.put((step, MAIN), item, weight, Verdict::Inconc, entry);
    }

    /// What a journal does not tell, because it was recorded for another form of the case.
    pub fn unrecorded(&mut self, step: StepId, item: &Item, why: String, at_us: u64) {
        let weight = Weight {
            counts: true,
            ..self.weigh(&all_tests(item), None)
        };
        let entry = Entry {
            source: &item.source,
            note: "not recorded".to_owned(),
            expected: match item.kind {
                Kind::Send { .. } => "a positive answer".to_owned(),
                _ => expected_words(item).0,
            },
            got: why,
            at_us,
            seen: None,
        };
        self.put((step, MAIN), item, weight, Verdict::Inconc, entry);
    }

    /// Writes down what was not decided: not reached, or left open by a legal end of the case.
    pub fn settle(&mut self, step: StepId, item: &Item, case_over: bool) {
        if !item.is_expectation() {
            return;
        }
        let (verdict, got) = if case_over {
            (Verdict::Inconc, "the case ended with an accepted outcome before")
        } else {
            (Verdict::NotReached, "not reached because of an earlier failure")
        };
        let put = |ledger: &mut Self, key, tests: &[TestRef], cap| {
            if !ledger.results.contains_key(&key) {
                let weight = Weight {
                    counts: false,
                    ..ledger.weigh(tests, cap)
                };
                let entry = Entry {
                    source: &item.source,
                    note: String::new(),
                    expected: expected_words(item).0,
                    got: got.to_owned(),
                    at_us: 0,
                    seen: None,
                };
                ledger.put(key, item, weight, verdict, entry);
            }
        };
        put(self, (step, MAIN), &all_tests(item), None);
        if let Kind::Expect(expect) = &item.kind
            && expect.should.is_some()
        {
            put(self, (step, SHOULD), should_tests(expect), Some(Level::Should));
        }
    }

    /// Says of every violated demand who is to blame. Hop and relay of a result follow the blame.
    pub fn attribute(&mut self, who: impl Fn(&Complaint) -> Option<Blame>) {
        for (key, complaint) in &self.complaints {
            let Some(result) = self.results.get_mut(key) else {
                continue;
            };
            if !matches!(result.verdict, Verdict::Fail | Verdict::Inconc) {
                continue;
            }
            if let Some(blame) = who(complaint) {
                result.relay.clone_from(&blame.node);
                if blame.hop.is_some() {
                    result.hop.clone_from(&blame.hop);
                }
                result.blame = Some(blame);
            }
        }
    }

    /// Whether something that counts is not decided well.
    pub fn is_troubled(&self) -> bool {
        let bad = |e: &ExpectationResult| e.counts && matches!(e.verdict, Verdict::Fail | Verdict::Inconc);
        self.results.values().any(bad)
    }

    /// Whether something was not as it should be.
    pub fn complains(&self) -> bool {
        !self.complaints.is_empty()
    }

    fn complain(&mut self, key: (StepId, u8), complaint: Complaint) {
        self.complaints.entry(key).or_insert(complaint);
    }

    /// The results, in the order of the case.
    pub fn into_results(self) -> Vec<ExpectationResult> {
        self.results.into_values().collect()
    }

    fn weigh(&self, tests: &[TestRef], cap: Option<Level>) -> Weight {
        self.policy.weigh(tests, cap, &self.catalogue)
    }

    fn put(&mut self, key: (StepId, u8), item: &Item, weight: Weight, verdict: Verdict, entry: Entry<'_>) {
        let relay = entry
            .seen
            .filter(|s| s.side == Side::Relay)
            .and_then(|s| s.relay.clone());
        let hop = if self.topology.relays().len() < 2 {
            None
        } else {
            match (place_of(item), &relay) {
                (Some(Place::On(link)), _) => Some(link.clone()),
                (Some(Place::At(party)), Some(relay)) => Some(format!("{relay}-{party}")),
                _ => None,
            }
        };
        let result = ExpectationResult {
            id: if key.1 == SHOULD {
                format!("{}!should", item.id)
            } else {
                item.id.clone()
            },
            verdict,
            counts: weight.counts,
            level: weight.level,
            basis: weight.basis,
            tests: weight.tests,
            hop,
            relay,
            source: entry.source.clone(),
            note: entry.note,
            expected: entry.expected,
            got: entry.got,
            at_us: entry.at_us,
            events: entry.seen.map(|seen| seen.seq).into_iter().collect(),
            events_of: None,
            blame: None,
        };
        self.results.entry(key).or_insert(result);
    }
}

/// What would have satisfied a step.
fn awaited(item: &Item) -> Vec<(Selector, Place)> {
    match &item.kind {
        Kind::Expect(e) | Kind::Recv(e) => vec![(e.select.clone(), e.place.clone())],
        Kind::AnyOf(any) => any
            .alternatives
            .iter()
            .map(|e| (e.select.clone(), e.place.clone()))
            .collect(),
        Kind::ExpectNone(_) | Kind::Send { .. } | Kind::Other => Vec::new(),
    }
}

/// A step of `setup:` accuses nobody: without it the case is inconclusive.
fn setup_softens(item: &Item, violated: Verdict) -> Verdict {
    if item.phase == Phase::Setup {
        Verdict::Inconc
    } else {
        violated
    }
}

fn should_tests(expect: &Expect) -> &[TestRef] {
    if expect.should_tests.is_empty() {
        &expect.tests
    } else {
        &expect.should_tests
    }
}

/// Every purpose a step decides, whichever alternative it takes.
fn all_tests(item: &Item) -> Vec<TestRef> {
    let mut tests = item.tests().to_vec();
    if let Kind::AnyOf(any) = &item.kind {
        tests.extend(any.alternatives.iter().flat_map(|e| e.tests.iter().cloned()));
    }
    tests
}
