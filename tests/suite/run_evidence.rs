//! What a stored run can show is what its journal has.

use std::fs;
use std::io::Write as _;

use mmspec::inspect::Kind;
use mmspec::run::Sources;
use mmspec::run::evidence::{Carrier, Evidence, Stored};
use mmspec::run::outcome::RunResult;

use crate::system_support::{block_on, execute, options, turn, with_defect};

const CASE: &str = "e2e-delivery-report-comes-home";

fn evidence(stored: &Stored) -> Evidence {
    stored.case(CASE).unwrap_or_else(|e| panic!("{e}"))
}

fn decided_on(run: &RunResult, id: &str) -> Vec<u64> {
    let case = run.cases.iter().find(|case| case.id == CASE).unwrap();
    let expectation = case.expectations.iter().find(|e| e.id == id);
    expectation
        .unwrap_or_else(|| panic!("{id} is not there"))
        .events
        .clone()
}

#[test]
fn messages_have_their_ends_their_steps_and_what_they_carry() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let finished = block_on(execute(options(dir.path(), &[CASE.to_owned()])));
    let stored = Stored::open(&finished.dir).unwrap();
    assert!(!stored.is_cut());
    let evidence = evidence(&stored);
    assert!(evidence.has_ended);
    let submitted = evidence.messages().find(|m| m.pdu == Some("M-Send.req")).unwrap();
    assert_eq!(
        (
            &*submitted.from,
            &*submitted.to,
            &*submitted.link,
            submitted.is_ours
        ),
        ("alice", "A", "A-alice", true)
    );
    let step = evidence.step(submitted.step.unwrap()).unwrap();
    assert_eq!(step.does, "send M-Send.req");
    let text = Sources::read(&finished.dir)
        .unwrap()
        .text_of(&step.source.file)
        .unwrap();
    let line = text.lines().nth(step.source.line as usize - 1).unwrap();
    assert!(line.contains("M-Send.req"), "{line}");
    let forward = evidence
        .messages()
        .find(|m| m.pdu == Some("MM4_forward.REQ"))
        .unwrap();
    assert_eq!(
        (&*forward.from, &*forward.to, forward.carrier),
        ("A", "B", Carrier::Smtp)
    );
    assert_eq!(forward.layers().unwrap()[0].kind, Kind::Mm4);
    let notified = evidence
        .messages()
        .find(|m| m.pdu == Some("M-Notification.ind"))
        .unwrap();
    assert_eq!((&*notified.from, &*notified.link), ("B", "B-bob"));
    assert_eq!(notified.layers().unwrap()[0].inner[0].title, "M-Notification.ind");
    assert_eq!(decided_on(&finished.result, "forward"), [forward.seq]);
}

#[test]
fn a_violation_names_the_event_it_is_about() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let finished = block_on(execute(with_defect(
        dir.path(),
        &[CASE.to_owned()],
        "mm4.report.x-mms-status",
    )));
    let evidence = evidence(&Stored::open(&finished.dir).unwrap());
    let report = evidence
        .messages()
        .find(|m| m.pdu == Some("MM4_delivery_report.REQ"))
        .unwrap();
    let events = decided_on(&finished.result, "MM4_delivery_report.REQ@A-B#1");
    assert_eq!(events, [report.seq]);
}

#[test]
fn half_a_line_at_the_end_does_no_harm() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let finished = block_on(execute(options(dir.path(), &[CASE.to_owned()])));
    let whole = evidence(&Stored::open(&finished.dir).unwrap());
    let journal = finished.dir.join("events.jsonl");
    let mut file = fs::OpenOptions::new().append(true).open(&journal).unwrap();
    file.write_all(br#"{"script":"e2e-del"#).unwrap();
    let stored = Stored::open(&finished.dir).unwrap();
    assert!(stored.is_cut());
    assert_eq!(evidence(&stored).entries.len(), whole.entries.len());
}
