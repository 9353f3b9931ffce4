//! Decoding hostile inputs of n and of 10 n octets: `cargo bench --bench hostile`. Nanoseconds for each octet stay the same, or
//! fall, where time is linear.

#[path = "../tests/hostile/crafted.rs"]
mod crafted;

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use crafted::{CRAFTED, Crafted, Decoder};
use mmspec::wire::{mm1, mm4, push};

/// Octets of the shorter input.
const SHORT: usize = 1_000_000;
/// Each figure is the best of so many.
const ROUNDS: usize = 3;

fn main() {
    println!(
        "{:<36}{:>12}{:>12}{:>8}",
        "input", "ns/octet n", "at 10 n", "ratio"
    );
    for crafted in CRAFTED {
        let (short, long) = (per_octet(crafted, SHORT), per_octet(crafted, 10 * SHORT));
        let name = format!("{:?}: {}", crafted.decoder, crafted.name);
        println!("{name:<36}{short:>12.2}{long:>12.2}{:>8.2}", long / short);
    }
}

fn per_octet(crafted: &Crafted, len: usize) -> f64 {
    let input = Bytes::from((crafted.make)(len));
    let best = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            match crafted.decoder {
                Decoder::Mm1 => drop(black_box(mm1::decode(&input))),
                Decoder::Mm4 => drop(black_box(mm4::decode(&input))),
                Decoder::Push => drop(black_box(push::decode(&input))),
            }
            began.elapsed()
        })
        .min()
        .unwrap_or_default();
    best.as_nanos() as f64 / input.len() as f64
}
