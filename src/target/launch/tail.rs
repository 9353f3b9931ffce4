//! Log files that a program writes by itself: read as they grow.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::capture::Cutter;
use super::log::Log;

/// How often a file is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Octets that are read at once.
const PIECE: u64 = 1024 * 1024;

/// Files that are followed until this is dropped.
#[derive(Debug)]
pub(super) struct Tails {
    files: Arc<Mutex<Vec<Tail>>>,
    watch: JoinHandle<()>,
}

#[derive(Debug)]
struct Tail {
    path: PathBuf,
    process: Arc<str>,
    /// Tells a file that has taken the place of another.
    id: Option<u64>,
    read: u64,
    cutter: Cutter,
}

impl Tails {
    /// Follows files from where they end now; those that are not there yet from their beginning.
    pub fn follow(paths: &[PathBuf], process: &Arc<str>, log: &Arc<Log>) -> Tails {
        let files = paths.iter().map(|path| {
            let there = std::fs::metadata(path).ok();
            Tail {
                path: path.clone(),
                process: Arc::clone(process),
                id: there.as_ref().map(id),
                read: there.map_or(0, |m| m.len()),
                cutter: Cutter::default(),
            }
        });
        let files: Arc<Mutex<Vec<Tail>>> = Arc::new(Mutex::new(files.collect()));
        let (followed, log, idle) = (Arc::clone(&files), Arc::clone(log), paths.is_empty());
        let watch = tokio::spawn(async move {
            if idle {
                return;
            }
            let mut looks = interval(LOOK);
            looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                looks.tick().await;
                look(&followed, &log);
            }
        });
        Tails { files, watch }
    }

    /// Takes what is there now.
    pub fn catch_up(&self, log: &Log) {
        look(&self.files, log);
    }
}

impl Drop for Tails {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

fn look(files: &Mutex<Vec<Tail>>, log: &Log) {
    for tail in files.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
        // A file that cannot be read yet may be one day.
        let _ = tail.look(log);
    }
}

impl Tail {
    fn look(&mut self, log: &Log) -> std::io::Result<()> {
        let mut file = File::open(&self.path)?;
        let there = file.metadata()?;
        if self.id != Some(id(&there)) || there.len() < self.read {
            self.id = Some(id(&there));
            self.read = 0;
        }
        if there.len() == self.read {
            return Ok(());
        }
        file.seek(SeekFrom::Start(self.read))?;
        let mut octets = Vec::new();
        file.take(PIECE).read_to_end(&mut octets)?;
        self.read += u64::try_from(octets.len()).unwrap_or_default();
        let process = &self.process;
        self.cutter.take(&octets, |line| log.add(process, line));
        Ok(())
    }
}

#[cfg(unix)]
fn id(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> u64 {
    0
}
