//! Files about cases, by as many threads as there are processors.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Does `one` to each item, in no order. After an error its thread takes no more; the first error of any is returned, and `ended` for a
/// thread that did not come to its end.
///
/// # Errors
/// Those of `one`.
pub(super) fn each<T: Sync, E: Send>(
    items: &[T],
    ended: impl Fn() -> E,
    one: impl Fn(&T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<(), E> {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            one(item)?;
        }
        Ok(())
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads.min(items.len())).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for worker in workers {
            let other = worker.join().unwrap_or_else(|_| Err(ended()));
            done = done.and(other);
        }
        done
    })
}
