//! `index.html`: what came of the run, and where to look.

use serde::Serialize;

use super::clauses::{Counts, Document, documents};
use super::comparison::{ComparisonBlock, comparison};
use super::markup::Markup;
use super::rows::{Row, table};
use super::text::{instant, shown, sign};
use crate::report::words;
use crate::run::coverage::Coverage;
use crate::run::outcome::{CaseResult, RunResult, Severity, Summary, Verdict};
use crate::show::shell_word;

/// Cases that the command names.
const NAMED: usize = 6;
/// Of what no case owns.
const UNSOLICITED: usize = 300;
/// The width of the bar, in its own units.
const BAR: usize = 1000;

#[derive(Serialize)]
pub(super) struct IndexPage {
    summary: Summary,
    headline: String,
    verdict: &'static str,
    sign: &'static str,
    alive: bool,
    bar: Vec<Slice>,
    bindings: Vec<(String, String)>,
    defects: Vec<String>,
    strict: bool,
    recalled_inconc: bool,
    options: String,
    command: String,
    command_says: &'static str,
    began: Option<String>,
    data: Markup,
    rows: Vec<Row>,
    comparison: Option<ComparisonBlock>,
    coverage: Counts,
    documents: Vec<Document>,
    quirks: Vec<QuirkRow>,
    unsolicited: Vec<UnsolicitedRow>,
    unsolicited_left_out: usize,
}

/// A piece of the bar.
#[derive(Serialize)]
struct Slice {
    class: &'static str,
    name: &'static str,
    count: usize,
    x: usize,
    width: usize,
}

#[derive(Serialize)]
struct QuirkRow {
    relay: String,
    code: String,
    severity: &'static str,
    count: usize,
    first: String,
    href: String,
    pdu: String,
    text: String,
    clause: String,
}

#[derive(Serialize)]
struct UnsolicitedRow {
    place: String,
    relay: String,
    what: String,
    case: Option<String>,
    href: Option<String>,
    why: String,
}

/// How many violations of a case do not count.
pub(super) fn notes(case: &CaseResult) -> usize {
    words::uncounted(case).count()
}

/// `cases` are those of the run, the gravest first.
pub(super) fn page(
    run: &RunResult,
    coverage: &Coverage,
    cases: &[&CaseResult],
    began: Option<i64>,
) -> serde_json::Result<IndexPage> {
    let (table, rows) = table(cases, run.comparison.as_ref());
    let (command, command_says) = command(run, cases);
    let page_of = |id: &str| super::Site::path_of(id);
    let is_case = |id: &str| cases.iter().any(|case| case.id == id);
    Ok(IndexPage {
        summary: run.summary,
        headline: headline(run.summary),
        verdict: worst(run.summary).name(),
        sign: sign(worst(run.summary)),
        alive: run.run.alive,
        bar: bar(run.summary),
        bindings: run
            .run
            .bindings
            .iter()
            .map(|(relay, target)| (shown(relay), shown(target)))
            .collect(),
        defects: run.run.defects.iter().map(|defect| shown(defect)).collect(),
        strict: run.run.strict,
        recalled_inconc: run.run.recalled_inconc,
        options: words_of(&run.run.options),
        command,
        command_says,
        began: began.and_then(instant),
        data: Markup::data(&table)?,
        rows,
        comparison: run.comparison.as_ref().map(|compared| comparison(run, compared)),
        coverage: Counts::of(coverage.purposes()),
        documents: documents(coverage),
        quirks: run
            .quirks
            .iter()
            .map(|quirk| QuirkRow {
                relay: quirk.relay.as_deref().map_or_else(String::new, shown),
                code: shown(&quirk.code),
                severity: match quirk.severity {
                    Severity::Note => "note",
                    Severity::Warning => "warning",
                    Severity::Error => "error",
                },
                count: quirk.count,
                first: shown(&quirk.first),
                href: if is_case(&quirk.first) {
                    page_of(&quirk.first)
                } else {
                    String::new()
                },
                pdu: quirk.pdu.as_deref().map_or_else(String::new, shown),
                text: shown(&quirk.text),
                clause: shown(&quirk.clause),
            })
            .collect(),
        unsolicited: run
            .unsolicited
            .iter()
            .take(UNSOLICITED)
            .map(|stranger| UnsolicitedRow {
                place: shown(&stranger.place),
                relay: stranger.relay.as_deref().map_or_else(String::new, shown),
                what: shown(&stranger.what),
                case: stranger.case.as_deref().map(shown),
                href: stranger.case.as_deref().filter(|id| is_case(id)).map(page_of),
                why: stranger.why.as_deref().map_or_else(String::new, shown),
            })
            .collect(),
        unsolicited_left_out: run.unsolicited.len().saturating_sub(UNSOLICITED),
    })
}

/// The sentence that is read first.
fn headline(s: Summary) -> String {
    let broken: Vec<String> = [(s.fail, "fail"), (s.inconc, "undecided"), (s.error, "in error")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match (s.cases, broken.is_empty()) {
        (0, _) => "No case ran".to_owned(),
        (_, true) if s.pass == 0 => "Nothing applies".to_owned(),
        (_, true) => format!("All {} cases that apply pass", s.pass),
        (cases, false) => format!("{} of {cases} cases", broken.join(", ")),
    }
}

fn worst(s: Summary) -> Verdict {
    let of = [
        (s.error, Verdict::Error),
        (s.fail, Verdict::Fail),
        (s.inconc, Verdict::Inconc),
        (s.pass, Verdict::Pass),
    ];
    of.iter()
        .find(|(count, _)| *count > 0)
        .map_or(Verdict::NotApplicable, |(_, verdict)| *verdict)
}

fn bar(s: Summary) -> Vec<Slice> {
    let all = [
        (Verdict::Error, s.error),
        (Verdict::Fail, s.fail),
        (Verdict::Inconc, s.inconc),
        (Verdict::Pass, s.pass),
        (Verdict::NotApplicable, s.not_applicable),
    ];
    let mut x = 0;
    let mut slices = Vec::new();
    for (verdict, count) in all.into_iter().filter(|(_, count)| *count > 0) {
        // One case of many is still to be seen.
        let width = (count * BAR / s.cases.max(1)).max(6);
        slices.push(Slice {
            class: verdict.name(),
            name: verdict.name(),
            count,
            x,
            width,
        });
        x += width;
    }
    // What the small ones got more than their share, the widest gives.
    let over = x.saturating_sub(BAR);
    if let Some(widest) = (0..slices.len()).max_by_key(|i| slices[*i].width) {
        slices[widest].width = slices[widest].width.saturating_sub(over);
        for slice in &mut slices[widest + 1..] {
            slice.x = slice.x.saturating_sub(over);
        }
    }
    slices
}

/// What runs the cases again that did not pass; if all did, the options of the run.
fn command(run: &RunResult, cases: &[&CaseResult]) -> (String, &'static str) {
    let broken: Vec<&str> = cases
        .iter()
        .take_while(|case| case.verdict > Verdict::Pass)
        .map(|case| case.id.as_str())
        .collect();
    let (named, says): (Vec<String>, &str) = match broken.len() {
        0 => (Vec::new(), "runs all cases as this run did"),
        1..=NAMED => (
            broken.iter().map(|id| shell_word(id).into_owned()).collect(),
            "runs the cases again that did not pass",
        ),
        _ => (Vec::new(), "runs all cases as this run did"),
    };
    let mut words = vec!["mmspec run".to_owned()];
    words.extend(named);
    if !run.run.options.is_empty() {
        words.push(words_of(&run.run.options));
    }
    (words.join(" "), says)
}

fn words_of(options: &[String]) -> String {
    let words: Vec<_> = options.iter().map(|option| shell_word(option)).collect();
    words.join(" ")
}
