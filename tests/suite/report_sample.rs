//! A hand-made run with one case of each fate, and with everything a hostile relay could put into text.

use std::collections::BTreeMap;
use std::sync::Arc;

use mmspec::case::Source;
use mmspec::report::results::SCHEMA;
use mmspec::run::outcome::{
    Basis, Blame, CaseResult, Change, ChangeClass, Comparison, ExpectationResult, FindingResult, Held, Known,
    Level, PurposeRef, QuirkResult, RunInfo, RunResult, Summary, Tool, TrailStep, UnsolicitedResult, Verdict,
};
use mmspec::wire::{Finding, Severity};

/// Escape sequences, a NUL, XML's own characters, a CDATA end, right-to-left override, a non-character.
pub const HOSTILE: &str =
    "<b>&\"'\x1b[2J\x1b]0;owned\x07 \0 ]]> \u{202e}gnp\u{ffff}\u{9b}31m\r\nFAIL  forged-case";

pub const REPORT_YAML: &str = "\
id: e2e-report-comes-home
title: UA A learns that UA B retrieved the MM
topology: two-mmse
steps:
  - send: M-Send.req
    from: alice
    headers: { To: $bob.plmn }
  - expect: MM4_delivery_report.REQ
    on: A-B
    headers: { X-Mms-MM-Status-Code: Retrieved, From: $bob.plmn }
    tests: [TP-M4R-04]
";

pub fn text_of(file: &str) -> Option<Arc<str>> {
    (file == "cases/e2e/report.yaml").then(|| Arc::from(REPORT_YAML))
}

pub fn run() -> RunResult {
    RunResult {
        schema: SCHEMA.into(),
        tool: Tool {
            name: "mmspec".into(),
            version: "0.1.0".into(),
        },
        run: RunInfo {
            bindings: BTreeMap::from([
                ("A".into(), "embedded".into()),
                ("B".into(), "their-mmsc 2.1".into()),
            ]),
            strict: false,
            recalled_inconc: false,
            defects: Vec::new(),
            alive: true,
            options: vec!["--relay".into(), "B=their relay.yaml".into()],
            started_ms: 1_796_000_000_000,
        },
        comparison: None,
        quirks: vec![QuirkResult {
            relay: Some("B".into()),
            pdu: None,
            code: "notified-too-early".into(),
            severity: Severity::Warning,
            clause: "OMA MMS ENC 1.3 §6.2".into(),
            text: HOSTILE.into(),
            count: 7,
            first: "mm1-retrieved".into(),
        }],
        unsolicited: vec![UnsolicitedResult {
            place: "kannel".into(),
            relay: None,
            what: "M-Notification.ind".into(),
            case: Some("mm1-repeated".into()),
            why: Some("a repeat of what case mm1-repeated got".into()),
        }],
        summary: Summary {
            cases: 8,
            pass: 2,
            fail: 2,
            inconc: 2,
            error: 1,
            not_applicable: 1,
            uncounted_fails: 1,
        },
        cases: vec![
            missing_header(),
            hostile(),
            passed(),
            passed_with_weak_violation(),
            undecided("mm1-b", "relay B did not become ready within 10 s"),
            undecided("mm1-a", "relay B did not become ready within 10 s"),
            broken_environment(),
            not_applicable(),
        ],
    }
}

/// The same run, compared with a baseline: a regression, a known failure whose reason is hostile too, an entry that is stale, and a
/// case that is new.
pub fn compared() -> RunResult {
    let change = |class, case: &str, is, entry| Change {
        class,
        case: case.into(),
        expectation: None,
        was: Some(Verdict::Pass),
        is,
        text: format!("what changed in {case}"),
        entry,
        reason: None,
        link: None,
        fails_run: class != ChangeClass::New,
    };
    let stale = change(
        ChangeClass::Stale,
        "mbox-view",
        Some(Verdict::NotApplicable),
        Some(at("known.yaml", 12, 5, 9)),
    );
    RunResult {
        comparison: Some(Comparison {
            baseline: "known.yaml".into(),
            expected: 1,
            changes: vec![
                change(
                    ChangeClass::PassToFail,
                    "e2e-report-comes-home",
                    Some(Verdict::Fail),
                    None,
                ),
                stale,
                change(ChangeClass::New, "mm1-a", Some(Verdict::Inconc), None),
            ],
            known: vec![Known {
                case: "mm1-hostile[row 1]".into(),
                expectation: Some("M-Send.conf@alice#1".into()),
                verdict: Verdict::Fail,
                reason: format!("Their ticket says {HOSTILE}"),
                link: Some("https://tracker.example/MMSC-12".into()),
                until: Some("2027-03-01".into()),
                entry: at("known.yaml", 4, 5, 9),
            }],
        }),
        ..run()
    }
}

/// The example of the manual: a report without its mandatory status field, and a step that it makes moot.
pub fn missing_header() -> CaseResult {
    let mut broken = expectation(
        "MM4_delivery_report.REQ@A-B#1",
        Verdict::Fail,
        purpose("TP-M4R-04", Basis::Recalled),
    );
    broken.source = at("cases/e2e/report.yaml", 10, 16, 20);
    broken.hop = Some("A-B".into());
    broken.relay = Some("B".into());
    broken.note = "absent".into();
    broken.expected = "X-Mms-MM-Status-Code: Retrieved".into();
    broken.got =
        "MM4_delivery_report.REQ from B after 38 ms, 11 headers; it has X-Mms-Status: Retrieved instead"
            .into();
    broken.blame = Some(Blame {
        node: Some("B".into()),
        hop: Some("A-B".into()),
        why: "B passed it on wrong: X-Mms-Status: Retrieved came in, no X-Mms-MM-Status-Code went out".into(),
        candidates: Vec::new(),
        trail: vec![
            TrailStep {
                node: "A".into(),
                took: Some("M-Send.req of alice".into()),
                gave: Some("MM4_forward.REQ on A-B".into()),
                held: Held::Same,
                what: String::new(),
            },
            TrailStep {
                node: "B".into(),
                took: Some("M-NotifyResp.ind of bob".into()),
                gave: Some("MM4_delivery_report.REQ on A-B".into()),
                held: Held::Changed,
                what: "X-Mms-Status: Retrieved came in, no X-Mms-MM-Status-Code went out".into(),
            },
        ],
    });
    let moot = expectation(
        "M-Delivery.ind@alice#1",
        Verdict::NotReached,
        purpose("TP-E2E-03", Basis::Text),
    );
    case(
        "e2e-report-comes-home",
        "cases/e2e/report.yaml",
        Verdict::Fail,
        vec![broken, moot],
    )
}

/// The relay put [`HOSTILE`] wherever its words end up.
pub fn hostile() -> CaseResult {
    let mut broken = expectation(
        "M-Send.conf@alice#1",
        Verdict::Fail,
        purpose("TP-MM1-01", Basis::Text),
    );
    broken.note = format!("is \"{HOSTILE}\"");
    broken.expected = "X-Mms-Response-Status: Ok".into();
    broken.got = format!("X-Mms-Response-Text: {HOSTILE}");
    broken.source = at("cases/mm1/hostile.yaml", 7, 5, 3);
    let mut result = case(
        "mm1-hostile[row 1]",
        "cases/mm1/hostile.yaml",
        Verdict::Fail,
        vec![broken],
    );
    result.findings.push(FindingResult {
        place: "alice".into(),
        pdu: "M-Send.conf".into(),
        finding: Finding {
            code: "control-in-text".into(),
            severity: Severity::Warning,
            offset: 17,
            len: 4,
            clause: "ENC 1.3 §7.3.49".into(),
            text: format!("control characters in {HOSTILE}"),
        },
    });
    result
}

fn passed() -> CaseResult {
    let ok = expectation("accepted", Verdict::Pass, purpose("TP-MM1-01", Basis::Text));
    case("mm1-send", "cases/mm1/send.yaml", Verdict::Pass, vec![ok])
}

fn passed_with_weak_violation() -> CaseResult {
    let ok = expectation("reply@alice#1", Verdict::Pass, purpose("TP-BAD-02", Basis::Text));
    let mut weak = expectation(
        "reply@alice#1!should",
        Verdict::Fail,
        purpose("TP-BAD-03", Basis::Derived),
    );
    weak.level = Level::Should;
    weak.counts = false;
    weak.got = "X-Mms-Response-Status: Error-unspecified".into();
    case(
        "mm1-damaged",
        "cases/mm1/damaged.yaml",
        Verdict::Pass,
        vec![ok, weak],
    )
}

fn undecided(id: &str, reason: &str) -> CaseResult {
    let mut result = case(id, "cases/mm1/down.yaml", Verdict::Inconc, Vec::new());
    result.topology = "one-relay".into();
    result.reason = Some(reason.into());
    result
}

fn broken_environment() -> CaseResult {
    let mut result = case("mm4-port", "mine/port.yaml", Verdict::Error, Vec::new());
    result.reason = Some("cannot listen on 127.0.0.1:25\npermission denied".into());
    result
}

fn not_applicable() -> CaseResult {
    let mut result = case(
        "mbox-view",
        "cases/mm1/mbox.yaml",
        Verdict::NotApplicable,
        Vec::new(),
    );
    result.reason = Some("A does not claim mm1.mbox".into());
    result
}

pub fn case(id: &str, file: &str, verdict: Verdict, expectations: Vec<ExpectationResult>) -> CaseResult {
    CaseResult {
        id: id.into(),
        title: format!("Title of {id}"),
        verdict,
        topology: "two-mmse".into(),
        source: at(file, 1, 1, 2),
        duration_ms: 42,
        alive: true,
        expectations,
        findings: Vec::new(),
        quirks: Vec::new(),
        reason: None,
        run_again: false,
        log: Vec::new(),
    }
}

pub fn expectation(id: &str, verdict: Verdict, purpose: PurposeRef) -> ExpectationResult {
    ExpectationResult {
        id: id.into(),
        verdict,
        counts: true,
        level: purpose.level,
        basis: purpose.basis,
        tests: vec![purpose],
        hop: None,
        relay: None,
        source: at("cases/mm1/some.yaml", 3, 5, 4),
        note: String::new(),
        expected: String::new(),
        got: String::new(),
        events: Vec::new(),
        events_of: None,
        at_us: 38_000,
        blame: None,
    }
}

pub fn purpose(id: &str, basis: Basis) -> PurposeRef {
    PurposeRef {
        id: id.into(),
        purpose: format!("what {id} demands"),
        clause: "3GPP TS 23.140 §8.4.4".into(),
        level: Level::Shall,
        basis,
    }
}

pub fn at(file: &str, line: u32, column: u32, len: u32) -> Source {
    Source {
        file: file.into(),
        line,
        column,
        len,
    }
}
