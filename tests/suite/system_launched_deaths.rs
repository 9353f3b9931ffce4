//! Relays that a run started and that die in it: whose fault that is, and who comes next.

use std::fs;
use std::path::{Path, PathBuf};

use mmspec::run::journal::{Event, What};
use mmspec::run::outcome::{CaseResult, RunResult, Verdict};
use mmspec::run::{self};

use crate::launched_bench::*;

#[test]
fn a_relay_that_dies_fails_the_case_that_ran_and_is_there_for_the_next() {
    let bench = Bench::new();
    // The longest waits come first.
    let cases = [
        bench.case(ENDLESS, "a-dies"),
        bench.case(SHORT, "b-lives"),
        bench.case(SHORT, "c-lives"),
    ];
    let finished = bench.run_one_by_one(&cases, bench.with_process(MORTAL));
    let result = &finished.result;
    let deadly: Vec<&CaseResult> = result
        .cases
        .iter()
        .filter(|c| c.verdict == Verdict::Fail)
        .collect();
    assert_eq!((deadly.len(), result.summary.pass), (1, 2), "{result:#?}");
    for wanted in [
        "relay A ended unasked: process `mortal` ended (exit status: 7)",
        "while this script alone ran on it",
        "\n    out of memory",
    ] {
        assert!(reason(deadly[0]).contains(wanted), "{}", reason(deadly[0]));
    }
    let log = &deadly[0].log[0];
    assert_eq!(log.relay, "A");
    assert!(log.lines.contains(&"mortal| out of memory".to_owned()), "{log:?}");
    assert!(
        log.lines.iter().any(|line| line.starts_with("relay| ")),
        "{log:?}"
    );
    let junit = mmspec::report::junit::render(result).unwrap();
    let said = junit.split("<system-out>").nth(1).unwrap();
    assert!(
        said.contains("relay A said") && said.contains("mortal| out of memory"),
        "{said}"
    );
    let again = run::rejudge(&finished.dir, &cases.map(PathBuf::from)).unwrap();
    assert_eq!(again.result.cases, result.cases);
}

#[test]
fn a_death_among_many_accuses_the_one_that_alone_brings_it_about() {
    for instances in ["many", "one"] {
        let bench = Bench::new();
        let cases = [
            bench.case(PATIENT, "lives-1"),
            bench.case(PATIENT, "lives-2"),
            bench.case(PATIENT, "lives-3"),
            bench.case(DEADLY, "kills"),
        ];
        let target = bench.target(&[
            (
                "\n# Its configuration",
                &format!("{POISONED}\n# Its configuration"),
            ),
            ("instances: many", &format!("instances: {instances}")),
        ]);
        let finished = bench.run(&cases, target);
        let result = &finished.result;
        assert_eq!(
            (result.summary.pass, result.summary.fail),
            (3, 2),
            "{instances}: {result:#?}"
        );
        let fallen = reason(case(result, "relay-stays-up"));
        assert!(
            fallen.contains("alone on the relay, this makes it end: kills\n"),
            "{fallen}"
        );
        let killer = case(result, "kills");
        assert_eq!(killer.verdict, Verdict::Fail);
        for wanted in [
            "relay A ended unasked: process `poisoned` ended (exit status: 11)",
            "while this script alone ran on it",
            "\n    segmentation fault",
        ] {
            assert!(reason(killer).contains(wanted), "{}", reason(killer));
        }
        assert!(killer.run_again);
        assert!(result.cases.iter().filter(|c| c.run_again).count() > 1);
        attempts_follow_each_other(&finished.dir, result);
        let again = run::rejudge(&finished.dir, &cases.map(PathBuf::from)).unwrap();
        assert_eq!(again.result.cases, result.cases);
    }
}

/// In the journal each script has one order, and begins as often as it was run.
fn attempts_follow_each_other(dir: &Path, result: &RunResult) {
    let text = fs::read_to_string(dir.join("events.jsonl")).unwrap();
    let events: Vec<Event> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for case in result.cases.iter().filter(|c| c.id != "relay-stays-up") {
        let own: Vec<&Event> = events.iter().filter(|e| e.script == case.id).collect();
        assert!(
            (0..).zip(&own).all(|(seq, event)| event.seq == seq),
            "{}",
            case.id
        );
        let begun = own.iter().filter(|e| matches!(e.what, What::Begin { .. }));
        assert_eq!(begun.count(), 1 + usize::from(case.run_again), "{}", case.id);
    }
}

#[test]
fn a_death_that_no_one_alone_brings_about_is_a_fail_of_its_own() {
    let bench = Bench::new();
    let cases = ["a-waits", "b-waits", "c-waits"].map(|name| bench.case(PATIENT, name));
    let target = bench.target(&[
        (
            "\n# Its configuration",
            // Alice and bob of all three.
            &format!("{}\n# Its configuration", dies_with(6)),
        ),
        (
            "reset: numbers",
            "provisioning: [line: { file: marks, text: \"{number}\" }]",
        ),
    ]);
    let finished = bench.run(&cases, target);
    let result = &finished.result;
    assert_eq!((result.summary.pass, result.summary.fail), (3, 1), "{result:#?}");
    let fallen = reason(case(result, "relay-stays-up"));
    for wanted in [
        "relay A ended unasked, ",
        "process `mortal` ended (exit status: 7)",
        "\n    out of memory",
        "alone on the relay, this does not: ",
        "-waits",
    ] {
        assert!(fallen.contains(wanted), "{fallen}");
    }
    let again = run::rejudge(&finished.dir, &cases.map(PathBuf::from)).unwrap();
    assert_eq!(again.result.cases, result.cases);
}

#[test]
fn a_relay_that_dies_again_and_again_is_given_up() {
    let bench = Bench::new();
    let cases: Vec<String> = (0..6)
        .map(|n| bench.case(ENDLESS, &format!("waits-{n}")))
        .collect();
    let process = MORTAL
        .replace("&& exec sleep 600", "&& exit 9; echo up")
        .replace("name: mortal", "name: mortal\n    ready: [log: up]");
    let target = bench.target(&[
        (
            "\n# Its configuration",
            &format!("{process}\n# Its configuration"),
        ),
        ("instances: many", "instances: one"),
    ]);
    let finished = bench.run(&cases, target);
    let result = &finished.result;
    // Those that ran when it fell first, and those that found it gone: none can be run any more.
    assert_eq!(result.summary.error, 6, "{result:#?}");
    for case in result.cases.iter().filter(|c| c.id != "relay-stays-up") {
        let reason = reason(case);
        assert!(
            reason.contains("was given up: it went down or did not come up"),
            "{reason}"
        );
        assert!(reason.contains("exit status: 9"), "{reason}");
    }
    let fallen = case(result, "relay-stays-up");
    assert_eq!(fallen.verdict, Verdict::Fail);
    assert!(reason(fallen).contains("waits-0"), "{}", reason(fallen));
    let paths: Vec<PathBuf> = cases.iter().map(PathBuf::from).collect();
    let again = run::rejudge(&finished.dir, &paths).unwrap();
    assert_eq!(again.result.cases, result.cases);
}

#[test]
fn an_end_while_nothing_runs_is_a_fail_of_its_own() {
    let bench = Bench::new();
    // It ends as soon as nobody looks: when its subscribers' number is known, which is before the case begins.
    let process = MORTAL.replace("test -s {{ dir }}/store.jsonl", "test -e {{ dir }}/reset");
    let target = bench.target(&[
        ("\n# Its configuration", &format!("{process}\n# Its configuration")),
        (
            "reset: numbers",
            "reset: { command: [sh, -c, 'touch \"$1/reset\"; until test -e \"$1/died\"; do sleep 0.02; done; sleep 0.3', sh, \"{{ dir }}\"] }",
        ),
    ]);
    let cases = [bench.case(SHORT, "first"), bench.case(SHORT, "second")];
    let finished = bench.run(&cases, target);
    let result = &finished.result;
    assert_eq!(result.summary.pass, 2, "{result:#?}");
    let fallen = case(result, "relay-stays-up");
    assert_eq!(fallen.verdict, Verdict::Fail);
    assert!(
        reason(fallen).contains("while no script ran on it"),
        "{}",
        reason(fallen)
    );
    let again = run::rejudge(&finished.dir, &cases.map(PathBuf::from)).unwrap();
    assert_eq!(again.result.cases, result.cases);
}
