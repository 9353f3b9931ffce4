//! Seeded defects: each is aimed at by cases, and goes to the relay it is meant for. That a case notices each of them is what
//! `mmspec killmatrix` shows, which CI runs.

use mmspec::case::Cost;
use mmspec::relay::DEFECTS;
use mmspec::run::suite::{self, Suite};

use crate::system_support::{block_on, execute, options, with_defect};

#[test]
fn every_defect_violates_what_an_ordinary_case_decides() {
    let suite = Suite::load(&[]).unwrap();
    let equivalents = suite::equivalents().unwrap();
    let ordinary = || suite.scripts.iter().filter(|s| s.cost == Cost::Normal);
    let decided = |test: &str| ordinary().any(|s| s.purposes().contains(&test));
    for defect in DEFECTS.iter().filter(|d| !equivalents.contains_key(d.name)) {
        for test in defect.tests {
            assert!(suite.catalogue.get(test).is_some(), "{}: {test}", defect.name);
        }
        let aimed_at = defect.tests.iter().any(|test| decided(test));
        assert!(aimed_at, "no ordinary case decides what {} violates", defect.name);
    }
}

#[test]
fn a_defect_goes_to_the_relay_it_is_meant_for() {
    let dir = tempfile::tempdir().unwrap();
    let case = ["mm1-send-conf-echoes-transaction-id".to_owned()];
    let defect = "mm1.send-conf.wrong-transaction-id";
    let run = |node: &str| {
        let options = with_defect(dir.path(), &case, &format!("{node}={defect}"));
        block_on(execute(options)).result
    };
    assert!(run("A").summary.fail > 0);
    let clean = block_on(execute(options(dir.path(), &case))).result;
    assert_eq!(clean.summary.fail, 0);
}
