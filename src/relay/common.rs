//! A ledger that several relays of one MMSE write to (model C). Whoever decides something first takes the turn, a lock on a file
//! beside the ledger, and reads what the others wrote since; the operating system gives the lock back when its holder dies. A second
//! lock shows that a relay is alive.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::ledger::Line;

/// This relay's side of a common ledger.
#[derive(Debug)]
pub(crate) struct Common {
    own: String,
    ledger: PathBuf,
    others: Vec<String>,
    turn: File,
    /// Locked as long as the relay lives.
    _alive: File,
    read: Mutex<Reading>,
}

/// How far the ledger was read.
#[derive(Debug)]
struct Reading {
    file: File,
    offset: u64,
}

/// The turn of one relay. Given back when dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a>(&'a File);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Fails only for a file that is closed, and then there is no lock.
        let _ = self.0.unlock();
    }
}

impl Common {
    /// Opens the ledger at `path` as relay `own`.
    ///
    /// # Errors
    /// A file cannot be opened, or a living relay has that name (`WouldBlock`).
    pub fn open(path: &Path, own: &str, others: &[String]) -> io::Result<Common> {
        let alive = beside(path, &format!("{own}.alive"))?;
        alive.try_lock()?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .read(true)
            .open(path)?;
        Ok(Common {
            own: own.to_owned(),
            ledger: path.to_owned(),
            others: others.to_vec(),
            turn: beside(path, "turn")?,
            _alive: alive,
            read: Mutex::new(Reading { file, offset: 0 }),
        })
    }

    pub fn own(&self) -> &str {
        &self.own
    }

    /// The other relays of the ledger.
    pub fn others(&self) -> &[String] {
        &self.others
    }

    /// Waits for the turn. It is held for look-ups and changes only. None: the file system has no locks, and all must hope.
    pub fn turn(&self) -> Option<Turn<'_>> {
        self.turn.lock().ok().map(|()| Turn(&self.turn))
    }

    /// Lines that were written since the last call, own ones among them.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn news(&self) -> io::Result<Vec<Line>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.file.metadata()?.len() == read.offset {
            return Ok(Vec::new());
        }
        let offset = read.offset;
        read.file.seek(SeekFrom::Start(offset))?;
        let mut text = Vec::new();
        read.file.read_to_end(&mut text)?;
        // A line that is not complete is being written.
        let complete = text
            .iter()
            .rposition(|octet| *octet == b'\n')
            .map_or(0, |at| at + 1);
        text.truncate(complete);
        read.offset += complete as u64;
        Ok(lines(&text))
    }

    /// Proof that a relay of this ledger has died: as long as it is held, that relay does not come back. None for one that
    /// lives, or never lived.
    pub fn dead(&self, other: &str) -> Option<Dead> {
        let path = name_beside(&self.ledger, &format!("{other}.alive"));
        let file = OpenOptions::new().write(true).open(path).ok()?;
        file.try_lock().ok()?;
        Some(Dead { _alive: file })
    }
}

/// A relay that has died, and is kept from coming back until this is dropped.
#[derive(Debug)]
pub(crate) struct Dead {
    _alive: File,
}

/// The lines of a ledger. A torn one says nothing: what it was about to say was never answered for.
pub(crate) fn lines(text: &[u8]) -> Vec<Line> {
    text.split(|octet| *octet == b'\n')
        .filter_map(|line| serde_json::from_slice::<Line>(line).ok())
        .flat_map(Line::apart)
        .collect()
}

fn name_beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn beside(path: &Path, suffix: &str) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(name_beside(path, suffix))
}
