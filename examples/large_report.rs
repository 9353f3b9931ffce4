//! Writes the HTML report of a made-up run of many cases, for measuring: `ci/browser.sh` opens it.
//!
//! `cargo run --example large_report -- DIR [CASES]` writes `index.html` and the pages of the first cases.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use mmspec::case::Source;
use mmspec::report::html::{Shown, Site};
use mmspec::run::coverage::Coverage;
use mmspec::run::evidence::Evidence;
use mmspec::run::outcome::{
    Basis, CaseResult, ExpectationResult, Level, PurposeRef, RunInfo, RunResult, SCHEMA, Summary, Tool,
    Verdict,
};
use mmspec::run::suite::Suite;

/// Cases whose pages are written.
const PAGES: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let dir = args
        .next()
        .map(PathBuf::from)
        .ok_or("usage: large_report DIR [CASES]")?;
    let count = args.next().map_or(Ok(10_000), |n| n.parse())?;
    let suite = Suite::load(&[]).map_err(|_| "the cases that are compiled in cannot be read")?;
    let purposes: Vec<PurposeRef> = suite
        .catalogue
        .iter()
        .map(|p| PurposeRef {
            id: p.id.clone(),
            purpose: p.purpose.clone(),
            clause: p.clause.clone(),
            level: p.level,
            basis: p.basis,
        })
        .collect();
    let cases: Vec<CaseResult> = (0..count)
        .map(|n| case(n, &purposes[n % purposes.len()]))
        .collect();
    let run = run(cases);
    let coverage = Coverage::of(&suite, Some(&run));
    let text_of = |_: &str| None;
    let began = Instant::now();
    let site = Site::new(&run, &coverage, &text_of)?;
    let index = site.index(None)?;
    println!(
        "index.html of {count} cases: {} octets in {:?}",
        index.len(),
        began.elapsed()
    );
    std::fs::create_dir_all(dir.join("cases"))?;
    std::fs::write(dir.join("index.html"), index)?;
    for case in run.cases.iter().take(PAGES) {
        let shown = Shown {
            evidence: Ok(Evidence::default()),
            capture: None,
        };
        std::fs::write(dir.join(Site::path_of(&case.id)), site.case(case, &shown)?)?;
    }
    Ok(())
}

fn run(cases: Vec<CaseResult>) -> RunResult {
    RunResult {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: "mmspec".to_owned(),
            version: "0.1.0".to_owned(),
        },
        run: RunInfo {
            bindings: BTreeMap::from([("A".to_owned(), "made-up 1".to_owned())]),
            strict: true,
            recalled_inconc: false,
            defects: Vec::new(),
            alive: true,
            started_ms: 0,
            options: Vec::new(),
        },
        summary: Summary::of(&cases),
        cases,
        comparison: None,
        quirks: Vec::new(),
        unsolicited: Vec::new(),
    }
}

/// Every seventh fails, and one of a hundred is undecided.
fn case(n: usize, purpose: &PurposeRef) -> CaseResult {
    let group = ["mm1", "mm4", "e2e", "smtp", "routing"][n % 5];
    let verdict = match n {
        n if n % 7 == 3 => Verdict::Fail,
        n if n % 100 == 1 => Verdict::Inconc,
        _ => Verdict::Pass,
    };
    let source = Source {
        file: format!("cases/{group}/made-up-{}.yaml", n / 10),
        line: 9,
        column: 5,
        len: 6,
    };
    let expectation = ExpectationResult {
        id: "M-Notification.ind@bob#1".to_owned(),
        verdict,
        counts: true,
        level: Level::Shall,
        basis: Basis::Text,
        tests: vec![purpose.clone()],
        hop: Some(["A-B", "B-bob", "A-alice"][n % 3].to_owned()),
        relay: Some("A".to_owned()),
        source: source.clone(),
        note: "did not come".to_owned(),
        expected: "M-Notification.ind at bob with X-Mms-Message-Class: Personal".to_owned(),
        got: format!(
            "nothing of that kind within {} ms; what came and nothing expected: M-Delivery.ind",
            1000 + n
        ),
        events: Vec::new(),
        events_of: None,
        at_us: 1_000_000,
        blame: None,
    };
    CaseResult {
        id: format!("{group}-made-up-{}[row-{}]", n / 10, n % 10),
        title: format!("Made-up case {n} of the group {group}, with a title as long as titles are"),
        verdict,
        topology: "one-relay".to_owned(),
        source,
        duration_ms: 40,
        expectations: vec![expectation],
        findings: Vec::new(),
        quirks: Vec::new(),
        alive: true,
        reason: None,
        run_again: false,
        log: Vec::new(),
    }
}
