//! A relay that does its worst gets a verdict: no run hangs, breaks off, grows without end or blames itself.

mod server;
mod target;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use mmspec::report::results;
use mmspec::run::outcome::{CaseResult, Verdict};

use crate::system_support::turn;
use server::Deed;

/// Messages of relays that a journal keeps.
const MOST: usize = 10_000;

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

/// Characters that steer a terminal or reorder what is read.
fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().flatten();
    entries
        .flat_map(|entry| match entry.path() {
            path if path.is_dir() => files(&path),
            path => vec![path],
        })
        .collect()
}

#[test]
fn what_a_relay_says_is_inert_in_every_file_and_on_the_terminal() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    target::write(dir.path(), Deed::Text, 1);
    let mut command = Command::cargo_bin("mmspec").unwrap();
    let output = command
        .current_dir(dir.path())
        .args(["run", "mm1-send-conf-echoes-*", "mm1-notification-class-*"])
        .args([
            "--target",
            "target.yaml",
            "-v",
            "--write",
            "annotations=annotations",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let run = fs::canonicalize(dir.path().join("reports/latest")).unwrap();
    let mut texts = vec![
        ("standard output".to_owned(), output.stdout),
        ("standard error".to_owned(), output.stderr),
    ];
    for file in files(&run).into_iter().chain([dir.path().join("annotations")]) {
        texts.push((file.display().to_string(), fs::read(&file).unwrap()));
    }
    let mut seen = BTreeSet::new();
    for (name, octets) in texts {
        let kind = name.rsplit(['.', '/']).next().unwrap_or_default().to_owned();
        if kind == "pcapng" {
            // Octets are its purpose; its comments have a test of their own.
            continue;
        }
        let text = String::from_utf8(octets).unwrap();
        let odd = text.char_indices().find(|(_, c)| steers(*c));
        assert!(odd.is_none(), "{name}: {odd:?}");
        if text.contains("alert(1)") {
            seen.insert(kind.clone());
        }
        let lines = ["::error::forged", "not ok 7 - forged", "# forged"];
        let forged = text
            .lines()
            .find(|line| lines.iter().any(|l| line.starts_with(l)));
        assert_eq!(forged, None, "{name}");
        if matches!(kind.as_str(), "html" | "md" | "xml") {
            let markup = ["<script>alert", "<b onload"];
            assert!(!markup.iter().any(|m| text.contains(m)), "{name}");
        }
    }
    // The journal has the octets in hex.
    let wanted = [
        "annotations",
        "html",
        "json",
        "md",
        "standard output",
        "tap",
        "xml",
    ];
    assert!(wanted.iter().all(|kind| seen.contains(*kind)), "{seen:?}");
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
