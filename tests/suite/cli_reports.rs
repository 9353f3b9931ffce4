//! What a run writes besides its folder, and what it tells GitHub Actions.

use std::fs;

use mmspec::report::formats::FORMATS;
use mmspec::report::results::{JSON_SCHEMA, parse};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

use crate::cli_commands::mmspec;
use crate::schemas::valid;

const RUN: [&str; 4] = [
    "run",
    "mm1-send-conf-echoes-transaction-id",
    "--defect",
    "mm1.send-conf.wrong-transaction-id",
];

#[test]
fn each_format_goes_where_it_is_wanted() {
    let (dir, mut command) = mmspec();
    let done = command
        .env_remove("GITHUB_ACTIONS")
        .args(RUN)
        .args(["--write", "ctrf=out/ctrf.json", "--write", "tap=-"])
        .assert()
        .code(1)
        .stderr(contains("5 fail").and(contains("::error").not()));
    // Standard output is the report's alone.
    let tap = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    assert!(tap.starts_with("TAP version 14\n1..5\nnot ok 1 - "), "{tap}");
    let latest = dir.path().join("reports/latest");
    assert_eq!(fs::read_to_string(latest.join("tap")).unwrap(), tap);
    let ctrf = fs::read_to_string(dir.path().join("out/ctrf.json")).unwrap();
    assert_eq!(fs::read_to_string(latest.join("ctrf.json")).unwrap(), ctrf);
    let ctrf: Value = serde_json::from_str(&ctrf).unwrap();
    assert!(ctrf["results"]["summary"]["start"].as_u64().unwrap() > 1_700_000_000_000);
    assert!(
        fs::read_to_string(latest.join("summary.md"))
            .unwrap()
            .starts_with("## mmspec: 5 failed")
    );

    // What a real run leaves is as the published schema says.
    let results = fs::read_to_string(latest.join("results.json")).unwrap();
    valid(JSON_SCHEMA, &serde_json::from_str(&results).unwrap());
    assert_eq!(parse(&results).unwrap().summary.fail, 5);
}

#[test]
fn a_format_that_is_not_there_is_named() {
    let (_dir, mut command) = mmspec();
    command
        .args(["run", "--write", "html=x"])
        .assert()
        .code(2)
        .stderr(contains("there is no format html").and(contains("markdown")));
}

#[test]
fn github_gets_annotations_and_a_summary_by_itself() {
    let (dir, mut command) = mmspec();
    let summary = dir.path().join("step.md");
    fs::write(&summary, "said before\n").unwrap();
    command
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .args(RUN)
        .assert()
        .code(1)
        .stdout(contains("5 fail").and(contains("::error").not()))
        .stderr(contains(
            "::error file=cases/mm1/send-conf-echoes-transaction-id.yaml,line=17,col=16,title=fail%3A mm1-send-conf",
        ));
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("said before\n\n## mmspec: 5 failed"), "{text}");

    let (_dir, mut silent) = mmspec();
    silent
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .args(RUN)
        .arg("--no-github")
        .assert()
        .code(1)
        .stderr(contains("::error").not());
    assert_eq!(fs::read_to_string(&summary).unwrap(), text);
}

/// The page names every format with its file.
#[test]
fn the_page_has_all_formats() {
    let page = fs::read_to_string("docs/formats.md").unwrap();
    for format in FORMATS {
        let file = format.file.map_or("none".to_owned(), |file| format!("`{file}`"));
        let row = format!("| `{}` | {file} |", format.name);
        assert!(page.contains(&row), "docs/formats.md has no row {row}");
        let (_dir, mut command) = mmspec();
        let help = command.args(["run", "--help"]).output().unwrap().stdout;
        assert!(
            String::from_utf8(help).unwrap().contains(format.name),
            "--help does not name {}",
            format.name
        );
    }
}
