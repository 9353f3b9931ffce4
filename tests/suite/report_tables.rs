//! Lists and explanations.

use mmspec::report::tables::{Listed, explain_purpose, list, list_json};
use mmspec::run::outcome::Basis;

use crate::report_sample::{at, purpose};

fn listed() -> Vec<Listed> {
    let one = |id: &str, requires: &[&str]| Listed {
        id: id.into(),
        title: format!("Title of {id}"),
        group: "e2e".into(),
        topology: "two-mmse".into(),
        requires: requires.iter().map(|r| (*r).into()).collect(),
        tests: vec!["TP-M4R-04".into()],
        source: at("cases/e2e/report.yaml", 1, 1, 2),
    };
    vec![one("e2e-report-comes-home", &["mm4.inbound"]), one("short", &[])]
}

#[test]
fn a_list_is_aligned_and_counted() {
    insta::assert_snapshot!(list(&listed()), @r"
    e2e-report-comes-home  Title of e2e-report-comes-home
    short                  Title of short
    2 cases
    ");
}

#[test]
fn a_list_is_json_too() {
    let json: serde_json::Value = serde_json::from_str(&list_json(&listed()).unwrap()).unwrap();
    assert_eq!(json[0]["requires"][0], "mm4.inbound");
    assert_eq!(json[1]["source"]["line"], 1);
}

#[test]
fn a_purpose_names_its_cases() {
    let listed = listed();
    let shown = explain_purpose(&purpose("TP-M4R-04", Basis::Text), &listed[..1]);
    insta::assert_snapshot!(shown, @r"
      TP-M4R-04  what TP-M4R-04 demands
        3GPP TS 23.140 §8.4.4  shall, text

      e2e-report-comes-home  Title of e2e-report-comes-home
    ");
    assert!(explain_purpose(&purpose("TP-X", Basis::Text), &[]).contains("no case decides it"));
}
