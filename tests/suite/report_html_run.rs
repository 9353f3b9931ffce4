//! The HTML report of real runs with deliberate failures: over one relay, two MMSEs, two relays.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use regex::Regex;

use crate::report_html_links::{broken_links, pages, repeated_ids};
use crate::system_support::turn;

/// Runs cases with defects, which is to fail, and gives the run's folder.
fn report(dir: &Path, cases: &[&str], defects: &[&str]) -> std::path::PathBuf {
    let mut command = Command::cargo_bin("mmspec").unwrap();
    command.arg("run").args(cases).arg("--report-dir").arg(dir);
    for defect in defects {
        command.args(["--defect", defect]);
    }
    command.assert().code(1);
    dir.join("latest")
}

#[test]
fn a_broken_demand_is_marked_in_the_ladder_at_its_octets_and_in_the_case() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let run = report(
        dir.path(),
        &[
            "e2e-rejection-is-reported",
            "multi-relay-one-identity-outside",
            "mm1-send-conf-echoes-transaction-id",
            "always-*",
        ],
        &[
            "mm4.report.x-mms-status",
            "cluster.outside-name-of-node",
            "mm1.send-conf.wrong-transaction-id",
        ],
    );
    let pages = pages(&run);
    assert_eq!(broken_links(&run, &pages), Vec::<String>::new());
    for (path, text) in &pages {
        assert_eq!(repeated_ids(text), Vec::<String>::new(), "{}", path.display());
    }
    let page = |name: &str| &pages[&Path::new("cases").join(format!("{name}.html"))];

    // Two MMSEs: a field that is missing.
    let text = page("e2e-rejection-is-reported");
    let (seq, message) = broken_message(text);
    assert!(text.contains("id=\"broken\""), "the band in the ladder");
    assert!(
        text.contains("B to A: MM4_delivery_report.REQ"),
        "the arrow tells its ends"
    );
    assert!(
        message.contains("✗ not there</td><td class=\"name\" colspan=\"2\">X-Mms-MM-Status-Code"),
        "{message}"
    );
    assert!(
        message.contains("S: 220 ") && message.contains("C: MAIL FROM"),
        "the dialogue"
    );
    assert!(
        message.contains("0000  58 2d 4d 6d 73") || message.contains(">58 2d 4d 6d 73"),
        "{message}"
    );
    assert!(text.contains("missing-mandatory"), "what the decoder noticed");
    let line = broken_line(text);
    assert!(
        line.contains("X-Mms-MM-Status-Code</mark>: Rejected") && line.contains("✗ absent"),
        "{line}"
    );
    assert!(
        text.contains("relay B, hop A-B: B passed it on wrong"),
        "whose fault it is"
    );
    assert!(
        text.contains("not reached: M-Delivery.ind"),
        "what could not be tested"
    );
    assert!(text.contains("mmspec run e2e-rejection-is-reported --defect mm4.report.x-mms-status"));
    assert!(
        text.contains("MM4: MM4_delivery_report.REQ from "),
        "what relays said"
    );
    assert!(text.contains(&format!("href=\"#m{seq}\">message {seq}</a>")));

    // A rule has no messages of its own.
    let rule = page("always-reports-have-their-own-fields-only");
    let link =
        format!("href=\"e2e-rejection-is-reported.html#m{seq}\">message {seq} of e2e-rejection-is-reported<");
    assert!(rule.contains(&link), "{rule}");

    // One relay: a field that is wrong, marked beside its octets.
    let text = page("mm1-send-conf-echoes-transaction-id~capitals");
    let (_, message) = broken_message(text);
    assert!(
        message.contains("class=\"hit\"><td class=\"at\"><a href=\"#o"),
        "{message}"
    );
    let marked = Regex::new(r#"<span data-f="1" id="o\d+-0-1" class="hit">98 61 42"#).unwrap();
    assert!(marked.is_match(message), "{message}");
    assert!(
        broken_line(text).contains("X-Mms-Transaction-ID</mark>"),
        "{}",
        broken_line(text)
    );

    // Two relays.
    let text = page("multi-relay-one-identity-outside~two-relays");
    let (_, message) = broken_message(text);
    assert!(message.contains("✗ X-Mms-Originator-System"), "{message}");
    let columns = Regex::new(r#"<text class="name"[^>]*>([^<]*)<"#).unwrap();
    let names: Vec<String> = columns.captures_iter(text).map(|c| c[1].to_owned()).collect();
    assert_eq!(
        names[..5],
        ["alice", "A", "B", "bob", "p"].map(String::from),
        "{names:?}"
    );
}

#[test]
fn where_nothing_came_there_is_a_mark_and_a_life_line() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let case = "multi-relay-home-relay-down-inbound[two-relays]";
    let run = report(dir.path(), &[case], &["cluster.home-down.drops"]);
    let text =
        fs::read_to_string(run.join("cases/multi-relay-home-relay-down-inbound~two-relays.html")).unwrap();
    assert!(text.contains("id=\"broken\""), "{text}");
    assert!(text.contains("✗ M-Notification.ind: did not come"), "{text}");
    assert!(
        text.contains(">B killed<") && text.contains(">B started<"),
        "{text}"
    );
    assert!(text.contains(">bob<"), "who got nothing has a life line");
    assert!(broken_line(&text).contains("did not come"));

    // The same from the stored journal, after half of it was lost.
    let journal = run.join("events.jsonl");
    let whole = fs::read(&journal).unwrap();
    fs::write(&journal, &whole[..whole.len() / 2]).unwrap();
    let mut again = Command::cargo_bin("mmspec").unwrap();
    again.arg("rejudge").arg(&run).assert().code(4);
    let cut =
        fs::read_to_string(run.join("rejudged/cases/multi-relay-home-relay-down-inbound~two-relays.html"));
    assert!(
        cut.unwrap()
            .contains("The run was cut short in the middle of this case")
    );
}

/// `seq` of the first broken arrow, and the message's block.
fn broken_message(page: &str) -> (String, &str) {
    let arrow = Regex::new(r#"<a id="a(\d+)" href="\#m(\d+)" class="arrow broken"#).unwrap();
    let found = arrow
        .captures(page)
        .unwrap_or_else(|| panic!("no arrow is broken: {page}"));
    assert_eq!(found[1], found[2]);
    let seq = found[1].to_owned();
    let start = page.find(&format!("<div id=\"m{seq}\"")).unwrap();
    let end = page[start..].find("</details>").unwrap();
    (seq, &page[start..start + end])
}

/// The line of the case that is marked as broken.
fn broken_line(page: &str) -> &str {
    let start = page
        .find("<span class=\"l broken\"")
        .unwrap_or_else(|| panic!("no line is broken: {page}"));
    let rest = &page[start..];
    &rest[..rest.find("</span></span>").unwrap()]
}
