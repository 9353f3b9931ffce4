//! The program from outside where things go wrong: what a stranger is told, and the exit code.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use mmspec::run::journal::{Event, What};
use mmspec::run::outcome::Verdict;
use predicates::prelude::*;

use crate::cli_commands::{ACCEPTED, again, mmspec, results_in};
use crate::killed_support::{kill_run, write_cases};

/// A target file for a relay at these addresses that nobody has told where our listeners are.
fn target(mm1: SocketAddr, mm4: SocketAddr, reply_ms: u64) -> String {
    format!(
        r#"
name: dead
start: remote
ixit:
  mm1: {{ url: "http://{mm1}/mms", identity: {{ X-WAP-Network-Client-MSISDN: "{{number}}" }} }}
  mm4: {{ to: "{mm4}" }}
  domain: mms.home.example
  system-address: system-user@mms.home.example
  numbers: {{ prefix: "+1555100" }}
  push: {{ kannel: {{ listen: "127.0.0.1:0" }} }}
  peers:
    p: {{ domain: mms.p.example, listen: "127.0.0.1:0", prefix: "+1555200" }}
timers: {{ reply: {reply_ms}, notify: {reply_ms}, mm4: {reply_ms}, mm4-response: {reply_ms} }}
"#
    )
}

#[test]
fn a_wrong_case_is_shown_at_its_place_and_nothing_runs() {
    let wrong = [
        ("topology: [one-relay", "topology: one-relay", "mine.yaml:"),
        ("topologie: one-relay", "topology: one-relay", "mine.yaml:3:1"),
        ("TP-SUB-9999", "TP-SUB-01", "mine.yaml:6:87"),
        ("X-Mms-Response-Stat:", "X-Mms-Response-Status:", "mine.yaml:6:50"),
        ("M-Send.reg", "M-Send.req", "mine.yaml:5:13"),
    ];
    for (bad, good, place) in wrong {
        let (dir, mut command) = mmspec();
        fs::create_dir(dir.path().join("cases")).unwrap();
        fs::write(dir.path().join("cases/mine.yaml"), ACCEPTED.replace(good, bad)).unwrap();
        command
            .args(["run", "mine", "--cases", "cases"])
            .assert()
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains(place).and(predicate::str::contains("^")));
        assert!(!dir.path().join("reports").exists(), "{bad}");
    }
}

#[test]
fn what_is_misspelled_is_suggested() {
    for (bad, good) in [
        ("topologie", "topology"),
        ("X-Mms-Response-Stat", "X-Mms-Response-Status"),
        ("M-Send.reg", "M-Send.req"),
        ("TP-SUV-01", "TP-SUB-01"),
    ] {
        let (dir, mut command) = mmspec();
        fs::write(dir.path().join("mine.yaml"), ACCEPTED.replace(good, bad)).unwrap();
        let shown =
            predicate::str::contains(format!("`{bad}`")).and(predicate::str::contains(format!("`{good}`")));
        command.args(["run", "mine.yaml"]).assert().code(2).stderr(shown);
    }
}

#[test]
fn a_selection_that_means_nothing_ends_in_3() {
    let (dir, mut command) = mmspec();
    command
        .args(["run", "mm1-send-accepted", "TP-NOPE-*"])
        .assert()
        .code(3)
        .stderr(predicate::str::contains("TP-NOPE-*").and(predicate::str::contains("mmspec list")));
    assert!(!dir.path().join("reports").exists());
}

#[test]
fn a_wrong_target_file_is_shown_at_its_place() {
    let addr = SocketAddr::from(([127, 0, 0, 1], 9));
    let good = target(addr, addr, 1000);
    for (text, named) in [
        (
            good.replace("numbers", "numbrs"),
            vec!["t.yaml:9", "numbrs", "numbers"],
        ),
        (
            good.replace("to: \"127.0.0.1:9\"", "to: nowhere"),
            vec!["t.yaml:6"],
        ),
        (
            format!("{good}lacks: [mm1.mmbocks]\n"),
            vec!["t.yaml", "mm1.mmbocks", "mm1.mmbox"],
        ),
        (
            "name: x\nstart: remote\n".to_owned(),
            vec!["t.yaml", "ixit", "docs/targets.md"],
        ),
        ("name: [\n".to_owned(), vec!["t.yaml"]),
    ] {
        let (dir, mut command) = mmspec();
        fs::write(dir.path().join("t.yaml"), &text).unwrap();
        let assert = command
            .args(["run", "mm1-send-accepted", "--target", "t.yaml"])
            .assert()
            .code(2);
        let shown = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        for word in named {
            assert!(shown.contains(word), "{word} is not in:\n{shown}");
        }
    }
}

#[test]
fn a_defect_nobody_knows_gets_the_nearest_name() {
    let (_dir, mut command) = mmspec();
    command
        .args(["run", "--defect", "mm4.res.wrong-transaktion-id"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("mm4.res.wrong-transaction-id"));
}

#[test]
fn a_relay_that_refuses_connections_is_named_with_its_addresses() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = gone.local_addr().unwrap();
    drop(gone);
    let (dir, mut command) = mmspec();
    fs::write(dir.path().join("t.yaml"), target(addr, addr, 500)).unwrap();
    command
        .args(["run", "mm1-send-*", "--target", "t.yaml"])
        .assert()
        .code(3)
        .stdout(predicate::str::contains("no relay was seen alive").and(predicate::str::contains(" 0 fail,")))
        .stderr(
            predicate::str::contains(format!("MM1 at http://{addr}/mms"))
                .and(predicate::str::contains("refused")),
        );
}

#[test]
fn a_relay_that_says_nothing_costs_one_timeout() {
    // Connections wait in its backlog: the system accepts, nobody speaks.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = silent.local_addr().unwrap();
    let (dir, mut command) = mmspec();
    fs::write(dir.path().join("t.yaml"), target(addr, addr, 1500)).unwrap();
    // None that wants a peer for itself: those take turns.
    let cases = [
        "mm1-send-*",
        "mm1-submi*",
        "smtp-d*",
        "smtp-g*",
        "smtp-n*",
        "smtp-only-*",
        "smtp-v*",
    ];
    command
        .arg("run")
        .args(cases)
        .args(["--target", "t.yaml"])
        .assert()
        .code(3)
        .stdout(predicate::str::contains("no relay was seen alive").and(predicate::str::contains(" 0 fail,")))
        .stderr(predicate::str::contains("says nothing within 1500 ms"));
    let run = results_in(&dir.path().join("reports/latest"));
    let ran = run.cases.iter().filter(|c| c.verdict == Verdict::Inconc).count();
    assert!(ran > 20, "{ran}");
    // Side by side: in the order of the journal, all of them began to wait before one gave up.
    let (began, gave_up) = waits(&dir.path().join("reports/latest/events.jsonl"));
    assert_eq!(began.len(), ran);
    assert!(
        began.values().max() < gave_up.values().min(),
        "{began:?} {gave_up:?}"
    );
}

/// The line on which each script began to wait, and the one on which it gave up.
fn waits(journal: &Path) -> (BTreeMap<String, usize>, BTreeMap<String, usize>) {
    let (mut began, mut gave_up) = (BTreeMap::new(), BTreeMap::new());
    for (line, text) in fs::read_to_string(journal).unwrap().lines().enumerate() {
        let event: Event = serde_json::from_str(text).unwrap();
        let lines = match event.what {
            What::Sent { .. } | What::StepStart { .. } => &mut began,
            What::NoReply { .. } | What::WindowEnd { .. } => &mut gave_up,
            _ => continue,
        };
        lines.entry(event.script).or_insert(line);
    }
    (began, gave_up)
}

#[test]
fn cases_of_ones_own_are_added_and_replace() {
    let (dir, mut command) = mmspec();
    fs::create_dir(dir.path().join("own")).unwrap();
    fs::write(dir.path().join("own/mine.yaml"), ACCEPTED).unwrap();
    let other = ACCEPTED
        .replace("id: mine", "id: mm1-send-accepted")
        .replace("A submission", "My submission");
    fs::write(dir.path().join("own/other.yaml"), other).unwrap();
    command
        .args([
            "run",
            "mine",
            "mm1-send-accepted",
            "--cases",
            "own",
            "--junit",
            "out/junit.xml",
        ])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("2 cases: 2 pass"));
    let run = results_in(&dir.path().join("reports/latest"));
    let titles: Vec<&str> = run.cases.iter().map(|c| c.title.as_str()).collect();
    assert_eq!(titles, ["A submission is accepted", "My submission is accepted"]);
    assert_eq!(run.cases[1].source.file, "own/other.yaml");
    assert!(
        fs::read_to_string(dir.path().join("out/junit.xml"))
            .unwrap()
            .contains("mm1-send-accepted")
    );
}

#[test]
fn a_run_that_was_killed_can_be_judged_as_far_as_it_got() {
    let dir = tempfile::tempdir().unwrap();
    write_cases(dir.path());
    kill_run(dir.path(), &["mine", "waits"]);
    assert!(!dir.path().join("reports/latest/results.json").exists());

    again(dir.path())
        .args(["rejudge", "reports/latest", "--cases", "own"])
        .assert()
        .code(4)
        .stdout(predicate::str::contains("the run was cut before this case ended"));
    let run = results_in(&dir.path().join("reports/latest/rejudged"));
    let verdicts: Vec<(&str, Verdict)> = run.cases.iter().map(|c| (c.id.as_str(), c.verdict)).collect();
    assert_eq!(verdicts, [("mine", Verdict::Pass), ("waits", Verdict::Error)]);
}
