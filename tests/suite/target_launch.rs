//! Starting relays: real processes, told by target files.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt;
use mmspec::target::launch::{Bound, Launch, Launched, Log, Provisioner, Trouble};
use mmspec::target::{Identity, Setting, Target, Wrong};
use tokio::sync::Notify;

use crate::system_support::block_on;

/// The rest of a target file whose processes are what a test is about.
const REST: &str = r#"
name: launched
start: command
ixit:
  domain: mms.home.example
  system-address: system-user@mms.home.example
  numbers: { prefix: "+1555100" }
  mm1: { url: "http://127.0.0.1:9/mms", identity: { X-MSISDN: "{number}" } }
  mm4: { to: "127.0.0.1:9" }
  push: { kannel: { listen: "127.0.0.1:9" } }
  peers: {}
"#;

struct Relay {
    dir: tempfile::TempDir,
    target: Target,
    log: Arc<Log>,
}

impl Relay {
    fn new(text: &str) -> Relay {
        let dir = tempfile::tempdir().unwrap();
        let target = parsed(dir.path(), text).unwrap_or_else(|wrong| panic!("{wrong}"));
        let log = Arc::new(Log::new(target.hidden()));
        Relay { dir, target, log }
    }

    async fn start(&self) -> Result<Launched, Trouble> {
        self.start_with(None).await
    }

    async fn start_with(&self, bound: Option<&Bound>) -> Result<Launched, Trouble> {
        let launch = Launch {
            target: &self.target,
            log: &self.log,
            bound,
            is_new: true,
        };
        launch.start().await
    }

    /// All that was said.
    fn said(&self) -> Vec<String> {
        self.log.since(Log::beginning(), 1_000).lines
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
    }
}

fn parsed(dir: &Path, text: &str) -> Result<Target, Wrong> {
    let setting = Setting {
        relay: "A".to_owned(),
        other: Identity {
            domain: "mms.b.example".to_owned(),
            prefix: "+1555101".to_owned(),
        },
        program: "mmspec".into(),
        dir: dir.join("instance"),
    };
    Target::parse(&dir.join("target.yaml"), &format!("{REST}{text}"), &setting)
}

fn wrong(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    parsed(dir.path(), text).unwrap_err().to_string()
}

/// Whether a process of this number runs; one that only waits to be taken note of does not.
fn runs(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap().trim_start().starts_with('Z'))
}

#[test]
fn processes_start_in_order_and_stop_in_the_other_one() {
    let relay = Relay::new(
        r#"
processes:
  - name: first
    run: [sh, -c, "trap 'echo first ends; exit 0' TERM; echo up >&2; while :; do sleep 0.01; done"]
    ready: [log: "^up$"]
  - name: second
    run: [sh, -c, "trap 'echo second ends; exit 0' USR1; echo ready; while :; do sleep 0.01; done"]
    ready: [log: ready]
    stop: { signal: SIGUSR1 }
"#,
    );
    block_on(async {
        let launched = relay.start().await.unwrap();
        assert!(launched.ended().now_or_never().is_none());
        launched.stop().await;
    });
    assert_eq!(
        relay.said(),
        [
            "first| up",
            "second| ready",
            "second| second ends",
            "first| first ends"
        ]
    );
}

#[test]
fn one_that_does_not_stop_is_killed_with_its_children() {
    let relay = Relay::new(
        r#"
processes:
  - name: main
    run: [sh, -c, "trap '' TERM; sleep 600 & echo $! > {{ dir }}/child; echo up; wait"]
    ready: [log: up]
    stop: { grace: 50 }
"#,
    );
    block_on(async {
        let launched = relay.start().await.unwrap();
        let child = relay.file("instance/child");
        assert!(runs(&child));
        launched.stop().await;
        assert!(!runs(&child));
    });
}

#[test]
fn dropped_it_takes_everything_with_it() {
    let relay = Relay::new(
        r#"
processes:
  - name: main
    run: [sh, -c, "sleep 600 & echo $! > {{ dir }}/child; echo up; wait"]
    ready: [log: up]
"#,
    );
    let child = block_on(async {
        let _launched = relay.start().await.unwrap();
        relay.file("instance/child")
    });
    // It was sent SIGKILL; that it is gone is a matter of time.
    while runs(&child) {
        std::thread::yield_now();
    }
}

#[test]
fn what_ends_unasked_says_how() {
    let relay = Relay::new(
        r#"
processes:
  - { name: main, run: [sh, -c, "echo up; read -r x < {{ dir }}/pipe; echo overboard; exit 3"], ready: [log: up] }
  - { name: other, run: [sleep, "600"] }
"#,
    );
    block_on(async {
        fs::create_dir_all(relay.dir.path().join("instance")).unwrap();
        let pipe = relay.dir.path().join("instance/pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let launched = relay.start().await.unwrap();
        let ended = launched.ended();
        fs::write(&pipe, "go\n").unwrap();
        let ended = ended.await;
        assert_eq!(
            (ended.process.as_str(), ended.status.as_str()),
            ("main", "exit status: 3")
        );
        launched.kill().await;
    });
    assert_eq!(relay.said().last().unwrap(), "main| overboard");
}

#[test]
fn every_sign_of_readiness_is_waited_for() {
    let http = TcpListener::bind("127.0.0.1:0").unwrap();
    let smtp = TcpListener::bind("127.0.0.1:0").unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let [http_at, smtp_at, tcp_at]: [SocketAddr; 3] = [&http, &smtp, &tcp].map(|l| l.local_addr().unwrap());
    let relay = Relay::new(&format!(
        r#"
processes:
  - name: main
    run: [sh, -c, "echo begun >> log; sleep 0.1; echo now serving >> log; exec sleep 600"]
    directory: .
    logs: [log]
    ready: [http: "http://{http_at}/health", smtp: "{smtp_at}", tcp: "{tcp_at}", log: "now \\w+"]
"#
    ));
    // What was in the file before is no sign.
    fs::write(relay.dir.path().join("log"), "now serving\n").unwrap();
    let answering = std::thread::spawn(move || {
        for status in ["503 Not yet", "404 Here"] {
            let (mut stream, _) = http.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /health"));
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
        }
    });
    let greeting = std::thread::spawn(move || {
        for greeting in ["421 not yet\r\n", "220-well\r\n220 come\r\n"] {
            let (mut stream, _) = smtp.accept().unwrap();
            stream.write_all(greeting.as_bytes()).unwrap();
        }
    });
    block_on(async {
        let launched = relay.start().await.unwrap();
        launched.kill().await;
    });
    answering.join().unwrap();
    greeting.join().unwrap();
    assert_eq!(relay.said(), ["main| begun", "main| now serving"]);
}

#[test]
fn a_bind_is_what_the_caller_says() {
    let text = REST.replace("kannel:", "smpp:");
    let dir = tempfile::tempdir().unwrap();
    let setting = Setting {
        relay: "A".to_owned(),
        other: Identity {
            domain: String::new(),
            prefix: String::new(),
        },
        program: "mmspec".into(),
        dir: dir.path().join("instance"),
    };
    let text = format!(
        "{text}\nprocesses: [{{ name: main, run: [sleep, '600'], ready: [smpp-bind: true], ready-within: 30000 }}]"
    );
    let target = Target::parse(&dir.path().join("t.yaml"), &text, &setting).unwrap();
    let log = Arc::new(Log::new(target.hidden()));
    block_on(async {
        let seen = Arc::new(Notify::new());
        let told = Arc::clone(&seen);
        let bound: Bound = Arc::new(move || {
            let seen = Arc::clone(&seen);
            async move { seen.notified().await }.boxed()
        });
        let launch = Launch {
            target: &target,
            log: &log,
            bound: Some(&bound),
            is_new: true,
        };
        let mut start = Box::pin(launch.start());
        assert!((&mut start).now_or_never().is_none());
        told.notify_one();
        start.await.unwrap().kill().await;
    });
}

#[test]
fn what_is_not_ready_says_what_is_missing() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = closed.local_addr().unwrap();
    drop(closed);
    let relay = Relay::new(&format!(
        r#"
processes:
  - name: main
    run: [sh, -c, "echo $$ > {{{{ dir }}}}/pid; echo I am; echo still waiting; exec sleep 600"]
    ready: [log: I am, tcp: "{addr}", log: "I will be"]
    ready-within: 500
"#
    ));
    let trouble = block_on(relay.start()).unwrap_err().to_string();
    for wanted in [
        "process `main` was not ready within 500 ms",
        &format!("a connection to {addr} (Connection refused"),
        "a line in its log that fits /I will be/",
        "\n    still waiting",
    ] {
        assert!(trouble.contains(wanted), "{trouble}");
    }
    assert!(!trouble.contains("/I am/"), "{trouble}");
    assert!(!runs(&relay.file("instance/pid")));
}

#[test]
fn what_ends_before_it_is_ready_says_how() {
    let relay = Relay::new(
        r#"
processes:
  - { name: store, run: [sh, -c, "echo $$ > {{ dir }}/pid; echo up; exec sleep 600"], ready: [log: up] }
  - { name: main, run: [sh, -c, "echo reading relay.conf; echo 'no such key: prot' >&2; exit 78"], ready: [smtp: "127.0.0.1:9"] }
"#,
    );
    let trouble = block_on(relay.start()).unwrap_err().to_string();
    for wanted in [
        "process `main` ended before the relay was ready (exit status: 78)",
        "a greeting 220 at 127.0.0.1:9",
        "\n    no such key: prot",
    ] {
        assert!(trouble.contains(wanted), "{trouble}");
    }
    assert!(!runs(&relay.file("instance/pid")), "the others are ended too");
}

#[test]
fn what_cannot_be_started_says_why() {
    for (process, wanted) in [
        (r#"run: [no-such-program]"#, "there is no program no-such-program"),
        (r#"run: [./missing]"#, "there is no program ./missing"),
        (r#"run: [sleep, "1"], directory: nowhere"#, "nowhere is not there"),
        (
            r#"run: [sleep, "1"], user: nobody-is-called-so"#,
            "there is no user `nobody-is-called-so`",
        ),
    ] {
        let relay = Relay::new(&format!("processes: [{{ name: main, {process} }}]"));
        let trouble = block_on(relay.start()).unwrap_err().to_string();
        assert!(
            trouble.contains("process `main`") && trouble.contains(wanted),
            "{trouble}"
        );
    }
}

#[test]
fn environment_directory_and_files_are_as_the_target_says() {
    let relay = Relay::new(
        r#"
processes:
  - name: main
    run: [sh, -c, 'pwd; echo "<$COLOUR> <$HOME>"; cat "$1"; cat {{ dir }}/other; echo done; exec sleep 600', sh, "{{ dir }}/sub/relay.conf"]
    environment: { COLOUR: "{{ relay }} green", HOME: ~ }
    directory: work
    ready: [log: done]
files:
  - { path: sub/relay.conf, from: relay.conf.template }
  - { path: other, text: "port of {{ other.domain }}\n" }
"#,
    );
    fs::create_dir(relay.dir.path().join("work")).unwrap();
    fs::write(
        relay.dir.path().join("relay.conf.template"),
        "listen {{ port('a') }}\nagain {{ port('a') }}\n",
    )
    .unwrap();
    block_on(async {
        relay.start().await.unwrap().kill().await;
    });
    let said = relay.said();
    let work = relay.dir.path().join("work").canonicalize().unwrap();
    assert_eq!(said[0], format!("main| {}", work.display()));
    assert_eq!(said[1], "main| <A green> <>");
    let port = said[2].strip_prefix("main| listen ").unwrap();
    assert_eq!(said[3], format!("main| again {port}"));
    assert_eq!(said[4], "main| port of mms.b.example");
}

#[test]
fn a_template_that_is_wrong_has_its_place() {
    let relay = Relay::new(
        "processes: [{ name: main, run: [sleep, '1'] }]\nfiles: [{ path: x, from: relay.conf.template }]",
    );
    let template = relay.dir.path().join("relay.conf.template");
    let trouble = block_on(relay.start()).unwrap_err().to_string();
    assert!(trouble.contains("relay.conf.template"), "{trouble}");
    fs::write(&template, "a\nb {{ prot('x') }}\n").unwrap();
    let trouble = block_on(relay.start()).unwrap_err().to_string();
    assert!(trouble.contains("relay.conf.template:2:"), "{trouble}");
}

#[test]
fn another_user_is_taken_or_refused_with_the_reason() {
    let relay = Relay::new(
        r#"
processes:
  - { name: main, run: [sh, -c, "id -u; touch {{ dir }}/mine; exec sleep 600"], user: nobody, directory: /, ready: [log: "^[0-9]+$"] }
"#,
    );
    block_on(async {
        match relay.start().await {
            Ok(launched) => launched.kill().await,
            Err(trouble) => {
                let trouble = trouble.to_string();
                assert!(
                    trouble.contains("user `nobody`") && trouble.contains("only root"),
                    "{trouble}"
                );
                return;
            }
        }
        assert_ne!(relay.said()[0], "main| 0");
    });
}

#[test]
fn secrets_are_not_in_the_log() {
    let relay = Relay::new(
        r#"
secrets: [open-sesame]
processes:
  - { name: main, run: [sh, -c, "echo password=open-sesame; echo up; exit 1"], ready: [log: never] }
"#,
    );
    let trouble = block_on(relay.start()).unwrap_err().to_string();
    assert!(
        trouble.contains("password=[secret]") && !trouble.contains("sesame"),
        "{trouble}"
    );
}

#[test]
fn subscribers_are_made_known() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = server.local_addr().unwrap();
    let relay = Relay::new(&format!(
        r#"
processes: [{{ name: main, run: [sleep, "600"] }}]
provisioning:
  - http:
      url: "http://{at}/subscribers/{{digits}}"
      headers: {{ X-Key: k }}
      body: '{{"number": "{{number}}"}}'
  - command: [sh, -c, 'echo "$1" > "$2/from-command"', sh, "{{number}}", "{{{{ dir }}}}"]
  - line: {{ file: users, text: "{{digits}} {{number}}" }}
"#
    ));
    fs::create_dir(relay.dir.path().join("instance")).unwrap();
    let serving = std::thread::spawn(move || {
        let mut requests = Vec::new();
        for status in ["201 Created", "409 There"] {
            let (mut stream, _) = server.accept().unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 1024];
            while !request.ends_with(b"}") {
                let length = stream.read(&mut piece).unwrap();
                request.extend_from_slice(&piece[..length]);
            }
            requests.push(String::from_utf8(request).unwrap());
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsaid"
            )
            .unwrap();
        }
        requests
    });
    let provisioner = Provisioner::default();
    block_on(async {
        provisioner.subscriber(&relay.target, "+155").await.unwrap();
        let refused = provisioner.subscriber(&relay.target, "+156").await.unwrap_err();
        assert!(
            refused.contains("provisioning of +156: POST http://")
                && refused.contains("answered with 409 and not with 2xx: said"),
            "{refused}"
        );
        let failed = provisioner
            .reset(
                &relay.target,
                &["sh".into(), "-c".into(), "echo no >&2; exit 2".into()],
            )
            .await
            .unwrap_err();
        assert!(failed.contains("exit status: 2: no"), "{failed}");
    });
    let requests = serving.join().unwrap();
    assert!(
        requests[0].starts_with("POST /subscribers/155 HTTP/1.1"),
        "{}",
        requests[0]
    );
    assert!(requests[0].ends_with("{\"number\": \"+155\"}"), "{}", requests[0]);
    assert_eq!(relay.file("instance/from-command"), "+155\n");
    assert_eq!(relay.file("instance/users"), "155 +155\n");
}

#[test]
fn what_makes_no_sense_is_refused_with_the_file() {
    for (text, wanted) in [
        ("processes: [{ name: a/b, run: [x] }]", "process `a/b`: its name"),
        ("processes: [{ name: a, run: [] }]", "names no program"),
        (
            "processes: [{ name: a, run: [x] }, { name: a, run: [y] }]",
            "two processes are called `a`",
        ),
        (
            "processes: [{ name: a, run: [x], stop: { signal: STOP } }]",
            "`stop.signal` is `STOP`",
        ),
        (
            "processes: [{ name: a, run: [x], ready: [log: '('] }]",
            "`ready.log`",
        ),
        (
            "processes: [{ name: a, run: [x], ready: [tcp: '127.0.0.1'] }]",
            "no address and port",
        ),
        (
            "processes: [{ name: a, run: [x], ready: [http: 'https://h/'] }]",
            "begins with http://",
        ),
        (
            "processes: [{ name: a, run: [x], ready: [smpp-bind: true] }]",
            "pushes by SMPP",
        ),
    ] {
        let wrong = wrong(text);
        assert!(wrong.contains("target.yaml") && wrong.contains(wanted), "{wrong}");
    }
}
