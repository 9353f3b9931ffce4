//! A stored run, judged by cases that were edited since: what was recorded is judged, and what was not is said to be so.

use std::fs;
use std::path::{Path, PathBuf};

use mmspec::run::outcome::{CaseResult, Verdict};
use mmspec::run::{self, Options};
use tempfile::TempDir;

use crate::system_support::{block_on, execute};

const CASE: &str = "\
id: own
title: What bob gets of alice
topology: one-relay
steps:
  - send: M-Send.req
    from: alice
    headers: { To: $bob.plmn, Subject: one }
    as: submit
  - expect: M-Send.conf
    at: alice
    headers: { X-Mms-Transaction-ID: $submit.X-Mms-Transaction-ID }
    tests: [TP-SUB-02]
  - expect: M-Notification.ind
    at: bob
    within: 5s
    tests: [TP-SUB-01]
  - expect-none: M-Delivery.ind
    at: alice
    within: 60ms
    tests: [TP-ACK-10]
";

/// A case that asks for more than one demand.
const CONF: &str = "headers: { X-Mms-Transaction-ID: $submit.X-Mms-Transaction-ID }";

/// A run of one case of one's own, and the folder of that case.
struct Recorded {
    dir: TempDir,
    run: PathBuf,
}

impl Recorded {
    /// Plays the case, which comes to this verdict.
    fn new(case: &str, verdict: Verdict) -> Recorded {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("own");
        fs::create_dir(&own).unwrap();
        fs::write(own.join("own.yaml"), case).unwrap();
        let options = Options {
            selection: vec![own.display().to_string()],
            report_dir: dir.path().join("reports"),
            ..Options::default()
        };
        let finished = block_on(execute(options));
        assert_eq!(finished.result.cases[0].verdict, verdict);
        Recorded {
            run: finished.dir,
            dir,
        }
    }

    fn own(&self) -> PathBuf {
        self.dir.path().join("own")
    }

    /// Judges it again by the case as it is now.
    fn by(&self, case: &str) -> CaseResult {
        fs::write(self.own().join("own.yaml"), case).unwrap();
        let mut cases = self.by_folder(&[self.own()]);
        assert_eq!(cases.len(), 1);
        cases.remove(0)
    }

    fn by_folder(&self, dirs: &[PathBuf]) -> Vec<CaseResult> {
        rejudged(&self.run, dirs)
    }
}

fn rejudged(run: &Path, dirs: &[PathBuf]) -> Vec<CaseResult> {
    match run::rejudge(run, dirs) {
        Ok(finished) => finished.result.cases,
        Err(refused) => panic!("{refused}"),
    }
}

/// Verdicts of the expectations, in order.
fn verdicts(case: &CaseResult) -> Vec<Verdict> {
    case.expectations.iter().map(|e| e.verdict).collect()
}

/// What is said of those that came to nothing.
fn inconclusive(case: &CaseResult) -> String {
    let open = case.expectations.iter().filter(|e| e.verdict == Verdict::Inconc);
    open.map(|e| format!("{}: {}\n", e.id, e.got)).collect()
}

#[test]
fn what_was_recorded_is_judged_by_the_case_of_today() {
    use Verdict::{Fail, NotReached, Pass};
    let recorded = Recorded::new(CASE, Verdict::Pass);

    let moved = CASE.replace("steps:", "# another comment\n\nsteps:");
    assert_eq!(verdicts(&recorded.by(&moved)), [Pass, Pass, Pass]);

    let holds = CASE.replace(CONF, "headers: { X-Mms-Response-Status: Ok }");
    assert_eq!(verdicts(&recorded.by(&holds)), [Pass, Pass, Pass]);

    let violated = CASE.replace(CONF, "headers: { X-Mms-Response-Status: { not: Ok } }");
    let case = recorded.by(&violated);
    assert_eq!(case.verdict, Fail);
    assert_eq!(verdicts(&case), [Fail, NotReached, NotReached]);

    // A step that nobody waited for then, whose event is there.
    let added = CASE.replace(
        "  - expect-none",
        "  - { expect-none: M-Retrieve.conf, at: carol, within: 1ms, tests: [TP-SUB-03] }\n  - expect-none",
    );
    let case = recorded.by(&added.replace("carol", "bob"));
    assert_eq!(case.verdict, Verdict::Inconc, "{case:?}");
    assert!(inconclusive(&case).contains("no window was recorded"), "{case:?}");

    let without = CASE.replace("    within: 5s\n", "    within: 4s\n");
    assert_eq!(verdicts(&recorded.by(&without)), [Pass, Pass, Pass]);
}

#[test]
fn an_expectation_that_was_added_takes_what_is_there() {
    let short = CASE[..CASE.find("  - expect-none").unwrap()].to_owned();
    let first = short.replace(
        "  - expect: M-Notification.ind",
        "  - expect-none: M-Delivery.ind\n    at: alice\n    within: 300ms\n    tests: [TP-ACK-10]\n  - expect: M-Notification.ind",
    );
    let without = first[..first.find("  - expect: M-Notification.ind").unwrap()].to_owned();
    let recorded = Recorded::new(&without, Verdict::Pass);
    let case = recorded.by(&first);
    assert_eq!(case.verdict, Verdict::Pass, "{}", inconclusive(&case));
    assert_eq!(case.expectations.len(), 3);
    // The same event, and a demand that it does not meet.
    let case = recorded.by(&first.replace("    within: 5s\n", "    headers: { Subject: two }\n"));
    assert_eq!(case.verdict, Verdict::Fail);
}

#[test]
fn what_was_not_recorded_is_inconclusive_and_says_so() {
    let recorded = Recorded::new(CASE, Verdict::Pass);
    for (what, from, to, said) in [
        (
            "other octets were sent",
            "Subject: one",
            "Subject: two",
            "send M-Send.req is not what was done",
        ),
        (
            "a longer window",
            "within: 60ms",
            "within: 2s",
            "too short: 60ms of 2s",
        ),
        (
            "other nodes",
            "steps:",
            "nodes: { dora: { home: A } }\nsteps:",
            "other nodes",
        ),
        (
            "another request",
            "  - expect-none",
            "  - send: M-Send.req\n    from: bob\n    headers: { To: $alice.plmn }\n  - expect-none",
            "send M-Send.req is not what was done",
        ),
    ] {
        let case = recorded.by(&CASE.replacen(from, to, 1));
        assert_eq!(case.verdict, Verdict::Inconc, "{what}: {case:?}");
        assert!(
            inconclusive(&case).contains(said),
            "{what}: {}",
            inconclusive(&case)
        );
        assert!(
            case.expectations.iter().all(|e| e.verdict != Verdict::Fail),
            "{what}"
        );
    }
    // What the target of then did not claim is known.
    let case = recorded.by(&CASE.replacen("steps:", "requires: [mm1.mmbox]\nsteps:", 1));
    assert_eq!(case.verdict, Verdict::NotApplicable, "{case:?}");
    let case = recorded.by(&CASE.replacen("steps:", "requires: [not mm1.mmbox]\nsteps:", 1));
    assert_eq!(case.verdict, Verdict::Pass, "{case:?}");
    // What was recorded before the step that is another is judged.
    let later = CASE.replacen(
        "  - expect-none",
        "  - send: M-Send.req\n    from: bob\n    headers: { To: $alice.plmn }\n  - expect-none",
        1,
    );
    let verdicts = verdicts(&recorded.by(&later));
    assert_eq!(verdicts[..2], [Verdict::Pass, Verdict::Pass]);
}

#[test]
fn what_came_of_a_step_that_is_gone_passes_nothing() {
    let more = "  - { send: M-Send.req, from: bob, headers: { To: $alice.plmn } }\n  - { expect: M-Notification.ind, at: alice }\n";
    let recorded = Recorded::new(&format!("{CASE}{more}"), Verdict::Pass);
    // The notification is in the journal. It came of a submission that the case does not make any more.
    let without = format!("{CASE}  - {{ expect: M-Notification.ind, at: alice, tests: [TP-SUB-01] }}\n");
    let case = recorded.by(&without);
    assert_eq!(case.verdict, Verdict::Inconc, "{case:?}");
    assert!(
        inconclusive(&case).contains("what the case no longer says"),
        "{}",
        inconclusive(&case)
    );
    assert_eq!(verdicts(&case)[..3], [Verdict::Pass; 3]);
}

#[test]
fn steps_that_a_failure_kept_from_being_played_are_not_passed_when_it_is_none() {
    let strict = CASE.replace(CONF, "headers: { X-Mms-Response-Status: { not: Ok } }");
    let recorded = Recorded::new(&strict, Verdict::Fail);
    let case = recorded.by(CASE);
    assert_eq!(case.verdict, Verdict::Inconc);
    assert_eq!(verdicts(&case)[0], Verdict::Pass);
    assert!(
        inconclusive(&case).contains("never played"),
        "{}",
        inconclusive(&case)
    );
}

#[test]
fn cases_that_only_the_suite_or_only_the_run_has_are_named() {
    let recorded = Recorded::new(CASE, Verdict::Pass);
    // The suite has it no longer.
    let cases = recorded.by_folder(&[]);
    assert_eq!((cases.len(), cases[0].id.as_str()), (1, "own"));
    assert_eq!(cases[0].verdict, Verdict::Inconc);
    assert!(
        cases[0]
            .reason
            .as_ref()
            .unwrap()
            .contains("no longer has the case")
    );
    // The run's selection means one more by now.
    let newer = CASE.replace("id: own", "id: newer");
    fs::write(recorded.own().join("newer.yaml"), newer).unwrap();
    let cases = recorded.by_folder(&[recorded.own()]);
    let told: Vec<(&str, Verdict)> = cases.iter().map(|c| (c.id.as_str(), c.verdict)).collect();
    assert_eq!(told, [("newer", Verdict::Inconc), ("own", Verdict::Pass)]);
    assert!(cases[0].reason.as_ref().unwrap().contains("was not played"));
}
