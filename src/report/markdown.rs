//! `summary.md`: what a reviewer reads in a pull request. Regressions first; each case folded up below one line.
//!
//! GitHub takes at most 1 MiB for the summary of a step and shows nothing of a longer one, so what does not fit is counted
//! and left out. Everything a relay said stands in HTML blocks without an empty line, where Markdown has no meaning.

use super::standing::Standings;
use super::words;
use crate::run::outcome::{CaseResult, Change, ChangeClass, Known, RunResult, Verdict};
use crate::show::visible;

/// Octets of the whole: below GitHub's limit with room for what other commands of the step say.
pub const LIMIT: usize = 900 * 1024;

/// The file's text.
pub fn render(run: &RunResult) -> String {
    render_up_to(run, LIMIT)
}

/// The same in at most `limit` octets; what always stands there needs about 2 KiB.
pub fn render_up_to(run: &RunResult, limit: usize) -> String {
    let standings = Standings::of(run);
    let broken = standings.broken(run);
    let known = standings.known(run);
    let mut page = Page {
        text: head(run, &broken, &known, &standings),
        limit,
    };
    let of = |class| move |(_, change): &&(&CaseResult, Option<&Change>)| change.map(|c| c.class) == class;
    for (title, class) in [
        ("Regressions", Some(ChangeClass::PassToFail)),
        (
            "Fail otherwise than the baseline says",
            Some(ChangeClass::Changed),
        ),
        ("Not passed", None),
    ] {
        let cases: Vec<_> = broken.iter().filter(of(class)).collect();
        page.list(title, &cases, |(case, _)| folded(run, case, &standings));
    }
    page.list("Entries of the baseline", &standings.entries, |change| {
        entry(change)
    });
    let new: Vec<_> = broken.iter().filter(of(Some(ChangeClass::New))).collect();
    page.list("New in the suite", &new, |(case, _)| {
        folded(run, case, &standings)
    });
    page.list("Known failures", &known, |(case, known)| known_line(case, known));
    page.text
}

/// Text that grows up to a limit.
struct Page {
    text: String,
    limit: usize,
}

impl Page {
    /// A title and its items; those that do not fit are counted.
    fn list<T>(&mut self, title: &str, items: &[T], write: impl Fn(&T) -> String) {
        if items.is_empty() {
            return;
        }
        // Room for "n more" of this list and of those that follow.
        const RESERVE: usize = 512;
        self.text
            .push_str(&format!("\n### {title} ({})\n\n", items.len()));
        for (done, item) in items.iter().enumerate() {
            let next = write(item);
            if self.text.len() + next.len() + RESERVE > self.limit {
                let left = items.len() - done;
                self.text.push_str(&format!(
                    "{left} more are left out here; the other reports have them.\n"
                ));
                return;
            }
            self.text.push_str(&next);
        }
    }
}

fn head(
    run: &RunResult,
    broken: &[(&CaseResult, Option<&Change>)],
    known: &[(&CaseResult, &Known)],
    standings: &Standings<'_>,
) -> String {
    let relays: Vec<String> = run
        .run
        .bindings
        .iter()
        .take(8)
        .map(|(relay, target)| format!("{relay} = <code>{}</code>", html(target)))
        .collect();
    let s = run.summary;
    let mut out = format!("## {}\n\n", verdict_of(run, broken, known, standings));
    if !relays.is_empty() {
        out.push_str(&format!("<p>{}</p>\n\n", relays.join(", ")));
    }
    if !run.run.alive {
        out.push_str("**No relay was seen alive.**\n\n");
    }
    out.push_str(
        "| cases | pass | fail | inconc | error | not applicable | violations that do not count |\n",
    );
    out.push_str("|--:|--:|--:|--:|--:|--:|--:|\n");
    out.push_str(&format!(
        "| {} | {} | {} | {} | {} | {} | {} |\n",
        s.cases, s.pass, s.fail, s.inconc, s.error, s.not_applicable, s.uncounted_fails
    ));
    if let Some(comparison) = &run.comparison {
        out.push_str(&format!(
            "\n<p>Compared with <code>{}</code>: {} as it says.</p>\n",
            html(&comparison.baseline),
            comparison.expected
        ));
    }
    out
}

/// The first line: what one has to know who reads no further.
fn verdict_of(
    run: &RunResult,
    broken: &[(&CaseResult, Option<&Change>)],
    known: &[(&CaseResult, &Known)],
    standings: &Standings<'_>,
) -> String {
    let changed = |class: ChangeClass| {
        let is = |(_, change): &&(&CaseResult, Option<&Change>)| change.is_some_and(|c| c.class == class);
        broken.iter().filter(is).count()
    };
    let plain = |verdict: Verdict| {
        let is =
            |(case, change): &&(&CaseResult, Option<&Change>)| change.is_none() && case.verdict == verdict;
        broken.iter().filter(is).count()
    };
    let counts = [
        (changed(ChangeClass::PassToFail), "regression", "regressions"),
        (changed(ChangeClass::Changed), "fails otherwise", "fail otherwise"),
        (plain(Verdict::Fail), "failed", "failed"),
        (plain(Verdict::Error), "error", "errors"),
        (
            plain(Verdict::Inconc) + plain(Verdict::NotReached),
            "could not decide",
            "could not decide",
        ),
        (
            standings.entries.len(),
            "entry of the baseline to mend",
            "entries of the baseline to mend",
        ),
        (changed(ChangeClass::New), "new failure", "new failures"),
    ];
    let mut said: Vec<String> = counts
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| format!("{n} {}", if *n == 1 { one } else { many }))
        .collect();
    if said.is_empty() {
        said.push(
            if run.cases.is_empty() {
                "nothing was run"
            } else {
                "as expected"
            }
            .to_owned(),
        );
    }
    match known.len() {
        0 => {}
        1 => said.push("1 known failure".to_owned()),
        n => said.push(format!("{n} known failures")),
    }
    format!("mmspec: {}", said.join(", "))
}

/// A case that did not pass: one line, and below it, folded up, why.
fn folded(run: &RunResult, case: &CaseResult, standings: &Standings<'_>) -> String {
    let (hops, relays) = words::places(case);
    let mut about: Vec<String> = Vec::new();
    let first = words::broken_demands(case).into_iter().next();
    if let Some(purpose) = first.and_then(|e| e.tests.first()) {
        about.push(html(&format!("{}, {}", purpose.id, purpose.clause)));
    }
    about.extend(hops.iter().map(|hop| format!("hop <code>{}</code>", html(hop))));
    about.extend(
        relays
            .iter()
            .map(|relay| format!("relay <code>{}</code>", html(relay))),
    );
    let about = match about.is_empty() {
        true => String::new(),
        false => format!(": {}", about.join(", ")),
    };
    format!(
        "<details><summary><b>{}</b> <code>{}</code>{about}</summary>\n<pre>{}\n{}</pre>\n</details>\n",
        case.verdict.name(),
        html(&case.id),
        block(&words::full_account(case, standings)),
        html(&format!("repeat    {}", words::command(run, case))),
    )
}

fn known_line(case: &CaseResult, known: &Known) -> String {
    format!(
        "<details><summary><b>{}</b> <code>{}</code>: {}</summary>\n<pre>{}\nentry     {}</pre>\n</details>\n",
        case.verdict.name(),
        html(&case.id),
        html(&words::pardon(known)),
        html(&words::headline(case)),
        html(&known.entry.to_string()),
    )
}

fn entry(change: &Change) -> String {
    format!(
        "<p><b>{}</b> <code>{}</code> {}</p>\n",
        change.class.name(),
        html(&change.case),
        html(&place(change))
    )
}

fn place(change: &Change) -> String {
    let at = change
        .entry
        .as_ref()
        .map(|at| format!(" ({at})"))
        .unwrap_or_default();
    format!("{}{at}", change.text)
}

/// One line of text in HTML.
fn html(text: &str) -> String {
    escape(&visible(text))
}

/// Several lines that are safe to show, in HTML. An empty line would end the block in which Markdown has no meaning.
fn block(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    escape(&lines.join("\n"))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
