//! `mmspec relay` as a process of its own, with MM4 that is not plain SMTP: mail commands both ways, and STARTTLS with logins both
//! ways beside HTTPS.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use mmspec::case::{Cost, Topology};
use mmspec::relay::{Config, config};
use mmspec::run::outcome::Verdict;
use mmspec::run::suite::Suite;
use mmspec::target::{Ixit, Push, PushAt, Target};
use mmspec::wire::smtp::ways::{ClientTls, Credentials, MailCommand, Mechanism, Secret, SmtpTerms, TlsMode};

use crate::party_peer_terms::{fixture, login, peer_tls};
use crate::system_remote::{FreePorts, Process};
use crate::system_support::{against, block_on, execute, turn};
use crate::system_targets::{RELAY, TARGET, parsed};

const PASSWORD: &str = "correct horse";

/// The fixtures' pair with one peer, on free ports, before either is started.
struct Pair {
    dir: tempfile::TempDir,
    config: Config,
    target: Target,
}

impl Pair {
    fn new() -> Pair {
        let mut config: Config = serde_saphyr::from_str(RELAY).unwrap();
        let mut target = parsed(TARGET).unwrap();
        let ixit = target.ixit.as_mut().unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        (config.mm1.listen, config.mm4.listen) = (any, Some(any));
        let free = FreePorts::take(2);
        ixit.push = Push::Kannel(PushAt { listen: free.addr(0) });
        let config::Push::Kannel(kannel) = &mut config.push else {
            panic!("{:?}", config.push);
        };
        kannel.url = format!("http://{}/cgi-bin/sendsms", free.addr(0));
        ixit.peers.retain(|name, _| name == "p");
        let peer = ixit.peers.get_mut("p").unwrap();
        peer.listen = free.addr(1);
        config.routes.retain(|route| route.domain == peer.domain);
        config.routes[0].mm4 = Some(peer.listen);
        // A busy machine must not look like a response that does not come.
        config.timers.mm4_response_ms = 6_000;
        target.timers.resend = 7_000;
        let dir = tempfile::tempdir().unwrap();
        Pair { dir, config, target }
    }

    fn ixit(&mut self) -> &mut Ixit {
        self.target.ixit.as_mut().unwrap()
    }

    /// Starts the relay, and writes the target file for it.
    fn start(mut self) -> (Process, tempfile::TempDir, PathBuf) {
        let config_file = self.dir.path().join("relay.yaml");
        fs::write(&config_file, serde_saphyr::to_string(&self.config).unwrap()).unwrap();
        let mut child = Command::new(program())
            .args(["relay", "--config"])
            .arg(&config_file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = said(&mut child);
        let relay = Process(child);
        let url = said.iter().find_map(|line| line.strip_prefix("MM1 ")).unwrap();
        let ixit = self.ixit();
        ixit.mm1.url = url.to_owned();
        if ixit.mm4.command.is_none() {
            let addr = said.iter().find_map(|line| line.strip_prefix("MM4 ")).unwrap();
            ixit.mm4.to = Some(addr.parse().unwrap());
        }
        let target_file = self.dir.path().join("target.yaml");
        // Secrets are not written.
        let text = serde_saphyr::to_string(&self.target)
            .unwrap()
            .replace("***", PASSWORD);
        fs::write(&target_file, text).unwrap();
        (relay, self.dir, target_file)
    }
}

fn program() -> PathBuf {
    assert_cmd::cargo::cargo_bin("mmspec")
}

/// What the relay says before it waits for its end.
fn said(child: &mut Child) -> Vec<String> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines = lines.map(|line| line.unwrap());
    lines.take_while(|line| !line.starts_with("Ctrl-C")).collect()
}

/// Verdicts of the cases on one relay that are about MM4, each with what speaks against it.
fn verdicts(dir: &Path, target: PathBuf) -> Vec<(String, Verdict, String)> {
    let suite = Suite::load(&[]).unwrap();
    let ids: Vec<String> = suite
        .scripts
        .iter()
        .filter(|s| s.topology == Topology::OneRelay && s.cost == Cost::Normal && !s.routing.asks_dns())
        .filter(|s| s.id.starts_with("mm4-") || s.id.starts_with("smtp-") || s.id.starts_with("e2e-"))
        .map(|s| s.id.clone())
        .collect();
    let run = block_on(execute(against(dir, &ids, target))).result;
    run.cases
        .iter()
        .map(|case| {
            let wrong = case.expectations.iter().filter(|e| e.verdict != Verdict::Pass);
            let wrong: Vec<String> = wrong
                .map(|e| format!("{} {:?}: {}", e.id, e.verdict, e.note))
                .collect();
            let why = format!("{:?} {}", case.reason, wrong.join(" "));
            (case.id.clone(), case.verdict, why)
        })
        .collect()
}

#[test]
fn mails_go_in_and_out_by_command() {
    let _turn = turn();
    let mut pair = Pair::new();
    let program = program().to_string_lossy().into_owned();
    let words = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>();
    let socket = pair.dir.path().join("deliver.sock");
    let peer = pair.ixit().peers["p"].listen.to_string();
    pair.config.mm4.listen = None;
    pair.config.mm4.deliver_socket = Some(socket.clone());
    pair.config.mm4.send_command = Some(words(&[
        &program, "shim", "sendmail", "--to", &peer, "-i", "-f", "{from}", "{to}",
    ]));
    pair.config.routes[0].mm4 = None;
    pair.target.lacks.extend(words(&["smtp.client", "smtp.server"]));
    let ixit = pair.ixit();
    ixit.mm4.to = None;
    let socket = socket.to_string_lossy().into_owned();
    ixit.mm4.command = Some(MailCommand::new(words(&[
        &program,
        "relay",
        "--deliver",
        &socket,
        "-f",
        "{from}",
        "-t",
        "{to}",
    ])));
    let (_relay, dir, target) = pair.start();
    let verdicts = verdicts(dir.path(), target);
    // It takes every exit code but 0 for "later", as relays of that kind do.
    only_these_fail(&verdicts, &["mm4-permanent-refusal-is-final"]);
    for id in ["smtp-command-order", "smtp-dots-are-stuffed"] {
        let of = verdicts.iter().filter(|(case, ..)| case.starts_with(id));
        for (case, verdict, why) in of {
            assert_eq!(*verdict, Verdict::NotApplicable, "{case}: {why}");
        }
    }
}

#[test]
fn mails_go_in_and_out_over_tls_with_logins() {
    let _turn = turn();
    let mut pair = Pair::new();
    let relay = config::Credentials {
        name: "relay".to_owned(),
        password: PASSWORD.to_owned(),
    };
    pair.config.mm1.tls = Some(config::HttpTls {
        certificate: fixture("relay.pem"),
        key: fixture("relay.key"),
    });
    pair.config.mm4.tls = Some(config::SmtpTls {
        certificate: fixture("relay.pem"),
        key: fixture("relay.key"),
        required: true,
    });
    pair.config.mm4.users = vec![relay.clone()];
    pair.config.routes[0].auth = Some(relay);
    pair.config.routes[0].tls = Some(config::PeerTls {
        root: fixture("root.pem"),
        name: None,
    });
    let ixit = pair.ixit();
    ixit.mm1.root = Some(fixture("root.pem"));
    // Cases that speak SMTP word by word do not log in, and do not apply.
    ixit.mm4.smtp.auth = Some(Credentials {
        mechanism: Mechanism::Login,
        username: "relay".to_owned(),
        password: Secret::new(PASSWORD),
    });
    ixit.mm4.smtp.tls = Some(ClientTls {
        root: fixture("root.pem"),
        mode: TlsMode::Starttls,
        name: None,
    });
    ixit.peers.get_mut("p").unwrap().smtp = SmtpTerms {
        auth: Some(login(true)),
        tls: Some(peer_tls(true)),
    };
    let (_relay, dir, target) = pair.start();
    let verdicts = verdicts(dir.path(), target);
    only_these_fail(&verdicts, &[]);
}

/// The others pass, but for those that do not apply.
fn only_these_fail(verdicts: &[(String, Verdict, String)], known: &[&str]) {
    let passed = verdicts.iter().filter(|(_, v, _)| *v == Verdict::Pass).count();
    let wrong: Vec<_> = verdicts
        .iter()
        .filter(|(id, v, _)| {
            let good = matches!(v, Verdict::Pass | Verdict::NotApplicable);
            good == known.contains(&id.as_str())
        })
        .collect();
    assert!(wrong.is_empty(), "{passed} pass, {wrong:#?}");
    assert!(passed > 150, "{passed}");
}
