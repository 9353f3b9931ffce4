//! docs/wire.md has every code of a finding that the wire layer can give, with its severity, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Codes = BTreeMap<String, BTreeSet<String>>;

/// Code → severities, by the group of tables it stands in: the last word of the heading.
fn documented() -> BTreeMap<String, Codes> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/wire.md")).unwrap();
    let mut groups: BTreeMap<String, Codes> = BTreeMap::new();
    let mut group = String::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            group = heading.strip_prefix("Findings: ").unwrap_or_default().to_owned();
        }
        let Some(row) = line.strip_prefix("| `").filter(|_| !group.is_empty()) else {
            continue;
        };
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let code = cells[0].trim_end_matches('`').to_owned();
        assert_eq!(cells.len(), 5, "{line}");
        assert!(!cells[2].is_empty() && !cells[3].is_empty(), "{line}");
        let severities = cells[1].split(", ").map(str::to_owned).collect();
        let before = groups.entry(group.clone()).or_default().insert(code, severities);
        assert!(before.is_none(), "twice: {line}");
    }
    groups
}

fn sources(under: &str) -> Vec<String> {
    fn files(path: PathBuf, out: &mut Vec<PathBuf>) {
        if path.is_dir() {
            let entries = fs::read_dir(path).unwrap();
            entries.for_each(|entry| files(entry.unwrap().path(), out));
        } else {
            out.push(path);
        }
    }
    let mut found = Vec::new();
    files(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire").join(under),
        &mut found,
    );
    found
        .into_iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

fn literal(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

/// Codes that calls with a literal code give, and the severity each says.
fn given(source: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (call, severity) in [
        (".error(", "error"),
        (".warning(", "warning"),
        (".note(", "note"),
        (".add(", ""),
    ] {
        for (at, _) in source.match_indices(call) {
            let arguments = &source[at + call.len()..];
            let Some(code) = literal(arguments) else { continue };
            let rest = arguments.trim_start()[code.len() + 2..].trim_start_matches([',', ' ', '\n']);
            let said = rest.strip_prefix("Severity::");
            let said = said.map(|rest| rest.split(',').next().unwrap().to_ascii_lowercase());
            out.push((code.to_owned(), said.unwrap_or_else(|| severity.to_owned())));
        }
    }
    out
}

/// The faults of the cursor: `FaultKind::X => "code"`.
fn of_the_cursor(source: &str) -> Vec<(String, String)> {
    let arms = source
        .match_indices("=> \"")
        .map(|(at, arrow)| &source[at + arrow.len() - 1..]);
    let codes = arms.filter_map(literal).filter(|text| !text.contains(' '));
    let severity = |code: &str| {
        if code == "charset-unsupported" {
            "note"
        } else {
            "error"
        }
    };
    codes
        .map(|code| (code.to_owned(), severity(code).to_owned()))
        .collect()
}

fn collected(parts: &[&str]) -> Codes {
    let mut codes = Codes::new();
    for source in parts.iter().flat_map(|part| sources(part)) {
        for (code, severity) in given(&source) {
            codes.entry(code).or_default().insert(severity);
        }
    }
    codes
}

#[test]
fn every_code_of_mm1_and_wsp_is_on_the_page_and_no_other() {
    let mut codes = collected(&["mm1", "wsp"]);
    for (code, severity) in of_the_cursor(&sources("wsp/cursor.rs").remove(0)) {
        if code.contains('-') || code == "truncated" {
            codes.entry(code).or_default().insert(severity);
        }
    }
    codes
        .entry("more-findings".to_owned())
        .or_default()
        .insert("note".to_owned());
    let page = &documented()["MM1 and WSP"];
    assert!(codes.len() > 50);
    assert_eq!(*page, codes);
}

#[test]
fn every_code_of_mm4_and_of_push_is_on_the_page() {
    let page = documented();
    for (part, group) in [("mm4", "MM4"), ("push", "push"), ("push.rs", "push")] {
        if !Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/wire")
            .join(part)
            .exists()
        {
            continue;
        }
        for (code, severities) in collected(&[part]) {
            let said = page[group].get(&code);
            assert_eq!(said, Some(&severities), "{code} of {part}, in docs/wire.md");
        }
    }
}
