//! What decoding a hostile input costs in memory: all that is allocated while decoding, freed or not, is at most
//! [`MULTIPLE`] times the input and [`CONSTANT`]. A binary of its own, because it counts what the whole process allocates.

#[path = "hostile/crafted.rs"]
mod crafted;

use std::alloc::System;

use bytes::Bytes;
use crafted::{CRAFTED, Decoder};
use mmspec::wire::{mm1, mm4, push};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Octets allocated for each octet of the input.
const MULTIPLE: usize = 24;
/// Octets on top: findings, and the fields and parts a PDU of any length may have.
const CONSTANT: usize = 1 << 21;
/// Octets of the inputs.
const LENGTHS: [usize; 3] = [1_000, 100_000, 2_000_000];

/// The only test of this binary: nothing else allocates meanwhile.
#[test]
fn decoding_allocates_a_small_multiple_of_the_input() {
    let mut table = String::new();
    let mut broken = false;
    for crafted in CRAFTED {
        for len in LENGTHS {
            let input = Bytes::from((crafted.make)(len));
            let region = Region::new(ALLOCATOR);
            match crafted.decoder {
                Decoder::Mm1 => drop(mm1::decode(&input)),
                Decoder::Mm4 => drop(mm4::decode(&input)),
                Decoder::Push => drop(push::decode(&input)),
            }
            let change = region.change();
            let allocated = change.bytes_allocated;
            let bound = MULTIPLE * input.len() + CONSTANT;
            let ok = allocated <= bound;
            broken |= !ok;
            table += &format!(
                "{:?} {:<30}{:>10} octets{:>12} allocated in {:>9}, {:>8.1} for each{}\n",
                crafted.decoder,
                crafted.name,
                input.len(),
                allocated,
                change.allocations + change.reallocations,
                allocated as f64 / input.len() as f64,
                if ok { "" } else { "  TOO MUCH" }
            );
        }
    }
    println!("{table}");
    assert!(!broken, "\n{table}");
}
