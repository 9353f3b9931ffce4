//! Fresh numbers and ids: no two scripts of a run, and hardly two runs, share one.

use std::sync::atomic::{AtomicU32, Ordering};

const DIGITS: u32 = 6;
const SPAN: u32 = 1_000_000;

/// Hands out numbers and nonces.
#[derive(Debug)]
pub struct Numbers {
    next: AtomicU32,
    nonces: AtomicU32,
    networks: AtomicU32,
    tag: String,
    seed: u64,
}

impl Numbers {
    /// `seed` differs from run to run: events that a relay still has for an earlier run find no owner.
    pub fn new(seed: u64) -> Self {
        let start = u32::try_from(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44).unwrap_or_default() % SPAN;
        Numbers {
            next: AtomicU32::new(start),
            nonces: AtomicU32::new(0),
            networks: AtomicU32::new(start),
            tag: base36(seed % 36u64.pow(6)),
            seed,
        }
    }

    /// A seed for numbers that are handed out beside these.
    pub fn other_seed(&self, key: u64) -> u64 {
        self.seed.wrapping_add(key + 1)
    }

    /// A number below this prefix: `+15550100` gives `+15550100` and six digits.
    pub fn below(&self, prefix: &str) -> String {
        let n = self.next.fetch_add(1, Ordering::Relaxed) % SPAN;
        format!("{prefix}{n:0width$}", width = DIGITS as usize)
    }

    /// A mobile country code and the number of a network in it, below 100.
    pub fn network(&self) -> (u32, u32) {
        let n = self.networks.fetch_add(1, Ordering::Relaxed);
        (200 + n / 100 % 600, n % 100)
    }

    /// A word that nobody else gets: letters and digits.
    pub fn nonce(&self) -> String {
        let n = self.nonces.fetch_add(1, Ordering::Relaxed);
        format!("{}{}", self.tag, base36(u64::from(n)))
    }
}

fn base36(mut n: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(n % 36).unwrap_or_default();
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        n /= 36;
        if n == 0 {
            return digits.iter().rev().collect();
        }
    }
}
