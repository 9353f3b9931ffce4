//! The whole suite against embedded relays: `cargo bench --bench suite`.

#[path = "measure/middle.rs"]
mod middle;
#[path = "measure/runs.rs"]
mod runs;
#[path = "measure/spent.rs"]
mod spent;

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use middle::middle;
use mmspec::run::Options;
use mmspec::run::observer::Observer;
use mmspec::run::outcome::{CaseResult, RunResult, Summary, Verdict};
use serde::{Deserialize, Serialize};
use spent::{Spent, median, ms};
use tokio::runtime::Runtime;

/// Runs side by side are repeated so often; the median is shown.
const RUNS: usize = 7;
/// How many of the slowest scripts are named.
const SLOWEST: usize = 5;
/// First argument of a process that makes one run, into the folder it is given second, with the jobs it is given third.
const ONE_RUN: &str = "one-run";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, dir, jobs] = &arguments[..]
        && mode == ONE_RUN
    {
        let run = one_run(Path::new(dir), jobs.parse().ok())?;
        println!("{}", serde_json::to_string(&run)?);
        return Ok(());
    }
    let dir = tempfile::tempdir()?;
    println!("whole suite, embedded relays, journal and judging on; a process for each run");
    println!(
        "{:<24}{:>9}{:>12}{:>12}{:>14}{:>16}",
        "", "scripts", "wall s", "CPU s", "CPU ms/script", "first case ms"
    );
    for (name, jobs, runs) in [("default jobs", "default", RUNS), ("--jobs 1", "1", 1)] {
        let runs: Vec<Run> = (0..runs)
            .map(|_| in_a_process(dir.path(), jobs))
            .collect::<Result<_, _>>()?;
        let Some(last) = runs.last() else { continue };
        let times: Vec<Spent> = runs
            .iter()
            .map(|r| Spent {
                wall: r.wall,
                cpu: r.cpu,
            })
            .collect();
        let scripts = last.result.cases.len();
        let spent = median(&times);
        println!(
            "{:<24}{scripts:>9}{:>12.2}{:>12.2}{:>14}{:>16}",
            format!("{name}, {} runs", runs.len()),
            spent.wall.as_secs_f64(),
            spent.cpu.as_secs_f64(),
            ms(spent.cpu / u32::try_from(scripts)?.max(1)),
            ms(middle(runs.iter().map(|r| r.first_case).collect())),
        );
        verdicts(&last.result.summary, &last.result.cases);
        slowest(&last.result.cases);
    }
    println!("budgets: suite 3 s wall on two cores; start to first case 20 ms");
    Ok(())
}

/// A whole run, as a process that makes it tells it.
#[derive(Serialize, Deserialize)]
struct Run {
    wall: Duration,
    cpu: Duration,
    /// From the start of the run to the first case.
    first_case: Duration,
    result: RunResult,
}

/// A run in a process of its own: what is read once for a process is read again.
fn in_a_process(dir: &Path, jobs: &str) -> Result<Run, Box<dyn Error>> {
    let mut process = Command::new(std::env::current_exe()?);
    process.arg(ONE_RUN).arg(dir).arg(jobs).stderr(Stdio::inherit());
    let output = process.output()?;
    if !output.status.success() {
        return Err(format!("a run ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn one_run(dir: &Path, jobs: Option<usize>) -> Result<Run, Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let observer = FirstCase::expected();
    let options = Options {
        jobs,
        ..Options::default()
    };
    let (spent, finished) = runs::run(&runtime, dir, options, &observer)?;
    Ok(Run {
        wall: spent.wall,
        cpu: spent.cpu,
        first_case: observer.after(),
        result: finished.result,
    })
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
