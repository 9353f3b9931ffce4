//! Runs that start their relay by themselves: the fixture's, and variants of it that go wrong.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use assert_cmd::cargo::cargo_bin;
use mmspec::run::journal::{Event, What};
use mmspec::run::outcome::Verdict;

use crate::system_support::turn;

use crate::launched_bench::*;

#[test]
fn a_launched_relay_gets_the_verdicts_of_an_embedded_one() {
    let _turn = turn();
    let bench = Bench::new();
    let ids = compared();
    let (embedded, launched) = (bench.embedded(&ids), bench.run(&ids, bench.target(&[])));
    let got = verdicts(&launched.result);
    // What depends on timers of the relay can differ on a machine that has no time for it: alone, it must not.
    let different: Vec<String> = ids.into_iter().filter(|id| embedded[id] != got[id]).collect();
    assert!(different.len() < 10, "{different:?}");
    for id in different {
        let alone = bench.run(std::slice::from_ref(&id), bench.target(&[])).result;
        let embedded = bench.embedded(std::slice::from_ref(&id));
        assert_eq!(verdicts(&alone)[&id], embedded[&id], "{id}");
    }
    let logs = fs::read_dir(launched.dir.join("logs")).unwrap().count();
    assert!(
        logs > 10,
        "each case that puts the relay down has an instance of its own"
    );
    assert!(launched.silent.is_empty());
}

#[test]
fn where_there_can_be_only_one_those_that_put_it_down_run_alone() {
    let _turn = turn();
    let bench = Bench::new();
    let ids = names(&[
        "mm1-killed-after-acceptance",
        "mm1-killed-before-acknowledgement",
        "mm1-send-accepted",
        "mm1-send-conf-echoes-transaction-id",
        "mm1-notification-location-can-be-fetched",
    ]);
    let target = bench.target(&[("instances: many", "instances: one")]);
    let finished = bench.run(&ids, target);
    for case in &finished.result.cases {
        assert_eq!(case.verdict, Verdict::Pass, "{}: {}", case.id, reason(case));
    }
    let logs: Vec<_> = fs::read_dir(finished.dir.join("logs")).unwrap().collect();
    assert_eq!(logs.len(), 1);
    let log = fs::read_to_string(finished.dir.join("logs/A.relay.log")).unwrap();
    assert!(log.matches("Ctrl-C ends it").count() >= 3, "{log}");
}

#[test]
fn a_relay_of_two_processes_lives_and_leaves_nothing() {
    let bench = Bench::new();
    let target = bench.with_process(
        r#"
  - { name: second, run: [sh, -c, "echo {{ dir }}; exec sleep 600"], ready: [log: /] }
"#,
    );
    let finished = bench.run(&names(&["mm1-send-accepted"]), target);
    assert_eq!(finished.result.summary.pass, 1);
    let instance = fs::read_to_string(finished.dir.join("logs/A.second.log")).unwrap();
    assert!(!Path::new(instance.trim()).exists(), "{instance}");
}

#[test]
fn a_relay_that_does_not_come_up_is_an_error_that_says_why() {
    let bench = Bench::new();
    for (process, wanted) in [
        (
            r#"
  - { name: broken, run: [sh, -c, "echo 'line 3: no such key'; exit 2"], ready: [log: never] }
"#,
            "process `broken` ended before the relay was ready (exit status: 2); missing: a line in its log that fits /never/; the end of its log:\n    line 3: no such key",
        ),
        (
            r#"
  - { name: slow, run: [sh, -c, "echo {{ dir }}; exec sleep 600"], ready: [log: "^up"], ready-within: 500 }
"#,
            "process `slow` was not ready within 500 ms; missing: a line in its log that fits /^up/; the end of its log:\n    /",
        ),
    ] {
        let target = bench.with_process(process);
        let refused = bench.refused(&names(&["mm1-send-accepted"]), target);
        assert!(refused.contains("relay A cannot be started"), "{refused}");
        assert!(
            refused.contains("target.yaml") && refused.contains(wanted),
            "{refused}"
        );
        let instance = refused.lines().last().unwrap().trim();
        assert!(!Path::new(instance).exists(), "{instance}");
    }
}

#[test]
fn secrets_stand_nowhere_in_a_run() {
    const SECRET: &str = "tr0ub4dor&3 of the relay";
    let bench = Bench::new();
    let process = MORTAL.replace("echo \"out of memory\"", "echo \"cannot log in with $PASSWORD\"");
    let process =
        format!("{process}    environment: {{ PASSWORD: \"{{{{ secret('MMSPEC_TEST_SECRET') }}}}\" }}\n");
    let target = bench.target(&[
        (
            "\n# Its configuration",
            &format!("{process}\n# Its configuration"),
        ),
        (
            "\"{number}\" }",
            "\"{number}\", X-Token: \"{{ secret('MMSPEC_TEST_SECRET') }}\" }",
        ),
        (
            "reset: numbers",
            "provisioning: [line: { file: users, text: \"{{ secret('MMSPEC_TEST_SECRET') }}\" }]",
        ),
    ]);
    let cases = [bench.case(ENDLESS, "dies")];
    let ended = assert_cmd::Command::new(cargo_bin("mmspec"))
        .args([
            "run",
            &cases[0],
            "--junit",
            "junit-too.xml",
            "-v",
            "--report-dir",
            "reports",
            "--target",
        ])
        .arg(&target)
        .current_dir(bench.dir())
        .env("MMSPEC_TEST_SECRET", SECRET)
        .assert()
        .code(1);
    let output = ended.get_output();
    let shown = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    assert!(String::from_utf8_lossy(&shown).contains("cannot log in with [secret]"));
    assert!(!has(&shown, SECRET));
    let mut seen = 0;
    for file in files(&bench.dir().join("reports"))
        .into_iter()
        .chain([bench.dir().join("junit-too.xml")])
    {
        let text = fs::read(&file).unwrap();
        assert!(!has(&text, SECRET), "{}", file.display());
        seen += usize::from(has(&text, "[secret]"));
    }
    // The journal, the results, JUnit twice, and the log.
    assert!(seen >= 5, "{seen}");
}

fn has(text: &[u8], what: &str) -> bool {
    text.windows(what.len()).any(|window| window == what.as_bytes())
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() && !path.is_symlink() {
            true => found.extend(files(&path)),
            false if path.is_file() => found.push(path),
            false => {}
        }
    }
    found
}

#[test]
fn subscribers_are_known_before_a_case_begins() {
    let bench = Bench::new();
    let users = bench.dir().join("users");
    let target = bench.target(&[(
        "reset: numbers",
        &format!(
            "provisioning: [line: {{ file: {}, text: \"user {{number}}\" }}]",
            users.display()
        ),
    )]);
    let finished = bench.run(&names(&["mm1-send-accepted"]), target);
    assert_eq!(finished.result.summary.pass, 1);
    let known = fs::read_to_string(&users).unwrap();
    for name in ["alice.number", "bob.number"] {
        let number = begun(&finished.dir)[name].clone();
        assert!(known.contains(&format!("user {number}\n")), "{known}");
    }
    let target = bench.target(&[(
        "reset: numbers",
        "provisioning: [command: [sh, -c, 'echo full; exit 1']]",
    )]);
    let result = bench.run(&names(&["mm1-send-accepted"]), target).result;
    let case = case(&result, "mm1-send-accepted");
    assert_eq!(case.verdict, Verdict::Error);
    assert!(
        reason(case).contains("relay A: provisioning of +1555100"),
        "{}",
        reason(case)
    );
    assert!(reason(case).contains("exit status: 1: full"), "{}", reason(case));
}

fn begun(dir: &Path) -> BTreeMap<String, String> {
    let events = fs::read_to_string(dir.join("events.jsonl")).unwrap();
    let mut events = events
        .lines()
        .map(|line| serde_json::from_str::<Event>(line).unwrap());
    events
        .find_map(|event| match event.what {
            What::Begin { vars, .. } => Some(vars),
            _ => None,
        })
        .unwrap()
}

#[test]
fn between_cases_it_is_made_as_new() {
    let bench = Bench::new();
    let ids = names(&["mm1-send-accepted", "mm1-send-conf-echoes-transaction-id"]);
    let count = bench.run(&ids, bench.target(&[])).result.summary.cases;
    let target = bench.target(&[("reset: numbers", "reset: restart")]);
    let finished = bench.run(&ids, target);
    assert_eq!(finished.result.summary.pass, count);
    let log = fs::read_to_string(finished.dir.join("logs/A.relay.log")).unwrap();
    assert_eq!(log.matches("Ctrl-C ends it").count(), count, "{log}");
    let resets = bench.dir().join("resets");
    let target = bench.target(&[(
        "reset: numbers",
        &format!(
            "reset: {{ command: [sh, -c, \"echo reset >> {}\"] }}",
            resets.display()
        ),
    )]);
    assert_eq!(bench.run(&ids, target).result.summary.pass, count);
    assert_eq!(fs::read_to_string(&resets).unwrap().lines().count(), count - 1);
}

/// However the run ends, nothing of the relay is left.
#[test]
fn nothing_outlives_a_run_that_is_interrupted_or_killed() {
    let bench = Bench::new();
    let pid = bench.dir().join("pid");
    let target = bench.with_process(&format!(
        r#"
  - {{ name: second, run: [sh, -c, "sleep 600 & echo $! > {0}; echo up; wait"], ready: [log: up] }}
"#,
        pid.display()
    ));
    let cases = [bench.case(ENDLESS, "waits")];
    for signal in ["INT", "TERM", "KILL"] {
        let mut suite = bench.spawn(&cases, &target);
        let mut said = BufReader::new(suite.stderr.take().unwrap()).lines();
        // It is running the case.
        assert!(said.any(|line| line.unwrap().contains("running 1 case")));
        let relay = fs::read_to_string(&pid).unwrap();
        fs::remove_file(&pid).unwrap();
        let sent = std::process::Command::new("kill")
            .args([&format!("-{signal}"), &suite.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        let ended = suite.wait().unwrap();
        if signal != "KILL" {
            assert_eq!(ended.code(), Some(130), "{signal}");
        }
        let stat = format!("/proc/{}/stat", relay.trim());
        while fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z")) {
            std::thread::yield_now();
        }
    }
}
