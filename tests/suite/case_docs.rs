//! The page for authors is complete and its cases are right; so are the project's own cases.

use std::collections::BTreeSet;
use std::fs;

use mmspec::case::{explain, load_all, schema};
use serde_json::Value;

use crate::case_support::{case_files, library, rendered};

fn page() -> String {
    fs::read_to_string("docs/cases.md").unwrap()
}

fn examples() -> Vec<String> {
    page()
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_cases_on_the_page_are_right() {
    let texts = examples();
    assert!(texts.len() >= 8);
    let named: Vec<(String, &String)> = texts
        .iter()
        .enumerate()
        .map(|(n, t)| (format!("example {n}"), t))
        .collect();
    let files = named.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let (_, problems) = load_all(files, library());
    assert!(problems.is_empty(), "{}", rendered(&problems));
}

#[test]
fn the_cases_on_the_page_read_aloud() {
    let library = library();
    let texts = examples();
    let files = texts.iter().map(|text| ("case.yaml", text.as_str()));
    let (scripts, _) = load_all(files, library);
    let catalogue = library.catalogue.as_ref().unwrap();
    let pages: Vec<String> = scripts.iter().map(|s| explain(s, catalogue)).collect();
    insta::assert_snapshot!(pages.join("\n"));
}

#[test]
fn the_page_names_every_word_of_the_language() {
    let page = page();
    let mut words = BTreeSet::new();
    keys(&schema()["$defs"]["step"], &mut words);
    for definition in [
        "matcher",
        "damage",
        "rule",
        "smtpRule",
        "httpRule",
        "smppRule",
        "naptrRecord",
        "mxRecord",
        "line",
        "should",
    ] {
        keys(&schema()["$defs"][definition], &mut words);
    }
    assert!(words.len() > 50);
    let missing: Vec<&String> = words.iter().filter(|w| !page.contains(w.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let groups: Vec<String> = library().groups().map(|(name, _)| format!("`{name}`")).collect();
    let missing: Vec<&String> = groups.iter().filter(|g| !page.contains(g.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The names of all properties, but not those of header fields.
fn keys(schema: &Value, words: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                if key == "properties" {
                    words.extend(
                        value
                            .as_object()
                            .into_iter()
                            .flatten()
                            .map(|(name, _)| name.clone()),
                    );
                }
                keys(value, words);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, words)),
        _ => {}
    }
}

#[test]
fn the_cases_of_the_project_are_right() {
    let texts: Vec<(String, String)> = case_files()
        .iter()
        .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()))
        .collect();
    let files = texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let (_, problems) = load_all(files, library());
    assert!(problems.is_empty(), "{}", rendered(&problems));
}
