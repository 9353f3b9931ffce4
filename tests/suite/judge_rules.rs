//! Rules over every journal of a run.

use mmspec::run::judge::Policy;
use mmspec::run::outcome::Verdict;

use crate::judge_support::*;

fn rule(rule: &str) -> String {
    format!("id: t\ntitle: t\nkind: always\nrules:\n  - {rule}\n")
}

const UNIQUE: &str = "{ for-every: M-Send.conf, where: { X-Mms-Response-Status: Ok }, unique: Message-ID, tests: [TP-SUB-04] }";

fn accepted(tid: &str, id: &str) -> mmspec::wire::Pdu {
    pdu(
        "M-Send.conf",
        &[
            ("X-Mms-Transaction-Id", tid),
            ("X-Mms-MMS-Version", "1.3"),
            ("X-Mms-Response-Status", "Ok"),
            ("Message-ID", id),
        ],
    )
}

#[test]
fn unique_is_per_relay_and_over_all_cases() {
    let judged = |seen: &[(&str, &str, mmspec::wire::Pdu)]| ruled(&rule(UNIQUE), STRICT, seen).verdict;
    let (one, two) = (accepted("t1", "id"), accepted("t2", "id"));
    assert_eq!(
        judged(&[("x", "A", one.clone()), ("y", "A", accepted("t2", "other"))]),
        Verdict::Pass
    );
    assert_eq!(
        judged(&[("x", "A", one.clone()), ("x", "A", two.clone())]),
        Verdict::Fail
    );
    assert_eq!(
        judged(&[("x", "A", one.clone()), ("y", "A", one.clone())]),
        Verdict::Fail
    );
    assert_eq!(
        judged(&[("x", "A", one.clone()), ("x", "A", one.clone())]),
        Verdict::Pass,
        "sent again"
    );
    assert_eq!(judged(&[("x", "A", one.clone()), ("x", "B", two)]), Verdict::Pass);
    assert_eq!(judged(&[]), Verdict::NotApplicable);
}

#[test]
fn a_rule_speaks_of_what_where_selects() {
    let refused = conf("t", "Error-permanent-failure");
    let seen = [("x", "A", refused.clone()), ("y", "A", refused)];
    assert_eq!(
        ruled(&rule(UNIQUE), STRICT, &seen).verdict,
        Verdict::NotApplicable
    );
}

#[test]
fn same_is_per_relay() {
    let same = rule("{ for-every: MM4_forward.RES, same: X-Mms-3GPP-MMS-Version, tests: [TP-M4I-08] }");
    let stated = |version: &str| {
        let mut res = res("Ok");
        res.set("X-Mms-3GPP-MMS-Version", mmspec::wire::Value::text_of(version));
        res
    };
    let judged = |first: &str, second: &str, relay: &str| {
        ruled(
            &same,
            LENIENT,
            &[("x", "A", stated(first)), ("y", relay, stated(second))],
        )
        .verdict
    };
    assert_eq!(judged("6.3.0", "6.3.0", "A"), Verdict::Pass);
    assert_eq!(judged("6.3.0", "5.5.0", "A"), Verdict::Fail);
    assert_eq!(judged("6.3.0", "5.5.0", "B"), Verdict::Pass);
}

#[test]
fn a_recalled_rule_is_softened_to_inconc() {
    let text = rule(
        "{ for-every: MM4_forward.RES, headers: { X-Mms-Request-Status-Code: Ok }, tests: [TP-M4I-08] }",
    );
    let seen = [("x", "A", res("Error-unspecified"))];
    let softened = Policy {
        recalled_inconc: true,
        ..LENIENT
    };
    assert_eq!(ruled(&text, LENIENT, &seen).verdict, Verdict::Fail);
    assert_eq!(ruled(&text, softened, &seen).verdict, Verdict::Inconc);
}

#[test]
fn a_should_rule_counts_under_strict_alone() {
    let text = rule("{ for-every: M-Send.conf, headers: { X-Mms-Response-Status: Ok }, tests: [TP-SUB-39] }");
    let mut odd = conf("t", "Ok");
    odd.set("X-Mms-Response-Status", octet(0xC9));
    let seen = [("x", "A", odd)];
    assert_eq!(ruled(&text, LENIENT, &seen).verdict, Verdict::Pass);
    assert_eq!(ruled(&text, STRICT, &seen).verdict, Verdict::Fail);
}
