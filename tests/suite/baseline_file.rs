//! Baseline files: what is read, what is wrong with one, and its schema.

use std::fs;

use mmspec::baseline::{JSON_SCHEMA, read};
use serde_json::Value;

use crate::schemas::{check, valid};

/// Everything that is wrong, as a person reads it.
fn wrong(text: &str) -> String {
    let problems = read("known.yaml", text).unwrap_err();
    let texts: Vec<String> = problems.iter().map(|p| p.render(false)).collect();
    texts.join("\n\n")
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    insta::assert_snapshot!(wrong(
        "baseline: 2
new-cases: ignore
entrys: []
entries:
  - case: mm1-*
    reason: all of them
  - case: a
    verdict: error
    reason: the port is taken
  - case: b
    expectations: []
    until: next week
    reason: \"\"
  - case: c
    reason: one
    when: { relay: A }
  - case: c
    reason: two
    when: { product: x, version: 2.3 }
  - reason: nameless
  - case: d
    reason: once
  - case: d
    reason: twice
"
    ));
}

#[test]
fn what_is_no_baseline_says_so() {
    insta::assert_snapshot!(wrong("entries: none\n"));
    assert!(wrong("- a\n").contains("a baseline is a map"));
    assert!(wrong("baseline: [\n").contains("not YAML"));
    assert!(wrong("baseline: 1\nbaseline: 1\n").contains("stands here twice"));
}

#[test]
fn an_empty_list_is_a_baseline() {
    let baseline = read("known.yaml", "baseline: 1\nentries:\ncases:\n").unwrap();
    assert!(baseline.entries.is_empty() && baseline.cases.is_none());
}

/// The page's examples are read, and the schema for editors takes what the reader takes.
#[test]
fn the_page_and_the_schema_say_the_same() {
    let page = fs::read_to_string("docs/baselines.md").unwrap();
    let example = page
        .split("```yaml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let baseline = read("docs", example).unwrap();
    assert_eq!(baseline.entries.len(), 2);
    assert!(baseline.entries[0].when.is_some() && baseline.entries[1].until.is_some());
    let value: Value = serde_saphyr::from_str(example).unwrap();
    valid(JSON_SCHEMA, &value);
    for bad in [
        "baseline: 2",
        "baseline: 1\nentries: [{ case: a }]",
        "baseline: 1\nentries: [{ case: 'a*', reason: r }]",
        "baseline: 1\nentries: [{ case: a, reason: r, verdict: pass }]",
        "baseline: 1\nentrys: []",
    ] {
        let value: Value = serde_saphyr::from_str(bad).unwrap();
        assert!(check(JSON_SCHEMA, &value).is_err(), "the schema takes {bad}");
        assert!(read("bad", bad).is_err(), "the reader takes {bad}");
    }
}
