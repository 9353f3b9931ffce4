//! Feeds random and mutated inputs to every decoder and fails at the first that panics or breaks what must hold.
//!
//! `cargo run --release --example mutate -- --inputs 10000000`
//!
//! The inputs are divided among the targets and spread over the cores. A run is told by its seed (`--seed`) alone: the same
//! seed feeds the same inputs, however many threads (`--threads`) there are. `--target NAME` feeds one target only, and
//! `--write-seeds DIR` writes the seed corpus as raw octets to `DIR/TARGET/`, as cargo-fuzz wants it, and does nothing else.

#[path = "../tests/hostile/mutation.rs"]
mod mutation;
#[path = "../tests/hostile/seeds.rs"]
mod seeds;
#[path = "../tests/hostile/targets.rs"]
mod targets;

use std::error::Error;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use std::{fs, thread};

use clap::Parser;
use mutation::Random;
use targets::{Outcome, TARGETS, Target};

#[derive(Parser)]
struct Args {
    /// Inputs in all.
    #[arg(long, default_value_t = 100_000)]
    inputs: u64,
    /// What the inputs are made from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads; by default one per core.
    #[arg(long)]
    threads: Option<usize>,
    /// Only this target.
    #[arg(long)]
    target: Option<String>,
    /// Go on after an input that breaks what must hold; show the first five of each target and count the others.
    #[arg(long)]
    keep_going: bool,
    /// Write the seed corpus to this folder instead.
    #[arg(long)]
    write_seeds: Option<PathBuf>,
}

/// Broken inputs of a target that are shown when the run goes on.
const SHOWN: u64 = 5;

/// Inputs a thread takes at once; each such batch has a seed of its own.
const BATCH: u64 = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let Some(dir) = &args.write_seeds {
        return write_seeds(dir);
    }
    let chosen: Vec<&Target> = TARGETS
        .iter()
        .filter(|target| args.target.as_ref().is_none_or(|name| name == target.name))
        .collect();
    if chosen.is_empty() {
        return Err("there is no such target".into());
    }
    let threads = match args.threads {
        Some(threads) => threads,
        None => thread::available_parallelism()?.get(),
    };
    println!("seed {}, {threads} threads", args.seed);
    println!(
        "{:<11}{:>7}{:>12}{:>12}{:>12}{:>12}{:>11}",
        "target", "seeds", "inputs", "clean", "odd", "refused", "inputs/s"
    );
    let began = Instant::now();
    let shares = chosen.len() as u64;
    let (mut all, mut broken) = (0, 0);
    for (target, extra) in chosen.into_iter().zip(0..) {
        let share = args.inputs / shares + u64::from(extra < args.inputs % shares);
        let (fed, broke) = feed(target, share, &args, threads)?;
        all += fed;
        broken += broke;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{all} inputs in {seconds:.1} s, {:.0} a second",
        all as f64 / seconds
    );
    if broken > 0 {
        return Err(format!("{broken} inputs broke what must hold").into());
    }
    println!("no panic, every property holds");
    Ok(())
}

/// What became of the inputs of one target.
#[derive(Default)]
struct Counts {
    clean: AtomicU64,
    odd: AtomicU64,
    refused: AtomicU64,
    broken: AtomicU64,
}

fn feed(target: &Target, inputs: u64, args: &Args, threads: usize) -> Result<(u64, u64), Box<dyn Error>> {
    let (seed, keep_going) = (args.seed, args.keep_going);
    let seeds: Vec<Vec<u8>> = seeds::of(target.name)?
        .into_iter()
        .map(|(_, octets)| octets)
        .collect();
    let counts = Counts::default();
    let next = AtomicU64::new(0);
    let began = Instant::now();
    let failed = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let first = next.fetch_add(BATCH, Ordering::Relaxed);
                        if first >= inputs {
                            return Ok(());
                        }
                        let count = BATCH.min(inputs - first);
                        batch(
                            target,
                            &seeds,
                            &mut Random::new(seed ^ first << 20),
                            count,
                            &counts,
                            keep_going,
                        )?;
                    }
                })
            })
            .collect();
        workers.into_iter().find_map(|worker| match worker.join() {
            Ok(result) => result.err(),
            Err(_) => Some("a thread ended early".to_owned()),
        })
    });
    if let Some(failed) = failed {
        eprintln!("{}: {failed}", target.name);
        return Err("a property does not hold".into());
    }
    println!(
        "{:<11}{:>7}{inputs:>12}{:>12}{:>12}{:>12}{:>11.0}",
        target.name,
        seeds.len(),
        counts.clean.into_inner(),
        counts.odd.into_inner(),
        counts.refused.into_inner(),
        inputs as f64 / began.elapsed().as_secs_f64()
    );
    Ok((inputs, counts.broken.into_inner()))
}

fn batch(
    target: &Target,
    seeds: &[Vec<u8>],
    random: &mut Random,
    count: u64,
    counts: &Counts,
    keep_going: bool,
) -> Result<(), String> {
    for _ in 0..count {
        let input = mutation::input(seeds, random);
        let outcome = catch_unwind(|| (target.check)(&input)).unwrap_or_else(|_| Err("it panics".to_owned()));
        let counter = match outcome {
            Ok(Outcome::Clean) => &counts.clean,
            Ok(Outcome::Odd) => &counts.odd,
            Ok(Outcome::Refused) => &counts.refused,
            Err(broken) => {
                let told = format!("{broken}\ninput: {}", hex::encode(&input));
                if !keep_going {
                    return Err(told);
                }
                if counts.broken.load(Ordering::Relaxed) < SHOWN {
                    eprintln!("{}: {told}", target.name);
                }
                &counts.broken
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn write_seeds(dir: &Path) -> Result<(), Box<dyn Error>> {
    for target in TARGETS {
        let dir = dir.join(target.name);
        fs::create_dir_all(&dir)?;
        for (number, (path, octets)) in seeds::of(target.name)?.into_iter().enumerate() {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            fs::write(dir.join(format!("{number:03}-{stem}")), octets)?;
        }
    }
    Ok(())
}
