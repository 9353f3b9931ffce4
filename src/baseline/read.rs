//! YAML → baseline, with the place of everything that is wrong.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::lines::{Starts, line, shape};
use super::model::{Baseline, Entry, Layout, Lines, NewCases, When};
use super::version::Requirement;
use crate::case::{Diagnostic, Node, SourceFile, YamlKey, read_yaml};
use crate::run::outcome::Verdict;

/// The version of the file this reads.
const VERSION: &str = "1";

const TOP: &[&str] = &["baseline", "new-cases", "entries", "cases"];
const ENTRY: &[&str] = &[
    "case",
    "expectations",
    "verdict",
    "reason",
    "link",
    "until",
    "when",
];
const WHEN: &[&str] = &["relay", "product", "version"];

/// Reads a baseline.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(file: &str, text: &str) -> Result<Baseline, Vec<Diagnostic>> {
    let source = Arc::new(SourceFile {
        name: file.to_owned(),
        text: Arc::from(text),
    });
    let root = read_yaml(&source).map_err(|mut problems| {
        // The reader's advice is for cases.
        problems.iter_mut().for_each(|p| p.help.clear());
        problems
    })?;
    let mut reader = Reader::default();
    let baseline = reader.baseline(file, &source, &root);
    match baseline {
        Some(baseline) if reader.problems.is_empty() => Ok(baseline),
        _ => Err(reader.problems),
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn baseline(&mut self, file: &str, source: &Arc<SourceFile>, root: &Node) -> Option<Baseline> {
        let top = self.map(root, "a baseline", TOP)?;
        match root.get("baseline").map(|n| (n, n.text())) {
            Some((_, Some(VERSION))) => {}
            Some((node, _)) => self.error(
                Diagnostic::at(&node.span, format!("this is not version {VERSION} of the format"))
                    .help(format!("this mmspec reads `baseline: {VERSION}`")),
            ),
            None => self.error(
                Diagnostic::at(&root.span, "a baseline needs `baseline:`".to_owned()).help(format!(
                    "write `baseline: {VERSION}` in its first line: the version of the format"
                )),
            ),
        }
        let lines = Starts::of(&source.text, top);
        let mut layout = Layout::default();
        let mut entries = Vec::new();
        if let Some(node) = root.get("entries") {
            for item in self.list(node, "`entries`") {
                entries.extend(self.entry(item));
            }
            shape(node, &mut entries, &lines);
        }
        layout.entries = lines.place(top, "entries", root);
        let mut cases = None;
        if let Some(node) = root.get("cases") {
            let mut ids = BTreeSet::new();
            for item in self.list(node, "`cases`") {
                if let Some(id) = self.text(item, "the id of a case") {
                    ids.insert(id.clone());
                    layout.case_lines.push((line(item), id));
                }
            }
            cases = Some(ids);
        }
        layout.cases = lines.place(top, "cases", root);
        let fails = |word: usize| {
            if word == 1 {
                NewCases::Fail
            } else {
                NewCases::Report
            }
        };
        let new_cases = root
            .get("new-cases")
            .and_then(|node| self.word(node, "`new-cases`", &["report", "fail"]))
            .map_or_else(NewCases::default, fails);
        self.twice(&entries, source);
        Some(Baseline {
            file: file.to_owned(),
            text: Arc::clone(&source.text),
            entries,
            new_cases,
            cases,
            layout,
        })
    }

    fn entry(&mut self, node: &Node) -> Option<Entry> {
        self.map(node, "an entry", ENTRY)?;
        for (key, why) in [
            (
                "case",
                "the id of the case that does not pass (`mmspec list` shows them)",
            ),
            ("reason", "why that is so: whoever meets it next year will ask"),
        ] {
            if node.get(key).is_none() {
                self.error(
                    Diagnostic::at(&node.span, format!("an entry needs `{key}:`"))
                        .help(format!("`{key}:` {why}")),
                );
            }
        }
        let case_node = node.get("case")?;
        let case = self.text(case_node, "`case`")?;
        if case.contains(['*', '?']) {
            self.error(
                Diagnostic::at(&case_node.span, "an entry is about one case, and this is a pattern".to_owned())
                    .help("with a pattern nobody would notice that one of its cases passes, or that a new one fails")
                    .help("`mmspec baseline update` writes many entries at once"),
            );
        }
        let expectations = node.get("expectations").map(|list| {
            let items = self.list(list, "`expectations`");
            if items.is_empty() {
                self.error(
                    Diagnostic::at(&list.span, "this names no expectation".to_owned())
                        .help("leave `expectations:` out, if it does not matter what breaks"),
                );
            }
            items
                .iter()
                .filter_map(|item| self.text(item, "an expectation"))
                .collect()
        });
        let verdict = match node.get("verdict") {
            None => Verdict::Fail,
            Some(word) => self.verdict(word)?,
        };
        let reason_node = node.get("reason")?;
        let reason = self.text(reason_node, "`reason`")?;
        if reason.trim().is_empty() {
            self.error(Diagnostic::at(
                &reason_node.span,
                "the reason is empty".to_owned(),
            ));
        }
        let until = node.get("until").and_then(|n| self.date(n));
        Some(Entry {
            case,
            expectations,
            verdict,
            reason,
            link: node.get("link").and_then(|n| self.text(n, "`link`")),
            until,
            when: node.get("when").and_then(|n| self.when(n)),
            source: case_node.span.source(),
            until_at: node.get("until").map(|n| n.span.source()),
            lines: Lines {
                start: line(node),
                ..Lines::default()
            },
        })
    }

    fn when(&mut self, node: &Node) -> Option<When> {
        self.map(node, "`when`", WHEN)?;
        let version = node.get("version").and_then(|n| {
            let text = self.text(n, "`version`")?;
            match Requirement::parse(&text) {
                Ok(requirement) => Some(requirement),
                Err(why) => {
                    self.error(Diagnostic::at(&n.span, why));
                    None
                }
            }
        });
        let when = When {
            relay: node.get("relay").and_then(|n| self.text(n, "`relay`")),
            product: node.get("product").and_then(|n| self.text(n, "`product`")),
            version,
        };
        if node.get("product").is_none() && node.get("version").is_none() {
            self.error(
                Diagnostic::at(&node.span, "`when` names neither product nor version".to_owned())
                    .help("write `when: { product: their-mmsc, version: \"< 2.3\" }`"),
            );
        }
        Some(when)
    }

    fn verdict(&mut self, node: &Node) -> Option<Verdict> {
        match node.text() {
            Some("fail") => Some(Verdict::Fail),
            Some("inconc") => Some(Verdict::Inconc),
            other => {
                let problem = Diagnostic::at(&node.span, "an entry expects `fail` or `inconc`".to_owned());
                self.error(match other {
                    Some("pass") => problem.help("that a case passes needs no entry"),
                    Some("error") => problem
                        .help("`error` is the suite's or the environment's fault, and is not put up with"),
                    Some("not-applicable") => problem.help("what does not apply, the target file says"),
                    _ => problem,
                });
                None
            }
        }
    }

    fn date(&mut self, node: &Node) -> Option<Date> {
        let date = node.text().and_then(|text| text.parse::<Date>().ok());
        if date.is_none() {
            self.error(
                Diagnostic::at(&node.span, "this is no date".to_owned())
                    .help("write `until: 2027-03-01`, the last day"),
            );
        }
        date
    }

    /// Two entries for one case would contradict each other, unless they are about different products.
    fn twice(&mut self, entries: &[Entry], file: &Arc<SourceFile>) {
        for (at, entry) in entries.iter().enumerate() {
            let first = entries[..at].iter().find(|e| e.case == entry.case);
            if let Some(first) = first.filter(|first| first.when.is_none() || entry.when.is_none()) {
                self.problems.push(Diagnostic {
                    source: entry.source.clone(),
                    text: Arc::clone(&file.text),
                    message: format!("{} has an entry already", entry.case),
                    label: format!("the first is at {}", first.source),
                    help: vec!["one entry holds all `expectations`; two need a `when:` each".to_owned()],
                    used_at: None,
                });
            }
        }
    }

    fn error(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn map<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<&'n [(YamlKey, Node)]> {
        let Some(entries) = node.map() else {
            self.error(
                Diagnostic::at(
                    &node.span,
                    format!("{what} is a map, and this is {}", node.what()),
                )
                .help(format!("its keys are {}", known.join(", "))),
            );
            return None;
        };
        for (key, _) in entries {
            if !known.contains(&key.text.as_str()) {
                let problem = Diagnostic::at(&key.span, format!("{what} has no `{}`", key.text));
                self.error(problem.suggest(&key.text, known.iter().copied()));
            }
        }
        Some(entries)
    }

    fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        node.list().unwrap_or_else(|| {
            self.error(
                Diagnostic::at(
                    &node.span,
                    format!("{what} is a list, and this is {}", node.what()),
                )
                .help("write a line with `-` for each"),
            );
            &[]
        })
    }

    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = node.text().map(str::to_owned);
        if text.is_none() {
            self.error(Diagnostic::at(
                &node.span,
                format!("{what} is a text, and this is {}", node.what()),
            ));
        }
        text
    }

    fn word(&mut self, node: &Node, what: &str, known: &[&str]) -> Option<usize> {
        let found = node.text().and_then(|text| known.iter().position(|k| *k == text));
        if found.is_none() {
            self.error(Diagnostic::at(
                &node.span,
                format!("{what} is one of {}", known.join(", ")),
            ));
        }
        found
    }
}
