//! The target files that are ready for use: each starts its relay, over its channel and in its way, and the relay gets the verdicts
//! that it deserves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mmspec::run::Options;
use mmspec::run::outcome::{RunResult, Verdict};

use crate::system_support::{block_on, execute, options, turn};
use crate::system_targets::parsed;

/// A little of everything that crosses each reference point, and a relay that is killed.
const CASES: &[&str] = &[
    "mm1-notification-location-can-be-fetched",
    "mm1-content-is-delivered-unchanged",
    "mm1-delivery-report-after-retrieval",
    "mm1-killed-after-acceptance",
    "mm4-forward-is-accepted-and-notified",
    "mm4-forward-ack-is-complete",
    "mm4-content-reaches-the-peer-unchanged",
    "mm4-outbound-delivery-report-is-right",
    "mm4-permanent-refusal-is-final",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/targets")
}

fn run(file: &str) -> RunResult {
    let dir = tempfile::tempdir().unwrap();
    let cases: Vec<String> = CASES.iter().map(|case| (*case).to_owned()).collect();
    let options = Options {
        relays: BTreeMap::from([("A".to_owned(), folder().join(file))]),
        strict: Some(true),
        program: Some(assert_cmd::cargo::cargo_bin("mmspec")),
        ..options(dir.path(), &cases)
    };
    block_on(execute(options)).result
}

/// What did not pass, and why.
fn others(run: &RunResult, verdict: Verdict) -> Vec<String> {
    let cases = run.cases.iter().filter(|case| case.verdict == verdict);
    cases.map(|case| case.id.clone()).collect()
}

#[test]
fn every_channel_and_way_works() {
    let _turn = turn();
    for file in [
        "launched.yaml",
        "over-kannel-post.yaml",
        "over-smpp.yaml",
        "over-smpp-tlv.yaml",
        "over-pap.yaml",
        "over-hook.yaml",
        "over-tls.yaml",
    ] {
        let run = run(file);
        assert_eq!(run.summary.pass, run.summary.cases, "{file}: {:#?}", run.cases);
    }
}

#[test]
fn datagrams_have_no_gateway_that_could_refuse() {
    let _turn = turn();
    let run = run("over-wsp.yaml");
    assert_eq!(
        others(&run, Verdict::NotApplicable),
        ["mm1-killed-after-acceptance"]
    );
    assert_eq!(run.summary.pass + 1, run.summary.cases, "{:#?}", run.cases);
}

#[test]
fn a_relay_behind_mail_commands_tries_again_whatever_the_exit_code() {
    let _turn = turn();
    let run = run("over-pipe.yaml");
    assert_eq!(others(&run, Verdict::Fail), ["mm4-permanent-refusal-is-final"]);
    let purposes = &run
        .cases
        .iter()
        .find(|c| c.verdict == Verdict::Fail)
        .unwrap()
        .expectations;
    assert!(purposes.iter().any(|e| e.verdict == Verdict::Fail && e.counts));
    assert_eq!(run.summary.pass + 1, run.summary.cases, "{:#?}", run.cases);
}

#[test]
fn every_file_can_be_read() {
    // Those that name variables of the environment are read as a newcomer would find them.
    let files = ["mbuni.yaml", "smpp-rest.yaml"];
    for file in files {
        let text = std::fs::read_to_string(folder().join(file)).unwrap();
        let wrong = parsed(&text).unwrap_err().to_string();
        assert!(
            wrong.contains("is not set; set it before starting mmspec"),
            "{wrong}"
        );
        let given = text
            .replace("{{ env('MBUNI_BIN') }}", "/opt/mbuni/bin")
            .replace("{{ secret('MMSC_TOKEN') }}", "token");
        parsed(&given).unwrap_or_else(|wrong| panic!("{wrong}"));
    }
}
