//! Exit codes.

use mmspec::cli::exit_code;
use mmspec::run::outcome::{RunResult, Summary};

use crate::report_sample::run;

fn with(
    alive: bool,
    pass: usize,
    fail: usize,
    inconc: usize,
    error: usize,
    not_applicable: usize,
) -> RunResult {
    let mut run = run();
    run.run.alive = alive;
    run.summary = Summary {
        cases: pass + fail + inconc + error + not_applicable,
        pass,
        fail,
        inconc,
        error,
        not_applicable,
        uncounted_fails: 9,
    };
    run
}

#[test]
fn as_expected_is_0() {
    assert_eq!(exit_code(&with(true, 3, 0, 0, 0, 0)), 0);
    assert_eq!(exit_code(&with(true, 3, 0, 0, 0, 2)), 0);
    assert_eq!(
        exit_code(&with(false, 0, 0, 0, 0, 2)),
        0,
        "nothing applies, so no relay was needed"
    );
}

#[test]
fn counting_fail_or_inconc_is_1() {
    assert_eq!(exit_code(&with(true, 3, 1, 0, 0, 0)), 1);
    assert_eq!(exit_code(&with(true, 3, 0, 1, 0, 0)), 1);
}

#[test]
fn nothing_tested_is_3() {
    assert_eq!(exit_code(&with(true, 0, 0, 0, 0, 0)), 3);
    assert_eq!(exit_code(&with(false, 0, 0, 4, 0, 1)), 3);
}

#[test]
fn error_is_4_whatever_else_happened() {
    assert_eq!(exit_code(&with(true, 3, 1, 1, 1, 0)), 4);
    assert_eq!(exit_code(&with(false, 0, 0, 4, 1, 0)), 4);
}
