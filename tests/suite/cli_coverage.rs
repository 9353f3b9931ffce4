//! `mmspec coverage` and `mmspec killmatrix`, from outside.

use std::fs;

use crate::cli_commands::mmspec;

fn output(command: &mut assert_cmd::Command, code: i32) -> (String, String) {
    let output = command.output().unwrap();
    let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (text(output.stdout), text(output.stderr))
}

#[test]
fn without_a_run_coverage_shows_cases_and_holes() {
    let (_dir, mut command) = mmspec();
    let (text, _) = output(command.arg("coverage"), 0);
    assert!(
        text.contains("TP-SUB-02") && text.contains("mm1-send-conf-echoes-transaction-id"),
        "{text}"
    );
    assert!(text.trim_end().ends_with("test purposes have a case"), "{text}");
}

#[test]
fn a_run_lends_coverage_its_verdicts() {
    let (dir, mut command) = mmspec();
    output(command.args(["run", "mm1-send-accepted"]), 0);
    let own = fs::read_to_string(dir.path().join("reports/latest/coverage.json")).unwrap();
    let mut again = assert_cmd::Command::cargo_bin("mmspec").unwrap();
    let (json, said) = output(again.current_dir(dir.path()).args(["coverage", "--json"]), 0);
    assert_eq!(json, own);
    assert!(said.contains("reports/latest/results.json"), "{said}");
    let coverage: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(coverage["schema"], "mmspec-coverage/1");
    let purposes: Vec<&serde_json::Value> = coverage["groups"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| group["purposes"].as_array().unwrap())
        .collect();
    assert_eq!(purposes.len(), 459);
    let verdict = |id: &str| &purposes.iter().find(|p| p["id"] == id).unwrap()["verdict"];
    assert_eq!(verdict("TP-SUB-01"), "pass");
    assert!(verdict("TP-M4I-06").is_null());
}

#[test]
fn a_run_that_is_none_is_said() {
    let (_dir, mut command) = mmspec();
    let (_, said) = output(command.args(["coverage", "nowhere"]), 2);
    assert!(said.contains("nowhere"), "{said}");
}

#[test]
fn a_defect_is_shown_with_what_kills_it() {
    let (dir, mut command) = mmspec();
    let case = "mm1-send-conf-echoes-transaction-id";
    let defects = ["mm1.send-conf.*-id", "mm4.res.unasked"];
    let (text, _) = output(
        command
            .arg("killmatrix")
            .args(defects)
            .args(["--case", case, "-v"]),
        1,
    );
    assert!(
        text.contains("killed mm1.send-conf.wrong-transaction-id"),
        "{text}"
    );
    assert!(text.contains(&format!("    by {case}")), "{text}");
    // A defect that these cases cannot notice survives them; nothing is said of idle cases in a part of the matrix.
    assert!(
        text.contains("survives mm4.res.unasked") && !text.contains("kills nothing"),
        "{text}"
    );
    let folder = dir.path().join("reports/killmatrix");
    let matrix: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("killmatrix.json")).unwrap()).unwrap();
    assert_eq!(
        (&matrix["schema"], &matrix["whole"]),
        (&"mmspec-killmatrix/1".into(), &false.into())
    );
    assert_eq!(matrix["totals"]["defects"], 3);
    let page = fs::read_to_string(folder.join("index.html")).unwrap();
    assert!(
        page.contains("mm1.send-conf.wrong-transaction-id") && page.ends_with("</html>\n"),
        "{page}"
    );
    let summary = fs::read_to_string(folder.join("killmatrix.md")).unwrap();
    assert!(summary.contains(&format!("`{case}`")), "{summary}");
    // The journals of the runs are gone.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
}

#[test]
fn a_defect_that_is_none_is_said() {
    let (_dir, mut command) = mmspec();
    let (_, said) = output(command.args(["killmatrix", "mm9.*"]), 2);
    assert!(
        said.contains("mm9.*") && said.contains("--list-defects"),
        "{said}"
    );
}
