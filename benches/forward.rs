//! One inbound MM4_forward.REQ with its RES and its notification, journal and judging on, against a bare exchange of the same
//! octets; and how fast the peer sends mails: `cargo bench --bench forward`.

#[path = "measure/bare.rs"]
mod bare;
#[path = "measure/middle.rs"]
mod middle;
#[path = "measure/record.rs"]
mod record;
#[path = "measure/runs.rs"]
mod runs;
#[path = "measure/sending.rs"]
mod sending;
#[path = "measure/spent.rs"]
mod spent;

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use middle::middle;
use mmspec::link::Crossing;
use mmspec::run::Options;
use mmspec::run::journal::{Event, What};
use mmspec::run::observer::Silent;
use record::Mail;
use spent::{Spent, median, ms};
use tokio::runtime::Runtime;

/// Scripts of a run, and round trips in each of them.
const SCRIPTS: usize = 8;
const ROUNDS: usize = 100;
/// Scripts of the run in which each makes one round trip.
const MANY: usize = 208;
const RUNS: usize = 5;
/// Round trips of the bare exchange in one sample.
const BARE_ROUNDS: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let runtime = Runtime::new()?;
    let bench = Bench {
        runtime: &runtime,
        dir: dir.path(),
    };
    let once = bench.write("once", SCRIPTS, 1)?;
    let often = bench.write("often", SCRIPTS, ROUNDS + 1)?;
    let many = bench.write("many", MANY, 1)?;

    let (mut apart, mut whole, mut together, mut walls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut mail = None;
    for _ in 0..RUNS {
        // What is paid once for a run, and once for a script, is in both runs and falls out of the difference.
        let (first, _) = bench.run(&once, 1)?;
        let (all, journal) = bench.run(&often, 1)?;
        whole.push(each(less(all, first), SCRIPTS * ROUNDS));
        let (all, _) = bench.run(&many, 1)?;
        apart.push(each(less(all, first), MANY - SCRIPTS));
        let (first, _) = bench.run(&once, SCRIPTS)?;
        let (all, _) = bench.run(&often, SCRIPTS)?;
        together.push(each(less(all, first), SCRIPTS * ROUNDS));
        let sent = requests(&journal)?;
        let follows = sent.windows(2).filter(|two| two[0].script == two[1].script);
        walls.extend(follows.map(|two| two[1].at.saturating_sub(two[0].at)));
        mail = mail.or(sent.into_iter().next().map(|request| request.mail));
    }
    let mail = mail.ok_or("no MM4_forward.REQ in the journal")?;
    let trip = runtime.block_on(record::round_trip(&mail))?;
    let bare: Vec<Spent> = (0..RUNS)
        .map(|_| {
            let (spent, played) = Spent::during(|| trip.play(BARE_ROUNDS));
            played.map(|()| each(spent, BARE_ROUNDS))
        })
        .collect::<io::Result<_>>()?;

    let (bare, whole) = (median(&bare), median(&whole));
    println!(
        "one inbound MM4_forward.REQ of {} octets, RES, notification; {} octets in all",
        mail.data.len(),
        trip.octets()
    );
    println!(
        "{:<44}{:>10}{:>10}{:>12}{:>12}",
        "per round trip, embedded relay included", "wall ms", "CPU ms", "wall/bare", "CPU/bare"
    );
    let row = |name: &str, spent: Spent| {
        let over = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
        println!(
            "{name:<44}{:>10}{:>10}{:>12.1}{:>12.1}",
            ms(spent.wall),
            ms(spent.cpu),
            over(spent.wall, bare.wall),
            over(spent.cpu, bare.cpu)
        );
    };
    row("bare sockets, both ends", bare);
    row("mmspec, one after the other", whole);
    row(
        &format!("mmspec, {SCRIPTS} scripts side by side"),
        median(&together),
    );
    row("mmspec, a script and a topology for each", median(&apart));
    println!("{:<44}{:>10}{:>10}", "budget", "2.50", "2.00");
    println!(
        "wall of one round trip by the journal: median {} ms over {}",
        ms(middle(walls.clone())),
        walls.len()
    );
    sending::rates(&runtime, &mail)
}

/// What something took beyond something else.
fn less(all: Spent, part: Spent) -> Spent {
    Spent {
        wall: all.wall.saturating_sub(part.wall),
        cpu: all.cpu.saturating_sub(part.cpu),
    }
}

/// The share of one of so many rounds.
fn each(spent: Spent, rounds: usize) -> Spent {
    let rounds = u32::try_from(rounds).unwrap_or(u32::MAX).max(1);
    Spent {
        wall: spent.wall / rounds,
        cpu: spent.cpu / rounds,
    }
}

struct Bench<'a> {
    runtime: &'a Runtime,
    dir: &'a Path,
}

impl Bench<'_> {
    /// Writes so many scripts; each makes so many round trips, one after the other.
    fn write(&self, name: &str, scripts: usize, times: usize) -> io::Result<PathBuf> {
        let dir = self.dir.join(name);
        std::fs::create_dir_all(&dir)?;
        for i in 1..=scripts {
            let case = format!(
                "id: bench-forward-{name}-{i}\n\
                 title: A well-formed MM4_forward.REQ is answered and the subscriber is notified\n\
                 topology: one-relay\n\
                 steps:\n  \
                   - repeat:\n      \
                       times: {times}\n      \
                       steps:\n        \
                         - send: MM4_forward.REQ\n          \
                           from: p\n          \
                           to: A\n          \
                           headers: {{ To: $bob.plmn, X-Mms-Ack-Request: Yes }}\n          \
                           content: picture-and-text\n          \
                           as: forward\n        \
                         - expect: MM4_forward.RES\n          \
                           at: p\n          \
                           headers:\n            \
                             X-Mms-Transaction-ID: $forward.X-Mms-Transaction-ID\n            \
                             X-Mms-Request-Status-Code: Ok\n          \
                           tests: [TP-M4I-01]\n        \
                         - {{ expect: M-Notification.ind, at: bob, headers: {{ X-Mms-Content-Location: present }}, tests: [TP-M4I-01] }}\n"
            );
            std::fs::write(dir.join(format!("{i}.yaml")), case)?;
        }
        Ok(dir)
    }

    /// Runs them, and with them the rules that judge every journal.
    fn run(&self, cases: &Path, jobs: usize) -> Result<(Spent, PathBuf), Box<dyn Error>> {
        let options = Options {
            selection: vec!["bench-forward-*".to_owned()],
            case_dirs: vec![cases.to_owned()],
            jobs: Some(jobs),
            ..Options::default()
        };
        let (spent, finished) = runs::run(self.runtime, &self.dir.join("reports"), options, &Silent)?;
        let summary = &finished.result.summary;
        if summary.pass != summary.cases {
            return Err(format!("{} of {} scripts pass", summary.pass, summary.cases).into());
        }
        Ok((spent, finished.dir.join("events.jsonl")))
    }
}

/// An MM4_forward.REQ in a journal.
struct Request {
    script: String,
    at: Duration,
    mail: Mail,
}

fn requests(journal: &Path) -> Result<Vec<Request>, Box<dyn Error>> {
    let mut requests = Vec::new();
    for line in BufReader::new(File::open(journal)?).lines() {
        let event: Event = serde_json::from_str(&line?)?;
        if let What::Sent {
            crossing:
                Crossing::Mail {
                    helo,
                    mail_from,
                    rcpt_to,
                    data,
                    ..
                },
            ..
        } = event.what
        {
            let mail = Mail {
                helo,
                mail_from,
                rcpt_to,
                data,
            };
            requests.push(Request {
                script: event.script,
                at: Duration::from_micros(event.at_us),
                mail,
            });
        }
    }
    Ok(requests)
}
