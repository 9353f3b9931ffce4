//! `ctrf.json`.

use mmspec::report::ctrf::render;
use serde_json::Value;

use crate::report_sample::{HOSTILE, compared, run};

#[test]
fn reads_like_this() {
    insta::assert_snapshot!(render(&compared()).unwrap());
}

/// What the specification demands of every file, and nothing in places where it allows nothing else.
#[test]
fn holds_what_the_specification_demands() {
    for run in [run(), compared()] {
        let file: Value = serde_json::from_str(&render(&run).unwrap()).unwrap();
        assert_eq!(
            (&file["reportFormat"], &file["specVersion"]),
            (&"CTRF".into(), &"0.0.0".into())
        );
        let results = &file["results"];
        let tests = results["tests"].as_array().unwrap();
        let summary = &results["summary"];
        for status in ["passed", "failed", "skipped", "pending", "other"] {
            let n = tests.iter().filter(|t| t["status"] == status).count();
            assert_eq!(summary[status], n, "{status}");
        }
        assert_eq!(summary["tests"], tests.len());
        assert!(summary["start"].as_u64().unwrap() < summary["stop"].as_u64().unwrap());
        assert!(results["tool"]["name"].is_string());
        for test in tests {
            assert!(test["name"].is_string() && test["duration"].is_u64());
            for key in test.as_object().unwrap().keys() {
                assert!(TEST.contains(&key.as_str()), "{key} is no member of a test");
            }
        }
    }
}

/// Members of a test that the reporter may use, as the specification lists them.
const TEST: &[&str] = &[
    "name",
    "status",
    "duration",
    "suite",
    "message",
    "trace",
    "line",
    "rawStatus",
    "tags",
    "filePath",
    "retries",
    "stdout",
    "extra",
];

#[test]
fn what_a_relay_sent_is_shown_and_not_obeyed() {
    let text = render(&run()).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let all = file.to_string();
    assert!(!all.contains(HOSTILE) && all.contains(r"\\x1b[2J"), "{all}");
}
