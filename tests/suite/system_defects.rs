//! Every seeded defect is noticed by a demand that decides one of the requirements it violates.

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::future::join_all;
use mmspec::relay::{DEFECTS, Defect};
use mmspec::run::outcome::CaseResult;
use mmspec::run::suite::Suite;

use crate::system_support::{block_on, execute, options, turn, violated, with_defect};

#[test]
fn every_defect_is_caught_at_a_requirement_it_violates() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let suite = Suite::load(&[]).unwrap();
    let decided: BTreeSet<&str> = suite.scripts.iter().flat_map(|s| s.purposes()).collect();
    let survivors: Vec<String> = block_on(join_all(DEFECTS.iter().map(|d| survives(d, &decided, dir.path()))))
        .into_iter()
        .flatten()
        .collect();
    assert!(survivors.is_empty(), "{} defects survive:\n{}", survivors.len(), survivors.join("\n"));
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

/// What to say of a defect that is not caught.
async fn survives(defect: &Defect, decided: &BTreeSet<&str>, dir: &Path) -> Option<String> {
    let tests: Vec<String> =
        defect.tests.iter().filter(|t| decided.contains(*t)).map(|t| (*t).to_owned()).collect();
    if tests.is_empty() {
        return Some(format!("{}: no case decides {}", defect.name, defect.tests.join(", ")));
    }
    let cases = execute(with_defect(dir, &tests, defect.name)).await.result.cases;
    let caught = violated(&cases).any(|(_, e)| e.tests.iter().any(|t| defect.tests.contains(&t.id.as_str())));
    (!caught).then(|| format!("{} ({}): {}", defect.name, defect.tests.join(", "), said(&cases)))
}

fn said(cases: &[CaseResult]) -> String {
    let each: Vec<String> = cases
        .iter()
        .map(|c| {
            let others: Vec<&str> = violated(std::slice::from_ref(c)).map(|(_, e)| e.id.as_str()).collect();
            format!("{} {} {}", c.id, c.verdict.name(), others.join(" ")).trim_end().to_owned()
        })
        .collect();
    each.join("; ")
}
