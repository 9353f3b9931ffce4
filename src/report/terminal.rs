//! The end of a run on a terminal: what broke, the gravest nearest to the counts, and the counts as the last line.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::against;
use super::excerpt::excerpt;
use super::standing::{Standings, change_of};
use super::words;
use crate::case::Topology;
use crate::run::outcome::{
    Blame, CaseResult, ChangeClass, ExpectationResult, RunResult, Severity, Summary, Verdict,
};
use crate::show::Paint;
use crate::show::{visible, visible_lines, visible_up_to};

/// Characters of relay text a line may hold.
const GOT_LIMIT: usize = 800;

/// With a baseline: the gravest stands last.
const GRAVITY: [Option<ChangeClass>; 4] = [
    Some(ChangeClass::New),
    None,
    Some(ChangeClass::Changed),
    Some(ChangeClass::PassToFail),
];

/// Nodes of a way that is shown without `-v`.
const LONGEST_TRAIL: usize = 5;

/// What the summary shows beside the results.
pub struct Terminal<'a> {
    pub paint: Paint,
    /// Every case with every expectation, and the decoders' findings.
    pub verbose: bool,
    /// The text of a case file by the name [`crate::case::Source`] gives it.
    pub text_of: &'a dyn Fn(&str) -> Option<Arc<str>>,
    /// Where the evidence lies.
    pub dir: Option<&'a Path>,
    pub elapsed: Option<Duration>,
}

impl Terminal<'_> {
    pub fn render(&self, run: &RunResult) -> String {
        let mut out = String::new();
        if self.verbose {
            for case in sorted(run, |c| c.verdict <= Verdict::Pass) {
                out.push_str(&self.quiet_case(case));
            }
        }
        let standings = Standings::of(run);
        out.push_str(&against::known(run, &standings, self.paint));
        for class in GRAVITY {
            for verdict in [Verdict::Inconc, Verdict::Fail, Verdict::Error] {
                let is_due = |c: &CaseResult| {
                    broken(c) == Some(verdict) && standings.class(c).is_some_and(|of_case| of_case == class)
                };
                for group in alike(sorted(run, is_due)) {
                    out.push_str(&self.broken_cases(run, verdict, &group));
                    out.push('\n');
                }
            }
        }
        out.push_str(&self.uncounted(run));
        out.push_str(&self.quirks(run));
        out.push_str(&against::entries(&standings, self.paint));
        out.push_str(&self.counts(run));
        out
    }

    /// What the end of the run says of one case that broke; nothing if it did not.
    pub fn case(&self, run: &RunResult, case: &CaseResult) -> String {
        broken(case).map_or_else(String::new, |verdict| self.broken_cases(run, verdict, &[case]))
    }

    /// A case in which nothing that counts broke, for `-v`.
    fn quiet_case(&self, case: &CaseResult) -> String {
        let mut out = format!(
            "{}  {}  {}\n",
            words::verdict(self.paint, case.verdict),
            visible(&case.id),
            self.paint.dim(&format!("{} ms", case.duration_ms))
        );
        if let Some(reason) = &case.reason {
            out.push_str(&format!("  {}\n", visible_up_to(reason, GOT_LIMIT)));
        }
        out.push_str(&again(case));
        for e in &case.expectations {
            out.push_str(&format!("  {:<14}{}", e.verdict.name(), visible(&e.id)));
            if !e.tests.is_empty() {
                out.push_str(&format!("  {}", visible(&words::decides(e))));
            }
            out.push('\n');
        }
        out.push_str(&findings(case));
        out
    }

    /// Cases that broke in the same way; several only when none of them has an expectation to show.
    fn broken_cases(&self, run: &RunResult, verdict: Verdict, cases: &[&CaseResult]) -> String {
        let Some(case) = cases.first() else {
            return String::new();
        };
        let blamed = words::broken_demands(case);
        let mut out = self.header(run, verdict, case, blamed.first().copied(), cases.len() - 1);
        let said = |reason: &&String| {
            blamed
                .iter()
                .any(|e| !e.got.is_empty() && reason.contains(&e.got))
        };
        if let Some(reason) = case.reason.as_ref().filter(|r| !said(r)) {
            for line in visible_lines(reason).lines() {
                out.push_str(&format!("  {}\n", visible_up_to(line, GOT_LIMIT)));
            }
        }
        out.push_str(&again(case));
        for e in blamed {
            out.push_str(&self.expectation(e));
        }
        out.push_str(&not_reached(case));
        if self.verbose {
            out.push_str(&findings(case));
            for line in words::logs(&case.log).lines() {
                out.push_str(&format!("  {}\n", visible_up_to(line, GOT_LIMIT)));
            }
        }
        if cases.len() > 1 {
            let others: Vec<_> = cases[1..].iter().map(|c| visible(&c.id)).collect();
            out.push_str(&format!("  the same: {}\n", others.join(" ")));
        }
        out.push_str(&self.repeat(run, case));
        out
    }

    /// `FAIL  id    A=embedded B=their-mmsc 2.1    hop A-B, relay B`.
    fn header(
        &self,
        run: &RunResult,
        verdict: Verdict,
        case: &CaseResult,
        first: Option<&ExpectationResult>,
        others: usize,
    ) -> String {
        let mut out = format!(
            "{}  {}",
            words::verdict(self.paint, verdict),
            self.paint.bold(&visible(&case.id))
        );
        if others > 0 {
            out.push_str(&format!(" and {others} more"));
        }
        let bindings: Vec<String> = run
            .run
            .bindings
            .iter()
            .filter(|(relay, _)| has_relay(&case.topology, relay))
            .map(|(relay, target)| format!("{relay}={target}"))
            .collect();
        if !bindings.is_empty() {
            out.push_str(&format!("    {}", visible(&bindings.join(" "))));
        }
        let mut place = Vec::new();
        if let Some(e) = first {
            place.extend(e.hop.iter().map(|hop| format!("hop {hop}")));
            place.extend(e.relay.iter().map(|relay| format!("relay {relay}")));
        }
        if !place.is_empty() {
            out.push_str(&format!("    {}", visible(&place.join(", "))));
        }
        if let Some(change) = change_of(run, case) {
            out.push_str(&format!("    {}", self.paint.bold(against::label(change.class))));
        }
        out.push('\n');
        out
    }

    /// One broken demand: the requirement, the place in the case, what was seen.
    fn expectation(&self, e: &ExpectationResult) -> String {
        let mut out = String::new();
        for purpose in &e.tests {
            out.push_str(&format!("  {}\n", words::requirement(purpose)));
        }
        out.push_str(&format!("  {}\n", visible(&e.source.to_string())));
        let shown = (self.text_of)(&e.source.file)
            .map(|text| excerpt(&text, &e.source, &e.note, self.paint))
            .unwrap_or_default();
        if shown.is_empty() {
            if !e.note.is_empty() {
                out.push_str(&format!("     {}\n", visible_up_to(&e.note, GOT_LIMIT)));
            }
        } else {
            for line in shown.lines() {
                out.push_str(&format!("  {line}\n"));
            }
        }
        for (name, text) in [("wanted", &e.expected), ("got", &e.got)] {
            if !text.is_empty() {
                out.push_str(&format!("     {name:<8}{}\n", visible_up_to(text, GOT_LIMIT)));
            }
        }
        if let Some(blame) = &e.blame {
            out.push_str(&self.blame(blame));
        }
        out
    }

    /// Whose fault it is and, while it fits, the way on which that was found.
    fn blame(&self, blame: &Blame) -> String {
        let whose = visible_up_to(&words::blamed(blame), GOT_LIMIT).into_owned();
        let mut out = format!("     blame   {whose}\n");
        if self.verbose || (2..=LONGEST_TRAIL).contains(&blame.trail.len()) {
            for step in &blame.trail {
                let words = words::passed(step);
                out.push_str(&format!("             {}\n", visible_up_to(&words, GOT_LIMIT)));
            }
        }
        out
    }

    fn repeat(&self, run: &RunResult, case: &CaseResult) -> String {
        let mut out = format!("  repeat: {}", words::command(run, case));
        if let Some(dir) = self.dir {
            out.push_str(&format!(
                "    evidence: {}",
                visible(&dir.join("events.jsonl").to_string_lossy())
            ));
        }
        out.push('\n');
        out
    }

    /// Violations that do not count, a line each with `-v`, else only in the last line.
    fn uncounted(&self, run: &RunResult) -> String {
        if !self.verbose {
            return String::new();
        }
        let mut out = String::new();
        for case in sorted(run, |_| true) {
            for e in words::uncounted(case) {
                out.push_str(&format!(
                    "{}  {}  {} ({}, {}), {} at {}: {}\n",
                    self.paint.dim("noted"),
                    visible(&case.id),
                    visible(&words::decides(e)),
                    e.level.name(),
                    e.basis.name(),
                    e.verdict.name(),
                    visible(&e.source.to_string()),
                    visible_up_to(&e.got, GOT_LIMIT)
                ));
            }
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }

    /// What relays do otherwise than most: a line each with `-v`, else what is against a standard and no decoder's finding.
    fn quirks(&self, run: &RunResult) -> String {
        let mut out = String::new();
        for quirk in &run.quirks {
            if !self.verbose && (quirk.severity == Severity::Note || quirk.pdu.is_some()) {
                continue;
            }
            let pdu = quirk.pdu.as_ref().map(|pdu| format!("{}: ", visible(pdu)));
            let relay = quirk
                .relay
                .as_ref()
                .map(|relay| format!(" of {}", visible(relay)));
            out.push_str(&format!(
                "{}{}  {}, {} time{} (first in {}): {}{} ({})\n",
                self.paint.dim("quirk"),
                relay.unwrap_or_default(),
                visible(&quirk.code),
                quirk.count,
                if quirk.count == 1 { "" } else { "s" },
                visible(&quirk.first),
                pdu.unwrap_or_default(),
                visible_up_to(&quirk.text, GOT_LIMIT),
                visible(&quirk.clause)
            ));
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }

    /// Where the reports are, and the last line.
    fn counts(&self, run: &RunResult) -> String {
        let mut out = String::new();
        if let Some(dir) = self.dir {
            out.push_str(&format!("reports: {}\n", visible(&dir.to_string_lossy())));
        }
        if !run.run.alive {
            out.push_str("no relay was seen alive\n");
        }
        if self.verbose && !run.unsolicited.is_empty() {
            let n = run.unsolicited.len();
            out.push_str(&format!(
                "{n} more from relays that no case owns: see `unsolicited` in results.json\n"
            ));
        }
        if let Some(comparison) = &run.comparison {
            out.push_str(&against::sum(comparison));
        }
        out.push_str(&self.paint.bold(&summary(run.summary)));
        if let Some(elapsed) = self.elapsed {
            out.push_str(&format!(", in {:.2} s", elapsed.as_secs_f64()));
        }
        out.push('\n');
        out
    }
}

/// `412 cases: 400 pass, 3 fail, 1 inconc, 0 error, 8 not applicable; 5 violations that do not count`.
fn summary(s: Summary) -> String {
    let mut line = format!(
        "{} case{}: {} pass, {} fail, {} inconc, {} error, {} not applicable",
        s.cases,
        if s.cases == 1 { "" } else { "s" },
        s.pass,
        s.fail,
        s.inconc,
        s.error,
        s.not_applicable
    );
    match s.uncounted_fails {
        0 => {}
        1 => line.push_str("; 1 violation that does not count"),
        n => line.push_str(&format!("; {n} violations that do not count")),
    }
    line
}

fn again(case: &CaseResult) -> String {
    match case.run_again {
        true => format!("  {}\n", words::RUN_AGAIN),
        false => String::new(),
    }
}

fn not_reached(case: &CaseResult) -> String {
    let moot: Vec<String> = case
        .expectations
        .iter()
        .filter(|e| e.verdict == Verdict::NotReached)
        .map(|e| {
            if e.tests.is_empty() {
                visible(&e.id).into_owned()
            } else {
                format!("{} ({})", visible(&e.id), visible(&words::decides(e)))
            }
        })
        .collect();
    if moot.is_empty() {
        String::new()
    } else {
        format!("  not reached because of it: {}\n", moot.join(", "))
    }
}

fn findings(case: &CaseResult) -> String {
    case.findings
        .iter()
        .map(|f| {
            format!(
                "  odd: {} at {}, octet {}: {} ({})\n",
                visible(&f.pdu),
                visible(&f.place),
                f.finding.offset,
                visible_up_to(&f.finding.text, GOT_LIMIT),
                visible(&f.finding.clause)
            )
        })
        .collect()
}

/// Whether a relay of that name is in the topology; in an unknown topology every relay is.
fn has_relay(topology: &str, relay: &str) -> bool {
    let known = Topology::ALL.iter().find(|(name, _)| *name == topology);
    known.is_none_or(|(_, topology)| topology.relays().contains(&relay))
}

/// The verdict under which a case is shown as broken, if it is.
fn broken(case: &CaseResult) -> Option<Verdict> {
    match case.verdict {
        Verdict::Pass | Verdict::NotApplicable => None,
        Verdict::NotReached => Some(Verdict::Inconc),
        verdict => Some(verdict),
    }
}

/// Cases with nothing to show but the same reason become one entry, and so do those in which no relay gave a sign of life: a
/// relay that is down is said once, not 400 times.
fn alike(cases: Vec<&CaseResult>) -> Vec<Vec<&CaseResult>> {
    let mut groups: Vec<Vec<&CaseResult>> = Vec::new();
    for case in cases {
        let bare = |c: &CaseResult| c.reason.is_some() && words::broken_demands(c).is_empty();
        let dead = |c: &CaseResult| !c.alive && c.verdict == Verdict::Inconc;
        let alike = |a: &CaseResult, b: &CaseResult| {
            (bare(a) && bare(b) && a.reason == b.reason) || (dead(a) && dead(b))
        };
        let same = groups.iter().position(|g| alike(case, g[0]));
        match same {
            Some(at) => groups[at].push(case),
            None => groups.push(vec![case]),
        }
    }
    groups
}

fn sorted(run: &RunResult, which: impl Fn(&CaseResult) -> bool) -> Vec<&CaseResult> {
    let mut cases: Vec<&CaseResult> = run.cases.iter().filter(|c| which(c)).collect();
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    cases
}
