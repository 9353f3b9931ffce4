//! The HTML report of a hand-made run, in which a hostile relay put everything it could into its texts.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use mmspec::case::Source;
use mmspec::cli::present::Present;
use mmspec::report::html::{Shown, Site};
use mmspec::run::coverage::Coverage;
use mmspec::run::evidence::{Evidence, Stored};
use mmspec::run::outcome::{Change, ChangeClass, Comparison, Known, RunResult, Verdict};
use mmspec::run::suite::Suite;
use mmspec::show::Paint;
use regex::Regex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::report_html_links::{broken_links, pages, repeated_ids};
use crate::report_sample::{HOSTILE, run, text_of};

/// A catalogue is not needed to look at pages.
fn coverage() -> Coverage {
    Coverage {
        schema: "mmspec-coverage/1",
        groups: Vec::new(),
    }
}

fn write(dir: &Path, run: &RunResult) {
    Present {
        dir,
        reports: dir,
        wanted: &[],
        verbose: false,
        paint: Paint::new(false),
        coverage: &coverage(),
        text_of: &text_of,
        elapsed: None,
    }
    .write(run)
    .unwrap();
}

/// A journal of the hostile case: a relay whose every word is hostile, and its last line cut off.
fn hostile_journal(dir: &Path) {
    let script = "mm1-hostile[row 1]";
    let body = hex::encode(format!(
        "To: x\r\nSubject: {HOSTILE}\r\n\r\n<script>alert(1)</script>"
    ));
    let event = |seq: u64, what: Value| {
        let mut event = json!({"script": script, "seq": seq, "at_us": seq * 1500});
        event
            .as_object_mut()
            .unwrap()
            .extend(what.as_object().unwrap().clone());
        event.to_string()
    };
    let source = json!({"file": "cases/mm1/hostile.yaml", "line": 1, "column": 1, "len": 3});
    let begin = json!({"event": "begin", "unix": 1_700_000_000, "bindings": {"A": HOSTILE}, "vars": {}, "unclaimed": [], "missing": [],
        "alive": ["A"], "steps": [{"step": 0, "does": "expect M-Send.conf", "phase": "steps", "source": source, "place": "alice",
        "expectation": "M-Send.conf@alice#1"}]});
    let lines = [
        event(0, begin),
        event(
            1,
            json!({"event": "sent", "step": 0, "at": "alice", "to": "A", "crossing": {"crossing": "http-request", "method": "POST",
            "url": "javascript:alert(1)", "headers": [], "body": "8c80"}}),
        ),
        event(
            2,
            json!({"event": "seen", "place": "alice", "from": "A", "crossing": {"crossing": "http-response", "status": 200,
            "headers": [["X-\"><img src=x onerror=alert(1)>", HOSTILE]], "body": "8c8198", "request": 1}}),
        ),
        event(
            3,
            json!({"event": "seen", "place": "p", "from": "A", "crossing": {"crossing": "mail", "helo": HOSTILE,
            "mail_from": HOSTILE, "rcpt_to": [HOSTILE], "refused": [], "data": body, "reply": null,
            "dialogue": [format!("C: {HOSTILE}"), format!("S: {HOSTILE}")]}}),
        ),
        event(
            4,
            json!({"event": "node", "node": "A", "state": "died", "detail": HOSTILE}),
        ),
        event(5, json!({"event": "fault", "step": null, "text": HOSTILE})),
        "{\"script\":\"mm1-hos".to_owned(),
    ];
    fs::write(dir.join("events.jsonl"), lines.join("\n")).unwrap();
}

#[test]
fn what_a_relay_sent_is_inert() {
    let dir = tempfile::tempdir().unwrap();
    hostile_journal(dir.path());
    let mut run = run();
    run.cases[1].log.push(mmspec::run::outcome::RelayLog {
        relay: "A".into(),
        lines: vec![HOSTILE.into()],
        left_out: 2,
    });
    write(dir.path(), &run);
    let pages = pages(dir.path());
    assert_eq!(pages.len(), 9);
    let hostile = &pages[Path::new("cases/mm1-hostile~row=201.html")];
    assert!(hostile.contains("javascript:alert(1)"), "it is shown");
    assert!(hostile.contains("a mail that is no MM4 PDU"), "{hostile}");
    let attribute =
        Regex::new(r#"(?i)<[a-z][^<>]*\s(href|src|action|on\w+|style|srcdoc)="([^"]*)""#).unwrap();
    for (path, text) in &pages {
        let path = path.display();
        for markup in [
            "<b>&",
            "<img",
            "<script>alert",
            "onerror=alert(1)>",
            "\u{202e}",
            "\u{1b}",
            "\u{7}",
            "\u{ffff}",
        ] {
            assert!(!text.contains(markup), "{path}: {markup:?}");
        }
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{path}");
        // Two scripts at most: the page's own and its data.
        assert!(text.matches("<script").count() <= 2, "{path}");
        for found in attribute.captures_iter(text) {
            let (name, value) = (&found[1], &found[2]);
            let local = value.starts_with('#')
                || value.starts_with("cases/")
                || value.starts_with("../")
                || !value.contains(':');
            assert!(name == "href" && local, "{path}: {name}={value}");
        }
    }
    assert!(
        hostile.contains("\\u{202e}"),
        "bidirectional overrides are shown as what they are"
    );
}

#[test]
fn a_page_runs_its_own_script_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &run());
    let meta = Regex::new(r#"http-equiv="Content-Security-Policy" content="([^"]*)""#).unwrap();
    for (path, text) in pages(dir.path()) {
        let policy = meta.captures(&text).unwrap()[1]
            .replace("&#x27;", "'")
            .replace("&#x2f;", "/");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        for unsafe_word in ["unsafe", "http", "*", "data:", "self"] {
            assert!(!policy.contains(unsafe_word), "{policy}");
        }
        for (open, close, kind) in [
            ("<style>", "</style>", "style-src"),
            ("<script>", "</script>", "script-src"),
        ] {
            let inner = text.split_once(open).unwrap().1.split_once(close).unwrap().0;
            let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(inner));
            assert!(
                policy.contains(&format!("{kind} 'sha256-{hash}'")),
                "{}: {kind}",
                path.display()
            );
        }
        for load in [
            "src=",
            "@import",
            "url(http",
            "<link",
            "<iframe",
            "<object",
            "<form action",
        ] {
            let markup = text
                .split_once("<script type=")
                .map_or(&*text, |(before, _)| before);
            assert!(!markup.contains(load), "{}: {load}", path.display());
        }
    }
}

#[test]
fn links_lead_somewhere_and_ids_are_given_once() {
    let dir = tempfile::tempdir().unwrap();
    hostile_journal(dir.path());
    let suite = Suite::load(&[]).unwrap();
    let run = run();
    Present {
        dir: dir.path(),
        reports: dir.path(),
        wanted: &[],
        verbose: false,
        paint: Paint::new(false),
        coverage: &Coverage::of(&suite, Some(&run)),
        text_of: &text_of,
        elapsed: None,
    }
    .write(&run)
    .unwrap();
    let pages = pages(dir.path());
    assert_eq!(broken_links(dir.path(), &pages), Vec::<String>::new());
    for (path, text) in &pages {
        assert_eq!(repeated_ids(text), Vec::<String>::new(), "{}", path.display());
    }
    let index = &pages[Path::new("index.html")];
    for case in &run.cases {
        assert!(index.contains(&Site::path_of(&case.id)), "{}", case.id);
    }
    // The policy's clauses, and a purpose that no case decides.
    assert!(index.contains("OMA MMS ENC 1.3") && index.contains("∅ no case"));
}

#[test]
fn a_missing_journal_is_said_and_no_error() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &run());
    let text = fs::read_to_string(dir.path().join("cases/e2e-report-comes-home.html")).unwrap();
    assert!(text.contains("The journal of the run cannot be shown"), "{text}");
    assert!(text.contains("B passed it on wrong"), "what is known is there");
    assert!(text.contains("X-Mms-MM-Status-Code"), "the case's lines too");
}

#[test]
fn a_capture_is_linked_where_there_is_one() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("cases")).unwrap();
    fs::write(dir.path().join("cases/mm1-send.pcapng"), "").unwrap();
    write(dir.path(), &run());
    let page = |name: &str| fs::read_to_string(dir.path().join("cases").join(name)).unwrap();
    assert!(page("mm1-send.html").contains("href=\"mm1-send.pcapng\""));
    assert!(!page("mm1-a.html").contains(".pcapng\""));
}

#[test]
fn index_page() {
    let mut run = run();
    run.comparison = Some(comparison());
    let coverage = coverage();
    let site = Site::new(&run, &coverage, &text_of).unwrap();
    insta::assert_snapshot!(body(&site.index().unwrap()));
}

#[test]
fn page_of_a_case() {
    let (run, coverage) = (run(), coverage());
    let site = Site::new(&run, &coverage, &text_of).unwrap();
    let shown = Shown {
        evidence: Ok(Evidence::default()),
        capture: None,
    };
    insta::assert_snapshot!(body(&site.case(&run.cases[0], &shown).unwrap()));
}

#[test]
fn page_of_a_hostile_case() {
    let dir = tempfile::tempdir().unwrap();
    hostile_journal(dir.path());
    let mut run = run();
    run.cases[1].expectations[0].events = vec![2];
    let coverage = coverage();
    let site = Site::new(&run, &coverage, &text_of).unwrap();
    let shown = Shown {
        evidence: Stored::open(dir.path()).and_then(|stored| stored.case(&run.cases[1].id)),
        capture: None,
    };
    insta::assert_snapshot!(body(&site.case(&run.cases[1], &shown).unwrap()));
}

fn comparison() -> Comparison {
    let change = |class, case: &str, was, is, fails_run| Change {
        class,
        case: case.into(),
        expectation: None,
        was,
        is,
        text: format!("{case} is not what it was"),
        entry: Some(Source {
            file: "known.yaml".into(),
            line: 4,
            column: 3,
            len: 4,
        }),
        reason: Some(HOSTILE.into()),
        link: Some("javascript:alert(1)".into()),
        fails_run,
    };
    Comparison {
        baseline: "known.yaml".into(),
        expected: 1,
        known: vec![Known {
            case: "mm1-damaged".into(),
            expectation: Some("reply@alice#1!should".into()),
            verdict: Verdict::Fail,
            reason: format!("ticket 7 {HOSTILE}"),
            link: Some("javascript:alert(2)".into()),
            until: Some("2027-03-01".into()),
            entry: Source {
                file: "known.yaml".into(),
                line: 9,
                column: 3,
                len: 4,
            },
        }],
        changes: vec![
            change(
                ChangeClass::PassToFail,
                "e2e-report-comes-home",
                Some(Verdict::Pass),
                Some(Verdict::Fail),
                true,
            ),
            change(
                ChangeClass::Unknown,
                "no-such-case",
                Some(Verdict::Fail),
                None,
                true,
            ),
            change(ChangeClass::New, "mm1-send", None, Some(Verdict::Pass), false),
        ],
    }
}

/// A page without what is the same in all: style, script, and the policy that names them.
fn body(page: &str) -> String {
    let cut = Regex::new(r"(?s)<style>.*?</style>|<script>.*?</script>|<meta http-equiv=[^>]*>").unwrap();
    cut.replace_all(page, "").replace("&#x2f;", "/")
}
