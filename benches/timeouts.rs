//! N cases that run into a timeout cost about one timeout, not N: `cargo bench --bench timeouts`.
//!
//! The relay of these cases accepts every connection, reads, and never says a word.

#[path = "measure/middle.rs"]
mod middle;
#[path = "measure/runs.rs"]
mod runs;
#[path = "measure/spent.rs"]
mod spent;

use std::error::Error;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use mmspec::run::Options;
use mmspec::run::observer::Silent;
use mmspec::run::outcome::{CaseResult, Verdict};
use spent::{median, ms};
use tokio::runtime::Runtime;

/// What each case waits for an answer.
const TIMEOUT: Duration = Duration::from_millis(500);
const RUNS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let runtime = Runtime::new()?;
    let target = dir.path().join("silent.yaml");
    std::fs::write(&target, target_file(silent_relay()?, free_port()?))?;
    let reports = dir.path().join("reports");
    println!(
        "cases against a relay that accepts and never answers; each waits {} ms, as does the probe before them",
        TIMEOUT.as_millis()
    );
    println!(
        "{:>6}{:>12}{:>12}{:>16}",
        "cases", "wall ms", "CPU ms", "timeouts paid"
    );
    for n in [1, 10, 100] {
        let cases = dir.path().join(format!("cases-{n}"));
        write_cases(&cases, n)?;
        let mut spent = Vec::new();
        for _ in 0..RUNS {
            let options = Options {
                selection: vec!["bench-unanswered-*".to_owned()],
                relays: [("A".to_owned(), target.clone())].into(),
                case_dirs: vec![cases.clone()],
                ..Options::default()
            };
            let (run, finished) = runs::run(&runtime, &reports, options, &Silent)?;
            let waited = |c: &&CaseResult| {
                c.verdict != Verdict::Pass && Duration::from_millis(c.duration_ms) >= TIMEOUT
            };
            let waited = finished.result.cases.iter().filter(waited).count();
            if waited != n {
                return Err(format!("{waited} of {n} cases ran into the timeout").into());
            }
            spent.push(run);
        }
        let spent = median(&spent);
        let paid = spent.wall.as_secs_f64() / TIMEOUT.as_secs_f64();
        println!("{n:>6}{:>12}{:>12}{paid:>16.2}", ms(spent.wall), ms(spent.cpu));
    }
    println!("budget: about one timeout whatever N (two are paid: the probe's and the cases')");
    Ok(())
}

fn write_cases(dir: &Path, n: usize) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    for i in 1..=n {
        let case = format!(
            "id: bench-unanswered-{i}\n\
             title: A well-formed M-Send.req is confirmed\n\
             topology: one-relay\n\
             steps:\n  \
               - {{ send: M-Send.req, from: alice, headers: {{ To: $bob.plmn }} }}\n  \
               - {{ expect: M-Send.conf, at: alice, tests: [TP-SUB-01] }}\n"
        );
        std::fs::write(dir.join(format!("{i}.yaml")), case)?;
    }
    Ok(())
}

fn target_file(relay: SocketAddr, peer: SocketAddr) -> String {
    let timeout = TIMEOUT.as_millis();
    format!(
        "name: silent\n\
         start: remote\n\
         ixit:\n  \
           mm1-url: http://{relay}/mms\n  \
           identity-header: X-WAP-Network-Client-MSISDN\n  \
           mm4: {relay}\n  \
           domain: mms.home.example\n  \
           system-address: system-user@mms.home.example\n  \
           own-prefix: \"+15550100\"\n  \
           kannel-listen: 127.0.0.1:0\n  \
           peers:\n    \
             p: {{ domain: mms.peer.example, listen: {peer}, prefix: \"+15550200\" }}\n\
         timers: {{ reply: {timeout} }}\n"
    )
}

/// A port that is free now. The target file must name the peer's before the run opens it.
fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// Accepts and reads until the bench ends.
fn silent_relay() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let addr = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(|| swallow(stream));
        }
    });
    Ok(addr)
}

fn swallow(mut stream: TcpStream) {
    let mut octets = [0; 4096];
    while stream.read(&mut octets).is_ok_and(|n| n > 0) {}
}
