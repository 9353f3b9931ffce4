//! The fuzz targets with few inputs of their own making; `examples/mutate.rs` feeds them millions.

use proptest::prelude::*;

use crate::hostile::{mutation, mutation::Random, seeds, targets::TARGETS};

/// Mutated inputs each target gets.
const MUTATED: usize = 2000;

#[test]
fn mutated_seeds_break_nothing() {
    for target in TARGETS {
        let seeds: Vec<Vec<u8>> = seeds::of(target.name)
            .unwrap()
            .into_iter()
            .map(|(_, octets)| octets)
            .collect();
        // A case is a thousand times the work of a PDU.
        let inputs = if target.name == "yaml_case" {
            MUTATED / 20
        } else {
            MUTATED
        };
        let mut random = Random::new(7);
        for _ in 0..inputs {
            let input = mutation::input(&seeds, &mut random);
            if let Err(broken) = (target.check)(&input) {
                panic!("{}: {broken}\ninput: {}", target.name, hex::encode(&input));
            }
        }
    }
}

proptest! {
    #[test]
    fn random_octets_break_nothing(octets: Vec<u8>, head in prop::sample::select(vec![&b""[..], b"\x8C", b"\x01\x06"])) {
        let input = [head, &octets].concat();
        for target in TARGETS {
            if let Err(broken) = (target.check)(&input) {
                prop_assert!(false, "{}: {}", target.name, broken);
            }
        }
    }
}
