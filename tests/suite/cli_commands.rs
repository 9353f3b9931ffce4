//! The program from outside: what it prints, and how it ends.

use std::fs;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use assert_cmd::Command;
use mmspec::report::results;
use mmspec::run::outcome::RunResult;
use predicates::prelude::*;

/// The program in an empty folder: everything it needs is compiled in.
pub fn mmspec() -> (tempfile::TempDir, Command) {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::cargo_bin("mmspec").unwrap();
    command.current_dir(dir.path()).env("NO_COLOR", "1");
    (dir, command)
}

/// The program in a folder that is there already.
pub fn again(dir: &Path) -> Command {
    let mut command = Command::cargo_bin("mmspec").unwrap();
    command.current_dir(dir).env("NO_COLOR", "1");
    command
}

pub fn results_in(dir: &Path) -> RunResult {
    results::parse(&fs::read_to_string(dir.join("results.json")).unwrap()).unwrap()
}

/// A case that passes on any relay that takes submissions.
pub const ACCEPTED: &str = "\
id: mine
title: A submission is accepted
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok }, tests: [TP-SUB-01] }
";

/// A case that waits for what does not come.
pub const ENDLESS: &str = "\
id: waits
title: Nobody sends anything, and the case waits for it
topology: one-relay
steps:
  - { expect: MM4_forward.REQ, at: p, within: 3600s, tests: [TP-M4O-01] }
";

#[test]
fn wrong_arguments_end_in_2() {
    let (_dir, mut command) = mmspec();
    command
        .arg("bogus")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("bogus"));
}

#[test]
fn help_names_every_exit_code() {
    let (_dir, mut command) = mmspec();
    let help = command
        .arg("--help")
        .assert()
        .success()
        .get_output()
        .stdout
        .clone();
    let help = String::from_utf8(help).unwrap();
    for code in ["  0  ", "  1  ", "  2  ", "  3  ", "  4  "] {
        assert!(help.contains(code), "{help}");
    }
}

#[test]
fn the_compiled_in_cases_are_right() {
    let (_dir, mut command) = mmspec();
    command
        .arg("lint")
        .assert()
        .success()
        .stdout(predicate::str::contains("nothing wrong"));
}

#[test]
fn a_wrong_case_is_shown_with_its_place() {
    let (dir, mut command) = mmspec();
    let case = "id: x\ntitle: y\ntopology: one-relay\nsteps:\n  - { send: M-Send.rek, from: alice }\n";
    std::fs::write(dir.path().join("mine.yaml"), case).unwrap();
    command
        .args(["lint", "mine.yaml"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("mine.yaml:5:13").and(predicate::str::contains("M-Send.req")));
}

#[test]
fn a_case_file_that_is_not_there_is_named() {
    let (_dir, mut command) = mmspec();
    command
        .args(["lint", "gone.yaml"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("gone.yaml"));
}

#[test]
fn a_list_can_be_narrowed_and_read_by_programs() {
    let (_dir, mut command) = mmspec();
    let output = command
        .args(["list", "--json", "TP-SUB-02"])
        .assert()
        .success()
        .get_output()
        .stdout
        .clone();
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output).unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let tests: Vec<&str> = row["tests"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|t| t.as_str())
            .collect();
        assert!(tests.contains(&"TP-SUB-02"), "{row}");
    }
}

#[test]
fn a_selection_that_means_nothing_ends_in_3() {
    let (_dir, mut command) = mmspec();
    command
        .args(["list", "no-such-*"])
        .assert()
        .code(3)
        .stderr(predicate::str::contains("no-such-*"));
}

#[test]
fn a_purpose_is_explained_with_its_clause() {
    let (_dir, mut command) = mmspec();
    command
        .args(["explain", "TP-SUB-02"])
        .assert()
        .success()
        .stdout(predicate::str::contains("§6.1.2").and(predicate::str::contains("shall, text")));
}

#[test]
fn what_is_neither_case_nor_purpose_cannot_be_explained() {
    let (_dir, mut command) = mmspec();
    command
        .args(["explain", "TP-XYZ-99"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("TP-XYZ-99"));
}

#[test]
fn the_schemas_are_json() {
    for of in ["case", "results"] {
        let (_dir, mut command) = mmspec();
        let output = command
            .args(["schema", of])
            .assert()
            .success()
            .get_output()
            .stdout
            .clone();
        let schema: serde_json::Value = serde_json::from_slice(&output).unwrap();
        assert!(schema.is_object(), "{of}");
    }
}

#[test]
fn defects_are_listed_with_what_they_break() {
    let (_dir, mut command) = mmspec();
    command
        .args(["relay", "--list-defects"])
        .assert()
        .success()
        .stdout(predicate::str::contains("mm1.send-conf.wrong-transaction-id"));
}

#[test]
fn the_relays_own_configuration_can_be_given_back_to_it() {
    let (dir, mut command) = mmspec();
    let printed = command
        .args(["relay", "--print-config"])
        .assert()
        .success()
        .get_output()
        .stdout
        .clone();
    std::fs::write(dir.path().join("relay.yaml"), &printed).unwrap();
    let mut again = Command::cargo_bin("mmspec").unwrap();
    again
        .current_dir(dir.path())
        .args(["relay", "--print-config", "--config", "relay.yaml"])
        .assert()
        .success()
        .stdout(predicate::eq(String::from_utf8(printed).unwrap().as_str()));
}

#[test]
fn a_wrong_relay_configuration_is_shown_with_its_place() {
    let (dir, mut command) = mmspec();
    std::fs::write(dir.path().join("relay.yaml"), "name: A\nbogus: 1\n").unwrap();
    command
        .args(["relay", "--config", "relay.yaml"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("relay.yaml").and(predicate::str::contains("bogus")));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Process::new(assert_cmd::cargo::cargo_bin("mmspec"))
        .arg("list")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert_eq!(errors, "");
}
