//! Snapshots of what relays say, and what is different between two.

use std::fs;
use std::path::Path;

use mmspec::run::Finished;
use mmspec::run::evidence::Stored;
use mmspec::run::outcome::Verdict;
use mmspec::show::Paint;
use mmspec::snapshot::{self, ChangeKind, Diff, Snapshot};
use predicates::prelude::*;

use crate::cli_commands::mmspec;
use crate::system_support::{block_on, execute, options, turn, with_defect};

/// MM1, MM4, SMTP word by word, two MMSEs, several relays, pushes that are repeated.
const CASES: [&str; 12] = [
    "mm1-send-*",
    "mm1-notification-*",
    "mm1-retriev*",
    "mm1-read-report-*",
    "mm4-forward-*",
    "mm4-address-forms-are-accepted",
    "smtp-command-order",
    "smtp-several-messages-on-one-connection",
    "smtp-mixed-recipient-replies",
    "e2e-delivery-report-comes-home",
    "e2e-mixed-recipients",
    "multi-relay-one-delivery-report-inside",
];

/// What the committed snapshot holds; `reports/README.md` says how it is made.
const COMMITTED: [&str; 4] = [
    "mm1-send-accepted",
    "mm1-send-conf-echoes-transaction-id[capitals]",
    "e2e-delivery-report-comes-home",
    "smtp-command-order",
];
const DEFECT: &str = "mm1.send-conf.no-message-id";

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn taken(finished: &Finished) -> Snapshot {
    let stored = Stored::open(&finished.dir).unwrap();
    snapshot::take(&stored, &finished.result).unwrap()
}

fn told(diff: &Diff) -> String {
    snapshot::to_text(diff, Paint::new(false))
}

#[test]
fn two_runs_of_a_clean_relay_say_the_same() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let mut runs: Vec<Snapshot> = (0..2)
        .map(|_| taken(&block_on(execute(options(dir.path(), &words(&CASES))))))
        .collect();
    let passed = |run: &Snapshot, id: &str| run.cases.get(id).is_some_and(|c| c.verdict == Verdict::Pass);
    // A case that a busy machine did not let pass says something else, and rightly so.
    let in_both: Vec<String> = runs[0]
        .cases
        .keys()
        .filter(|id| runs.iter().all(|run| passed(run, id)))
        .cloned()
        .collect();
    assert!(in_both.len() > 50, "{} cases passed", in_both.len());
    for run in &mut runs {
        run.cases.retain(|id, _| in_both.contains(id));
    }
    let diff = snapshot::diff(&runs[0], &runs[1]);
    assert!(diff.is_same(), "{}", told(&diff));
    assert_eq!(diff.compared, in_both.len());
    let messages: usize = runs[0].cases.values().map(|case| case.messages.len()).sum();
    assert!(messages > 150, "{messages} messages");
    written_and_read(&runs[0], &runs[1]);
}

/// A snapshot on disk is the snapshot.
fn written_and_read(snapshot: &Snapshot, other: &Snapshot) {
    let dir = tempfile::tempdir().unwrap();
    for out in ["one.txt", "folder"] {
        let out = dir.path().join(out);
        snapshot::write(snapshot, &out).unwrap();
        let read = snapshot::read(&out).unwrap();
        assert_eq!(&read, snapshot);
        assert!(snapshot::diff(&read, other).is_same());
    }
    assert!(dir.path().join("one.txt").is_file() && dir.path().join("folder/snapshot.txt").is_file());
    // What an earlier snapshot left in the folder is gone.
    let mut fewer = snapshot.clone();
    let id = fewer.cases.keys().next().unwrap().clone();
    fewer.cases.remove(&id);
    snapshot::write(&fewer, &dir.path().join("folder")).unwrap();
    assert_eq!(snapshot::read(&dir.path().join("folder")).unwrap(), fewer);
}

#[test]
fn a_change_that_no_verdict_shows_is_told_in_a_sentence() {
    let (dir, mut command) = mmspec();
    let again = || {
        let mut command = assert_cmd::Command::cargo_bin("mmspec").unwrap();
        command.current_dir(dir.path()).env("NO_COLOR", "1");
        command
    };
    let cases = "mm1-send-conf-echoes-transaction-id";
    command
        .args(["run", cases, "--report-dir", "before"])
        .assert()
        .code(0);
    again()
        .args(["run", cases, "--report-dir", "after", "--defect", DEFECT])
        .assert()
        .code(0);
    again()
        .args(["snapshot", "before/latest", "--awaited", "--out", "kept"])
        .assert()
        .code(0);
    for first in ["before/latest", "kept"] {
        again()
            .args(["diff", first, "before/latest"])
            .assert()
            .code(0)
            .stdout(predicate::str::contains("no difference in 5 cases"));
        again()
            .args(["diff", first, "after/latest"])
            .assert()
            .code(1)
            .stdout(predicate::str::contains(
                "  M-Send.conf no longer carries Message-ID\n    5 cases: mm1-send-conf-echoes-transaction-id[capitals], ",
            ));
    }
    let json = again()
        .args(["diff", "kept", "after/latest", "--json"])
        .assert()
        .code(1)
        .get_output()
        .stdout
        .clone();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["schema"], "mmspec-diff/1");
    assert_eq!(
        (json["same"].as_bool(), json["compared"].as_u64()),
        (Some(false), Some(5))
    );
    let change = &json["changes"][0];
    assert_eq!(
        (&change["kind"], change["count"].as_u64()),
        (&"field".into(), Some(5))
    );
    // Every key is in the published schema.
    let schema: serde_json::Value = serde_json::from_str(snapshot::JSON_SCHEMA).unwrap();
    for (object, properties) in [
        (&json, &schema["properties"]),
        (change, &schema["properties"]["changes"]["items"]["properties"]),
    ] {
        for key in object.as_object().unwrap().keys() {
            assert!(properties.get(key).is_some(), "{key}");
        }
    }
    again()
        .args(["schema", "diff"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("mmspec diff, version 1"));
    // One case, to the terminal.
    again()
        .args(["snapshot", "after/latest", "--case", "*short?"])
        .assert()
        .code(0)
        .stdout(
            predicate::str::contains("X-Mms-Transaction-ID: <X-Mms-Transaction-ID of M-Send.req of alice>")
                .and(predicate::str::contains("[capitals]").not()),
        );
    again()
        .args(["diff", "kept", "gone"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("gone"));
}

const BEFORE: &str = "\
mmspec snapshot 1
relay A: theirs 1.0

case one: pass
  expectation M-Send.conf@alice#1: pass
  expectation delivered: pass
  order: MM4_forward.RES for p; then MM4_delivery_report.REQ for p

  A -> alice: M-Send.conf; answers M-Send.req
    http: 200
    X-Mms-Response-Status: Ok
    Message-ID: <id>
    X-Mms-Response-Text: fine

  A -> alice: M-Delivery.ind
    Message-ID: <Message-ID of M-Send.conf to alice>
    To: <bob.plmn>
    To: <carol.plmn>

  A -> p: SMTP reply; answers MAIL FROM
    smtp: 250
    smtp text: 2.1.0 Ok

  A -> p: MM4_forward.REQ
    From: <alice.mailbox>
    To: <bob.mailbox>

  A -> p: MM4_forward.RES; not waited for
    X-Mms-Request-Status-Code: Ok

case two: pass
  expectation M-Send.conf@alice#1: pass

  A -> alice: M-Send.conf; answers M-Send.req
    http: 200
    X-Mms-Response-Status: Ok

case gone: not-applicable
";

const AFTER: &str = "\
mmspec snapshot 1
relay A: theirs 1.1

case new: pass

case one: fail
  expectation M-Send.conf@alice#1: pass
  expectation delivered: fail
  order: MM4_delivery_report.REQ for p; then MM4_forward.RES for p

  A -> alice: M-Send.conf; answers M-Send.req
    http: 200
    X-Mms-Response-Status: Ok

  A -> alice: M-Delivery.ind
    Message-ID: <id>
    To: <carol.plmn>
    To: <bob.plmn>

  A -> alice: M-Read-Orig.ind
    Message-ID: <id>

  A -> bob: M-Notification.ind; not waited for
    To: <bob.plmn>

  A -> p: SMTP reply; answers MAIL FROM
    smtp: 550
    smtp text: 5.7.1 no

  A -> p: MM4_forward.REQ
    To: <bob.mailbox>
    From: <alice.mailbox>
    finding: missing-mandatory

case two: pass
  expectation M-Send.conf@alice#1: pass

  A -> alice: HTTP 500; answers M-Send.req
    http: 500
";

#[test]
fn every_kind_of_change_has_its_sentence() {
    let (before, after) = (snapshot::parse(BEFORE).unwrap(), snapshot::parse(AFTER).unwrap());
    assert_eq!(
        snapshot::render(&snapshot::parse(&snapshot::render(&before)).unwrap()),
        snapshot::render(&before)
    );
    let diff = snapshot::diff(&before, &after);
    insta::assert_snapshot!(told(&diff));
    assert!(matches!(diff.changes[0].kind, ChangeKind::Verdict { .. }));
}

#[test]
fn a_change_of_values_in_many_cases_is_one_sentence() {
    let of = |status: &dyn Fn(u32) -> String| -> Snapshot {
        let cases = (0..300).map(|n| {
            format!(
                "case c{n:03}: pass\n\n  A -> bob: M-Notification.ind\n    X-Mms-Message-Size: {}\n",
                status(n)
            )
        });
        let text = format!("mmspec snapshot 1\n{}", cases.collect::<String>());
        snapshot::parse(&text).unwrap()
    };
    let diff = snapshot::diff(&of(&|n| n.to_string()), &of(&|n| (n * 10).to_string()));
    insta::assert_snapshot!(told(&diff));
}

#[test]
fn a_snapshot_that_is_none_is_refused_at_its_line() {
    for (text, line, said) in [
        ("", 1, "begins with"),
        ("mmspec snapshot 1\ncase a: good\n", 2, "a verdict"),
        ("mmspec snapshot 1\n  A -> bob: M-Send.conf\n", 2, "no case"),
        ("mmspec snapshot 1\ncase a: pass\n\n    To: x\n", 4, "no message"),
        ("mmspec snapshot 1\ncase a: pass\nwhat\n", 3, "name: value"),
    ] {
        let wrong = snapshot::parse(text).unwrap_err();
        assert_eq!(wrong.line, line, "{wrong}");
        assert!(wrong.to_string().contains(said), "{wrong}");
    }
}

/// Files in `reports/` that show what snapshots and diffs are, and say what this relay says.
#[test]
fn committed_snapshots_are_what_the_relay_says() {
    let dir = tempfile::tempdir().unwrap();
    let awaited = |finished: &Finished| {
        let mut snapshot = taken(finished);
        for case in snapshot.cases.values_mut() {
            case.messages.retain(|message| message.awaited);
        }
        snapshot
    };
    let clean = awaited(&block_on(execute(options(dir.path(), &words(&COMMITTED)))));
    let defective = awaited(&block_on(execute(with_defect(
        dir.path(),
        &words(&COMMITTED),
        DEFECT,
    ))));
    let out = dir.path().join("snapshot");
    snapshot::write(&clean, &out).unwrap();
    let diff = told(&snapshot::diff(&clean, &defective));
    fs::write(dir.path().join("diff.txt"), &diff).unwrap();

    let committed = Path::new("reports/snapshots");
    let how = "reports/README.md says how the files are made anew";
    let kept = snapshot::read(&committed.join("embedded")).unwrap();
    let difference = snapshot::diff(&kept, &clean);
    assert!(difference.is_same(), "{how}\n{}", told(&difference));
    assert_eq!(snapshot::render(&kept), snapshot::render(&clean), "{how}");
    let told = fs::read_to_string(committed.join("no-message-id.txt")).unwrap();
    assert_eq!(told, diff, "{how}");
}

/// What a relay sends is hostile, and a snapshot is read in terminals and reviews.
#[test]
fn hostile_text_is_harmless_and_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let finished = block_on(execute(options(dir.path(), &words(&["mm1-send-accepted"]))));
    let journal = finished.dir.join("events.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    let evil = r#""headers":[["x-evil","\u001b[2J\u202egnp\ncase forged: pass"],["x-long","LONG"],"#;
    let evil = evil.replace("LONG", &"long ".repeat(100_000));
    let answer = text.lines().find(|line| line.contains("http-response")).unwrap();
    fs::write(
        &journal,
        text.replace(answer, &answer.replacen(r#""headers":["#, &evil, 1)),
    )
    .unwrap();
    let shot = snapshot::render(&taken(&finished));
    assert!(
        shot.contains(r"http x-evil: \x1b[2J\u{202e}gnp\ncase forged: pass"),
        "{shot}"
    );
    assert!(!shot.contains('\x1b') && !shot.contains('\u{202e}'));
    assert!(!shot.lines().any(|line| line.starts_with("case forged")));
    assert!(shot.len() < 10_000, "{} octets", shot.len());
    assert_eq!(snapshot::parse(&shot).unwrap().cases.len(), 1);
}
