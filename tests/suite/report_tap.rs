//! `tap`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use mmspec::report::tap::render;
use serde_json::Value;

use crate::report_sample::{compared, run};

#[test]
fn reads_like_this() {
    insta::assert_snapshot!(render(&run()));
}

#[test]
fn with_a_baseline_it_reads_like_this() {
    insta::assert_snapshot!(render(&compared()));
}

/// Every diagnostic is YAML, and says with its own words what was expected and got.
#[test]
fn diagnostics_are_yaml() {
    let text = render(&compared());
    let blocks: Vec<Value> = text
        .split("  ---\n")
        .skip(1)
        .map(|block| block.split("  ...\n").next().unwrap())
        .map(|block| serde_saphyr::from_str(block).unwrap_or_else(|e| panic!("{e}\n{block}")))
        .collect();
    assert_eq!(blocks.len(), 6, "five cases and an entry of the baseline");
    let demand = &blocks[0]["demands"][0];
    assert_eq!(demand["expected"], "X-Mms-MM-Status-Code: Retrieved");
    assert_eq!(
        (&demand["at"]["line"], &demand["hop"]),
        (&10.into(), &"A-B".into())
    );
    assert_eq!(blocks[0]["change"], "pass-to-fail");
}

/// Perl's own harness: it is what `prove` reads with. It may know no later version than 13, which says the same of what is used
/// here. A machine without it loses this check alone.
#[test]
fn the_reference_harness_counts_the_same() {
    const READ: &str = "use TAP::Parser; my $p = TAP::Parser->new({ tap => join '', <STDIN> }); $p->run; \
        printf qq(%d %d %d %d %d %d\\n), $p->tests_run, scalar $p->passed, scalar $p->failed, scalar $p->skipped, \
        scalar $p->todo, scalar $p->parse_errors; print qq($_\\n) for $p->parse_errors;";
    let text = render(&compared()).replace("TAP version 14", "TAP version 13");
    let child = Command::new("perl")
        .args(["-e", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("no perl here");
        return;
    };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    // Nine points: what is known, new or skipped passes; three cases and the entry fail.
    assert_eq!(said.trim(), "9 5 4 1 2 0");
}
