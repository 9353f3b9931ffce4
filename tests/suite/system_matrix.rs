//! `mmspec matrix`: three vendors' relays as processes, each against each; one of them has a seeded defect.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

use crate::interop_support::{Make, Vendor, start};
use crate::system_support::turn;

/// Ignored by a relay that hides no senders of MMs it takes from others.
const HIDDEN: &str = "e2e-hidden-sender";
const CASES: [&str; 3] = [
    HIDDEN,
    "e2e-immediate-retrieval",
    "e2e-delivery-report-comes-home",
];

/// What z does wrong.
const DEFECT: &str = "mm4.in.hide-ignored";

#[test]
fn three_vendors_meet_and_the_page_shows_who_fails_with_whom_and_where() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let vendors = three(dir.path());
    let files: Vec<&Path> = vendors.iter().map(|vendor| vendor.target.as_path()).collect();
    let output = matrix(dir.path(), &files, &CASES);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let folder = fs::read_dir(dir.path().join("matrix")).unwrap().next().unwrap();
    let folder = folder.unwrap().path();

    let json: Value = serde_json::from_str(&read(&folder.join("matrix.json"))).unwrap();
    assert_eq!(json["relays"], serde_json::json!(["x", "y", "z"]));
    let pairs: BTreeMap<(String, String), &Value> = json["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| ((text(&pair["a"]), text(&pair["b"])), pair))
        .collect();
    assert_eq!(pairs.len(), 9);
    for ((a, b), pair) in &pairs {
        let summary = &pair["summary"];
        if a == b {
            assert_eq!(pair["fate"], "skipped");
            assert!(text(&pair["reason"]).contains("cannot be both A and B"));
            continue;
        }
        // Whoever sends to z sees its defect; as A it is as good as any.
        let fails = usize::from(b == "z");
        assert_eq!(summary["cases"], CASES.len(), "A={a} B={b}: {pair}");
        assert_eq!(summary["fail"], fails, "A={a} B={b}: {pair}");
        assert_eq!(summary["pass"], CASES.len() - fails, "A={a} B={b}: {pair}");
        let run = folder.join(text(&pair["dir"]));
        for file in ["results.json", "events.jsonl", "junit.xml"] {
            assert!(run.join(file).is_file(), "{}", run.join(file).display());
        }
        if b == "z" {
            let case = &pair["shown"][0];
            assert_eq!(case["script"], HIDDEN);
            assert_eq!(
                (text(&case["node"]), text(&case["hop"])),
                ("B".into(), "B-bob".into())
            );
            assert!(
                said.contains(&format!("A={a} B=z: 2 pass, 1 fail (1 at B on B-bob)")),
                "{said}"
            );
        }
    }
    // The template engine escapes slashes too.
    let page = read(&folder.join("index.html")).replace("&#x2f;", "/");
    assert!(page.contains("1 at B on B-bob"), "{page}");
    for link in hrefs(&page).iter().filter(|link| !link.starts_with('#')) {
        assert!(folder.join(link).is_file(), "{link}");
    }
    assert!(read(&folder.join("matrix.md")).contains("| **y** |"));
    assert!(
        said.contains("9 pairs: 6 ran, 3 skipped, 0 could not be run"),
        "{said}"
    );
}

#[test]
fn embedded_meets_itself_and_strangers_say_why_they_do_not_meet() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let lonely = Make {
        name: "x",
        prefix: "+1555311",
        defects: &[],
        knows: &[],
    };
    let vendors = start(dir.path(), &[lonely], &BTreeMap::new());
    let output = matrix(
        dir.path(),
        &[&vendors[0].target, Path::new("embedded")],
        &CASES[..1],
    );
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for wanted in [
        "A=x B=x: skipped",
        "A=x B=embedded 0.1.0: not applicable: the target does not give a way from A to B",
        "A=embedded 0.1.0 B=x: not applicable: the target does not give a way from B to A",
        "4 pairs: 3 ran, 1 skipped, 0 could not be run · 3 cases: 1 pass, 0 fail, 0 inconc, 0 error, 2 not applicable",
    ] {
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn a_relay_that_the_run_starts_meets_itself() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/targets/launched.yaml");
    let output = matrix(dir.path(), &[&file, Path::new("embedded")], &CASES);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("4 pairs: 4 ran, 0 skipped, 0 could not be run · 12 cases: 12 pass"),
        "{said}"
    );
}

#[test]
fn a_pair_whose_places_are_taken_is_an_error_and_the_others_go_on() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let vendors = three(dir.path());
    let target = read(&vendors[0].target);
    let value: Value = serde_saphyr::from_str(&target).unwrap();
    let taken = text(&value["ixit"]["peers"]["z"]["listen"]);
    let _taken = std::net::TcpListener::bind(&taken).unwrap();
    let files: Vec<&Path> = vendors.iter().map(|vendor| vendor.target.as_path()).collect();
    let output = matrix(dir.path(), &files, &CASES[1..2]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(
        said.contains(&format!(
            "A=x B=z: could not be run: cannot listen at {taken} for the link A-B"
        )),
        "{said}"
    );
    assert!(
        said.contains("9 pairs: 4 ran, 3 skipped, 2 could not be run"),
        "{said}"
    );
}

#[test]
fn a_wrong_target_file_is_named_before_anything_runs() {
    let dir = tempfile::tempdir().unwrap();
    let output = matrix(
        dir.path(),
        &[Path::new("embedded"), Path::new("nowhere.yaml")],
        &[],
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("nowhere.yaml"), "{said}");
    assert_eq!(fs::read_dir(dir.path().join("matrix")).unwrap().count(), 0);
}

/// x and y, which are right, and z.
fn three(dir: &Path) -> Vec<Vendor> {
    let make = |name, prefix, defects, knows| Make {
        name,
        prefix,
        defects,
        knows,
    };
    let makes = [
        make("x", "+1555311", &[][..], &[("other", "y"), ("z", "z")][..]),
        make("y", "+1555312", &[], &[("x", "x"), ("other", "z")]),
        make("z", "+1555313", &[DEFECT], &[("other", "x"), ("another", "y")]),
    ];
    let prefixes = BTreeMap::from([("x", "+1555311"), ("y", "+1555312"), ("z", "+1555313")]);
    start(dir, &makes, &prefixes)
}

fn matrix(dir: &Path, relays: &[&Path], cases: &[&str]) -> Output {
    let mut command = Command::cargo_bin("mmspec").unwrap();
    command.arg("matrix").args(relays).arg("--report-dir").arg(dir);
    for case in cases {
        command.args(["--case", case]);
    }
    command.output().unwrap()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn hrefs(page: &str) -> Vec<&str> {
    let links = page.split("href=\"").skip(1);
    links.filter_map(|rest| rest.split('"').next()).collect()
}
