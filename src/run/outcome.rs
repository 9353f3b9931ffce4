//! The finished run, as reporters see it and as `results.json` (version 1) holds it.

mod comparison;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Source;
pub use crate::case::{Basis, Level};
use crate::wire::Finding;
pub use crate::wire::Severity;
pub use comparison::{Change, ChangeClass, Comparison, Known};

/// ISO/IEC 9646 verdicts, and `not-reached` for expectations that an earlier failure made moot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    NotApplicable,
    Pass,
    NotReached,
    Inconc,
    Fail,
    Error,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Verdict::NotApplicable => "not-applicable",
            Verdict::Pass => "pass",
            Verdict::NotReached => "not-reached",
            Verdict::Inconc => "inconc",
            Verdict::Fail => "fail",
            Verdict::Error => "error",
        }
    }
}

/// Value of `schema` in every results file this version writes.
pub const SCHEMA: &str = "mmspec-results/1";

/// Id of the result that says what an ICS may not deny.
pub const STATIC_CONFORMANCE: &str = "static-conformance";

/// Id of the result that says of relays that ended unasked.
pub const RELAY_STAYS_UP: &str = "relay-stays-up";

/// Ids of the results that no case file has: every suite has them.
pub const WITHOUT_FILE: &[&str] = &[STATIC_CONFORMANCE, RELAY_STAYS_UP];

/// A run, finished or as far as it got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// [`SCHEMA`].
    pub schema: String,
    pub tool: Tool,
    pub run: RunInfo,
    pub summary: Summary,
    pub cases: Vec<CaseResult>,
    /// How it compares with the baseline it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// What relays do otherwise than most and is taken as it is, each once.
    #[serde(default)]
    pub quirks: Vec<QuirkResult>,
    /// What relays sent that belongs to no case: late repeats, strangers. The first of them.
    pub unsolicited: Vec<UnsolicitedResult>,
}

/// Something odd that a relay did once in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quirk {
    pub relay: Option<String>,
    /// The PDU whose octets it is about, if a decoder found it.
    pub pdu: Option<String>,
    pub finding: Finding,
}

/// Something odd that a relay did in a run. It decides no verdict: where it is against a standard, a case tests for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuirkResult {
    pub relay: Option<String>,
    /// The PDU whose octets it is about the first time; none if it is about something else than octets.
    pub pdu: Option<String>,
    /// Stable, kebab-case.
    pub code: String,
    pub severity: Severity,
    /// What speaks of it.
    pub clause: String,
    /// What it was the first time.
    pub text: String,
    /// How often it was seen.
    pub count: usize,
    /// The first case in which it was, in order of their ids.
    pub first: String,
}

impl QuirkResult {
    /// The quirks of all cases, each once, the gravest and most frequent first.
    pub fn of(cases: &[CaseResult]) -> Vec<QuirkResult> {
        let mut known: BTreeMap<(Option<&str>, &str), QuirkResult> = BTreeMap::new();
        for case in cases {
            for Quirk { relay, pdu, finding } in &case.quirks {
                let once = known
                    .entry((relay.as_deref(), &finding.code))
                    .or_insert_with(|| QuirkResult {
                        relay: relay.clone(),
                        pdu: pdu.clone(),
                        code: finding.code.clone(),
                        severity: finding.severity,
                        clause: finding.clause.clone(),
                        text: finding.text.clone(),
                        count: 0,
                        first: case.id.clone(),
                    });
                once.count += 1;
            }
        }
        let mut quirks: Vec<QuirkResult> = known.into_values().collect();
        quirks.sort_by_key(|q| std::cmp::Reverse((q.severity, q.count)));
        quirks
    }
}

/// Something a relay sent that no case owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsolicitedResult {
    /// The listener it came to: `p`, `kannel`.
    pub place: String,
    pub relay: Option<String>,
    /// The PDU's name, or what it was instead.
    pub what: String,
    /// The case it would have belonged to, if that is known: it had ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// How that is known, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Relay name → target name.
    pub bindings: BTreeMap<String, String>,
    /// `should` and `derived` demands count.
    pub strict: bool,
    /// Fails on recalled clauses are `inconc`.
    pub recalled_inconc: bool,
    /// Names of seeded defects, `NODE=NAME` or `NAME`.
    pub defects: Vec<String>,
    /// Whether any relay was seen alive.
    pub alive: bool,
    /// The options that repeat the run, after `mmspec run`.
    pub options: Vec<String>,
    /// Milliseconds since 1970 when the run began; 0 if that was not written down.
    #[serde(default)]
    pub started_ms: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    pub cases: usize,
    pub pass: usize,
    pub fail: usize,
    pub inconc: usize,
    pub error: usize,
    pub not_applicable: usize,
    /// Violated demands that do not count (`should`, `derived`, or `--recalled inconc`).
    pub uncounted_fails: usize,
}

impl Summary {
    /// Counts verdicts.
    pub fn of(cases: &[CaseResult]) -> Self {
        let mut summary = Summary {
            cases: cases.len(),
            ..Summary::default()
        };
        for case in cases {
            match case.verdict {
                Verdict::Pass => summary.pass += 1,
                Verdict::Fail => summary.fail += 1,
                Verdict::Inconc | Verdict::NotReached => summary.inconc += 1,
                Verdict::Error => summary.error += 1,
                Verdict::NotApplicable => summary.not_applicable += 1,
            }
            let fails = case
                .expectations
                .iter()
                .filter(|e| e.verdict == Verdict::Fail && !e.counts);
            summary.uncounted_fails += fails.count();
        }
        summary
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// Script id: `case` or `case[row]`.
    pub id: String,
    pub title: String,
    pub verdict: Verdict,
    pub topology: String,
    pub source: Source,
    /// Wall time from topology up to topology down.
    pub duration_ms: u64,
    pub expectations: Vec<ExpectationResult>,
    pub findings: Vec<FindingResult>,
    /// What the run's list of quirks says of this case.
    #[serde(skip)]
    pub quirks: Vec<Quirk>,
    /// Whether a relay said anything while it ran.
    pub alive: bool,
    /// Why the case is `error`, `inconc` or `not-applicable` when no expectation says it.
    pub reason: Option<String>,
    /// A relay ended while it and others ran, so that it was run again, alone: this is what came of that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub run_again: bool,
    /// What relays said while it ran, if it did not pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<RelayLog>,
}

/// The end of what a relay said while a case ran. Text of relays: untrusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayLog {
    pub relay: String,
    /// `process| line`.
    pub lines: Vec<String>,
    /// Earlier lines that are not here.
    pub left_out: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpectationResult {
    /// Its `as:`, else `<PDU>@<place>#n`; the `should:` half ends in `!should`.
    pub id: String,
    pub verdict: Verdict,
    /// Whether a fail of this expectation fails the case.
    pub counts: bool,
    pub level: Level,
    pub basis: Basis,
    pub tests: Vec<PurposeRef>,
    /// The node at fault and the hop, when there is more than one relay: `A-B`.
    pub hop: Option<String>,
    pub relay: Option<String>,
    /// Where in the case the demand stands.
    pub source: Source,
    /// Short, for the caret: `absent`, `is "x"`.
    pub note: String,
    pub expected: String,
    pub got: String,
    /// Microseconds since the script began when it was decided.
    pub at_us: u64,
    /// `seq` of the journal's events it was decided on: the event that was taken, wrong or unwanted. None if nothing came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<u64>,
    /// The case whose journal `events` are of, where it is another: a rule of `kind: always` speaks of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_of: Option<String>,
    /// Whose fault it is, where there is more than one relay and the demand is violated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blame: Option<Blame>,
}

/// To whom a violated demand is attributed, and the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blame {
    /// The relay at fault; none: not attributable.
    pub node: Option<String>,
    /// Where its fault was seen, or where nothing was seen: `A-B`, `B-bob`.
    pub hop: Option<String>,
    /// In one sentence.
    pub why: String,
    /// When nobody is blamed: the relays that may be at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// The nodes on the way, in order.
    pub trail: Vec<TrailStep>,
}

/// What one node took in and gave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailStep {
    pub node: String,
    /// `M-Send.req of alice`, `MM4_forward.REQ on A-B`.
    pub took: Option<String>,
    /// `M-Notification.ind for bob`.
    pub gave: Option<String>,
    pub held: Held,
    /// What came in and what went out where the two differ. Text of relays: untrusted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
}

/// How the output of a node compares with its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    Same,
    Changed,
    /// The node made it; nothing that came in says what it must be.
    Own,
    /// Nothing came out.
    Nothing,
    /// What came in was not seen, or not told from others.
    Unseen,
}

/// A purpose with what a report says about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PurposeRef {
    pub id: String,
    pub purpose: String,
    pub clause: String,
    pub level: Level,
    pub basis: Basis,
}

/// An oddity in something a relay sent that no expectation was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingResult {
    pub place: String,
    pub pdu: String,
    pub finding: Finding,
}
