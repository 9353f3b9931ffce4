//! Relays of different vendors in one topology: two processes that interwork over a link of the suite's, or one of them and the relay
//! inside `mmspec`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mmspec::case::{Action, Behaviour, Cost, Routing, Script, Topology};
use mmspec::run::Options;
use mmspec::run::outcome::{CaseResult, ExpectationResult, RunResult, Verdict};
use mmspec::run::suite::Suite;

use crate::interop_support::{Make, start};
use crate::system_support::{block_on, execute, options, turn};

const X: &str = "+1555311";
const Y: &str = "+1555312";

#[test]
fn two_vendors_get_the_verdicts_of_two_embedded_relays() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let vendors = start(dir.path(), &[x(&[]), y(&[])], &prefixes());
    let relays = [("A", &vendors[0].target), ("B", &vendors[1].target)];
    let passed = same_verdicts(dir.path(), &relays);
    assert!(passed > 20, "{passed}");
}

#[test]
fn a_vendor_and_the_embedded_relay_get_them_too() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let vendors = start(dir.path(), &[x(&[])], &prefixes());
    let as_a = same_verdicts(dir.path(), &[("A", &vendors[0].target)]);
    let as_b = same_verdicts(dir.path(), &[("B", &vendors[0].target)]);
    assert!(as_a > 20 && as_a == as_b, "{as_a}, {as_b}");
}

fn x<'a>(defects: &'a [&'a str]) -> Make<'a> {
    Make {
        name: "x",
        prefix: X,
        defects,
        knows: &[("other", "y")],
    }
}

fn y<'a>(defects: &'a [&'a str]) -> Make<'a> {
    Make {
        name: "y",
        prefix: Y,
        defects,
        knows: &[("other", "x")],
    }
}

fn prefixes() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([("x", X), ("y", Y)])
}

/// How many scripts pass both between embedded relays and between these; all verdicts are the same.
fn same_verdicts(dir: &Path, relays: &[(&str, &PathBuf)]) -> usize {
    let ids = scripts(|s| !wants_a_world_of_its_own(s));
    let embedded = block_on(execute(Options {
        strict: Some(true),
        ..options(dir, &ids)
    }));
    let mixed = block_on(execute(between(dir, &ids, relays)));
    let (embedded, mixed) = (verdicts(&embedded.result), verdicts(&mixed.result));
    let different: Vec<String> = embedded
        .iter()
        .filter(|(id, verdict)| mixed.get(*id) != Some(verdict))
        .map(|(id, verdict)| format!("{id}: embedded {verdict:?}, mixed {:?}", mixed.get(id)))
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
    embedded.values().filter(|(v, _)| *v == Verdict::Pass).count()
}

fn between(dir: &Path, ids: &[String], relays: &[(&str, &PathBuf)]) -> Options {
    let relays = relays
        .iter()
        .map(|(name, file)| ((*name).to_owned(), (*file).clone()));
    Options {
        relays: relays.collect(),
        strict: Some(true),
        ..options(dir, ids)
    }
}

/// These of the scripts on two MMSEs.
fn scripts(wanted: impl Fn(&Script) -> bool) -> Vec<String> {
    let suite = Suite::load(&[]).unwrap();
    let scripts = suite
        .scripts
        .iter()
        .filter(|s| s.topology == Topology::TwoMmse && s.cost == Cost::Normal && wanted(s));
    scripts.map(|s| s.id.clone()).collect()
}

/// Scripts that no relay and no link of others may take part in.
fn wants_a_world_of_its_own(script: &Script) -> bool {
    script.routing != Routing::Static
        || script.steps().any(|step| match &step.action {
            Action::Node { .. } => true,
            Action::Set(set) => matches!(set.behaviour, Behaviour::Shape(_)) && set.node.contains('-'),
            _ => false,
        })
}

/// Verdicts of cases and of their expectations.
fn verdicts(run: &RunResult) -> BTreeMap<String, (Verdict, BTreeMap<String, Verdict>)> {
    let of = |c: &CaseResult| {
        let of = |e: &ExpectationResult| (e.id.clone(), e.verdict);
        (c.verdict, c.expectations.iter().map(of).collect())
    };
    run.cases.iter().map(|c| (c.id.clone(), of(c))).collect()
}
