//! `mmspec report`: runs that were judged, and one that was killed.

use std::fs;

use mmspec::run::outcome::Verdict;
use predicates::prelude::*;

use crate::cli_commands::{ENDLESS, again, mmspec, results_in};
use crate::killed_support::{kill_run, write_cases};

#[test]
fn a_stored_run_is_reported_again_as_it_was_judged() {
    let (dir, mut command) = mmspec();
    let case = "mm1-send-conf-echoes-transaction-id";
    command
        .args(["run", case, "--defect", "mm1.send-conf.wrong-transaction-id"])
        .assert()
        .code(1);
    let latest = dir.path().join("reports/latest");
    let files = ["results.json", "junit.xml", "coverage.json"];
    let before = files.map(|file| fs::read_to_string(latest.join(file)).unwrap());
    fs::remove_file(latest.join("junit.xml")).unwrap();
    // What is in the journal is not looked at: a run is not judged anew.
    fs::write(latest.join("events.jsonl"), "").unwrap();
    again(dir.path())
        .args(["report", "--junit", "copy.xml"])
        .assert()
        .code(1)
        .stdout(
            predicate::str::contains("TP-SUB-02")
                .and(predicate::str::contains("^^^^"))
                .and(predicate::str::contains("fail")),
        );
    let after = files.map(|file| fs::read_to_string(latest.join(file)).unwrap());
    assert_eq!(before, after);
    assert_eq!(fs::read_to_string(dir.path().join("copy.xml")).unwrap(), after[1]);
}

#[test]
fn a_run_that_was_killed_is_reported_as_far_as_it_got() {
    let dir = tempfile::tempdir().unwrap();
    write_cases(dir.path());
    let late = ENDLESS.replace("id: waits", "id: never-begun");
    fs::write(dir.path().join("own/never.yaml"), late).unwrap();
    kill_run(dir.path(), &["mine", "waits", "never-begun"]);
    let latest = dir.path().join("reports/latest");
    let journal = latest.join("events.jsonl");
    // Half a line at the end, and nothing of one of the cases: what a kill may leave.
    let text = fs::read_to_string(&journal).unwrap();
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("\"never-begun\""))
        .collect();
    let half = r#"{"script":"waits","seq":99,"at_us":12,"eve"#;
    fs::write(&journal, kept.join("\n") + "\n" + half).unwrap();

    // Its own cases are in the run's folder: nobody has to say where they are.
    again(dir.path())
        .args(["report", "reports/latest"])
        .assert()
        .code(4)
        .stderr(
            predicate::str::contains("was never judged: the run was cut: 1 of 3 cases had ended")
                .and(predicate::str::contains("1 had begun and not ended: waits"))
                .and(predicate::str::contains("1 had not begun: never-begun")),
        )
        .stdout(
            predicate::str::contains("the run was cut before this case ended")
                .and(predicate::str::contains("the run was cut before this case began"))
                .and(predicate::str::contains(
                    "3 cases: 1 pass, 0 fail, 0 inconc, 2 error",
                )),
        );
    let run = results_in(&latest);
    let verdicts: Vec<(&str, Verdict)> = run.cases.iter().map(|c| (c.id.as_str(), c.verdict)).collect();
    assert_eq!(
        verdicts,
        [
            ("mine", Verdict::Pass),
            ("never-begun", Verdict::Error),
            ("waits", Verdict::Error)
        ]
    );
    assert!(latest.join("junit.xml").is_file());
    // The first report is a report of the run like any other.
    again(dir.path()).arg("report").assert().code(4);
}

#[test]
fn what_is_no_run_cannot_be_reported() {
    let (_dir, mut command) = mmspec();
    command
        .args(["report", "gone"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("gone"));
}
