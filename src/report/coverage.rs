//! Test purposes × cases × verdicts, for a terminal and as `coverage.json`.

use schemars::Schema;
use schemars::generate::SchemaSettings;

use crate::run::coverage::{CaseVerdict, Coverage, Covered};
use crate::show::{Paint, visible};

/// Scripts named in a line; more of them are counted.
const NAMED: usize = 3;

/// The JSON Schema of the file (draft 2020-12), from the types that are written.
pub fn schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Coverage>()
}

/// The file's text.
///
/// # Errors
/// Those of the serializer.
pub fn json(coverage: &Coverage) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(coverage)?;
    text.push('\n');
    Ok(text)
}

/// One line for each purpose with its verdict and cases, then the purposes without a case and why, then the counts of each
/// group; the last line counts all.
pub fn text(coverage: &Coverage, paint: Paint) -> String {
    let mut out = String::new();
    for group in &coverage.groups {
        out.push_str(&paint.bold(&format!("{}  {}\n", group.name, group.title)));
        for purpose in group.purposes.iter().filter(|p| !p.cases.is_empty()) {
            out.push_str(&format!(
                "  {}  {:<14}  {}\n",
                purpose.id,
                purpose.verdict.map_or("", |v| v.name()),
                scripts(&purpose.cases)
            ));
        }
        out.push('\n');
    }
    holes(coverage, paint, &mut out);
    counts(coverage, &mut out);
    out
}

/// Those that say worst first.
fn scripts(cases: &[CaseVerdict]) -> String {
    let mut cases: Vec<&CaseVerdict> = cases.iter().collect();
    cases.sort_by_key(|case| std::cmp::Reverse(case.verdict));
    let more = cases.len().saturating_sub(NAMED);
    let mut named: Vec<String> = cases
        .iter()
        .take(NAMED)
        .map(|case| visible(&case.script).into_owned())
        .collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    named.join(", ")
}

fn holes(coverage: &Coverage, paint: Paint, out: &mut String) {
    let holes: Vec<&Covered> = coverage.purposes().filter(|p| p.cases.is_empty()).collect();
    if holes.is_empty() {
        return;
    }
    out.push_str(&paint.bold("Without a case\n"));
    for hole in holes {
        out.push_str(&format!(
            "  {}  {}\n             {}\n",
            hole.id,
            hole.purpose,
            hole.no_case.as_deref().unwrap_or("no reason is given")
        ));
    }
    out.push('\n');
}

fn counts(coverage: &Coverage, out: &mut String) {
    let (mut decided, mut all) = (0, 0);
    for group in &coverage.groups {
        let of = group.purposes.len();
        decided += group.decided();
        all += of;
        out.push_str(&format!(
            "{:<4}{:>4} of {:>3}  {}\n",
            group.name,
            group.decided(),
            of,
            group.title
        ));
    }
    out.push_str(&format!("{decided} of {all} test purposes have a case\n"));
}
