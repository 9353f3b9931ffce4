//! What a run leaves in its folder.

use std::fs;

use mmspec::cli::Wanted;
use mmspec::cli::present::{Present, Unwritten};
use mmspec::report::formats::{FORMATS, Format};
use mmspec::report::results;
use mmspec::run::coverage::Coverage;
use mmspec::run::suite::Suite;
use mmspec::show::Paint;

use crate::report_sample::{run, text_of};

fn present<'a>(dir: &'a std::path::Path, wanted: &'a [Wanted], coverage: &'a Coverage) -> Present<'a> {
    Present {
        coverage,
        dir,
        reports: dir,
        wanted,
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
    let coverage = Coverage::of(&Suite::load(&[]).unwrap(), Some(&run()));
    let wanted = [Wanted {
        format: Format::named("junit").unwrap(),
        file: elsewhere.clone(),
    }];
    present(dir.path(), &wanted, &coverage).write(&run()).unwrap();
    for format in FORMATS {
        let written = format
            .file
            .map(|file| fs::read_to_string(dir.path().join(file)).unwrap());
        let text = (format.render)(&run()).unwrap();
        assert!(written.is_none_or(|written| written == text), "{}", format.name);
    }
    let json = fs::read_to_string(dir.path().join("results.json")).unwrap();
    assert_eq!(results::parse(&json).unwrap().cases.len(), 8);
    let covered = fs::read_to_string(dir.path().join("coverage.json")).unwrap();
    assert!(covered.contains("\"mmspec-coverage/1\""), "{covered}");
    let xml = fs::read_to_string(dir.path().join("junit.xml")).unwrap();
    assert_eq!(xml, fs::read_to_string(elsewhere).unwrap());
}

#[test]
fn a_report_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let gone = dir.path().join("gone");
    fs::write(&gone, "a file, no folder").unwrap();
    let coverage = Coverage::of(&Suite::load(&[]).unwrap(), None);
    let error = present(&gone, &[], &coverage).write(&run()).unwrap_err();
    assert!(matches!(error, Unwritten::File { .. }));
    assert!(error.to_string().contains("results.json"), "{error}");
}
