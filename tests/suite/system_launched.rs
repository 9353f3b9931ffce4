//! Runs that start their relay by themselves: the fixture's, and variants of it that go wrong.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use assert_cmd::cargo::cargo_bin;
use mmspec::case::{Action, Cost, Routing, Script, Topology};
use mmspec::run::journal::{Event, What};
use mmspec::run::outcome::{CaseResult, RunResult, Verdict};
use mmspec::run::suite::Suite;
use mmspec::run::{self, Finished, Options};

use crate::system_support::{against, block_on, execute, options, turn};

const TARGET: &str = include_str!("../../fixtures/targets/launched.yaml");
const CONFIG: &str = include_str!("../../fixtures/targets/launched-relay.yaml.j2");

/// A case that ends when the relay dies, and else never. `NAME` is its id.
const ENDLESS: &str = "\
id: NAME
title: Nobody sends anything, and the case waits for it
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: MM4_forward.REQ, at: p, within: 3600s, tests: [TP-M4O-01] }
";

/// A case that passes on any relay that takes submissions.
const SHORT: &str = "\
id: NAME
title: A submission is accepted
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok }, tests: [TP-SUB-01] }
";

/// A case that passes and takes its time.
const PATIENT: &str = "\
id: NAME
title: A submission is accepted, and nothing is sent to somebody else
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok }, tests: [TP-SUB-01] }
  - { expect-none: M-Notification.ind, at: alice, within: 3s, tests: [TP-VER-03] }
";

/// A case that ends when the relay dies, and else never, with a recipient that no other has.
const DEADLY: &str = "\
id: NAME
title: Nobody sends anything, and the case waits for it
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: +15551009999990/TYPE=PLMN } }
  - { expect: MM4_forward.REQ, at: p, within: 3600s, tests: [TP-M4O-01] }
";

/// A program beside the relay that ends whenever the relay has stored something for that recipient.
const POISONED: &str = r#"
  - name: poisoned
    run:
      - sh
      - -c
      - |
        count() { cat {{ dir }}/store.jsonl 2>/dev/null | grep -c 9999990; }
        before=$(count)
        until test "$(count)" != "$before"; do sleep 0.02; done
        echo "segmentation fault" >&2
        exit 11
"#;

/// A program beside the relay that ends once, when this many numbers have been made known to it.
fn dies_with(numbers: usize) -> String {
    MORTAL.replace(
        "test -s {{ dir }}/store.jsonl",
        &format!("test {numbers} = \"$(wc -l < {{{{ dir }}}}/marks)\""),
    )
}

/// A program beside the relay that ends once, when the relay has stored something.
const MORTAL: &str = r#"
  - name: mortal
    run:
      - sh
      - -c
      - |
        test -e {{ dir }}/died && exec sleep 600
        until test -s {{ dir }}/store.jsonl; do sleep 0.02; done
        touch {{ dir }}/died
        echo "out of memory" >&2
        exit 7
"#;

/// A folder with a target file, its template, and cases.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("launched-relay.yaml.j2"), CONFIG).unwrap();
        Bench(dir)
    }

    fn dir(&self) -> &Path {
        self.0.path()
    }

    /// The fixture with something else in it.
    fn target(&self, changes: &[(&str, &str)]) -> PathBuf {
        let mut text = TARGET.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "the fixture has no {from}");
            text = text.replacen(from, to, 1);
        }
        let file = self.dir().join("target.yaml");
        fs::write(&file, text).unwrap();
        file
    }

    /// The fixture with another process, started last.
    fn with_process(&self, process: &str) -> PathBuf {
        self.target(&[(
            "\n# Its configuration",
            &format!("{process}\n# Its configuration"),
        )])
    }

    fn case(&self, text: &str, name: &str) -> String {
        let file = self.dir().join(format!("{name}.yaml"));
        fs::write(&file, text.replace("NAME", name)).unwrap();
        file.display().to_string()
    }

    fn options(&self, selection: &[String], target: PathBuf) -> Options {
        Options {
            program: Some(cargo_bin("mmspec")),
            ..against(&self.dir().join("reports"), selection, target)
        }
    }

    fn run(&self, selection: &[String], target: PathBuf) -> Finished {
        block_on(execute(self.options(selection, target)))
    }

    /// What the same cases say of an embedded relay.
    fn embedded(&self, ids: &[String]) -> BTreeMap<String, (Verdict, String)> {
        let reports = self.dir().join("embedded");
        verdicts(&block_on(execute(options(&reports, ids))).result)
    }

    fn run_one_by_one(&self, selection: &[String], target: PathBuf) -> Finished {
        block_on(execute(Options {
            jobs: Some(1),
            ..self.options(selection, target)
        }))
    }

    fn refused(&self, selection: &[String], target: PathBuf) -> String {
        let options = self.options(selection, target);
        let refused = block_on(run::execute(options, &mmspec::run::observer::Silent));
        refused.err().unwrap().to_string()
    }

    /// The program with this target.
    fn spawn(&self, selection: &[String], target: &Path) -> Child {
        std::process::Command::new(cargo_bin("mmspec"))
            .arg("run")
            .args(selection)
            .arg("--target")
            .arg(target)
            .arg("--report-dir")
            .arg(self.dir().join("reports"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

fn names(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn case<'a>(result: &'a RunResult, id: &str) -> &'a CaseResult {
    result.cases.iter().find(|c| c.id == id).unwrap()
}

fn reason(case: &CaseResult) -> &str {
    case.reason.as_deref().unwrap_or_default()
}

fn controls(script: &Script) -> bool {
    script
        .steps()
        .any(|step| matches!(step.action, Action::Node { .. }))
}

/// Cases on one relay whose verdicts are compared: all that put it down, and some of the others.
fn compared() -> Vec<String> {
    let suite = Suite::load(&[]).unwrap();
    let fit = |s: &Script| {
        let has_own_route = s.nodes.iter().any(|node| node.prefix.is_some());
        let shapes = s
            .steps()
            .any(|step| matches!(&step.action, Action::Set(set) if set.node.contains('-')));
        s.topology == Topology::OneRelay
            && s.cost == Cost::Normal
            && s.routing == Routing::Static
            && !has_own_route
            && !shapes
    };
    let scripts = suite.scripts.iter().filter(|s| s.rules().is_empty() && fit(s));
    let (down, up): (Vec<_>, Vec<_>) = scripts.partition(|s| controls(s));
    assert!(down.len() > 10);
    let some = up.into_iter().step_by(6);
    down.into_iter().chain(some).map(|s| s.id.clone()).collect()
}

fn verdicts(run: &RunResult) -> BTreeMap<String, (Verdict, String)> {
    let verdict = |c: &CaseResult| (c.verdict, reason(c).to_owned());
    run.cases.iter().map(|c| (c.id.clone(), verdict(c))).collect()
}

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
fn a_relay_that_dies_fails_the_case_that_ran_and_is_there_for_the_next() {
    let bench = Bench::new();
    // The longest waits come first.
    let cases = [
        bench.case(ENDLESS, "a-dies"),
        bench.case(SHORT, "b-lives"),
        bench.case(SHORT, "c-lives"),
    ];
    let finished = bench.run_one_by_one(&cases, bench.with_process(MORTAL));
    let result = &finished.result;
    let deadly: Vec<&CaseResult> = result
        .cases
        .iter()
        .filter(|c| c.verdict == Verdict::Fail)
        .collect();
    assert_eq!((deadly.len(), result.summary.pass), (1, 2), "{result:#?}");
    for wanted in [
        "relay A ended unasked: process `mortal` ended (exit status: 7)",
        "while this script alone ran on it",
        "\n    out of memory",
    ] {
        assert!(reason(deadly[0]).contains(wanted), "{}", reason(deadly[0]));
    }
    let log = &deadly[0].log[0];
    assert_eq!(log.relay, "A");
    assert!(log.lines.contains(&"mortal| out of memory".to_owned()), "{log:?}");
    assert!(
        log.lines.iter().any(|line| line.starts_with("relay| ")),
        "{log:?}"
    );
    let junit = mmspec::report::junit::render(result).unwrap();
    let said = junit.split("<system-out>").nth(1).unwrap();
    assert!(
        said.contains("relay A said") && said.contains("mortal| out of memory"),
        "{said}"
    );
    let again = run::rejudge(&finished.dir, &cases.map(PathBuf::from)).unwrap();
    assert_eq!(again.result.cases, result.cases);
}

#[test]
fn a_death_among_many_accuses_the_one_that_alone_brings_it_about() {
    for instances in ["many", "one"] {
        let bench = Bench::new();
        let cases = [
            bench.case(PATIENT, "lives-1"),
            bench.case(PATIENT, "lives-2"),
            bench.case(PATIENT, "lives-3"),
            bench.case(DEADLY, "kills"),
        ];
        let target = bench.target(&[
            (
                "\n# Its configuration",
                &format!("{POISONED}\n# Its configuration"),
            ),
            ("instances: many", &format!("instances: {instances}")),
        ]);
        let finished = bench.run(&cases, target);
        let result = &finished.result;
        assert_eq!(
            (result.summary.pass, result.summary.fail),
            (3, 2),
            "{instances}: {result:#?}"
        );
        let fallen = reason(case(result, "relay-stays-up"));
        assert!(
            fallen.contains("alone on the relay, this makes it end: kills\n"),
            "{fallen}"
        );
        let killer = case(result, "kills");
        assert_eq!(killer.verdict, Verdict::Fail);
        for wanted in [
            "relay A ended unasked: process `poisoned` ended (exit status: 11)",
            "while this script alone ran on it",
            "\n    segmentation fault",
        ] {
            assert!(reason(killer).contains(wanted), "{}", reason(killer));
        }
        assert!(killer.run_again);
        assert!(result.cases.iter().filter(|c| c.run_again).count() > 1);
        attempts_follow_each_other(&finished.dir, result);
        let again = run::rejudge(&finished.dir, &cases.map(PathBuf::from)).unwrap();
        assert_eq!(again.result.cases, result.cases);
    }
}

/// In the journal each script has one order, and begins as often as it was run.
fn attempts_follow_each_other(dir: &Path, result: &RunResult) {
    let text = fs::read_to_string(dir.join("events.jsonl")).unwrap();
    let events: Vec<Event> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for case in result.cases.iter().filter(|c| c.id != "relay-stays-up") {
        let own: Vec<&Event> = events.iter().filter(|e| e.script == case.id).collect();
        assert!(
            (0..).zip(&own).all(|(seq, event)| event.seq == seq),
            "{}",
            case.id
        );
        let begun = own.iter().filter(|e| matches!(e.what, What::Begin { .. }));
        assert_eq!(begun.count(), 1 + usize::from(case.run_again), "{}", case.id);
    }
}

#[test]
fn a_death_that_no_one_alone_brings_about_is_a_fail_of_its_own() {
    let bench = Bench::new();
    let cases = ["a-waits", "b-waits", "c-waits"].map(|name| bench.case(PATIENT, name));
    let target = bench.target(&[
        (
            "\n# Its configuration",
            // Alice and bob of all three.
            &format!("{}\n# Its configuration", dies_with(6)),
        ),
        (
            "reset: numbers",
            "provisioning: [line: { file: marks, text: \"{number}\" }]",
        ),
    ]);
    let finished = bench.run(&cases, target);
    let result = &finished.result;
    assert_eq!((result.summary.pass, result.summary.fail), (3, 1), "{result:#?}");
    let fallen = reason(case(result, "relay-stays-up"));
    for wanted in [
        "relay A ended unasked, ",
        "process `mortal` ended (exit status: 7)",
        "\n    out of memory",
        "alone on the relay, this does not: ",
        "-waits",
    ] {
        assert!(fallen.contains(wanted), "{fallen}");
    }
    let again = run::rejudge(&finished.dir, &cases.map(PathBuf::from)).unwrap();
    assert_eq!(again.result.cases, result.cases);
}

#[test]
fn a_relay_that_dies_again_and_again_is_given_up() {
    let bench = Bench::new();
    let cases: Vec<String> = (0..6)
        .map(|n| bench.case(ENDLESS, &format!("waits-{n}")))
        .collect();
    let process = MORTAL
        .replace("&& exec sleep 600", "&& exit 9; echo up")
        .replace("name: mortal", "name: mortal\n    ready: [log: up]");
    let target = bench.target(&[
        (
            "\n# Its configuration",
            &format!("{process}\n# Its configuration"),
        ),
        ("instances: many", "instances: one"),
    ]);
    let finished = bench.run(&cases, target);
    let result = &finished.result;
    // Those that ran when it fell first, and those that found it gone: none can be run any more.
    assert_eq!(result.summary.error, 6, "{result:#?}");
    for case in result.cases.iter().filter(|c| c.id != "relay-stays-up") {
        let reason = reason(case);
        assert!(
            reason.contains("was given up: it went down or did not come up"),
            "{reason}"
        );
        assert!(reason.contains("exit status: 9"), "{reason}");
    }
    let fallen = case(result, "relay-stays-up");
    assert_eq!(fallen.verdict, Verdict::Fail);
    assert!(reason(fallen).contains("waits-0"), "{}", reason(fallen));
    let paths: Vec<PathBuf> = cases.iter().map(PathBuf::from).collect();
    let again = run::rejudge(&finished.dir, &paths).unwrap();
    assert_eq!(again.result.cases, result.cases);
}

#[test]
fn an_end_while_nothing_runs_is_a_fail_of_its_own() {
    let bench = Bench::new();
    // It ends as soon as nobody looks: when its subscribers' number is known, which is before the case begins.
    let process = MORTAL.replace("test -s {{ dir }}/store.jsonl", "test -e {{ dir }}/reset");
    let target = bench.target(&[
        ("\n# Its configuration", &format!("{process}\n# Its configuration")),
        (
            "reset: numbers",
            "reset: { command: [sh, -c, 'touch \"$1/reset\"; until test -e \"$1/died\"; do sleep 0.02; done; sleep 0.3', sh, \"{{ dir }}\"] }",
        ),
    ]);
    let cases = [bench.case(SHORT, "first"), bench.case(SHORT, "second")];
    let finished = bench.run(&cases, target);
    let result = &finished.result;
    assert_eq!(result.summary.pass, 2, "{result:#?}");
    let fallen = case(result, "relay-stays-up");
    assert_eq!(fallen.verdict, Verdict::Fail);
    assert!(
        reason(fallen).contains("while no script ran on it"),
        "{}",
        reason(fallen)
    );
    let again = run::rejudge(&finished.dir, &cases.map(PathBuf::from)).unwrap();
    assert_eq!(again.result.cases, result.cases);
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
