//! Baselines from outside: the dialogue of a review through the real binary, driven by lines.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

use crate::cli_commands::mmspec;

const CASES: &str = "mm1-send-conf-echoes-transaction-id";
const DEFECT: &str = "mm1.send-conf.wrong-transaction-id";

/// The program in a folder.
fn again(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("mmspec").unwrap();
    command.current_dir(dir).args(args);
    command
}

/// From the first red run to a green one, a regression, and the fix: as a pipeline lives with it.
#[test]
fn the_life_of_a_baseline() {
    let (dir, mut first) = mmspec();
    let dir = dir.path();
    let known = || fs::read_to_string(dir.join("known.yaml")).unwrap();
    let with_defect = ["run", CASES, "--defect", DEFECT, "--baseline", "known.yaml"];
    let update = ["baseline", "update", "reports/latest", "--baseline", "known.yaml"];

    // A baseline that is not there is no baseline, and nothing is run.
    again(dir, &with_defect)
        .assert()
        .code(2)
        .stderr(contains("baseline update"));
    first.args(["run", CASES, "--defect", DEFECT]).assert().code(1);

    // Nothing is written unasked, and no entry without a reason.
    again(dir, &update).assert().code(1).stdout(
        contains("[1/5] pass-to-fail")
            .and(contains("TP-SUB-02"))
            .and(contains("nothing is written")),
    );
    again(dir, &update)
        .arg("--yes")
        .assert()
        .code(2)
        .stderr(contains("--reason TEXT"));
    assert!(!dir.join("known.yaml").exists());

    // A review: help, one with a reason, one with all words, one not, all others alike.
    let answers =
        "?\ny\n\nAdds -0: ticket 12\ne\nSame here\nhttps://t.example/12\nnever\n2099-01-31\nn\na\nThe rest\n";
    again(dir, &[&update[..], &["--review"]].concat())
        .write_stdin(answers)
        .assert()
        .code(1)
        .stdout(
            contains("y  take this change over")
                .and(contains(
                    "+  - case: mm1-send-conf-echoes-transaction-id[capitals]",
                ))
                .and(contains("that is no day"))
                .and(contains("wrote known.yaml")),
        );
    assert_eq!(known().matches("- case:").count(), 4);
    assert!(
        known().contains("    reason: \"Adds -0: ticket 12\"\n"),
        "{}",
        known()
    );
    assert!(known().contains("    link: https://t.example/12\n    until: 2099-01-31\n"));
    assert_eq!(known().matches("reason: The rest").count(), 2);
    assert!(
        known().lines().count() > 600,
        "it knows the cases of the whole suite"
    );

    // The one that was left out is a regression, the others are known; end of input ends a review.
    again(dir, &with_defect).assert().code(1).stdout(
        contains("regression")
            .and(contains(
                "known  mm1-send-conf-echoes-transaction-id[capitals]  fail: Adds -0: ticket 12",
            ))
            .and(contains("4 as expected, 1 pass-to-fail; the run fails")),
    );
    again(dir, &["baseline", "update", "reports/latest", "--review"])
        .write_stdin("")
        .assert()
        .code(1);
    again(
        dir,
        &[
            "baseline",
            "update",
            "reports/latest",
            "--accept",
            "pass-to-fail",
            "--reason",
            "Too",
        ],
    )
    .assert()
    .code(0);
    again(dir, &with_defect)
        .assert()
        .code(0)
        .stdout(contains("5 as expected"));

    // Judged again, it is the same.
    again(dir, &["rejudge", "reports/latest", "--baseline", "known.yaml"])
        .assert()
        .code(0)
        .stdout(contains("5 as expected"));

    // The relay is mended: the run says so and fails until the entries are gone.
    again(dir, &["run", CASES, "--baseline", "known.yaml"])
        .assert()
        .code(1)
        .stdout(contains("FAIL-TO-PASS  known.yaml:").and(contains("remove the entry")));
    again(dir, &[&update[..], &["--yes"]].concat()).assert().code(0);
    assert_eq!(known().matches("- case:").count(), 0);
    again(dir, &["run", CASES, "--baseline", "known.yaml"])
        .assert()
        .code(0);
}

#[test]
fn a_check_names_what_a_run_would_find() {
    let (dir, mut command) = mmspec();
    let known = "baseline: 1\nentries:\n  - case: no-such-case\n    reason: r\n  - case: mm1-send-accepted\n    reason: r\n    until: 2020-01-01\n";
    fs::write(dir.path().join("known.yaml"), known).unwrap();
    command
        .args(["baseline", "check", "known.yaml"])
        .assert()
        .code(1)
        .stdout(
            contains("known.yaml:3:11: unknown: the suite has no case no-such-case")
                .and(contains("known.yaml:7:12: expired"))
                .and(contains("2 entries")),
        );
    fs::write(dir.path().join("known.yaml"), "baseline: 1\nentries: { a: b }\n").unwrap();
    again(dir.path(), &["baseline", "check", "known.yaml"])
        .assert()
        .code(2)
        .stderr(
            contains("known.yaml:2")
                .and(contains("is a list"))
                .and(contains("1 problem in known.yaml")),
        );
}

#[test]
fn the_schema_is_printed() {
    let (_dir, mut command) = mmspec();
    let said = command
        .args(["schema", "baseline"])
        .assert()
        .code(0)
        .get_output()
        .stdout
        .clone();
    let schema: serde_json::Value = serde_json::from_slice(&said).unwrap();
    assert_eq!(schema["title"], "mmspec baseline, version 1");
}
