//! Relays whose subscribers are few: numbers are leased, and what comes late for an earlier script is not the next one's.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use mmspec::run::observer::Silent;
use mmspec::run::outcome::{RunResult, Verdict};
use mmspec::run::{self, Options, Refused};
use mmspec::target::Numbers;

use crate::system_mm1_ways::{read_target, write_target};
use crate::system_remote::{By, Process, start_with};
use crate::system_support::{against, block_on, execute, turn};

/// A relay process and a target file that gives these numbers.
fn start(dir: &Path, numbers: Numbers, repeat_ms: Vec<u64>) -> (Process, std::path::PathBuf) {
    let (process, file) = start_with(dir, By::Tables, |config| {
        config.timers.notification_repeat_ms = repeat_ms;
    });
    let mut target = read_target(&file);
    target.ixit.as_mut().unwrap().numbers = numbers;
    write_target(&file, &target);
    (process, file)
}

fn list(numbers: &[&str]) -> Numbers {
    Numbers::List(numbers.iter().map(|n| (*n).to_owned()).collect())
}

/// Cases that are neither passed nor passed over, with what they got.
fn broken(run: &RunResult) -> Vec<String> {
    let broken = run
        .cases
        .iter()
        .filter(|case| !matches!(case.verdict, Verdict::Pass | Verdict::NotApplicable));
    broken
        .map(|case| {
            let got = case.expectations.iter().filter(|e| e.verdict > Verdict::Pass);
            let got: Vec<_> = got.map(|e| format!("{}: {}", e.id, e.got)).collect();
            format!("{} {:?} {got:?}", case.id, case.reason)
        })
        .collect()
}

fn verdicts(run: &RunResult) -> Vec<(&str, Verdict, Option<&str>)> {
    run.cases
        .iter()
        .map(|case| (case.id.as_str(), case.verdict, case.reason.as_deref()))
        .collect()
}

#[test]
fn scripts_share_few_numbers_and_fail_nothing() {
    let _turn = turn();
    let range = Numbers::Range {
        from: "+15551000096".to_owned(),
        to: "+15551000101".to_owned(),
    };
    let cases = ["mm1-*report*", "mm1-*retrieval*", "mm1-bcc*", "mm4-forward-*"].map(str::to_owned);
    for jobs in [None, Some(50)] {
        // A relay of its own for each run: what it repeats for an earlier run nobody knows any more.
        let dir = tempfile::tempdir().unwrap();
        let (_relay, target) = start(dir.path(), range.clone(), vec![800, 1600]);
        let options = Options {
            jobs,
            ..against(dir.path(), &cases, target)
        };
        let result = block_on(execute(options)).result;
        let broken = broken(&result);
        assert!(broken.is_empty(), "{jobs:?}: {broken:#?}");
        assert!(result.summary.pass > 20, "{:?}", result.summary);
    }
}

#[test]
fn a_script_that_needs_more_numbers_than_there_are_is_not_applicable() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let two = list(&["+15551000001", "+15551000002"]);
    let (_relay, target) = start(dir.path(), two, Vec::new());
    let cases = [
        "mm1-forwarding-of-nothing-is-refused",
        "mm1-bcc-*",
        "mm1-date-is-inserted*",
    ]
    .map(str::to_owned);
    let result = block_on(execute(against(dir.path(), &cases, target))).result;
    let missing: Vec<_> = verdicts(&result)
        .into_iter()
        .filter(|(_, verdict, _)| *verdict == Verdict::NotApplicable)
        .collect();
    assert!(!missing.is_empty());
    assert!(
        missing
            .iter()
            .any(|(.., reason)| reason.is_some_and(|r| r.contains("ixit.numbers has 2"))),
        "{missing:#?}"
    );
    assert!(result.summary.pass > 0, "{:#?}", verdicts(&result));
}

const LEAVES: &str = "\
id: leaves-a-notification
title: A notification that nobody answers, and none after it
topology: one-relay
examples:
  - { name: one, which: first }
  - { name: two, which: second }
  - { name: three, which: third }
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn, Subject: $which } }
  - { expect: M-Notification.ind, at: bob, tests: [TP-NTF-01] }
  - { expect-none: M-Notification.ind, at: bob, within: 1000ms, tests: [TP-NTF-01] }
";

#[test]
fn what_is_repeated_for_an_earlier_script_is_unsolicited_and_names_it() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let two = list(&["+15551000001", "+15551000002"]);
    // The first repeat comes when the script has ended, and another one has its numbers.
    let (_relay, target) = start(dir.path(), two, vec![1500; 4]);
    let cases = dir.path().join("cases");
    fs::create_dir(&cases).unwrap();
    fs::write(cases.join("leaves.yaml"), LEAVES).unwrap();
    let options = Options {
        case_dirs: vec![cases],
        ..against(dir.path(), &["leaves-a-notification*".to_owned()], target)
    };
    let finished = block_on(execute(options));
    let result = &finished.result;
    assert_eq!(result.summary.pass, 3, "{:#?}", result.cases);
    let late: Vec<_> = result.unsolicited.iter().filter(|u| u.case.is_some()).collect();
    assert!(!late.is_empty(), "{:#?}", result.unsolicited);
    for one in late {
        assert_eq!(one.what, "M-Notification.ind");
        assert!(
            one.case.as_ref().unwrap().starts_with("leaves-a-notification["),
            "{one:?}"
        );
        assert!(one.why.as_ref().unwrap().contains("repeats"), "{one:?}");
    }
}

#[test]
fn a_port_that_is_taken_names_its_key_and_how_to_mend_it() {
    let dir = tempfile::tempdir().unwrap();
    let (_relay, file) = start(dir.path(), Numbers::Prefix("+1555100".to_owned()), Vec::new());
    let mut target = read_target(&file);
    let taken = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let peer = target.ixit.as_mut().unwrap().peers.get_mut("p").unwrap();
    peer.listen = taken.local_addr().unwrap();
    write_target(&file, &target);
    let options = against(dir.path(), &["mm1-date-is-inserted*".to_owned()], file);
    let refused = match block_on(run::execute(options, &Silent)) {
        Ok(_) => panic!("nobody noticed"),
        Err(Refused::Environment(text)) => text,
        Err(other) => panic!("{other}"),
    };
    for words in [
        "ixit.peers.p.listen",
        "relay A",
        "the peer MMSE p",
        "somebody else listens",
        "choose another port",
    ] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
}

#[test]
#[cfg(target_os = "linux")] // Where the range can be read.
fn ports_that_may_be_taken_when_they_are_needed_are_warned_of_once() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    // The ports of this target are handed out by the system.
    let (_relay, file) = start(dir.path(), Numbers::Prefix("+1555100".to_owned()), Vec::new());
    let options = against(dir.path(), &["mm1-date-is-inserted*".to_owned()], file);
    let warnings = block_on(execute(options)).warnings;
    let keys = [
        "ixit.push.kannel.listen",
        "ixit.peers.p.listen",
        "ixit.peers.q.listen",
    ];
    assert_eq!(warnings.len(), keys.len(), "{warnings:#?}");
    for key in keys {
        assert!(
            warnings.iter().any(|w| w.starts_with(key)),
            "{key}: {warnings:#?}"
        );
    }
}
