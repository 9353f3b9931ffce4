//! `mmspec relay` as a process of its own, driven through a target file: the fixtures' pair, on free ports.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use mmspec::case::{Action, Behaviour, Cost, Routing, Script, Topology};
use mmspec::relay::config::Dns;
use mmspec::relay::{Config, config};
use mmspec::run::outcome::{RunResult, Verdict};
use mmspec::run::suite::Suite;
use mmspec::target::{self, Push, PushAt};

use crate::system_support::{against, block_on, execute, options, turn};
use crate::system_targets::{RELAY, TARGET, parsed};

#[test]
fn a_remote_relay_gets_the_verdicts_of_an_embedded_one() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let (_relay, target) = start(dir.path(), By::Tables);
    let passed = same_verdicts(
        dir.path(),
        &scripts(|s| !s.routing.asks_dns() && !is_bound_to_embedded(s)),
        target,
    );
    assert!(passed > 300);
}

#[test]
#[cfg(target_os = "linux")] // Peers need addresses of their own: the DNS does not tell ports.
fn a_remote_relay_that_routes_by_enum_gets_the_verdicts_of_an_embedded_one() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let (_relay, target) = start(dir.path(), By::Enum);
    let wanted = |s: &Script| {
        let by_table = s.routing == Routing::Static && s.case_id.starts_with("routing-");
        (by_table && !is_bound_to_embedded(s)) || (s.routing == Routing::Enum && !shapes_a_link_to_a_peer(s))
    };
    assert!(same_verdicts(dir.path(), &scripts(wanted), target) > 25);
}

/// How many scripts pass both inside and on the target; all verdicts are the same.
fn same_verdicts(dir: &Path, ids: &[String], target: PathBuf) -> usize {
    let embedded = block_on(execute(options(dir, ids))).result;
    let remote = block_on(execute(against(dir, ids, target))).result;
    let (embedded, remote) = (verdicts(&embedded), verdicts(&remote));
    let different: Vec<String> = embedded
        .iter()
        .filter(|(id, verdict)| remote.get(*id) != Some(verdict))
        .map(|(id, verdict)| format!("{id}: embedded {verdict:?}, remote {:?}", remote.get(id)))
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
    embedded.values().filter(|(v, _)| *v == Verdict::Pass).count()
}

#[test]
fn what_a_remote_relay_cannot_be_tested_for_says_what_is_missing() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let (_relay, target) = start(dir.path(), By::Tables);
    let others: Vec<String> = Suite::load(&[])
        .unwrap()
        .scripts
        .iter()
        .filter(|s| s.topology != Topology::OneRelay && s.rules().is_empty())
        .map(|s| s.id.clone())
        .collect();
    let run = block_on(execute(against(dir.path(), &others, target))).result;
    for case in &run.cases {
        let reason = case.reason.as_deref().unwrap_or_default();
        assert_eq!(case.verdict, Verdict::NotApplicable, "{}: {reason}", case.id);
        let wanted = match case.topology.as_str() {
            "two-mmse" => "a way from A to B (relay A has no entry `other` under ixit.peers",
            _ => "what joins ",
        };
        assert!(reason.contains(wanted), "{}: {reason}", case.id);
    }
    assert_eq!(run.cases.len(), others.len());
}

#[test]
fn no_link_of_a_remote_relay_to_its_peers_can_be_shaped() {
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let (_relay, target) = start(dir.path(), By::Tables);
    let shaping = scripts(|s| shapes_a_link_to_a_peer(s) && !s.routing.asks_dns());
    let run = block_on(execute(against(dir.path(), &shaping, target))).result;
    assert!(!run.cases.is_empty());
    for case in &run.cases {
        let reason = case.reason.as_deref().unwrap_or_default();
        assert_eq!(case.verdict, Verdict::NotApplicable, "{}: {reason}", case.id);
        assert!(
            reason.contains("a link A-p that can be shaped"),
            "{}: {reason}",
            case.id
        );
    }
}

/// These of the scripts on one relay and of the rules.
fn scripts(wanted: impl Fn(&Script) -> bool) -> Vec<String> {
    let suite = Suite::load(&[]).unwrap();
    let scripts = suite
        .scripts
        .iter()
        .filter(|s| s.topology == Topology::OneRelay && s.cost == Cost::Normal && wanted(s));
    scripts.map(|s| s.id.clone()).collect()
}

/// Scripts with routes of their own, or with something between the relay and its peers.
fn is_bound_to_embedded(script: &Script) -> bool {
    script.nodes.iter().any(|node| node.prefix.is_some())
        || shapes_a_link_to_a_peer(script)
        || script
            .steps()
            .any(|step| matches!(step.action, Action::Node { .. }))
}

fn shapes_a_link_to_a_peer(script: &Script) -> bool {
    script.steps().any(|step| match &step.action {
        Action::Set(set) => matches!(set.behaviour, Behaviour::Shape(_)) && set.node.contains('-'),
        _ => false,
    })
}

/// How the relay finds its peers.
#[derive(PartialEq)]
pub enum By {
    Tables,
    Enum,
}

/// Verdicts of cases and of their expectations.
fn verdicts(run: &RunResult) -> BTreeMap<String, (Verdict, BTreeMap<String, Verdict>)> {
    run.cases
        .iter()
        .map(|c| {
            (
                c.id.clone(),
                (
                    c.verdict,
                    c.expectations.iter().map(|e| (e.id.clone(), e.verdict)).collect(),
                ),
            )
        })
        .collect()
}

/// A relay process, killed when this is dropped.
pub struct Process(pub Child);

impl Process {
    /// A relay with this configuration, which lies in `dir` under its name, and where its MM1 and MM4 are.
    pub fn start(config: &Config, dir: &Path) -> (Process, String, SocketAddr) {
        let config_file = dir.join(format!("{}-relay.yaml", config.name));
        fs::write(&config_file, serde_saphyr::to_string(config).unwrap()).unwrap();
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("mmspec"))
            .args(["relay", "--config"])
            .arg(&config_file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let relay = Process(child);
        let mut lines = said.lines().map(|line| line.unwrap());
        let mut after = |word: &str| lines.next().unwrap().strip_prefix(word).unwrap().to_owned();
        let (mm1, mm4) = (after("MM1 "), after("MM4 "));
        (relay, mm1, mm4.parse().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Starts the relay of the fixtures on free ports, and writes the target file for it.
fn start(dir: &Path, by: By) -> (Process, PathBuf) {
    start_with(dir, by, |_| ())
}

/// The same, with a configuration that differs.
pub fn start_with(dir: &Path, by: By, edit: impl FnOnce(&mut Config)) -> (Process, PathBuf) {
    let mut config: Config = serde_saphyr::from_str(RELAY).unwrap();
    let mut target = parsed(TARGET).unwrap();
    let ixit = target.ixit.as_mut().unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    (config.mm1.listen, config.mm4.listen) = (any, Some(any));
    let free = FreePorts::take(1 + ixit.peers.len());
    ixit.push = Push::Kannel(PushAt { listen: free.addr(0) });
    let config::Push::Kannel(kannel) = &mut config.push else {
        panic!("{:?}", config.push);
    };
    kannel.url = format!("http://{}/cgi-bin/sendsms", free.addr(0));
    for (n, peer) in ixit.peers.values_mut().enumerate() {
        peer.listen = free.addr(n + 1);
        let route = config
            .routes
            .iter_mut()
            .find(|r| r.domain == peer.domain)
            .unwrap();
        route.mm4 = Some(peer.listen);
    }
    drop(free);
    if by == By::Enum {
        let port = ixit.peers["p"].listen.port();
        let name_server = ixit.peers["q"].listen;
        // One port on two hosts.
        let IpAddr::V4(host) = ixit.peers["p"].listen.ip() else {
            panic!("the fixture is for IPv4");
        };
        let [_, _, high, low] = host.octets();
        let other = Ipv4Addr::new(127, 2, high, low);
        ixit.peers.get_mut("q").unwrap().listen = (other, port).into();
        ixit.dns = Some(target::Dns {
            listen: name_server,
            enum_apex: None,
        });
        config.routes.clear();
        config.dns = Some(Dns {
            server: name_server,
            enum_apex: Some("e164.arpa".to_owned()),
            domains: Vec::new(),
            networks: Vec::new(),
            port,
            ports: BTreeMap::new(),
            timeout_ms: 500,
        });
    }
    edit(&mut config);
    let (relay, mm1, mm4) = Process::start(&config, dir);
    (ixit.mm1.url, ixit.mm4.to) = (mm1, Some(mm4));
    let target_file = dir.join("target.yaml");
    fs::write(&target_file, serde_saphyr::to_string(&target).unwrap()).unwrap();
    (relay, target_file)
}

/// Ports that were free a moment ago: the relay has to be told where the others will be before they are there.
pub struct FreePorts(Vec<TcpListener>);

impl FreePorts {
    pub fn take(n: usize) -> Self {
        let host = own_host();
        FreePorts((0..n).map(|_| TcpListener::bind((host, 0)).unwrap()).collect())
    }

    pub fn addr(&self, n: usize) -> SocketAddr {
        self.0[n].local_addr().unwrap()
    }
}

/// A loopback address that nobody else takes a port of, where the system has more than one: other tests take theirs of
/// 127.0.0.1 all the time.
fn own_host() -> Ipv4Addr {
    let [.., high, low] = std::process::id().to_be_bytes();
    let own = Ipv4Addr::new(127, 1, high, low);
    if TcpListener::bind((own, 0)).is_ok() {
        own
    } else {
        Ipv4Addr::LOCALHOST
    }
}
