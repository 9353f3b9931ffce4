//! MM4 beside nothing but base64.

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use base64::Engine;
use base64::engine::GeneralPurposeConfig;
use base64::engine::general_purpose::STANDARD;
use base64::engine::simd::Simd;
use bytes::Bytes;
use mmspec::wire::{Pdu, mm4};

use crate::clock::sample;
use crate::middle::middle;

/// Rounds of one sample.
const ROUNDS: u32 = 200;
/// Samples for each figure; the median is shown.
const SAMPLES: usize = 9;

/// A mail against base64 alone, on the letters of its first part without line ends, into memory fresh each time: by the engine
/// that most programs use, and by the one that uses the processor's vectors.
pub fn print(pdu: &Pdu) -> Result<(), Box<dyn Error>> {
    let octets = Bytes::from(mm4::encode(pdu));
    let picture = &pdu.content.as_ref().ok_or("no content")?.parts[0].data;
    let vectors = Simd::standard(GeneralPurposeConfig::new());
    let letters = STANDARD.encode(picture);
    STANDARD.decode(&letters)?;
    let mut figures: [Vec<Duration>; 7] = Default::default();
    // In turns, so that a busy processor is busy for all of them.
    for _ in 0..SAMPLES {
        let round: [Duration; 7] = [
            once(|| drop(black_box(mm4::decode(black_box(&octets))))),
            once(|| drop(black_box(STANDARD.decode(black_box(&letters))))),
            once(|| drop(black_box(vectors.decode(black_box(&letters))))),
            once(|| drop(black_box(mm4::encode(black_box(pdu))))),
            once(|| drop(black_box(STANDARD.encode(black_box(picture))))),
            once(|| drop(black_box(vectors.encode(black_box(picture))))),
            once(|| drop(black_box(black_box(&octets).to_vec()))),
        ];
        figures.iter_mut().zip(round).for_each(|(all, one)| all.push(one));
    }
    let us = figures.map(|samples| middle(samples).as_secs_f64() * 1e6 / f64::from(ROUNDS));
    println!(
        "\n{:<22}{:>9}{:>11}{:>14}{:>12}{:>16}{:>14}{:>12}",
        pdu.kind.name(),
        "us",
        "base64 us",
        "vectors us",
        "copy us",
        "mail/base64",
        "mail/vectors",
        "mail/copy"
    );
    for (name, at) in [("decode", 0), ("encode", 3)] {
        println!(
            "{name:<22}{:>9.1}{:>11.1}{:>14.1}{:>12.1}{:>16.2}{:>14.2}{:>12.1}",
            us[at],
            us[at + 1],
            us[at + 2],
            us[6],
            us[at] / us[at + 1],
            us[at] / us[at + 2],
            us[at] / us[6]
        );
    }
    Ok(())
}

fn once(mut work: impl FnMut()) -> Duration {
    sample(ROUNDS, &mut work)
}
