//! `mmspec run` and `mmspec rejudge` from outside, against embedded relays.

use std::fs;

use assert_cmd::Command;
use mmspec::run::outcome::{RunResult, Verdict};
use predicates::prelude::*;

use crate::cli_commands::{mmspec, results_in};

const CASE: &str = "mm1-send-conf-echoes-transaction-id";
const DEFECT: &str = "mm1.send-conf.wrong-transaction-id";

#[test]
fn a_good_relay_passes_and_leaves_its_reports() {
    let (dir, mut command) = mmspec();
    command
        .args(["run", CASE])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("0 fail, 0 inconc, 0 error"));
    let latest = dir.path().join("reports/latest");
    let run = results_in(&latest);
    assert!(run.run.alive);
    assert!(
        run.cases
            .iter()
            .all(|c| c.verdict == Verdict::Pass && c.id.starts_with(CASE))
    );
    for file in ["events.jsonl", "junit.xml"] {
        assert!(latest.join(file).is_file(), "{file}");
    }
}

#[test]
fn a_defect_is_shown_with_requirement_place_and_what_came() {
    let (dir, mut command) = mmspec();
    command
        .args(["run", CASE, "--defect", DEFECT, "--junit", "out.xml"])
        .assert()
        .code(1)
        .stdout(
            predicate::str::contains("TP-SUB-02")
                .and(predicate::str::contains("^^^^"))
                .and(predicate::str::contains("got     M-Send.conf from A"))
                .and(predicate::str::contains(format!("--defect {DEFECT}"))),
        );
    let junit = fs::read_to_string(dir.path().join("out.xml")).unwrap();
    assert!(junit.contains("<failure"), "{junit}");
}

#[test]
fn a_journal_judged_again_gives_the_same_verdicts() {
    let (dir, mut command) = mmspec();
    command.args(["run", CASE, "--defect", DEFECT]).assert().code(1);
    let latest = dir.path().join("reports/latest");
    let first = results_in(&latest);
    let mut again = Command::cargo_bin("mmspec").unwrap();
    again
        .current_dir(dir.path())
        .args(["rejudge", "reports/latest"])
        .assert()
        .code(1);
    let second = results_in(&latest.join("rejudged"));
    let verdicts = |run: &RunResult| -> Vec<(String, Verdict)> {
        run.cases.iter().map(|c| (c.id.clone(), c.verdict)).collect()
    };
    assert_eq!(verdicts(&first), verdicts(&second));
}

#[test]
fn what_cannot_be_run_says_why_in_its_exit_code() {
    for (arguments, code, named) in [
        (vec!["run", "no-such-case"], 3, "no-such-case"),
        (
            vec!["run", CASE, "--defect", "no-such-defect"],
            2,
            "no-such-defect",
        ),
        (vec!["run", CASE, "--target", "gone.yaml"], 2, "gone.yaml"),
        (
            vec!["run", CASE, "--target", "a.yaml", "--relay", "A=b.yaml"],
            2,
            "relay A",
        ),
        (vec!["rejudge", "gone"], 2, "gone"),
    ] {
        let (_dir, mut command) = mmspec();
        command
            .args(&arguments)
            .assert()
            .code(code)
            .stderr(predicate::str::contains(named));
    }
}
