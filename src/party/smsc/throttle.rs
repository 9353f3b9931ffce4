//! So many messages in a second, and no more.

use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

/// Counts messages against a rate. A second's worth of them may come at once.
#[derive(Debug)]
pub(super) struct Throttle {
    /// How long each message takes of a second.
    each: Duration,
    /// When all messages so far have had their time.
    busy_until: Option<Instant>,
}

impl Throttle {
    pub fn new(per_second: u32) -> Throttle {
        Throttle {
            each: SECOND / per_second.max(1),
            busy_until: None,
        }
    }

    /// Whether a message that comes now may pass; it counts if it may.
    pub fn pass(&mut self, now: Instant) -> bool {
        let busy_until = self.busy_until.map_or(now, |until| until.max(now)) + self.each;
        let passes = busy_until - now <= SECOND;
        if passes {
            self.busy_until = Some(busy_until);
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holds_so_many_messages() {
        let start = Instant::now();
        let mut throttle = Throttle::new(2);
        let mut at = |millis| throttle.pass(start + Duration::from_millis(millis));
        assert_eq!([at(0), at(0), at(0)], [true, true, false]);
        assert_eq!([at(499), at(500), at(501)], [false, true, false]);
        assert_eq!([at(9000), at(9000), at(9000)], [true, true, false]);
    }
}
