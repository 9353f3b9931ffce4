//! The cases about several relays, with every relay a process of its own, and in a network of its own where the machine allows it.

use std::path::PathBuf;
use std::process::Command;

use mmspec::run::Options;
use mmspec::run::host::Isolation;
use mmspec::run::outcome::Verdict;
use tempfile::TempDir;

use crate::system_support::{block_on, execute, options, turn};

/// One or more of every topology with several relays, and most of them kill.
const SEVERAL: [&str; 14] = [
    "e2e-far-relay-killed-after-taking-over",
    "e2e-far-relay-killed-with-a-report",
    "e2e-near-relay-killed-with-mm-queued",
    "mm4-killed-while-*",
    "mm1-killed-*",
    "multi-relay-killed-*",
    "multi-relay-edge-killed-*",
    "multi-relay-hub-*",
    "multi-relay-home-relay-down-*",
    "multi-relay-mms-follow-their-subscriber*",
    "multi-relay-one-delivery-report-inside*",
    "multi-relay-other-relay-takes-inbound*",
    "multi-relay-store-*",
    "multi-relay-response-at-another-relay*",
];

fn selection() -> Vec<String> {
    SEVERAL.iter().map(|s| (*s).to_owned()).collect()
}

fn apart(dir: &TempDir, selection: &[String], defects: &[&str]) -> Options {
    Options {
        isolation: Isolation::Process,
        program: Some(PathBuf::from(env!("CARGO_BIN_EXE_mmspec"))),
        defects: defects.iter().map(|d| (*d).to_owned()).collect(),
        ..options(dir.path(), selection)
    }
}

#[test]
fn relays_that_are_processes_pass_the_same_cases() {
    let _turn = turn();
    let dir = TempDir::new().unwrap();
    let finished = block_on(execute(apart(&dir, &selection(), &[])));
    let wrong: Vec<_> = finished
        .result
        .cases
        .iter()
        .filter(|c| c.verdict != Verdict::Pass)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(finished.result.summary.cases > 30);
}

#[test]
fn defects_go_with_the_processes() {
    let _turn = turn();
    let dir = TempDir::new().unwrap();
    let case = "mm4-killed-while-response-is-owed[peer-busy]".to_owned();
    let finished = block_on(execute(apart(&dir, &[case], &["store.response-forgotten"])));
    assert_eq!(finished.result.cases[0].verdict, Verdict::Fail);
}

#[test]
fn a_relay_that_cannot_be_started_is_our_error() {
    let dir = TempDir::new().unwrap();
    let options = Options {
        program: Some(dir.path().join("nothing")),
        ..apart(&dir, &["mm1-send-conf-has-message-id".to_owned()], &[])
    };
    let finished = block_on(execute(options));
    let case = &finished.result.cases[0];
    assert_eq!(case.verdict, Verdict::Error);
    assert!(case.reason.as_ref().unwrap().contains("nothing"), "{case:?}");
}

#[test]
fn relays_in_networks_of_their_own_pass_the_same_cases() {
    let _turn = turn();
    let dir = TempDir::new().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mmspec"))
        .args(["run", "--isolate", "namespace", "--report-dir"])
        .arg(dir.path())
        .args(selection())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(4) && said.contains("allows no network namespaces") {
        return println!("skipped: {said}");
    }
    let summary = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{summary}\n{said}");
}
