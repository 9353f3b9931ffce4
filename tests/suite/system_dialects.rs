//! Runs against embedded relays that speak in dialects: what a dialect breaks is said, and nothing else.

use mmspec::relay::DIALECTS;
use mmspec::run::Options;
use mmspec::run::outcome::{RunResult, Verdict};

use crate::system_support::{block_on, execute, options, turn};

/// Cases that no dialect has a right to break.
const CORE: &[&str] = &[
    "mm1-notification-location-can-be-fetched",
    "mm1-content-is-delivered-unchanged",
    "mm1-delivery-report-after-retrieval",
    "mm1-repeated-get-returns-the-same-mm",
    "mm4-forward-is-accepted-and-notified",
    "mm4-forward-ack-echoes-ids",
    "mm4-content-reaches-the-peer-unchanged",
    "mm4-outbound-delivery-report-is-right",
    "mm4-forward-to-two-subscribers",
];

/// Dialects that a demand forbids, and the case that says so.
const BROKEN: &[(&str, &str)] = &[
    ("unqualified-paths", "mm4-forward-envelope-is-qualified"),
    ("no-domain", "mm4-sender-header-is-qualified"),
    ("originator-private", "mm4-originator-system-takes-answers"),
    ("helo-only", "smtp-client-says-what-was-offered"),
    ("http-errors", "mm1-unknown-pdu-type-is-unsupported"),
    ("strict-content-type", "mm1-media-type-parameter-is-tolerated"),
];

/// It needs user agents that fetch again, which are a matter of target files.
const IMPATIENT: &str = "push-before-ready";

async fn run(dialect: &str) -> (String, RunResult) {
    let dir = tempfile::tempdir().unwrap();
    let broken = BROKEN.iter().map(|(_, case)| *case);
    let cases: Vec<String> = CORE.iter().copied().chain(broken).map(str::to_owned).collect();
    let options = Options {
        dialects: vec![dialect.to_owned()],
        ..options(dir.path(), &cases)
    };
    (dialect.to_owned(), execute(options).await.result)
}

#[test]
fn a_dialect_breaks_what_it_must_and_nothing_else() {
    let _turn = turn();
    let names: Vec<&str> = DIALECTS
        .iter()
        .map(|dialect| dialect.name)
        .filter(|name| *name != IMPATIENT)
        .collect();
    let mut wrong = Vec::new();
    for some in names.chunks(3) {
        let runs =
            block_on(async { futures_util::future::join_all(some.iter().map(|name| run(name))).await });
        for (dialect, run) in runs {
            let wanted = BROKEN
                .iter()
                .find(|(name, _)| *name == dialect)
                .map(|(_, case)| *case);
            let mut failed: Vec<&str> = run
                .cases
                .iter()
                .filter(|case| !matches!(case.verdict, Verdict::Pass | Verdict::NotApplicable))
                .map(|case| case.id.split('[').next().unwrap())
                .collect();
            failed.dedup();
            if failed != wanted.into_iter().collect::<Vec<_>>() {
                wrong.push(format!("{dialect}: {failed:?}, wanted {wanted:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_race_is_one_quirk_and_no_fail_where_user_agents_fetch_again() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("hasty.yaml");
    let text = format!(
        "name: hasty\nstart: embedded\nlacks: [mm1.forward, mm1.mmbox, mm1.reply-charging, multi-relay.any-entrance]\n\
         embedded: {{ dialects: [{IMPATIENT}], fetch-again: [20, 50, 200, 500] }}\ntimers: {{ quiet: 500 }}\n"
    );
    std::fs::write(&target, text).unwrap();
    let cases: Vec<String> = CORE.iter().map(|case| (*case).to_owned()).collect();
    let options = Options {
        relays: [("A".to_owned(), target)].into(),
        strict: Some(true),
        ..options(dir.path(), &cases)
    };
    let run = block_on(execute(options)).result;
    assert_eq!(run.summary.pass, run.summary.cases, "{:#?}", run.cases);
    let races: Vec<_> = run.quirks.iter().filter(|quirk| quirk.count > 1).collect();
    assert!(!races.is_empty(), "{:#?}", run.quirks);
}
