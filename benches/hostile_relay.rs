//! What a relay that does its worst costs: `cargo bench --bench hostile_relay`. For each deed the verdict of one case, the seconds of
//! the whole run, the most memory it had, and the size of its folder. With words, only the deeds that have one of them in their name;
//! their folders stay, and are named.

#[path = "../tests/suite/hostile_relay/server.rs"]
mod server;
#[path = "../tests/suite/hostile_relay/target.rs"]
mod target;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mmspec::report::results;
use mmspec::run::outcome::{ExpectationResult, Verdict};
use server::Deed;

/// Between two looks at how much memory the run has.
const LOOK: Duration = Duration::from_millis(10);

fn main() {
    println!(
        "{:<22}{:>8}{:>8}{:>10}{:>12}  what came",
        "deed", "verdict", "s", "peak MB", "folder MB"
    );
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    for (deed, case) in target::DEEDS
        .iter()
        .copied()
        .chain([(Deed::Pushes(1_000_000), target::PATIENT_ID)])
    {
        let name = format!("{deed:?}");
        if words.is_empty() || words.iter().any(|word| name.contains(word)) {
            measure(deed, case, !words.is_empty());
        }
    }
}

fn measure(deed: Deed, case: &str, keep: bool) {
    let dir = tempfile::tempdir().expect("a folder for the run");
    target::write(dir.path(), deed, 30_000);
    let began = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_mmspec"))
        .current_dir(dir.path())
        .args(["run", case, "--target", "target.yaml", "--cases", "own"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("mmspec starts");
    let peak = watch(child);
    let seconds = began.elapsed().as_secs_f64();
    let run = dir.path().join("reports/latest");
    let text = fs::read_to_string(run.join("results.json")).unwrap_or_default();
    let (verdict, got) = match results::parse(&text) {
        Ok(result) => {
            let case = result.cases.into_iter().find(|c| c.id == case);
            let verdict = case.as_ref().map_or("?", |c| c.verdict.name());
            let decided = |e: &ExpectationResult| matches!(e.verdict, Verdict::Fail | Verdict::Inconc);
            let got = case.and_then(|c| c.expectations.into_iter().find(decided));
            (verdict, got.map(|e| e.got).unwrap_or_default())
        }
        Err(_) => ("none", String::new()),
    };
    let got: String = got.chars().take(90).collect();
    println!(
        "{:<22}{verdict:>8}{seconds:>8.2}{:>10.1}{:>12.2}  {got}",
        format!("{deed:?}"),
        peak as f64 / 1024.0,
        size(&run) as f64 / 1e6
    );
    if keep {
        println!("  {}", dir.keep().display());
    }
}

/// The most memory that a process had, in KiB, as Linux tells it; waits for its end.
fn watch(mut child: Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while let Ok(None) = child.try_wait() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(now.unwrap_or(0));
        thread::sleep(LOOK);
    }
    peak
}

fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}
