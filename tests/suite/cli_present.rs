//! What a run leaves in its folder.

use std::fs;

use mmspec::cli::present::{Present, Unwritten};
use mmspec::report::{Paint, results};

use crate::report_sample::{run, text_of};

fn present<'a>(dir: &'a std::path::Path, junit: Option<&'a std::path::Path>) -> Present<'a> {
    Present {
        dir,
        reports: dir,
        junit,
        verbose: false,
        paint: Paint::new(false),
        text_of: &text_of,
        elapsed: None,
    }
}

#[test]
fn reports_land_in_the_folder_and_where_they_were_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = dir.path().join("ci/out.xml");
    present(dir.path(), Some(&elsewhere)).write(&run()).unwrap();
    let json = fs::read_to_string(dir.path().join("results.json")).unwrap();
    assert_eq!(results::parse(&json).unwrap().cases.len(), 8);
    let xml = fs::read_to_string(dir.path().join("junit.xml")).unwrap();
    assert_eq!(xml, fs::read_to_string(elsewhere).unwrap());
}

#[test]
fn a_report_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let gone = dir.path().join("gone");
    fs::write(&gone, "a file, no folder").unwrap();
    let error = present(&gone, None).write(&run()).unwrap_err();
    assert!(matches!(error, Unwritten::File { .. }));
    assert!(error.to_string().contains("results.json"), "{error}");
}
