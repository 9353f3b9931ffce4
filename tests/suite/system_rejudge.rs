//! A stored journal, judged again, says what the run said.

use std::path::Path;

use mmspec::report::results;
use mmspec::run;

use crate::system_support::{block_on, execute, options, turn, with_defect};

/// One defect for each way to be wrong: a field, an event that does not come, one that must not, one at another relay.
const DEFECTS: &[&str] = &[
    "mm1.send-conf.wrong-transaction-id",
    "mm4.report.x-mms-status",
    "mm4.res.unasked",
    "mm4.res.no-status",
    "cluster.outside-name-of-node",
    "version.major-2-accepted",
];

#[test]
fn a_clean_run_judged_again_is_the_same() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let finished = block_on(execute(options(dir.path(), &[])));
    assert!(finished.result.summary.cases > 400);
    same_again(&finished.result, &finished.dir);
}

#[test]
fn a_run_with_a_defect_judged_again_is_the_same() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    for name in DEFECTS {
        let defect = mmspec::relay::find_defect(name).unwrap();
        let tests: Vec<String> = defect.tests.iter().map(|t| (*t).to_owned()).collect();
        let finished = block_on(execute(with_defect(dir.path(), &tests, name)));
        assert!(finished.result.summary.fail > 0, "{name} is not caught");
        same_again(&finished.result, &finished.dir);
    }
}

/// Compares line by line, so that a difference shows where it is.
fn same_again(first: &run::outcome::RunResult, dir: &Path) {
    let again = match run::rejudge(dir, &[]) {
        Ok(finished) => finished.result,
        Err(refused) => panic!("{refused}"),
    };
    let (first, again) = (results::render(first).unwrap(), results::render(&again).unwrap());
    assert_eq!(
        results::parse(&first).unwrap(),
        results::parse(&again).unwrap_or_else(|e| panic!("{e}"))
    );
    let difference = first
        .lines()
        .zip(again.lines())
        .enumerate()
        .find(|(_, (a, b))| a != b);
    assert_eq!(difference, None);
    assert_eq!(first.len(), again.len());
}
