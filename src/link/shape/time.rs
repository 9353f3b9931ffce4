//! Modelled time of wires: the only place of a link that waits for the clock.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::model::Pace;

/// Octets of a packet (an Ethernet frame's TCP payload, rounded).
const PACKET: usize = 1400;
/// A slow wire hands over what it carries in this time at once.
const SLICE: Duration = Duration::from_millis(100);
/// The shortest time after which a lost packet is sent again (RFC 6298 asks for a second; stacks take this).
const RESEND: Duration = Duration::from_millis(200);

/// How long the other side may take to end after the first.
const PARTING: Duration = Duration::from_millis(500);

/// The end of the other side of a connection, if it comes right after the first side's.
pub async fn parting<F: Future>(other: F) -> Option<F::Output> {
    tokio::time::timeout(PARTING, other).await.ok()
}

/// When what came was taken in.
pub fn now() -> Instant {
    Instant::now()
}

/// One direction of a connection: when it is free for the next octets. It reckons from when octets came, so that a busy machine does
/// not make a wire slower than it is said to be.
#[derive(Debug)]
pub struct Passage {
    free: Instant,
    /// Hundredths of a packet that are to be lost.
    owed: u32,
}

impl Passage {
    pub fn new() -> Self {
        Passage {
            free: now(),
            // Of a few packets the middle one is lost.
            owed: 50,
        }
    }

    /// Waits until so many octets that came then have arrived. `round_trip` is how long the wire is there and back.
    pub async fn arrival(&mut self, came: Instant, octets: usize, pace: Pace, round_trip: Duration) {
        let mut free = self.free.max(came);
        if let Some(rate) = pace.rate {
            free += transmission(octets, rate);
        }
        self.owed += u32::from(pace.loss);
        if self.owed >= 100 {
            self.owed -= 100;
            free += RESEND.max(2 * round_trip);
        }
        self.free = free;
        let due = free + pace.delay;
        if due > now() {
            sleep_until(due).await;
        }
    }
}

/// How long a wire of this rate (bits in a second) takes for so many octets.
fn transmission(octets: usize, rate: u64) -> Duration {
    let bits = u64::try_from(octets).unwrap_or(u64::MAX).saturating_mul(8);
    Duration::from_micros(bits.saturating_mul(1_000_000) / rate.max(1))
}

/// Octets that such a wire hands over at once.
pub fn piece(pace: Pace) -> usize {
    match pace.rate {
        Some(rate) => {
            let octets = u128::from(rate) * SLICE.as_micros() / 8_000_000;
            usize::try_from(octets).unwrap_or(PACKET).clamp(1, PACKET)
        }
        None if pace.loss > 0 => PACKET,
        None => usize::MAX,
    }
}
