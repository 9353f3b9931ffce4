//! Numbers that are few: a target lists the subscribers its relay knows, and scripts lease them.
//!
//! A script takes all it needs at once, pool after pool in one order, so that no two wait for each other. Numbers that nobody
//! had yet go first, then those that have rested longest, and none before it has rested for the time `quiet`, after which nothing more
//! is believed to come: what a relay still sends for an earlier script must not look like news for the next.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::case::Script;
use crate::party::delay;
use crate::target::{Numbers, Target};

use super::stage::homes_of;

/// The finite pools of a run.
#[derive(Debug, Default)]
pub struct Pools {
    pools: Vec<Arc<Pool>>,
    /// Relay → its pool.
    of: BTreeMap<String, usize>,
}

#[derive(Debug)]
struct Pool {
    numbers: Numbers,
    size: usize,
    /// How long a number rests at least.
    rest: Duration,
    permits: Arc<Semaphore>,
    places: Mutex<Places>,
}

/// Places in a pool that nobody has now.
#[derive(Debug)]
struct Places {
    /// Where the first number was taken. It differs from run to run.
    start: usize,
    /// How many have been taken for the first time.
    begun: usize,
    /// Those that were given back and when, the longest ago first.
    resting: VecDeque<(usize, Instant)>,
}

/// Numbers of one script, until this is dropped.
#[derive(Debug, Default)]
pub struct Lease {
    shares: Vec<Share>,
    /// Relay → those of its numbers that nobody in the script has yet.
    unused: BTreeMap<String, VecDeque<String>>,
}

#[derive(Debug)]
struct Share {
    pool: Arc<Pool>,
    places: Vec<usize>,
    // Given back after the places: fields drop after the value.
    _permits: OwnedSemaphorePermit,
}

impl Pools {
    /// The pools of these targets. Relays with the same numbers share one pool.
    pub fn of(targets: &BTreeMap<String, Arc<Target>>, seed: u64) -> Pools {
        let mut pools = Pools::default();
        for (relay, target) in targets {
            let Some(numbers) = target.ixit.as_ref().map(|ixit| &ixit.numbers) else {
                continue;
            };
            let Some(size) = numbers.count() else { continue };
            let rest = Duration::from_millis(target.timers.quiet);
            let known = pools.pools.iter().position(|pool| pool.numbers == *numbers);
            let at = known.unwrap_or_else(|| {
                pools
                    .pools
                    .push(Arc::new(Pool::new(numbers.clone(), size, rest, seed)));
                pools.pools.len() - 1
            });
            pools.of.insert(relay.clone(), at);
        }
        pools
    }

    /// What a script would need of pools that do not have it at all, in words for a person.
    pub fn lacking(&self, script: &Script) -> Vec<String> {
        let needs = self.needs(script);
        let lacking = needs
            .iter()
            .filter(|(at, needed)| **needed > self.pools[**at].size);
        lacking
            .map(|(at, needed)| {
                let relays: Vec<&str> = self
                    .of
                    .iter()
                    .filter(|(_, a)| *a == at)
                    .map(|(r, _)| r.as_str())
                    .collect();
                format!(
                    "{needed} subscribers of relay {} (ixit.numbers has {})",
                    relays.join(" and "),
                    self.pools[*at].size
                )
            })
            .collect()
    }

    /// Waits until the numbers are there that a script needs. What no pool can give is left out.
    pub async fn lease(&self, script: &Script) -> Lease {
        let mut lease = Lease::default();
        if !self.lacking(script).is_empty() {
            return lease;
        }
        let mut given: BTreeMap<usize, VecDeque<String>> = BTreeMap::new();
        for (at, needed) in self.needs(script) {
            let pool = &self.pools[at];
            let many = u32::try_from(needed).unwrap_or(u32::MAX);
            // The semaphore is never closed.
            let Ok(permits) = Arc::clone(&pool.permits).acquire_many_owned(many).await else {
                continue;
            };
            let (places, rested_at) = pool.take(needed);
            if let Some(rested_at) = rested_at {
                delay::pass(rested_at.saturating_duration_since(Instant::now())).await;
            }
            let numbers = places.iter().filter_map(|place| pool.numbers.at(*place));
            given.insert(at, numbers.collect());
            lease.shares.push(Share {
                pool: Arc::clone(pool),
                places,
                _permits: permits,
            });
        }
        for (_, home) in homes_of(script) {
            let at = self.of.get(&home);
            if let Some(number) = at.and_then(|at| given.get_mut(at)?.pop_front()) {
                lease.unused.entry(home).or_default().push_back(number);
            }
        }
        lease
    }

    /// How many of these scripts can run side by side while half of each pool rests; `None`: as many as there are.
    pub fn side_by_side(&self, scripts: &[Arc<Script>]) -> Option<usize> {
        let least = |at: usize| {
            scripts
                .iter()
                .filter_map(|s| self.needs(s).get(&at).copied())
                .min()
        };
        let jobs = self.pools.iter().enumerate().filter_map(|(at, pool)| {
            let needed = least(at)?.max(1);
            Some((pool.size / 2 / needed).max(1))
        });
        jobs.min()
    }

    /// Pool → how many of its numbers the script needs, in the order of the pools.
    fn needs(&self, script: &Script) -> BTreeMap<usize, usize> {
        let mut needs = BTreeMap::new();
        for (_, home) in homes_of(script) {
            if let Some(at) = self.of.get(&home) {
                *needs.entry(*at).or_default() += 1;
            }
        }
        needs
    }
}

impl Pool {
    fn new(numbers: Numbers, size: usize, rest: Duration, seed: u64) -> Pool {
        let start = usize::try_from(seed % u64::try_from(size.max(1)).unwrap_or(1)).unwrap_or_default();
        Pool {
            numbers,
            size,
            rest,
            permits: Arc::new(Semaphore::new(size.min(Semaphore::MAX_PERMITS))),
            places: Mutex::new(Places {
                start,
                begun: 0,
                resting: VecDeque::new(),
            }),
        }
    }

    /// Takes so many places, and says when the last of them has rested. There are as many permits as places.
    fn take(&self, many: usize) -> (Vec<usize>, Option<Instant>) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rested_at = None;
        let next = |_| {
            if places.begun < self.size {
                places.begun += 1;
                return Some((places.start + places.begun - 1) % self.size);
            }
            let (place, since) = places.resting.pop_front()?;
            rested_at = rested_at.max(Some(since + self.rest));
            Some(place)
        };
        let taken = (0..many).filter_map(next).collect();
        (taken, rested_at)
    }
}

impl Lease {
    /// One more number of this relay's subscribers. `None`: it has no pool, or the script has had all it said it needs.
    pub fn next(&mut self, relay: &str) -> Option<String> {
        self.unused.get_mut(relay)?.pop_front()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut places = self.pool.places.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        places
            .resting
            .extend(self.places.drain(..).map(|place| (place, now)));
    }
}
