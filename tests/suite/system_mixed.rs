//! Relays of different vendors in one topology: two processes that interwork over a link of the suite's, or one of them and the relay
//! inside `mmspec`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::cargo::cargo_bin;
use mmspec::case::{Action, Behaviour, Cost, Routing, Script, Topology};
use mmspec::relay::Config;
use mmspec::run::Options;
use mmspec::run::outcome::{CaseResult, ExpectationResult, RunResult, Verdict};
use mmspec::run::suite::Suite;
use mmspec::target::Numbers;

use crate::interop_support::{Make, domain, start};
use crate::system_support::{block_on, execute, options, turn};
use crate::system_targets::parsed;

const X: &str = "+1555311";
const Y: &str = "+1555312";

#[test]
fn two_vendors_get_the_verdicts_of_two_embedded_relays() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let vendors = start(dir.path(), &[x(&[]), y(&[])], &prefixes());
    let relays = [("A", &vendors[0].target), ("B", &vendors[1].target)];
    let passed = same_verdicts(dir.path(), &sharing(), &relays);
    assert!(passed > 20, "{passed}");
}

#[test]
fn a_vendor_and_the_embedded_relay_get_them_too() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let vendors = start(dir.path(), &[x(&[])], &prefixes());
    let as_a = same_verdicts(dir.path(), &sharing(), &[("A", &vendors[0].target)]);
    let as_b = same_verdicts(dir.path(), &sharing(), &[("B", &vendors[0].target)]);
    assert!(as_a > 20 && as_a == as_b, "{as_a}, {as_b}");
}

#[test]
fn a_relay_that_was_never_there_is_not_accused_beside_one_that_lives() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let vendors = start(dir.path(), &[x(&[]), y(&[])], &prefixes());
    let targets: Vec<PathBuf> = vendors.iter().map(|vendor| vendor.target.clone()).collect();
    let mut vendors = vendors.into_iter();
    let living = vendors.next();
    // The other one ends, and its target file still says where it was.
    drop(vendors);
    let ids = ["e2e-immediate-retrieval", "e2e-delivery-report-comes-home"].map(str::to_owned);
    let relays = [("A", &targets[0]), ("B", &targets[1])];
    let run = block_on(execute(between(dir.path(), &ids, &relays))).result;
    drop(living);
    assert_eq!(run.cases.len(), 2);
    for case in &run.cases {
        assert_eq!(case.verdict, Verdict::Inconc, "{case:#?}");
        let said = case
            .expectations
            .iter()
            .any(|e| e.got.contains("relay B has answered nothing"));
        assert!(said, "{case:#?}");
    }
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
fn same_verdicts(dir: &Path, ids: &[String], relays: &[(&str, &PathBuf)]) -> usize {
    let embedded = block_on(execute(Options {
        strict: Some(true),
        ..options(dir, ids)
    }));
    let mixed = block_on(execute(between(dir, ids, relays)));
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
        program: Some(cargo_bin("mmspec")),
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
        || shapes_the_link(script)
        || script
            .steps()
            .any(|step| matches!(step.action, Action::Node { .. }))
}

fn shapes_the_link(script: &Script) -> bool {
    script.steps().any(|step| match &step.action {
        Action::Set(set) => matches!(set.behaviour, Behaviour::Shape(_)) && set.node.contains('-'),
        _ => false,
    })
}

fn sharing() -> Vec<String> {
    scripts(|s| !wants_a_world_of_its_own(s))
}

/// Verdicts of cases and of their expectations.
fn verdicts(run: &RunResult) -> BTreeMap<String, (Verdict, BTreeMap<String, Verdict>)> {
    let of = |c: &CaseResult| {
        let of = |e: &ExpectationResult| (e.id.clone(), e.verdict);
        (c.verdict, c.expectations.iter().map(of).collect())
    };
    run.cases.iter().map(|c| (c.id.clone(), of(c))).collect()
}

/// A defect in one of two processes: case, which vendor has it, defect, who is to blame, at which hop.
const SEEDED: &[(&str, &str, &str, &str, &str)] = &[
    (
        "e2e-delivery-report-comes-home",
        "y",
        "mm4.report.x-mms-status",
        "B",
        "A-B",
    ),
    (
        "e2e-delivery-report-comes-home",
        "x",
        "e2e.delivery-report.lost",
        "A",
        "A-alice",
    ),
    ("e2e-hidden-sender", "x", "e2e.hide.ignored", "A", "A-B"),
    ("e2e-hidden-sender", "y", "mm4.in.hide-ignored", "B", "B-bob"),
    (
        "e2e-read-report-comes-home[read]",
        "y",
        "e2e.read-report.lost",
        "B",
        "A-B",
    ),
];

#[test]
fn whose_fault_it_is_is_found_between_vendors() {
    let _turn = turn();
    for (case, vendor, defect, node, hop) in SEEDED {
        let dir = tempfile::tempdir().unwrap();
        let of = |name: &str| if name == *vendor { vec![*defect] } else { vec![] };
        let vendors = start(dir.path(), &[x(&of("x")), y(&of("y"))], &prefixes());
        let relays = [("A", &vendors[0].target), ("B", &vendors[1].target)];
        let run = block_on(execute(between(dir.path(), &[(*case).to_owned()], &relays)));
        let result = run.result.cases.iter().find(|c| c.id == *case).unwrap();
        assert_eq!(result.verdict, Verdict::Fail, "{case} with {defect} in {vendor}");
        let blame = result.expectations.iter().find_map(|e| e.blame.as_ref()).unwrap();
        assert_eq!(
            (blame.node.as_deref(), blame.hop.as_deref()),
            (Some(*node), Some(*hop)),
            "{case} with {defect} in {vendor}: {blame:?}"
        );
    }
}

#[test]
fn what_does_not_fit_together_is_named() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let stranger = Make {
        knows: &[("other", "z")],
        ..x(&[])
    };
    let lonely = Make { knows: &[], ..y(&[]) };
    let known = BTreeMap::from([("x", X), ("y", Y), ("z", "+1555313")]);
    let vendors = start(dir.path(), &[stranger, lonely], &known);
    let relays = [("A", &vendors[0].target), ("B", &vendors[1].target)];
    let reasons = not_applicable(dir.path(), &["e2e-hidden-sender"], &relays);
    for wanted in [
        "a way from A to B (relay A routes mms.z.example/+1555313 as `other`; relay B is mms.y.example/+1555312)",
        "a way from B to A (relay B has no entry `other` under ixit.peers; relay A is mms.x.example/+1555311)",
    ] {
        assert!(reasons[0].contains(wanted), "{}", reasons[0]);
    }
    let reasons = not_applicable(dir.path(), &["e2e-hidden-sender"], &[("B", &vendors[1].target)]);
    assert!(
        reasons[0].contains("relay A is embedded and becomes what that entry says"),
        "{}",
        reasons[0]
    );
}

#[test]
fn what_scripts_cannot_have_for_themselves_is_named() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let vendors = start(dir.path(), &[x(&[])], &prefixes());
    let wanting = scripts(wants_a_world_of_its_own);
    let wanting: Vec<&str> = wanting.iter().map(String::as_str).collect();
    let words = [
        "a link A-B of its own that can be shaped",
        "a way to start and kill relay A (it is remote)",
        "a way to start and kill relay B (it serves the whole run)",
        "MMSEs whose domains are the script's own",
    ];
    let reasons = not_applicable(dir.path(), &wanting, &[("A", &vendors[0].target)]);
    for reason in &reasons {
        assert!(words.iter().any(|word| reason.contains(word)), "{reason}");
    }
    for word in words {
        assert!(reasons.iter().any(|reason| reason.contains(word)), "{word}");
    }
}

/// Why none of these scripts is applicable.
fn not_applicable(dir: &Path, ids: &[&str], relays: &[(&str, &PathBuf)]) -> Vec<String> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let run = block_on(execute(between(dir, &ids, relays))).result;
    let cases = run.cases.iter().filter(|c| c.id != "static-conformance");
    let reasons: Vec<String> = cases
        .map(|case| {
            assert_eq!(case.verdict, Verdict::NotApplicable, "{}", case.id);
            case.reason.clone().unwrap_or_default()
        })
        .collect();
    assert_eq!(reasons.len(), ids.len());
    reasons
}

#[test]
fn one_file_can_be_both_and_fits_whoever_the_other_is() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let vendors = start(dir.path(), &[x(&[]), y(&[])], &prefixes());
    let [a, b] = [("y", Y), ("x", X)].map(|(other, prefix)| (domain(other), prefix));
    let text = |vendor: usize, (domain, prefix): &(String, &str)| {
        let text = std::fs::read_to_string(&vendors[vendor].target).unwrap();
        let known = text.replace(&format!("domain: {domain}"), "domain: \"{{ other.domain }}\"");
        assert_ne!(known, text);
        known.replace(prefix, "{{ other.prefix }}")
    };
    let (a, b) = (text(0, &a), text(1, &b));
    let both = dir.path().join("both.yaml");
    std::fs::write(
        &both,
        format!("{{% if relay == 'A' %}}\n{a}\n{{% else %}}\n{b}\n{{% endif %}}\n"),
    )
    .unwrap();
    let ids = ["e2e-hidden-sender".to_owned()];
    let run = block_on(execute(between(dir.path(), &ids, &[("A", &both), ("B", &both)]))).result;
    assert_eq!(run.summary.pass, 1, "{:?}", run.cases[0].reason);
}

#[test]
fn relays_that_the_run_starts_interwork_and_are_killed_where_a_case_says_so() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/targets/launched.yaml");
    let ids = scripts(|s| s.routing == Routing::Static && !shapes_the_link(s));
    let kills = scripts(|s| s.steps().any(|step| matches!(step.action, Action::Node { .. })));
    assert!(kills.iter().any(|id| ids.contains(id)));
    let passed = same_verdicts(dir.path(), &ids, &[("A", &file), ("B", &file)]);
    assert!(passed > 30, "{passed}");
}

#[test]
fn the_shipped_vendors_belong_together() {
    let file = |name: &str| {
        format!(
            "{}/fixtures/targets/two-vendors/{name}",
            env!("CARGO_MANIFEST_DIR")
        )
    };
    let target =
        |name: &str| parsed(&std::fs::read_to_string(file(&format!("{name}.yaml"))).unwrap()).unwrap();
    let relay = |name: &str| -> Config {
        let text = std::fs::read_to_string(file(&format!("{name}-relay.yaml"))).unwrap();
        serde_saphyr::from_str(&text).unwrap()
    };
    for (name, other) in [("ours", "theirs"), ("theirs", "ours")] {
        let (config, target, other) = (relay(name), target(name), target(other));
        let ixit = target.ixit.unwrap();
        assert_eq!(
            (&ixit.domain, &ixit.system_address),
            (&config.domain, &config.system_address)
        );
        assert_eq!(
            ixit.numbers,
            Numbers::Prefix(config.subscribers[0].prefix.clone())
        );
        assert_eq!(
            ixit.mm1.url,
            format!("http://{}{}", config.mm1.listen, config.mm1.path)
        );
        assert_eq!(ixit.mm4.to, config.mm4.listen);
        for peer in ixit.peers.values() {
            let route = config.routes.iter().find(|r| r.domain == peer.domain).unwrap();
            assert_eq!((&route.prefix, route.mm4), (&peer.prefix, Some(peer.listen)));
        }
        let (leads_to, identity) = (&ixit.peers["other"], other.identity().unwrap());
        assert_eq!(
            (&leads_to.domain, &leads_to.prefix),
            (&identity.domain, &identity.prefix)
        );
    }
}
