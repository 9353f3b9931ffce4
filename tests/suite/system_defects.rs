//! Every seeded defect is noticed by a demand that decides one of the requirements it violates.

use std::path::Path;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use mmspec::case::{Cost, Script};
use mmspec::relay::{DEFECTS, Defect};
use mmspec::run::outcome::CaseResult;
use mmspec::run::suite::Suite;

use crate::system_support::{block_on, execute, options, violated, with_defect};

/// Runs side by side. More of them on a busy machine would not leave a late PDU the time in which it must not come.
const AT_ONCE: usize = 4;

#[test]
fn every_defect_is_caught_at_a_requirement_it_violates() {
    let dir = tempfile::tempdir().unwrap();
    let suite = Suite::load(&[]).unwrap();
    let runs = DEFECTS.iter().map(|d| survives(d, &suite, dir.path()));
    let survivors: Vec<Option<String>> = block_on(stream::iter(runs).buffer_unordered(AT_ONCE).collect());
    let survivors: Vec<String> = survivors.into_iter().flatten().collect();
    assert!(
        survivors.is_empty(),
        "{} defects survive:\n{}",
        survivors.len(),
        survivors.join("\n")
    );
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
async fn survives(defect: &Defect, suite: &Suite, dir: &Path) -> Option<String> {
    let decides = |s: &&Arc<Script>| s.purposes().iter().any(|p| defect.tests.contains(p));
    let mut scripts: Vec<&Arc<Script>> = suite.scripts.iter().filter(decides).collect();
    if scripts.is_empty() {
        return Some(format!(
            "{}: no case decides {}",
            defect.name,
            defect.tests.join(", ")
        ));
    }
    if scripts.iter().all(|s| !s.rules().is_empty()) {
        // Rules speak of the journals of others, and a PDU may be wrong in an answer that few provoke.
        scripts.extend(
            suite
                .scripts
                .iter()
                .filter(|s| s.rules().is_empty() && s.cost == Cost::Normal),
        );
    }
    let selection: Vec<String> = scripts.into_iter().map(|s| s.id.clone()).collect();
    let cases = execute(with_defect(dir, &selection, defect.name))
        .await
        .result
        .cases;
    let caught = violated(&cases).any(|(_, e)| e.tests.iter().any(|t| defect.tests.contains(&t.id.as_str())));
    (!caught).then(|| format!("{} ({}): {}", defect.name, defect.tests.join(", "), said(&cases)))
}

fn said(cases: &[CaseResult]) -> String {
    let each: Vec<String> = cases
        .iter()
        .map(|c| {
            let others: Vec<&str> = violated(std::slice::from_ref(c))
                .map(|(_, e)| e.id.as_str())
                .collect();
            format!("{} {} {}", c.id, c.verdict.name(), others.join(" "))
                .trim_end()
                .to_owned()
        })
        .collect();
    each.join("; ")
}
