//! The whole suite against embedded relays: `cargo bench --bench suite`.

#[path = "measure/middle.rs"]
mod middle;
#[path = "measure/runs.rs"]
mod runs;
#[path = "measure/spent.rs"]
mod spent;

use std::error::Error;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use middle::middle;
use mmspec::run::Options;
use mmspec::run::observer::Observer;
use mmspec::run::outcome::{CaseResult, Summary, Verdict};
use spent::{median, ms};
use tokio::runtime::Runtime;

/// Runs side by side are repeated so often; the median is shown.
const RUNS: usize = 5;
/// How many of the slowest scripts are named.
const SLOWEST: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let runtime = Runtime::new()?;
    println!("whole suite, embedded relays, journal and judging on");
    println!(
        "{:<24}{:>9}{:>12}{:>12}{:>14}{:>16}",
        "", "scripts", "wall s", "CPU s", "CPU ms/script", "first case ms"
    );
    for (name, jobs, runs) in [("default jobs", None, RUNS), ("--jobs 1", Some(1), 1)] {
        let mut spent = Vec::new();
        let mut first = Vec::new();
        let mut last = None;
        for _ in 0..runs {
            let observer = FirstCase::expected();
            let options = Options {
                jobs,
                ..Options::default()
            };
            let (run, finished) = runs::run(&runtime, dir.path(), options, &observer)?;
            spent.push(run);
            first.push(observer.after());
            last = Some(finished.result);
        }
        let Some(result) = last else { continue };
        let spent = median(&spent);
        println!(
            "{:<24}{:>9}{:>12.2}{:>12.2}{:>14}{:>16}",
            format!("{name}, {runs} runs"),
            result.cases.len(),
            spent.wall.as_secs_f64(),
            spent.cpu.as_secs_f64(),
            ms(spent.cpu / u32::try_from(result.cases.len())?.max(1)),
            ms(middle(first)),
        );
        verdicts(&result.summary, &result.cases);
        slowest(&result.cases);
    }
    println!("budgets: suite 3 s wall on two cores; start to first case 20 ms");
    Ok(())
}

fn verdicts(summary: &Summary, cases: &[CaseResult]) {
    let Summary {
        pass,
        fail,
        inconc,
        error,
        not_applicable,
        ..
    } = summary;
    println!("  {pass} pass, {fail} fail, {inconc} inconc, {error} error, {not_applicable} not-applicable");
    for case in cases
        .iter()
        .filter(|c| !matches!(c.verdict, Verdict::Pass | Verdict::NotApplicable))
    {
        println!("  {} {}", case.verdict.name(), case.id);
    }
}

fn slowest(cases: &[CaseResult]) {
    let mut cases: Vec<&CaseResult> = cases.iter().filter(|c| c.duration_ms > 0).collect();
    let middle = middle(
        cases
            .iter()
            .map(|c| Duration::from_millis(c.duration_ms))
            .collect(),
    );
    cases.sort_by_key(|c| std::cmp::Reverse(c.duration_ms));
    let named: Vec<String> = cases
        .iter()
        .take(SLOWEST)
        .map(|c| format!("{} {}", c.id, c.duration_ms))
        .collect();
    println!(
        "  ms for a script that drives parties: median {}; slowest: {}",
        middle.as_millis(),
        named.join(", ")
    );
}

/// Notes when the first case started.
struct FirstCase {
    began: Instant,
    after: Mutex<Option<Duration>>,
}

impl FirstCase {
    fn expected() -> Self {
        FirstCase {
            began: Instant::now(),
            after: Mutex::new(None),
        }
    }

    fn after(self) -> Duration {
        self.after.into_inner().ok().flatten().unwrap_or_default()
    }
}

impl Observer for FirstCase {
    fn begin(&self, _total: usize) {}

    fn case_started(&self, _id: &str) {
        if let Ok(mut after) = self.after.lock() {
            after.get_or_insert_with(|| self.began.elapsed());
        }
    }

    fn case_ended(&self, _result: &CaseResult) {}

    fn end(&self) {}
}
