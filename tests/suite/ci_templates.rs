//! The pipelines for users: their own commands, step by step, in a repository of a relay. They fail on a regression, and pass without.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::system_support::turn;

const GITHUB: &str = include_str!("../../ci/templates/github.yml");
const GITLAB: &str = include_str!("../../ci/templates/gitlab-ci.yml");
const JENKINS: &str = include_str!("../../ci/templates/Jenkinsfile");
const TARGET: &str = include_str!("../../fixtures/targets/launched.yaml");
const RELAY: &str = include_str!("../../fixtures/targets/launched-relay.yaml.j2");

/// Enough to be cut into shards, and some that notice the regression.
const CASES: &str = "TP-SUB-0? TP-NTF-01 mm4-forward-ack-*";
/// What the relay has been doing wrong for long, and what a change breaks.
const KNOWN: &str = "mm4.res.no-status";
const REGRESSION: &str = "mm1.send-conf.wrong-transaction-id";

/// A repository of a relay, and what a runner's machine has.
struct Repository {
    dir: tempfile::TempDir,
    env: BTreeMap<String, String>,
}

impl Repository {
    fn new(defects: &[&str]) -> Repository {
        let repository = Repository {
            dir: tempfile::tempdir().unwrap(),
            env: BTreeMap::new(),
        };
        let mms = repository.path().join("mms");
        fs::create_dir(&mms).unwrap();
        fs::write(mms.join("target.yaml"), TARGET).unwrap();
        repository.relay_is(defects);
        repository
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A commit that changes the relay.
    fn relay_is(&self, defects: &[&str]) {
        let text = format!("{RELAY}\ndefects: [{}]\n", defects.join(", "));
        fs::write(self.path().join("mms/launched-relay.yaml.j2"), text).unwrap();
    }

    fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    /// What a fresh checkout does not have.
    fn clean(&self) {
        for folder in ["mmspec-run", "mmspec-report", "shards"] {
            let _ = fs::remove_dir_all(self.path().join(folder));
        }
    }

    /// Runs a script as runners do: `sh -e`, and `mmspec` is installed. Exit code, and all that was said.
    fn sh(&self, script: &str) -> (i32, String) {
        let bin = Path::new(env!("CARGO_BIN_EXE_mmspec")).parent().unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let output = Command::new("sh")
            .args(["-e", "-c", script])
            .current_dir(self.path())
            .env("PATH", path)
            .env_remove("GITHUB_ACTIONS")
            .envs(&self.env)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        (output.status.code().unwrap_or(-1), said)
    }

    /// The first baseline, as docs/ci.md tells: one run, and what it showed is known.
    fn first_baseline(&self) {
        let (code, said) = self.sh("mmspec run $CASES --target mms/target.yaml --report-dir first");
        assert_eq!(code, 1, "{said}");
        let (code, said) = self.sh(
            "mmspec baseline update first/latest --baseline mms/baseline.yaml --yes --reason 'RES without status, ticket 7'",
        );
        assert_eq!(code, 0, "{said}");
    }
}

fn read(template: &str) -> Value {
    serde_saphyr::from_str(template).unwrap()
}

/// The commands of a job, in order.
fn commands<'a>(template: &'a Value, job: &str) -> Vec<&'a str> {
    let steps = template["jobs"][job]["steps"].as_array().unwrap();
    steps.iter().filter_map(|step| step["run"].as_str()).collect()
}

/// All jobs of the GitHub template, with what its actions do between them; where it failed, and what was said.
fn github(repository: &mut Repository) -> Result<(), String> {
    let template = read(GITHUB);
    repository.clean();
    for (name, value) in template["env"].as_object().unwrap() {
        if name != "CASES" {
            repository.set(name, value.as_str().unwrap());
        }
    }
    let shards = template["jobs"]["run"]["strategy"]["matrix"]["shard"]
        .as_array()
        .unwrap();
    for shard in shards {
        repository.set("SHARD", &format!("{shard}/{}", shards.len()));
        for command in commands(&template, "run") {
            if command.contains("cargo install") {
                continue;
            }
            let (code, said) = repository.sh(command);
            if code != 0 {
                return Err(format!("{command}: {code}\n{said}"));
            }
        }
        let shards = repository.path().join("shards");
        fs::create_dir_all(&shards).unwrap();
        fs::rename(
            repository.path().join("mmspec-run"),
            shards.join(format!("mmspec-shard-{shard}")),
        )
        .unwrap();
    }
    for command in commands(&template, "verdict") {
        let (code, said) = repository.sh(command);
        if code != 0 {
            return Err(format!("{command}: {code}\n{said}"));
        }
    }
    Ok(())
}

#[test]
fn github_fails_on_a_regression_and_passes_after() {
    let _turn = turn();
    let mut repository = Repository::new(&[KNOWN]);
    repository.set("CASES", CASES);
    repository.first_baseline();
    github(&mut repository).unwrap_or_else(|e| panic!("{e}"));
    repository.relay_is(&[KNOWN, REGRESSION]);
    let failed = github(&mut repository).unwrap_err();
    assert!(
        failed.contains("mmspec merge") && failed.contains("TP-SUB-02"),
        "{failed}"
    );
    assert!(repository.path().join("mmspec-report/index.html").is_file());
    repository.relay_is(&[KNOWN]);
    github(&mut repository).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn gitlab_fails_on_a_regression() {
    let _turn = turn();
    let template = read(GITLAB);
    let mut repository = Repository::new(&[KNOWN]);
    for (name, value) in template["variables"].as_object().unwrap() {
        repository.set(name, value.as_str().unwrap());
    }
    repository.set("CASES", CASES);
    repository.first_baseline();
    let script = |job: &str| {
        let lines = template[job]["script"].as_array().unwrap();
        let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
        lines.join("\n")
    };
    let mut codes = Vec::new();
    for defects in [&[KNOWN][..], &[KNOWN, REGRESSION]] {
        repository.clean();
        repository.relay_is(defects);
        let nodes = template["mms conformance"]["parallel"].as_u64().unwrap();
        repository.set("CI_NODE_TOTAL", &nodes.to_string());
        for node in 1..=nodes {
            repository.set("CI_NODE_INDEX", &node.to_string());
            let (code, said) = repository.sh(&script("mms conformance"));
            assert_eq!(code, 0, "{said}");
        }
        let (code, _) = repository.sh(&script("mms verdict"));
        codes.push(code);
        let junit = template["mms verdict"]["artifacts"]["reports"]["junit"]
            .as_str()
            .unwrap();
        assert!(repository.path().join(junit).is_file());
    }
    assert_eq!(codes, [0, 1]);
}

#[test]
fn jenkins_runs_commands_that_there_are() {
    let _turn = turn();
    let mut repository = Repository::new(&[KNOWN]);
    repository.set("TARGET", "mms/target.yaml");
    repository.set("BASELINE", "mms/baseline.yaml");
    repository.set("CASES", CASES);
    repository.first_baseline();
    let commands: Vec<&str> = JENKINS
        .lines()
        .filter_map(|line| line.trim().strip_prefix("sh '")?.strip_suffix('\''))
        .collect();
    assert_eq!(commands.len(), 2);
    for command in commands {
        let (code, said) = repository.sh(command);
        assert_eq!(code, 0, "{command}: {said}");
    }
}
