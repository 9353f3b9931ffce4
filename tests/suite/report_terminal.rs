//! The terminal summary.

use std::path::Path;
use std::time::Duration;

use mmspec::report::terminal::Terminal;
use mmspec::run::outcome::RunResult;
use mmspec::show::Paint;

use crate::report_sample::{compared, run, text_of};

fn terminal(colour: bool, verbose: bool) -> String {
    shown(&run(), colour, verbose)
}

fn shown(run: &RunResult, colour: bool, verbose: bool) -> String {
    Terminal {
        paint: Paint::new(colour),
        verbose,
        text_of: &text_of,
        dir: Some(Path::new("reports/embedded/1")),
        elapsed: Some(Duration::from_millis(1234)),
    }
    .render(run)
}

#[test]
fn shows_what_broke_and_counts_last() {
    insta::assert_snapshot!(terminal(false, false));
}

#[test]
fn with_a_baseline_regressions_stand_last() {
    insta::assert_snapshot!(shown(&compared(), false, false));
}

#[test]
fn verbose_shows_every_expectation() {
    insta::assert_snapshot!(terminal(false, true));
}

#[test]
fn without_colour_no_control_character_reaches_the_terminal() {
    let text = terminal(false, true);
    let control: Vec<char> = text.chars().filter(|c| c.is_control() && *c != '\n').collect();
    assert!(control.is_empty(), "{control:?}");
    assert!(!text.lines().any(|line| line.starts_with("FAIL  forged-case")));
}

#[test]
fn with_colour_the_only_sequences_are_colours() {
    let text = terminal(true, true);
    assert!(text.contains("\x1b[1;31mFAIL\x1b[0m"));
    for sequence in text.split('\x1b').skip(1) {
        let end = sequence
            .find(|c: char| !(c.is_ascii_digit() || c == ';' || c == '['))
            .unwrap();
        assert_eq!(&sequence[end..=end], "m", "{sequence:?}");
    }
}

#[test]
fn a_relay_that_is_down_is_said_once() {
    let text = terminal(false, false);
    assert_eq!(text.matches("did not become ready").count(), 1, "{text}");
    assert!(text.contains("the same: mm1-b"), "{text}");
}
