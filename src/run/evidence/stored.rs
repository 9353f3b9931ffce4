//! The journal of a run, by script.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::scene::Evidence;
use crate::run::journal::{Event, What};

/// The name of the journal in a run's folder.
pub const JOURNAL: &str = "events.jsonl";

/// Where each script's events stand in `events.jsonl`.
pub struct Stored {
    path: PathBuf,
    lines: BTreeMap<String, Vec<Line>>,
    is_cut: bool,
}

/// One line of the file.
#[derive(Clone, Copy)]
struct Line {
    offset: u64,
    len: u64,
}

/// As much of an event as tells whose it is.
#[derive(Deserialize)]
struct Whose {
    script: String,
}

impl Stored {
    /// Reads through the journal of a run's folder once.
    ///
    /// # Errors
    /// It is not there, cannot be read, or a line that is not the last is no event; in words for a person.
    pub fn open(dir: &Path) -> Result<Stored, String> {
        let path = dir.join(JOURNAL);
        let cannot = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
        let mut file = BufReader::new(File::open(&path).map_err(|e| cannot(&e))?);
        let mut lines: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        let (mut offset, mut is_cut, mut number) = (0, false, 0);
        let mut text = Vec::new();
        loop {
            text.clear();
            let len = file.read_until(b'\n', &mut text).map_err(|e| cannot(&e))?;
            if len == 0 {
                break;
            }
            number += 1;
            let len = u64::try_from(len).unwrap_or(u64::MAX);
            match serde_json::from_slice::<Whose>(&text) {
                Ok(whose) => lines.entry(whose.script).or_default().push(Line { offset, len }),
                // A run that was killed leaves half a line at the end.
                Err(_) if !text.ends_with(b"\n") => is_cut = true,
                Err(e) => return Err(cannot(&format!("line {number}: {e}"))),
            }
            offset += len;
        }
        Ok(Stored { path, lines, is_cut })
    }

    /// Whether the file ends in the middle of a line.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Ids of the scripts that have events, in order; what belongs to no script stands under the empty id.
    pub fn scripts(&self) -> impl Iterator<Item = &str> {
        self.lines.keys().map(String::as_str)
    }

    /// How many events a script has.
    pub fn count(&self, script: &str) -> usize {
        self.lines.get(script).map_or(0, Vec::len)
    }

    /// Hands out the events of a script in their order, one at a time; of a script that was run twice, those of both attempts.
    ///
    /// # Errors
    /// The file cannot be read, or has changed; in words for a person.
    pub fn each(&self, script: &str, mut take: impl FnMut(Event)) -> Result<(), String> {
        let cannot = |what: &dyn std::fmt::Display| format!("{}: {what}", self.path.display());
        let Some(lines) = self.lines.get(script) else {
            return Ok(());
        };
        let mut file = BufReader::new(File::open(&self.path).map_err(|e| cannot(&e))?);
        let (mut at, mut text) = (0, Vec::new());
        for line in lines {
            let ahead = i64::try_from(line.offset.saturating_sub(at)).map_err(|e| cannot(&e))?;
            file.seek_relative(ahead).map_err(|e| cannot(&e))?;
            text.clear();
            let mut piece = file.by_ref().take(line.len);
            piece.read_to_end(&mut text).map_err(|e| cannot(&e))?;
            at = line.offset + line.len;
            take(serde_json::from_slice(&text).map_err(|e| cannot(&e))?);
        }
        Ok(())
    }

    /// The events of the attempt that counts, the last: a script that met the end of a relay among others was run again.
    ///
    /// # Errors
    /// As for [`Stored::each`].
    pub fn each_of_last_attempt(&self, script: &str, mut take: impl FnMut(Event)) -> Result<(), String> {
        let first = self.last_attempt(script)?;
        self.each(script, |event| {
            if event.seq >= first {
                take(event);
            }
        })
    }

    /// What a script's last attempt can show.
    ///
    /// # Errors
    /// As for [`Stored::each`].
    pub fn case(&self, script: &str) -> Result<Evidence, String> {
        let mut evidence = Evidence::new(script);
        self.each_of_last_attempt(script, |event| evidence.take(event))?;
        Ok(evidence)
    }

    /// The `seq` with which the last attempt begins.
    fn last_attempt(&self, script: &str) -> Result<u64, String> {
        // Only then is there more than one: the end of the first is followed by something.
        let Some(lines) = self.lines.get(script) else {
            return Ok(0);
        };
        let (mut first, mut has_ended) = (0, false);
        let cannot = |what: &dyn std::fmt::Display| format!("{}: {what}", self.path.display());
        let mut file = File::open(&self.path).map_err(|e| cannot(&e))?;
        for line in lines {
            // Ends are short.
            if has_ended || line.len < LONGEST_END {
                let mut text = vec![0; usize::try_from(line.len).map_err(|e| cannot(&e))?];
                file.seek(SeekFrom::Start(line.offset)).map_err(|e| cannot(&e))?;
                file.read_exact(&mut text).map_err(|e| cannot(&e))?;
                let event: Event = serde_json::from_slice(&text).map_err(|e| cannot(&e))?;
                if has_ended {
                    first = event.seq;
                }
                has_ended = matches!(event.what, What::End);
            }
        }
        Ok(first)
    }
}

/// Octets of a line that may say that a script has ended.
const LONGEST_END: u64 = 512;
