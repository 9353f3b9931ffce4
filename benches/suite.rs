//! The whole suite against embedded relays: `cargo bench --bench suite`.

mod measure;
#[path = "measure/runs.rs"]
mod runs;

use std::error::Error;
use std::time::Duration;

use measure::{median, middle, ms};
use mmspec::run::Options;
use mmspec::run::outcome::{CaseResult, Summary};
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
            let ran = runs::run(
                &runtime,
                dir.path(),
                Options {
                    jobs,
                    ..Options::default()
                },
            )?;
            spent.push(ran.spent);
            first.push(ran.first_case);
            last = Some(ran.finished.result);
        }
        let Some(result) = last else { continue };
        let spent = median(&spent);
        println!(
            "{:<24}{:>9}{:>12.2}{:>12.2}{:>14}{:>16}",
            format!("{name}, {runs} runs"),
            result.cases.len(),
            spent.wall.as_secs_f64(),
            spent.cpu.as_secs_f64(),
            ms(spent.each(result.cases.len()).cpu),
            ms(middle(first)),
        );
        verdicts(&result.summary);
        slowest(&result.cases);
    }
    println!("budgets: suite 3 s wall on two cores; start to first case 20 ms");
    Ok(())
}

fn verdicts(summary: &Summary) {
    let Summary {
        pass,
        fail,
        inconc,
        error,
        not_applicable,
        ..
    } = summary;
    println!("  {pass} pass, {fail} fail, {inconc} inconc, {error} error, {not_applicable} not-applicable");
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
