//! How long a piece of work takes, as a median.

use std::time::{Duration, Instant};

use crate::middle::middle;

/// How long one sample goes on, at least.
const SAMPLE: Duration = Duration::from_millis(20);
/// Samples for each figure; the median is shown.
const SAMPLES: usize = 9;

/// Seconds for one round, the median of the samples.
pub fn time(mut work: impl FnMut()) -> f64 {
    let mut rounds = 1_u32;
    loop {
        let took = sample(rounds, &mut work);
        if took >= SAMPLE {
            break;
        }
        rounds = rounds.saturating_mul(if took < SAMPLE / 16 { 8 } else { 2 });
    }
    let samples = (0..SAMPLES).map(|_| sample(rounds, &mut work)).collect();
    middle(samples).as_secs_f64() / f64::from(rounds)
}

/// That many rounds, one after the other.
pub fn sample(rounds: u32, work: &mut impl FnMut()) -> Duration {
    let began = Instant::now();
    for _ in 0..rounds {
        work();
    }
    began.elapsed()
}
