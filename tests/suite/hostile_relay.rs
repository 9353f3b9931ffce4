//! A relay that does its worst gets a verdict: no run hangs, breaks off, grows without end or blames itself.

mod server;
mod target;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use mmspec::report::results;
use mmspec::run::outcome::{CaseResult, Verdict};

use crate::system_support::turn;
use server::Deed;

/// Messages of relays that a journal keeps.
const MOST: usize = 20_000;

/// What a run says of one case that meets such a relay.
fn run(dir: &Path, deed: Deed, case: &str) -> CaseResult {
    target::write(dir, deed, 6_000);
    let mut command = Command::cargo_bin("mmspec").unwrap();
    let run = ["run", case, "--target", "target.yaml", "--cases", "own"];
    let output = command.current_dir(dir).args(run).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // 3: it never gave a sign of life.
    let code = output.status.code();
    assert!(matches!(code, Some(1 | 3)), "{deed:?}: {code:?} {said}");
    let text = fs::read_to_string(dir.join("reports/latest/results.json")).unwrap();
    let run = results::parse(&text).unwrap();
    run.cases.into_iter().find(|c| c.id == case).unwrap()
}

fn are_decided(first: Deed, last: Deed) {
    let _turn = turn();
    let place = |deed| target::DEEDS.iter().position(|(d, _)| *d == deed).unwrap();
    for (deed, case) in &target::DEEDS[place(first)..=place(last)] {
        let dir = tempfile::tempdir().unwrap();
        let case = run(dir.path(), *deed, case);
        let is_decided = matches!(case.verdict, Verdict::Fail | Verdict::Inconc);
        assert!(is_decided, "{deed:?}: {:?}", case.reason);
        assert!(
            case.expectations.iter().any(|e| !e.got.is_empty()),
            "{deed:?}: {case:?}"
        );
    }
}

#[test]
fn answers_without_end_or_beginning() {
    are_decided(Deed::NoAnswer, Deed::DrippingBody);
}

#[test]
fn pushes_without_end_or_beginning() {
    are_decided(Deed::PushOf100Megabytes, Deed::HalfClosedPush);
}

#[test]
fn smtp_replies_without_end_or_beginning() {
    are_decided(Deed::NoGreeting, Deed::HalfClosedReply);
}

#[test]
fn mails_without_end_or_beginning() {
    are_decided(Deed::EndlessCommand, Deed::HalfClosedMail);
}

#[test]
fn a_flood_of_pushes_fills_neither_memory_nor_disk() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let case = run(dir.path(), Deed::Pushes(u32::MAX), target::PATIENT_ID);
    assert!(
        matches!(case.verdict, Verdict::Fail | Verdict::Inconc),
        "{case:?}"
    );
    let journal = fs::read_to_string(dir.path().join("reports/latest/events.jsonl")).unwrap();
    let of_case = journal
        .lines()
        .filter(|line| line.starts_with("{\"script\":\"patient\""));
    assert!(of_case.count() < MOST + 100);
}
