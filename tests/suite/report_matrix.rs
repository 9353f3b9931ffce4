//! Relays × relays in every format, of a hand-made matrix with a pair of each fate and hostile texts.

use std::collections::BTreeMap;

use mmspec::cli::exit::{self, matrix_code};
use mmspec::report::matrix::{html, json, markdown, text};
use mmspec::run::matrix::{Encounter, Fate, Matrix, SCHEMA};
use mmspec::run::outcome::{CaseResult, RunInfo, RunResult, Summary, Tool, Verdict};
use mmspec::show::Paint;

use crate::report_sample;

#[test]
fn the_terminal_shows_the_grid_and_who_fails_with_whom() {
    insta::assert_snapshot!(text(&matrix(), Paint::new(false), true));
}

#[test]
fn a_review_shows_the_same() {
    insta::assert_snapshot!(markdown(&matrix()));
}

#[test]
fn the_page_reads_like_this() {
    let page = html(&matrix()).unwrap();
    let body = page.split("</head>").nth(1).unwrap();
    insta::assert_snapshot!(body);
}

#[test]
fn the_page_needs_nothing_else_and_obeys_no_relay() {
    let page = html(&matrix()).unwrap();
    for forbidden in [
        "<script", "src=", "http://", "https://", "@import", "url(", "<b>&", "\x1b",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for wanted in [
        "color-scheme: light dark",
        "width=device-width",
        "prefers-color-scheme: dark",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
}

#[test]
fn programs_get_every_pair() {
    let value: serde_json::Value = serde_json::from_str(&json(&matrix()).unwrap()).unwrap();
    assert_eq!(value["schema"], SCHEMA);
    assert_eq!(value["pairs"].as_array().unwrap().len(), 4);
    let failing = &value["pairs"][1];
    assert_eq!(failing["fate"], "ran");
    assert_eq!(failing["blamed"][0]["node"], "B");
    assert_eq!(failing["dir"], "runs/x+y/20261125-101814");
}

#[test]
fn the_worst_pair_makes_the_exit_code() {
    let mut matrix = matrix();
    assert_eq!(matrix_code(&matrix), exit::ERROR);
    matrix.pairs.retain(|pair| pair.fate != Fate::Refused);
    assert_eq!(matrix_code(&matrix), exit::ERROR);
    for pair in &mut matrix.pairs {
        pair.summary.error = 0;
    }
    assert_eq!(matrix_code(&matrix), exit::VIOLATED);
    matrix.pairs.retain(|pair| pair.shown.is_empty());
    assert_eq!(matrix_code(&matrix), exit::NOTHING_TESTED);
    matrix.pairs.clear();
    assert_eq!(matrix_code(&matrix), exit::NOTHING_TESTED);
}

pub fn matrix() -> Matrix {
    let (x, y) = ("x 1.0", "y <b>&\x1b[2J");
    Matrix {
        schema: SCHEMA,
        tool: Tool {
            name: "mmspec".into(),
            version: "0.1.0".into(),
        },
        relays: vec![x.into(), y.into()],
        pairs: vec![
            Encounter::not_run(x, x, Fate::Skipped, "it runs already, once".into()),
            Encounter::of(x, y, &report_sample::run(), "runs/x+y/20261125-101814".into()),
            Encounter::not_run(
                y,
                x,
                Fate::Refused,
                "cannot listen at 127.0.0.1:1 for the link A-B".into(),
            ),
            Encounter::of(y, y, &nothing_applies(), "runs/y/20261125-101815".into()),
        ],
    }
}

fn nothing_applies() -> RunResult {
    let case = CaseResult {
        verdict: Verdict::NotApplicable,
        expectations: Vec::new(),
        reason: Some("the target does not give a way from A to B".into()),
        ..report_sample::run().cases.swap_remove(0)
    };
    let cases = vec![case];
    RunResult {
        summary: Summary::of(&cases),
        cases,
        run: RunInfo {
            bindings: BTreeMap::new(),
            ..report_sample::run().run
        },
        ..report_sample::run()
    }
}
