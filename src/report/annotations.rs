//! GitHub workflow commands: `::error file=…,line=…,col=…,title=…::…` at the place in the case where a demand was broken.
//!
//! GitHub shows ten errors and ten warnings of a step, so that is what is written; the last tells how many more there are.
//! Regressions come first. What is new since the baseline is a warning; what the baseline knows is not annotated.

use super::standing::Standings;
use super::words;
use crate::case::Source;
use crate::run::outcome::{CaseResult, Change, ChangeClass, RunResult};
use crate::show::visible;

/// Annotations of one kind that GitHub shows for a step.
const SHOWN: usize = 10;

/// Characters of a message; the rest is in the reports.
const LONGEST: usize = 2000;

/// The commands, a line each.
pub fn render(run: &RunResult) -> String {
    let standings = Standings::of(run);
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    for (case, change) in standings.broken(run) {
        match change {
            Some(change) if !change.fails_run => {
                warnings.push(of_case("warning", case, Some(change), &standings))
            }
            _ => errors.push(of_case("error", case, change, &standings)),
        }
    }
    for change in &standings.entries {
        match change.fails_run {
            true => errors.push(of_entry("error", change)),
            false => warnings.push(of_entry("warning", change)),
        }
    }
    limited("error", errors) + &limited("warning", warnings)
}

/// As many as GitHub shows.
fn limited(kind: &str, mut commands: Vec<String>) -> String {
    if commands.len() > SHOWN {
        let left_out = commands.len() - (SHOWN - 1);
        commands.truncate(SHOWN - 1);
        let message =
            format!("{left_out} more; GitHub shows no more than {SHOWN}. The reports have all of them.");
        commands.push(format!("::{kind} title=mmspec::{message}\n"));
    }
    commands.concat()
}

fn of_case(kind: &str, case: &CaseResult, change: Option<&Change>, standings: &Standings<'_>) -> String {
    let broken = words::broken_demands(case);
    let at = broken.first().map_or(&case.source, |e| &e.source);
    let what = change.map_or(case.verdict.name(), |change| change_words(change.class));
    let title = format!("{what}: {}", case.id);
    let text = words::full_account(case, standings);
    command(kind, Some(at), &title, &text)
}

fn of_entry(kind: &str, change: &Change) -> String {
    let title = format!("baseline, {}: {}", change.class.name(), change.case);
    command(kind, change.entry.as_ref(), &title, &visible(&change.text))
}

fn change_words(class: ChangeClass) -> &'static str {
    match class {
        ChangeClass::PassToFail => "regression",
        ChangeClass::Changed => "fails otherwise than the baseline says",
        class => class.name(),
    }
}

/// `text` is safe to show; what steers commands is escaped here.
fn command(kind: &str, at: Option<&Source>, title: &str, text: &str) -> String {
    let place = at
        .map(|at| format!("file={},line={},col={},", property(&at.file), at.line, at.column))
        .unwrap_or_default();
    let text: String = text.trim_end().chars().take(LONGEST).collect();
    format!("::{kind} {place}title={}::{}\n", property(title), data(&text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}
