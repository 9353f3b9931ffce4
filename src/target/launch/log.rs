//! What the processes of a relay say: the last lines of each, in one order, and all of it in files.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use regex::Regex;
use tokio::sync::Notify;

use crate::target::Secrets;

/// Lines of one process that are kept, and their octets.
const KEPT_LINES: usize = 5_000;
const KEPT_OCTETS: usize = 2 * 1024 * 1024;
/// Characters of a line that are kept.
const LONGEST_LINE: usize = 2_000;
/// Octets of the file of one process.
const LONGEST_FILE: usize = 64 * 1024 * 1024;

/// The log of one instance of a relay, over all its lives. Secrets never get into it.
#[derive(Debug)]
pub struct Log {
    inner: Mutex<Inner>,
    grown: Notify,
    secrets: Secrets,
    /// Folder and the beginning of the names of files that take everything.
    files: Option<(PathBuf, String)>,
}

#[derive(Debug, Default)]
struct Inner {
    /// How many lines there have been.
    count: u64,
    processes: BTreeMap<String, Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Each with its place among all lines.
    lines: VecDeque<(u64, String)>,
    octets: usize,
    file: Option<File>,
    written: usize,
}

/// A point in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(u64);

/// A piece of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// `process| line`.
    pub lines: Vec<String>,
    /// Earlier lines that are not in it.
    pub left_out: u64,
}

impl Log {
    pub fn new(secrets: Secrets) -> Log {
        Log {
            inner: Mutex::default(),
            grown: Notify::new(),
            secrets,
            files: None,
        }
    }

    /// A log that is written to `folder/NAME.PROCESS.log` as well.
    pub fn in_folder(secrets: Secrets, folder: PathBuf, name: &str) -> Log {
        Log {
            files: Some((folder, name.to_owned())),
            ..Log::new(secrets)
        }
    }

    /// Takes a line, without its end.
    pub fn add(&self, process: &str, line: &str) {
        let hidden = self.secrets.hide(line.trim_end());
        let mut text: String = hidden.chars().take(LONGEST_LINE).collect();
        if text.len() < hidden.len() {
            text.push('…');
        }
        let mut inner = self.inner();
        let place = inner.count;
        inner.count += 1;
        let kept = inner.processes.entry(process.to_owned()).or_default();
        kept.write(self.files.as_ref(), process, &text);
        kept.octets += text.len();
        kept.lines.push_back((place, text));
        while kept.lines.len() > KEPT_LINES || kept.octets > KEPT_OCTETS {
            let Some((_, gone)) = kept.lines.pop_front() else {
                break;
            };
            kept.octets -= gone.len();
        }
        drop(inner);
        self.grown.notify_waiters();
    }

    /// Where every log begins.
    pub fn beginning() -> Mark {
        Mark(0)
    }

    /// Where the log stands now.
    pub fn mark(&self) -> Mark {
        Mark(self.inner().count)
    }

    /// What was said since then, the last `most` lines of it.
    pub fn since(&self, mark: Mark, most: usize) -> Excerpt {
        let inner = self.inner();
        let mut lines: Vec<(u64, String)> = Vec::new();
        for (process, kept) in &inner.processes {
            // Lines stand in order: those at the end are the ones.
            let recent = kept.lines.iter().rev().take_while(|(place, _)| *place >= mark.0);
            lines.extend(
                recent
                    .take(most)
                    .map(|(place, text)| (*place, format!("{process}| {text}"))),
            );
        }
        lines.sort_unstable_by_key(|(place, _)| *place);
        let lines: Vec<String> = lines.into_iter().map(|(_, text)| text).collect();
        let beyond = lines.len().saturating_sub(most);
        let said = inner.count.saturating_sub(mark.0);
        let lines = lines[beyond..].to_vec();
        let shown = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        Excerpt {
            left_out: said.saturating_sub(shown),
            lines,
        }
    }

    /// What one process said since then, the last `most` lines of it, without its name.
    pub fn of(&self, process: &str, mark: Mark, most: usize) -> Excerpt {
        let inner = self.inner();
        let Some(kept) = inner.processes.get(process) else {
            return Excerpt::default();
        };
        let recent = kept.lines.iter().rev().take_while(|(place, _)| *place >= mark.0);
        let mut lines: Vec<String> = recent.map(|(_, text)| text.clone()).collect();
        let left_out = lines.len().saturating_sub(most);
        lines.truncate(most);
        lines.reverse();
        Excerpt {
            lines,
            left_out: u64::try_from(left_out).unwrap_or(u64::MAX),
        }
    }

    /// Waits until this process has said something since then that fits.
    pub async fn until(&self, process: &str, mark: Mark, wanted: &Regex) {
        let mut from = mark.0;
        loop {
            let grown = self.grown.notified();
            {
                let inner = self.inner();
                let mut said = inner
                    .processes
                    .get(process)
                    .into_iter()
                    .flat_map(|kept| &kept.lines);
                if said.any(|(place, text)| *place >= from && wanted.is_match(text)) {
                    return;
                }
                from = inner.count;
            }
            grown.await;
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Best effort: a run does not fail for want of a copy of a log.
    fn write(&mut self, files: Option<&(PathBuf, String)>, process: &str, text: &str) {
        let Some((folder, name)) = files else { return };
        if self.written > LONGEST_FILE {
            return;
        }
        if self.file.is_none() && self.written == 0 {
            let path = folder.join(format!("{name}.{process}.log"));
            self.file = std::fs::create_dir_all(folder)
                .and_then(|()| File::options().create(true).append(true).open(path))
                .ok();
        }
        self.written += text.len() + 1;
        if let Some(file) = &mut self.file {
            let text = if self.written > LONGEST_FILE {
                "… (the rest is left out)"
            } else {
                text
            };
            let _ = writeln!(file, "{text}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Log {
        let mut secrets = Secrets::default();
        secrets.add("hush");
        Log::new(secrets)
    }

    #[test]
    fn lines_of_several_processes_stand_in_one_order() {
        let log = log();
        log.add("a", "before");
        let mark = log.mark();
        for (process, line) in [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4 hush")] {
            log.add(process, line);
        }
        let all = log.since(mark, 10);
        assert_eq!(all.lines, ["a| 1", "b| 2", "a| 3", "b| 4 [secret]"]);
        assert_eq!(all.left_out, 0);
        let last = log.since(mark, 2);
        assert_eq!((last.lines.len(), last.left_out), (2, 2));
        assert_eq!(last.lines, ["a| 3", "b| 4 [secret]"]);
        let of_one = log.of("a", mark, 1);
        assert_eq!((of_one.lines, of_one.left_out), (vec!["3".to_owned()], 1));
    }

    #[test]
    fn only_the_end_is_kept() {
        let log = log();
        let mark = log.mark();
        for n in 0..KEPT_LINES + 7 {
            log.add("a", &n.to_string());
        }
        let all = log.since(mark, usize::MAX);
        assert_eq!((all.lines.len(), all.left_out), (KEPT_LINES, 7));
        assert_eq!(all.lines[0], "a| 7");
    }
}
