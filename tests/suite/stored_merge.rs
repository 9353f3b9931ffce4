//! Shards of a run, and the run they make together.

use std::fs;
use std::path::Path;

use mmspec::report::results;
use mmspec::run::journal::Event;
use mmspec::run::outcome::{RunResult, Verdict};
use mmspec::run::{Out, Part, Shard, merge};
use predicates::prelude::*;

use crate::cli_commands::mmspec;
use crate::system_support::{block_on, execute, options, turn, with_defect};

fn results_in(dir: &Path) -> RunResult {
    results::parse(&fs::read_to_string(dir.join("results.json")).unwrap()).unwrap()
}

fn part(dir: &Path, result: Option<RunResult>) -> Part {
    Part {
        dir: dir.to_owned(),
        result,
    }
}

#[test]
fn shards_put_together_are_the_run() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    // Rules about what each of these cases waits for: notifications may come after their end.
    let selection = words(&[
        "mm1-send-*",
        "always-send-conf-*",
        "always-message-ids-are-unique",
    ]);
    let whole = block_on(execute(options(dir.path(), &selection)));
    let shards: Vec<Part> = (1..=3)
        .map(|index| {
            let shard = Some(Shard { index, of: 3 });
            let finished = block_on(execute(mmspec::run::Options {
                shard,
                ..options(dir.path(), &selection)
            }));
            assert!(finished.result.cases.len() < whole.result.cases.len());
            part(&finished.dir, Some(finished.result))
        })
        .collect();
    let out = dir.path().join("joined");
    let joined = merge(&shards, &Out::Folder(&out), &[]).ok().unwrap();
    let told = |run: &RunResult| -> Vec<(String, Verdict)> {
        run.cases.iter().map(|c| (c.id.clone(), c.verdict)).collect()
    };
    assert_eq!(told(&joined.result), told(&whole.result));
    assert_eq!(joined.result.summary, whole.result.summary);
    // Shards that were killed before they were judged are judged by their journals.
    let killed: Vec<Part> = shards.iter().map(|shard| part(&shard.dir, None)).collect();
    let joined = merge(&killed, &Out::Below(dir.path()), &[]).ok().unwrap();
    assert_eq!(told(&joined.result), told(&whole.result));
    // A run like any other: it can be judged again.
    let again = mmspec::run::rejudge(&out, &[]).ok().unwrap();
    assert_eq!(told(&again.result), told(&whole.result));
}

#[test]
fn rules_are_judged_over_the_journals_of_all_shards() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    // Each relay counts its ids from the same number: within a case nobody notices.
    let own = dir.path().join("own");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("rule.yaml"), RULE).unwrap();
    for name in ["one", "two", "three", "four", "five", "six", "seven"] {
        fs::write(own.join(format!("{name}.yaml")), CASE.replace("NAME", name)).unwrap();
    }
    let selection = words(&[&own.display().to_string()]);
    let shards: Vec<Part> = (1..=2)
        .map(|index| {
            let shard = Some(Shard { index, of: 2 });
            let finished = block_on(execute(mmspec::run::Options {
                shard,
                ..options(dir.path(), &selection)
            }));
            assert_eq!(finished.result.summary.fail, 0, "{:?}", finished.result.cases);
            assert!(
                finished.result.cases.len() > 1,
                "a shard without cases shows nothing"
            );
            part(&finished.dir, Some(finished.result))
        })
        .collect();
    // The second shard's relay gave an id that one of the first had given.
    repeat_an_id(&shards[0].dir, &shards[1].dir);
    let joined = merge(&shards, &Out::Below(dir.path()), &[own]).ok().unwrap();
    let rule = joined.result.cases.iter().find(|c| c.id == "ids-differ").unwrap();
    assert_eq!(rule.verdict, Verdict::Fail, "{rule:?}");
    assert_eq!(joined.result.cases.len(), 8);
}

const RULE: &str = "\
id: ids-differ
title: No two MMs have one id
kind: always
rules:
  - for-every: [M-Send.conf]
    unique: Message-ID
    tests: [TP-SUB-04]
";

const CASE: &str = "\
id: NAME
title: A submission is accepted
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok }, tests: [TP-SUB-01] }
";

/// Puts an answer of one journal in the place of one of the other's.
fn repeat_an_id(from: &Path, to: &Path) {
    let answer = |dir: &Path| -> (usize, Event, String) {
        let text = fs::read_to_string(dir.join("events.jsonl")).unwrap();
        let found = text.lines().enumerate().find_map(|(number, line)| {
            let event: Event = serde_json::from_str(line).unwrap();
            line.contains("http-response").then_some((number, event))
        });
        let (number, event) = found.unwrap();
        (number, event, text)
    };
    let (_, theirs, _) = answer(from);
    let (number, own, text) = answer(to);
    let forged = Event {
        what: theirs.what,
        ..own
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[number] = serde_json::to_string(&forged).unwrap();
    fs::write(to.join("events.jsonl"), lines.join("\n") + "\n").unwrap();
}

#[test]
fn runs_that_do_not_belong_together_are_refused() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let selection = words(&["mm1-send-conf-echoes-transaction-id"]);
    let run = |shard: Option<Shard>, defect: Option<&str>| {
        let options = match defect {
            Some(defect) => with_defect(dir.path(), &selection, defect),
            None => options(dir.path(), &selection),
        };
        block_on(execute(mmspec::run::Options { shard, ..options })).dir
    };
    let of = |index: u32, of: u32| Some(Shard { index, of });
    let (first, second, again) = (run(of(1, 2), None), run(of(2, 2), None), run(of(1, 2), None));
    let other = run(of(2, 2), Some("mm1.send-conf.wrong-transaction-id"));
    let third = run(of(3, 3), None);
    let whole = run(None, None);
    for (runs, said) in [
        (vec![&first, &second, &again], "shard 1/2 is there more than once"),
        (vec![&first], "shards are missing: 2/2"),
        (vec![&first, &other], "are not of one run: defects are"),
        (vec![&first, &third], "they divide the run differently"),
        (vec![&first, &whole], "is a whole run, not a shard"),
    ] {
        let parts: Vec<Part> = runs.iter().map(|dir| part(dir, None)).collect();
        let out = dir.path().join("out");
        match merge(&parts, &Out::Folder(&out), &[]) {
            Err(refused) => assert!(refused.to_string().contains(said), "{refused}"),
            Ok(_) => panic!("not refused: {said}"),
        }
        assert!(!out.exists(), "nothing is written for what is refused");
    }
}

#[test]
fn shards_from_the_command_line() {
    let (dir, mut command) = mmspec();
    let case = "mm1-send-conf-echoes-transaction-id";
    let again = || {
        let mut command = assert_cmd::Command::cargo_bin("mmspec").unwrap();
        command.current_dir(dir.path()).env("NO_COLOR", "1");
        command
    };
    let listed = |shard: &str| {
        let out = again().args(["list", case, "--shard", shard]).output().unwrap();
        String::from_utf8(out.stdout).unwrap().matches(case).count()
    };
    assert_eq!(listed("1/3") + listed("2/3") + listed("3/3"), listed("1/1"));
    command
        .args(["run", case, "--shard", "1/2", "--report-dir", "one"])
        .assert()
        .code(0);
    again()
        .args(["run", case, "--shard", "2/2", "--report-dir", "two"])
        .assert()
        .code(0);
    again()
        .args(["merge", "one/latest", "two/latest", "--junit", "all.xml"])
        .assert()
        .code(0)
        .stdout(predicate::str::contains("5 cases: 5 pass"));
    assert_eq!(results_in(&dir.path().join("reports/latest")).cases.len(), 5);
    assert!(dir.path().join("all.xml").is_file());
    // A shard may be empty: the others have all there is.
    let ids: Vec<String> = (1..=40).map(|k| format!("{k}/40")).collect();
    let empty = ids.iter().find(|shard| listed(shard) == 0).unwrap();
    again()
        .args(["run", case, "--shard", empty])
        .assert()
        .code(0)
        .stderr(predicate::str::contains("has none of the selected cases"));
    again()
        .args(["run", case, "--shard", "3/2"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("K/N"));
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
