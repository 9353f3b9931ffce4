//! Whose fault it is: a defect seeded into one of several relays is found at that relay and hop, wherever it first shows.

use std::path::Path;

use futures_util::stream::{self, StreamExt};
use mmspec::run::outcome::{Blame, CaseResult, ExpectationResult, Held, Verdict};

use crate::system_support::{block_on, execute, options, turn, with_defect};

/// Runs side by side: most of their time they wait for what does not come.
const AT_ONCE: usize = 30;

/// Case, relay that is seeded, defect, hop where it shows.
const SEEDED: &[(&str, &str, &str, &str)] = &[
    // Two MMSEs.
    (
        "e2e-delivery-report-comes-home",
        "A",
        "e2e.delivery-report.lost",
        "A-alice",
    ),
    (
        "e2e-delivery-report-comes-home",
        "B",
        "mm4.report.x-mms-status",
        "A-B",
    ),
    (
        "e2e-delivery-report-comes-home",
        "B",
        "mm4.report.wrong-message-id",
        "A-B",
    ),
    (
        "e2e-delivery-report-comes-home",
        "B",
        "mm4.report.from-to-swapped",
        "A-B",
    ),
    (
        "e2e-content-crosses-unchanged[presentation-and-picture]",
        "B",
        "mm1.retrieve.jpeg-altered",
        "B-bob",
    ),
    ("e2e-hidden-sender", "A", "e2e.hide.ignored", "A-B"),
    ("e2e-hidden-sender", "B", "mm4.in.hide-ignored", "B-bob"),
    (
        "e2e-read-report-comes-home[read]",
        "A",
        "mm4.forward.read-report-name",
        "A-B",
    ),
    (
        "e2e-read-report-comes-home[read]",
        "B",
        "mm4.read-reply.no-status",
        "A-B",
    ),
    (
        "e2e-read-report-comes-home[read]",
        "B",
        "e2e.read-report.lost",
        "A-B",
    ),
    ("e2e-immediate-retrieval", "A", "mm4.forward.no-version", "A-B"),
    // Two relays of one MMSE: only the far end is looked at, and what crossed between them explains it.
    (
        "multi-relay-one-delivery-report-inside[two-relays]",
        "A",
        "e2e.delivery-report.lost",
        "A-alice",
    ),
    (
        "multi-relay-one-delivery-report-inside[two-relays]",
        "B",
        "mm4.report.x-mms-status",
        "A-B",
    ),
    (
        "multi-relay-inner-hop-keeps-fields[mesh]",
        "A",
        "cluster.inner-hop.unknown-fields-dropped",
        "A-B",
    ),
    // Behind an edge: the same defect in each of the three.
    (
        "multi-relay-inner-hop-keeps-fields[behind-edge]",
        "A",
        "cluster.inner-hop.unknown-fields-dropped",
        "A-F",
    ),
    (
        "multi-relay-inner-hop-keeps-fields[behind-edge]",
        "F",
        "cluster.inner-hop.unknown-fields-dropped",
        "B-F",
    ),
    (
        "multi-relay-hidden-sender[behind-edge]",
        "A",
        "e2e.hide.ignored",
        "A-F",
    ),
    (
        "multi-relay-hidden-sender[behind-edge]",
        "F",
        "e2e.hide.ignored",
        "B-F",
    ),
    (
        "multi-relay-one-delivery-report-inside[front-relay]",
        "B",
        "mm4.report.wrong-message-id",
        "B-F",
    ),
    (
        "multi-relay-local-mm-stays-inside[behind-edge]",
        "F",
        "cluster.edge.local-mm-leaves",
        "B-F",
    ),
    (
        "multi-relay-chain-of-three",
        "B",
        "cluster.hops.three-are-too-many",
        "B-bob",
    ),
    // A hub between two MMSEs.
    (
        "multi-relay-hub-ends-transactions",
        "hub",
        "hub.application.same-transaction-id",
        "A-hub",
    ),
    (
        "multi-relay-hub-ends-transactions",
        "B",
        "mm4.res.wrong-transaction-id",
        "B-hub",
    ),
    (
        "multi-relay-hub-ends-transactions",
        "hub",
        "mm4.res.wrong-transaction-id",
        "A-hub",
    ),
    (
        "multi-relay-hub-ends-transactions",
        "A",
        "e2e.delivery-report.lost",
        "A-alice",
    ),
    (
        "multi-relay-hub-relays-mail",
        "hub",
        "hub.smtp-relay.no-trace",
        "B-hub",
    ),
    (
        "multi-relay-hub-relays-mail",
        "A",
        "mm4.forward.no-originator-system",
        "A-hub",
    ),
    (
        "multi-relay-hub-relays-mail",
        "B",
        "mm4.report.x-mms-status",
        "B-hub",
    ),
];

#[test]
fn a_seeded_relay_is_blamed_and_no_other() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let runs = SEEDED.iter().map(|seeded| wrong(dir.path(), seeded));
    let wrong: Vec<Option<String>> = block_on(stream::iter(runs).buffer_unordered(AT_ONCE).collect());
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not as it should be about one run.
async fn wrong(dir: &Path, (case, node, defect, hop): &(&str, &str, &str, &str)) -> Option<String> {
    let selection = [(*case).to_owned()];
    let options = with_defect(dir, &selection, &format!("{node}={defect}"));
    let cases = execute(options).await.result.cases;
    let what = format!("{node}={defect} in {case}");
    let blames: Vec<(&ExpectationResult, &Blame)> = cases.iter().flat_map(blames).collect();
    let Some((first, blame)) = blames.first() else {
        return Some(format!("{what}: nobody is blamed"));
    };
    if (blame.node.as_deref(), blame.hop.as_deref()) != (Some(node), Some(hop)) {
        return Some(format!("{what}: {} blames {blame:?}", first.id));
    }
    if (first.relay.as_deref(), first.hop.as_deref()) != (Some(node), Some(hop)) {
        return Some(format!(
            "{what}: the result says {:?} and {:?}",
            first.relay, first.hop
        ));
    }
    let other = blames
        .iter()
        .find(|(_, b)| b.node.as_deref().is_some_and(|n| n != *node));
    other.map(|(e, b)| format!("{what}: {} blames {b:?}", e.id))
}

fn blames(case: &CaseResult) -> impl Iterator<Item = (&ExpectationResult, &Blame)> {
    case.expectations
        .iter()
        .filter_map(|e| Some((e, e.blame.as_ref()?)))
}

/// The blame of the first demand that one defect violates.
fn blame(case: &str, defect: &str) -> (ExpectationResult, Blame, Vec<ExpectationResult>) {
    let dir = tempfile::tempdir().unwrap();
    let selection = [case.to_owned()];
    let cases = block_on(execute(with_defect(dir.path(), &selection, defect)))
        .result
        .cases;
    let case = cases.into_iter().next().unwrap();
    let at = case.expectations.iter().position(|e| e.blame.is_some()).unwrap();
    let first = case.expectations[at].clone();
    let blame = first.blame.clone().unwrap();
    (first, blame, case.expectations[at + 1..].to_vec())
}

#[test]
fn a_part_that_the_far_relay_spoils_is_told_with_its_hash() {
    let (_, blame, _) = blame(
        "e2e-content-crosses-unchanged[presentation-and-picture]",
        "B=mm1.retrieve.jpeg-altered",
    );
    let why = &blame.why;
    assert!(
        why.starts_with("A sent it right; B delivered it wrong: part "),
        "{why}"
    );
    assert!(why.contains("image/jpeg") && why.contains("sha256"), "{why}");
    let held: Vec<(&str, Held)> = blame.trail.iter().map(|s| (s.node.as_str(), s.held)).collect();
    assert_eq!(held, [("A", Held::Same), ("B", Held::Changed)]);
}

#[test]
fn what_a_relay_took_and_did_not_give_is_told_and_what_depends_on_it_is_not_reached() {
    let (first, blame, rest) = blame("e2e-delivery-report-comes-home", "A=e2e.delivery-report.lost");
    assert_eq!(first.id, "M-Delivery.ind@alice#1");
    assert_eq!(
        blame.why,
        "A took MM4_delivery_report.REQ on A-B (250) and nothing came out"
    );
    assert!(!rest.is_empty());
    assert!(rest.iter().all(|e| e.verdict == Verdict::NotReached), "{rest:?}");
}

#[test]
fn the_relay_that_began_it_is_blamed_although_it_shows_behind_another_one() {
    let (first, blame, _) = blame(
        "multi-relay-inner-hop-keeps-fields[behind-edge]",
        "A=cluster.inner-hop.unknown-fields-dropped",
    );
    assert_eq!(first.id, "crossing");
    assert!(first.got.contains("from F"), "{}", first.got);
    assert_eq!(
        (blame.node.as_deref(), blame.hop.as_deref()),
        (Some("A"), Some("A-F"))
    );
}

#[test]
fn relays_of_one_store_are_candidates_when_nothing_was_seen_between_them() {
    let (first, blame, _) = blame(
        "multi-relay-retrieval-through-other-relay[common-store]",
        "B=cluster.store.fetched-where-kept",
    );
    assert_eq!((blame.node, first.relay), (None, None));
    assert_eq!(blame.candidates, ["A", "B"]);
}

#[test]
fn one_relay_has_nobody_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let selection = ["mm1-send-conf-echoes-transaction-id".to_owned()];
    let defect = "mm1.send-conf.wrong-transaction-id";
    let cases = block_on(execute(with_defect(dir.path(), &selection, defect)))
        .result
        .cases;
    assert!(cases.iter().any(|c| c.verdict == Verdict::Fail));
    assert_eq!(cases.iter().flat_map(blames).count(), 0);
}

#[test]
fn nobody_is_blamed_where_nothing_is_violated() {
    let dir = tempfile::tempdir().unwrap();
    let selection = ["e2e-delivery-report-comes-home", "multi-relay-chain-of-three"].map(str::to_owned);
    let cases = block_on(execute(options(dir.path(), &selection))).result.cases;
    assert!(cases.iter().all(|c| c.verdict == Verdict::Pass));
    assert_eq!(cases.iter().flat_map(blames).count(), 0);
}
