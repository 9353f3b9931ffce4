//! `mmspec target init` and `mmspec target check`: what a newcomer is told in his first hour.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};

use assert_cmd::Command;

use crate::cli_commands::mmspec;
use crate::system_targets::parsed;

/// A relay in a process of its own, killed when this is dropped.
struct Relay {
    child: Child,
    mm1: String,
    mm4: SocketAddr,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Starts one that pushes to `kannel` and sends MM4 to `peer`.
fn relay(dir: &Path, kannel: SocketAddr, peer: SocketAddr) -> Relay {
    let config = format!(
        r#"
name: A
domain: mms.home.example
host: a.mms.home.example
system-address: system-user@mms.home.example
mm1: {{ listen: "127.0.0.1:0", path: /mms, identity-header: X-WAP-Network-Client-MSISDN }}
mm4: {{ listen: "127.0.0.1:0" }}
push: {{ kannel: "http://{kannel}/cgi-bin/sendsms", username: A, password: mmspec }}
subscribers: [{{ prefix: "+1555100", home: A }}]
routes: [{{ prefix: "+1555200", domain: mms.p.example, mm4: "{peer}" }}]
"#
    );
    let path = dir.join("relay.yaml");
    fs::write(&path, config).unwrap();
    let mut child = Process::new(env!("CARGO_BIN_EXE_mmspec"))
        .args(["relay", "--config"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut after = |start: &str| loop {
        let line = lines.next().unwrap().unwrap();
        if let Some(rest) = line.strip_prefix(start) {
            return rest.to_owned();
        }
    };
    let (mm1, mm4) = (after("MM1 "), after("MM4 ").parse().unwrap());
    Relay { child, mm1, mm4 }
}

fn target(mm1: &str, mm4: &str, kannel: SocketAddr, peer: SocketAddr) -> String {
    format!(
        r#"
name: mine
start: remote
lacks: [mm1.mmbox]
ixit:
  domain: mms.home.example
  system-address: system-user@mms.home.example
  numbers: {{ prefix: "+1555100" }}
  mm1: {{ url: "{mm1}", identity: {{ X-WAP-Network-Client-MSISDN: "{{number}}" }} }}
  mm4: {{ to: "{mm4}" }}
  push: {{ kannel: {{ listen: "{kannel}" }} }}
  peers:
    p: {{ domain: mms.p.example, listen: "{peer}", prefix: "+1555200" }}
"#
    )
}

/// Two addresses that nobody has.
fn free() -> (SocketAddr, SocketAddr) {
    let take = || TcpListener::bind("127.0.0.1:0").unwrap();
    let (a, b) = (take(), take());
    (a.local_addr().unwrap(), b.local_addr().unwrap())
}

/// What the check says, and how it ends.
fn check(target: &str) -> (String, i32) {
    let (dir, mut command) = mmspec();
    fs::write(dir.path().join("t.yaml"), target).unwrap();
    let output = command.args(["target", "check", "t.yaml"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (text, output.status.code().unwrap())
}

fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

#[test]
fn a_relay_that_is_well_configured_can_be_driven() {
    let dir = tempfile::tempdir().unwrap();
    let (kannel, peer) = free();
    let relay = relay(dir.path(), kannel, peer);
    let (text, code) = check(&target(&relay.mm1, &relay.mm4.to_string(), kannel, peer));
    assert_eq!(code, 0, "{text}");
    holds(
        &text,
        &[
            "the recipient is notified",
            "an MM for the peer is forwarded over MM4",
            "the peer gets the MM4 response it asked for",
            "mine can be driven: mmspec run --target t.yaml",
        ],
    );
    assert!(!text.contains("WRONG"), "{text}");
}

#[test]
fn where_nobody_listens_is_said() {
    let (kannel, peer) = free();
    let (mm1, mm4) = free();
    let (text, code) = check(&target(
        &format!("http://{mm1}/mms"),
        &mm4.to_string(),
        kannel,
        peer,
    ));
    assert_eq!(code, 1, "{text}");
    holds(
        &text,
        &[
            &format!("MM1 at http://{mm1}/mms"),
            &format!("MM4 at {mm4}"),
            "nobody listens there (connection refused)",
            "is the relay running, and is ixit.mm1.url its address and port?",
        ],
    );
}

#[test]
fn ports_that_are_mixed_up_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let (kannel, peer) = free();
    let relay = relay(dir.path(), kannel, peer);
    let mm1 = relay.mm1.trim_start_matches("http://").trim_end_matches("/mms");
    let (text, code) = check(&target(&format!("http://{}/mms", relay.mm4), mm1, kannel, peer));
    assert_eq!(code, 1, "{text}");
    holds(
        &text,
        &[
            "no HTTP server: it greets with `220",
            "an HTTP server (status ",
            "are the addresses of MM1 and MM4 mixed up?",
        ],
    );
}

#[test]
fn an_smtp_server_that_refuses_is_quoted() {
    let dir = tempfile::tempdir().unwrap();
    let (kannel, peer) = free();
    let relay = relay(dir.path(), kannel, peer);
    let refusing = TcpListener::bind("127.0.0.1:0").unwrap();
    let mm4 = refusing.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in refusing.incoming() {
            // Whoever went away already is not told.
            let _ = stream
                .unwrap()
                .write_all(b"554 5.7.1 this host is not trusted\r\n");
        }
    });
    let (text, code) = check(&target(&relay.mm1, &mm4.to_string(), kannel, peer));
    assert_eq!(code, 1, "{text}");
    holds(
        &text,
        &[
            "an SMTP server that refuses connections: `554 5.7.1 this host is not trusted`",
            "list of hosts that may send MM4",
            // The other way works.
            "an MM for the peer is forwarded over MM4\n        a mail from",
        ],
    );
}

#[test]
fn a_port_that_another_program_has_is_named_with_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (kannel, (peer, _)) = (taken.local_addr().unwrap(), free());
    let relay = relay(dir.path(), kannel, peer);
    let (text, code) = check(&target(&relay.mm1, &relay.mm4.to_string(), kannel, peer));
    assert_eq!(code, 1, "{text}");
    holds(
        &text,
        &[
            &format!("push gateway (kannel) that mmspec plays at {kannel}"),
            "another program listens at this port",
            "choose another port for ixit.push.kannel.listen and in the relay",
        ],
    );
}

#[test]
fn a_relay_that_never_notifies_is_told_from_one_that_is_down() {
    let dir = tempfile::tempdir().unwrap();
    let (kannel, peer) = free();
    let (nowhere, _) = free();
    let relay = relay(dir.path(), nowhere, peer);
    let (text, code) = check(&target(&relay.mm1, &relay.mm4.to_string(), kannel, peer));
    assert_eq!(code, 1, "{text}");
    holds(
        &text,
        &[
            "a subscriber submits an MM\n        answered with HTTP status 200",
            "the recipient is notified\n        nothing came",
            &format!("the relay must push through kannel at {kannel} (ixit.push)"),
        ],
    );
}

#[test]
fn nothing_is_sent_if_nothing_may_be() {
    let dir = tempfile::tempdir().unwrap();
    let (kannel, peer) = free();
    let relay = relay(dir.path(), kannel, peer);
    let (folder, mut command) = mmspec();
    let text = target(&relay.mm1, &relay.mm4.to_string(), kannel, peer);
    fs::write(folder.path().join("t.yaml"), text).unwrap();
    command
        .args(["target", "check", "t.yaml", "--no-send"])
        .assert()
        .success();
    assert!(!folder.path().join("reports").exists());
}

fn init(dir: &Path, args: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::cargo_bin("mmspec").unwrap();
    command
        .current_dir(dir)
        .args(["target", "init"])
        .args(args)
        .assert()
}

#[test]
fn a_first_target_file_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    for start in ["remote", "command"] {
        for push in ["kannel", "smpp"] {
            let name = format!("{start}-{push}");
            let args = [
                "--name", &name, "--start", start, "--push", push, "--prefix", "+4917",
            ];
            init(dir.path(), &args).success();
            let text = fs::read_to_string(dir.path().join(format!("{name}.yaml"))).unwrap();
            let target = parsed(&text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
            assert_eq!(target.name, name);
            let ixit = target.ixit.unwrap();
            assert_eq!(
                (ixit.push.channel(), ixit.numbers.prefix().as_str()),
                (push, "+4917")
            );
        }
    }
}

#[test]
fn a_file_that_is_there_stays() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("x.yaml"), "mine").unwrap();
    let refused = init(dir.path(), &["x.yaml"]).code(2);
    let text = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    holds(&text, &["x.yaml is there already", "--force"]);
    assert_eq!(fs::read_to_string(dir.path().join("x.yaml")).unwrap(), "mine");
    init(dir.path(), &["x.yaml", "--force"]).success();
}
