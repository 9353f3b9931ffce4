//! Who may know whom, and other rules about the source that a compiler does not hold.

use std::fs;
use std::path::{Path, PathBuf};

/// Part of the crate → the parts it may import. A part may always import itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("relay", &["wire"]),
    ("link", &["wire"]),
    ("party", &["wire", "link"]),
    ("case", &["wire"]),
    ("target", &["wire"]),
    (
        "run",
        &[
            "wire", "case", "link", "relay", "party", "target", "inspect", "show",
        ],
    ),
    ("baseline", &["case", "run"]),
    ("show", &[]),
    ("inspect", &["wire", "case", "show"]),
    ("snapshot", &["wire", "run", "inspect", "show"]),
];

/// What the reports may see of the rest.
const REPORT_MAY_IMPORT: &[&str] = &[
    "crate::run::outcome",
    "crate::run::check",
    "crate::run::coverage",
    "crate::run::evidence",
    "crate::run::killmatrix",
    "crate::run::matrix",
    "crate::run::observer",
    "crate::case::",
    "crate::inspect::",
    "crate::show::",
];

/// Crates that do I/O or tell the time: parts that only compute, and that speak to nobody, do without them.
const COMPUTE_ONLY: &[&str] = &["wire", "case", "report", "inspect", "baseline"];
const REACHING_OUT: &[&str] = &["tokio", "hyper", "hyper_util", "reqwest", "axum", "lettre"];

/// Modelled time: the only places that may wait for the clock alone.
/// The relay's timers are its own business: back-off, expiry and repeats are what it is tested for.
const MAY_SLEEP: &[&str] = &["src/party/delay", "src/link/shape", "src/relay/"];

const LONGEST_FILE: usize = 600;

/// The standards' tables are data, and stay together.
const TABLES: &str = "src/wire/table";
const LONGEST_TABLE: usize = 800;

#[test]
fn dependencies_point_one_way() {
    let mut wrong = Vec::new();
    for (part, allowed) in MAY_IMPORT {
        for (file, number, line) in code_lines(&format!("src/{part}")) {
            for import in imports(&line) {
                let own = import == *part;
                if !own && !allowed.contains(&import.as_str()) && is_part(&import) {
                    wrong.push(format!("{}:{number}: {part} imports {import}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_only_computes_reaches_for_no_network() {
    let mut wrong = Vec::new();
    for part in COMPUTE_ONLY {
        for (file, number, line) in code_lines(&format!("src/{part}")) {
            if REACHING_OUT
                .iter()
                .any(|name| line.contains(&format!("{name}::")))
            {
                wrong.push(format!("{}:{number}: {line}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reports_know_only_results() {
    let mut wrong = Vec::new();
    for (file, number, line) in code_lines("src/report") {
        let foreign = line
            .match_indices("crate::")
            .map(|(at, _)| &line[at..])
            .any(|path| {
                !REPORT_MAY_IMPORT.iter().any(|ok| path.starts_with(ok)) && !path.starts_with("crate::report")
            });
        if foreign {
            wrong.push(format!("{}:{number}: {line}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_waits_for_the_clock_alone() {
    let mut wrong = Vec::new();
    for (file, number, line) in code_lines("src") {
        let path = file.to_string_lossy();
        if line.contains("sleep(") && !MAY_SLEEP.iter().any(|ok| path.starts_with(ok)) {
            wrong.push(format!("{path}:{number}: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_short_enough_to_read() {
    let mut long = Vec::new();
    for dir in ["src", "tests", "examples", "benches"] {
        for file in rust_files(Path::new(dir)) {
            let lines = read(&file).lines().count();
            let limit = if file.starts_with(TABLES) {
                LONGEST_TABLE
            } else {
                LONGEST_FILE
            };
            if lines > limit {
                long.push(format!("{}: {lines} lines", file.display()));
            }
        }
    }
    assert!(long.is_empty(), "too long to read:\n{}", long.join("\n"));
}

#[test]
fn mod_files_only_lay_out() {
    let mut wrong = Vec::new();
    for file in rust_files(Path::new("src")) {
        if !file.ends_with("mod.rs") {
            continue;
        }
        for (number, line) in read(&file).lines().enumerate() {
            if ["fn ", "pub fn ", "async fn ", "pub async fn ", "impl ", "impl<"]
                .iter()
                .any(|s| line.starts_with(s))
            {
                wrong.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The crate's parts that this line names: `wire` in `use crate::wire::mm1;`, both in `use crate::{case, wire::Pdu};`.
fn imports(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for root in ["crate::", "mmspec::"] {
        for (at, _) in line.match_indices(root) {
            let rest = &line[at + root.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(first_words(group)),
                None => found.extend(word(rest)),
            }
        }
    }
    found
}

/// The first path segment of every item of an import group.
fn first_words(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut words = Vec::new();
    let mut at_start = true;
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if at_start && depth == 0 && !c.is_whitespace() => {
                words.extend(word(&group[i..]));
                at_start = false;
            }
            _ => {}
        }
    }
    words
}

fn word(text: &str) -> Option<String> {
    let word: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

fn is_part(name: &str) -> bool {
    ["report", "cli"].contains(&name) || MAY_IMPORT.iter().any(|(part, _)| *part == name)
}

/// Lines of code under a folder: no comments, and nothing after the first `#[cfg(test)]` of a file. Statements that
/// `use` over several lines are joined.
fn code_lines(dir: &str) -> Vec<(PathBuf, usize, String)> {
    let mut lines = Vec::new();
    for file in rust_files(Path::new(dir)) {
        let mut open: Option<(usize, String)> = None;
        for (number, line) in read(&file).lines().enumerate() {
            let line = line.split("//").next().unwrap_or_default().trim();
            if line.starts_with("#[cfg(test)]") {
                break;
            }
            let (start, text) = match open.take() {
                Some((start, before)) => (start, format!("{before} {line}")),
                None => (number + 1, line.to_owned()),
            };
            if (text.starts_with("use ") || text.starts_with("pub use ")) && !text.ends_with(';') {
                open = Some((start, text));
            } else if !text.is_empty() {
                lines.push((file.clone(), start, text));
            }
        }
    }
    lines
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(dir) else {
        return files;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

#[test]
fn the_rules_see_imports() {
    assert_eq!(imports("use crate::wire::mm1;"), ["wire"]);
    assert_eq!(
        imports("use crate::{case::{Source, StepId}, wire::Pdu};"),
        ["case", "wire"]
    );
    assert_eq!(imports("let x = crate::relay::Config::default();"), ["relay"]);
    assert!(imports("use super::text;").is_empty());
    assert!(!code_lines("src/wire").is_empty() && !code_lines("src/report").is_empty());
}
