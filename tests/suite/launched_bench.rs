//! What tests of launched relays share: target files of relays that live, and of some that die.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use assert_cmd::cargo::cargo_bin;
use mmspec::case::{Action, Cost, Routing, Script, Topology};
use mmspec::run::outcome::{CaseResult, RunResult, Verdict};
use mmspec::run::suite::Suite;
use mmspec::run::{self, Finished, Options};

use crate::system_support::{against, block_on, execute, options};

pub const TARGET: &str = include_str!("../../fixtures/targets/launched.yaml");
pub const CONFIG: &str = include_str!("../../fixtures/targets/launched-relay.yaml.j2");

/// A case that ends when the relay dies, and else never. `NAME` is its id.
pub const ENDLESS: &str = "\
id: NAME
title: Nobody sends anything, and the case waits for it
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: MM4_forward.REQ, at: p, within: 3600s, tests: [TP-M4O-01] }
";

/// A case that passes on any relay that takes submissions.
pub const SHORT: &str = "\
id: NAME
title: A submission is accepted
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok }, tests: [TP-SUB-01] }
";

/// A case that passes and takes its time.
pub const PATIENT: &str = "\
id: NAME
title: A submission is accepted, and nothing is sent to somebody else
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: $bob.plmn } }
  - { expect: M-Send.conf, at: alice, headers: { X-Mms-Response-Status: Ok }, tests: [TP-SUB-01] }
  - { expect-none: M-Notification.ind, at: alice, within: 3s, tests: [TP-VER-03] }
";

/// A case that ends when the relay dies, and else never, with a recipient that no other has.
pub const DEADLY: &str = "\
id: NAME
title: Nobody sends anything, and the case waits for it
topology: one-relay
steps:
  - { send: M-Send.req, from: alice, headers: { To: +15551009999990/TYPE=PLMN } }
  - { expect: MM4_forward.REQ, at: p, within: 3600s, tests: [TP-M4O-01] }
";

/// A program beside the relay that ends whenever the relay has stored something for that recipient.
pub const POISONED: &str = r#"
  - name: poisoned
    ready: [log: up]
    run:
      - sh
      - -c
      - |
        count() { cat {{ dir }}/store.jsonl 2>/dev/null | grep -c 9999990; }
        before=$(count)
        echo up
        until test "$(count)" != "$before"; do sleep 0.02; done
        echo "segmentation fault" >&2
        exit 11
"#;

/// A program beside the relay that ends once, when this many numbers have been made known to it.
pub fn dies_with(numbers: usize) -> String {
    MORTAL.replace(
        "test -s {{ dir }}/store.jsonl",
        &format!("test {numbers} = \"$(wc -l < {{{{ dir }}}}/marks)\""),
    )
}

/// A program beside the relay that ends once, when the relay has stored something.
pub const MORTAL: &str = r#"
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
pub struct Bench(pub tempfile::TempDir);

impl Bench {
    pub fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("launched-relay.yaml.j2"), CONFIG).unwrap();
        Bench(dir)
    }

    pub fn dir(&self) -> &Path {
        self.0.path()
    }

    /// The fixture with something else in it.
    pub fn target(&self, changes: &[(&str, &str)]) -> PathBuf {
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
    pub fn with_process(&self, process: &str) -> PathBuf {
        self.target(&[(
            "\n# Its configuration",
            &format!("{process}\n# Its configuration"),
        )])
    }

    pub fn case(&self, text: &str, name: &str) -> String {
        let file = self.dir().join(format!("{name}.yaml"));
        fs::write(&file, text.replace("NAME", name)).unwrap();
        file.display().to_string()
    }

    pub fn options(&self, selection: &[String], target: PathBuf) -> Options {
        Options {
            program: Some(cargo_bin("mmspec")),
            ..against(&self.dir().join("reports"), selection, target)
        }
    }

    pub fn run(&self, selection: &[String], target: PathBuf) -> Finished {
        block_on(execute(self.options(selection, target)))
    }

    /// What the same cases say of an embedded relay.
    pub fn embedded(&self, ids: &[String]) -> BTreeMap<String, (Verdict, String)> {
        let reports = self.dir().join("embedded");
        verdicts(&block_on(execute(options(&reports, ids))).result)
    }

    pub fn run_one_by_one(&self, selection: &[String], target: PathBuf) -> Finished {
        block_on(execute(Options {
            jobs: Some(1),
            ..self.options(selection, target)
        }))
    }

    pub fn refused(&self, selection: &[String], target: PathBuf) -> String {
        let options = self.options(selection, target);
        let refused = block_on(run::execute(options, &mmspec::run::observer::Silent));
        refused.err().unwrap().to_string()
    }

    /// The program with this target.
    pub fn spawn(&self, selection: &[String], target: &Path) -> Child {
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

pub fn names(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

pub fn case<'a>(result: &'a RunResult, id: &str) -> &'a CaseResult {
    result.cases.iter().find(|c| c.id == id).unwrap()
}

pub fn reason(case: &CaseResult) -> &str {
    case.reason.as_deref().unwrap_or_default()
}

pub fn controls(script: &Script) -> bool {
    script
        .steps()
        .any(|step| matches!(step.action, Action::Node { .. }))
}

/// Cases on one relay whose verdicts are compared: all that put it down, and some of the others.
pub fn compared() -> Vec<String> {
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

pub fn verdicts(run: &RunResult) -> BTreeMap<String, (Verdict, String)> {
    let verdict = |c: &CaseResult| (c.verdict, reason(c).to_owned());
    run.cases.iter().map(|c| (c.id.clone(), verdict(c))).collect()
}
