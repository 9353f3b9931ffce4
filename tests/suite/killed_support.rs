//! Runs that are killed in their midst.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use mmspec::run::journal::{Event, What};

use crate::cli_commands::{ACCEPTED, ENDLESS};

/// The cases `mine`, which passes, and `waits`, which does not end, in the folder `own`.
pub fn write_cases(dir: &Path) {
    fs::create_dir(dir.join("own")).unwrap();
    fs::write(dir.join("own/mine.yaml"), ACCEPTED).unwrap();
    fs::write(dir.join("own/waits.yaml"), ENDLESS).unwrap();
}

/// A run of these cases of `own`, killed when its journal has the end of `mine` and a step of `waits`.
pub fn kill_run(dir: &Path, cases: &[&str]) {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("mmspec"))
        .current_dir(dir)
        // What a killed run leaves behind goes with the folder.
        .env("TMPDIR", dir)
        .arg("run")
        .args(cases)
        .args(["--cases", "own", "-v"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(|line| line.unwrap());
    assert!(progress.any(|line| line.contains("PASS") && line.contains("mine")));
    let journal = dir.join("reports/latest/events.jsonl");
    while !(has(&journal, "mine", |what| matches!(what, What::End))
        && has(&journal, "waits", |what| matches!(what, What::StepStart { .. })))
    {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Whether the journal has such an event of a script, on a whole line.
fn has(journal: &Path, script: &str, wanted: impl Fn(&What) -> bool) -> bool {
    let text = fs::read_to_string(journal).unwrap_or_default();
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Event>(line).ok());
    events.filter(|e| e.script == script).any(|e| wanted(&e.what))
}
