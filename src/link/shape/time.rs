//! Modelled time of wires: the only place of a link that waits for the clock.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

/// Octets of a packet (an Ethernet frame's TCP payload, rounded).
pub const PACKET: usize = 1400;
/// A slow wire hands over what it carries in this time at once.
const SLICE: Duration = Duration::from_millis(50);
/// The shortest time after which a lost packet is sent again (RFC 6298 asks for a second; stacks take this).
const RESEND: Duration = Duration::from_millis(200);

pub fn now() -> Instant {
    Instant::now()
}

/// Waits until what came then has been under way for so long.
pub async fn arrival(came: Instant, delay: Duration) {
    if !delay.is_zero() {
        sleep_until(came + delay).await;
    }
}

/// Waits as long as a wire of this rate (bits in a second) takes for so many octets.
pub async fn transmission(octets: usize, rate: u64) {
    let bits = u64::try_from(octets).unwrap_or(u64::MAX).saturating_mul(8);
    let micros = bits.saturating_mul(1_000_000) / rate.max(1);
    sleep(Duration::from_micros(micros)).await;
}

/// Octets that a wire of this rate hands over at once.
pub fn piece(rate: u64) -> usize {
    let octets = u128::from(rate) * SLICE.as_micros() / 8_000_000;
    usize::try_from(octets).unwrap_or(PACKET).clamp(1, PACKET)
}

/// Waits until a lost packet has come again; `round_trip` is how long the wire is.
pub async fn resent(round_trip: Duration) {
    sleep(RESEND.max(2 * round_trip)).await;
}
