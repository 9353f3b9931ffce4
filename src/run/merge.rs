//! The shards of a run, put together into one run: journals, cases and verdicts. Rules that speak of all journals are judged
//! again, over all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::evidence::JOURNAL;
use super::execute::{Finished, Refused};
use super::folder::latest_folder;
use super::journal::{Event, RunHead};
use super::outcome::{CaseResult, RunResult, Summary};
use super::rejudge::judge_as_it_was;
use super::sources::Sources;
use crate::show::json;

/// What the relays that a run starts say, in the run's folder.
const LOGS: &str = "logs";

/// One run to put together with others.
pub struct Part {
    /// Its folder.
    pub dir: PathBuf,
    /// What its folder says of it; none if the run was killed before it was judged.
    pub result: Option<RunResult>,
}

/// Where the joined run goes.
pub enum Out<'a> {
    /// A folder that is not there, or empty.
    Folder(&'a Path),
    /// A fresh one below this folder of reports.
    Below(&'a Path),
}

/// Writes the joined run's folder and judges it.
///
/// # Errors
/// The runs do not belong together, a shard is missing or there twice, or a file cannot be read or written.
pub fn merge(parts: &[Part], out: &Out<'_>, case_dirs: &[PathBuf]) -> Result<Finished, Refused> {
    let mut heads = Vec::new();
    for part in parts {
        heads.push((part, RunHead::read(&part.dir).map_err(Refused::Usage)?));
    }
    heads.sort_by_key(|(_, head)| head.shard);
    check(&heads).map_err(Refused::Usage)?;
    let Some((_, first)) = heads.first() else {
        return Err(Refused::Usage("there is nothing to merge".into()));
    };
    let dir = make(out, &first.folder)?;
    let cannot = |e: io::Error| Refused::Environment(format!("{}: {e}", dir.display()));
    let mut scripts: Vec<String> = heads.iter().flat_map(|(_, head)| head.scripts.clone()).collect();
    scripts.sort();
    scripts.dedup();
    let joined = RunHead {
        scripts,
        shard: None,
        ..first.clone()
    };
    joined.write(&dir).map_err(cannot)?;
    let mut sources = Sources::default();
    for (part, _) in &heads {
        sources.extend(Sources::read(&part.dir).map_err(Refused::Usage)?);
    }
    sources.write(&dir).map_err(cannot)?;
    let dirs: Vec<&Path> = heads.iter().map(|(part, _)| part.dir.as_path()).collect();
    join(&dirs, &dir.join(JOURNAL))?;
    for (part, head) in &heads {
        if let Some(shard) = head.shard {
            let name = format!("shard-{}", shard.index);
            copy(&part.dir.join(LOGS), &dir.join(LOGS).join(name)).map_err(cannot)?;
        }
    }
    let (finished, extent) = judge_as_it_was(&dir, case_dirs)?;
    let mut finished = with_verdicts_of(&heads, finished);
    if !extent.is_whole() {
        finished.warnings.push(extent.to_string());
    }
    Ok(finished)
}

/// A case has the verdict of its own run: there the judge saw what is not written down. What speaks of all journals has that of all.
fn with_verdicts_of(heads: &[(&Part, RunHead)], mut finished: Finished) -> Finished {
    let mut own: BTreeMap<&str, &CaseResult> = BTreeMap::new();
    for (part, head) in heads {
        let played: BTreeSet<&str> = head.scripts.iter().map(String::as_str).collect();
        let cases = part.result.iter().flat_map(|result| &result.cases);
        own.extend(
            cases
                .map(|c| (c.id.as_str(), c))
                .filter(|(id, _)| played.contains(id)),
        );
    }
    let is_rule = |id: &str| {
        finished
            .suite
            .scripts
            .iter()
            .any(|s| s.id == id && !s.rules().is_empty())
    };
    for case in &mut finished.result.cases {
        if let Some(result) = own.get(case.id.as_str()).filter(|_| !is_rule(&case.id)) {
            *case = (*result).clone();
        }
    }
    finished.result.summary = Summary::of(&finished.result.cases);
    finished
}

/// Whether the runs are all shards of one run.
fn check(heads: &[(&Part, RunHead)]) -> Result<(), String> {
    let Some(((first, head), others)) = heads.split_first() else {
        return Ok(());
    };
    for (part, other) in others {
        let pairs: [(&str, &dyn Debug, &dyn Debug); 10] = [
            ("the targets are", &head.bindings, &other.bindings),
            ("what the targets do not claim is", &head.lacks, &other.lacks),
            ("defects are", &head.defects, &other.defects),
            ("options are", &head.options, &other.options),
            ("the selection is", &head.selection, &other.selection),
            ("--all is", &head.all, &other.all),
            ("strictness is", &head.strict, &other.strict),
            (
                "--recalled inconc is",
                &head.recalled_inconc,
                &other.recalled_inconc,
            ),
            (
                "the digest of the suite's cases is",
                &head.suite.cases,
                &other.suite.cases,
            ),
            (
                "digests of what cases send are",
                &head.suite.contents,
                &other.suite.contents,
            ),
        ];
        for (what, one, two) in pairs {
            let (one, two) = (format!("{one:?}"), format!("{two:?}"));
            if one != two {
                return Err(format!(
                    "{} and {} are not of one run: {what} {one} in the first, {two} in the second",
                    first.dir.display(),
                    part.dir.display()
                ));
            }
        }
    }
    let mut by_index: BTreeMap<u32, Vec<&Path>> = BTreeMap::new();
    let mut of = None;
    for (part, head) in heads {
        let Some(shard) = head.shard else {
            return Err(format!(
                "{} is a whole run, not a shard of one (mmspec run --shard K/N)",
                part.dir.display()
            ));
        };
        if *of.get_or_insert(shard.of) != shard.of {
            return Err(format!(
                "{} is shard {shard}, and others are of {}: they divide the run differently",
                part.dir.display(),
                of.unwrap_or_default()
            ));
        }
        by_index.entry(shard.index).or_default().push(&part.dir);
    }
    let of = of.unwrap_or_default();
    if let Some((index, twice)) = by_index.iter().find(|(_, dirs)| dirs.len() > 1) {
        let dirs: Vec<String> = twice.iter().map(|dir| dir.display().to_string()).collect();
        return Err(format!(
            "shard {index}/{of} is there more than once: {}",
            dirs.join(", ")
        ));
    }
    let missing: Vec<String> = (1..=of)
        .filter(|index| !by_index.contains_key(index))
        .map(|index| format!("{index}/{of}"))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("shards are missing: {}", missing.join(", ")))
    }
}

fn make(out: &Out<'_>, targets: &str) -> Result<PathBuf, Refused> {
    match out {
        Out::Below(reports) => latest_folder(reports, targets, jiff::Timestamp::now())
            .map_err(|e| Refused::Environment(format!("{}: {e}", reports.display()))),
        Out::Folder(dir) => {
            let cannot = |e: io::Error| Refused::Environment(format!("{}: {e}", dir.display()));
            fs::create_dir_all(dir).map_err(cannot)?;
            if fs::read_dir(dir).map_err(cannot)?.next().is_some() {
                return Err(Refused::Usage(format!(
                    "{} holds something already; name a folder that is empty or not there",
                    dir.display()
                )));
            }
            Ok(dir.to_path_buf())
        }
    }
}

/// One journal after the other. What belongs to no script is numbered through.
fn join(dirs: &[&Path], out: &Path) -> Result<(), Refused> {
    let cannot =
        |path: &Path, e: &dyn std::fmt::Display| Refused::Environment(format!("{}: {e}", path.display()));
    let mut file = BufWriter::new(File::create(out).map_err(|e| cannot(out, &e))?);
    let mut strangers = 0;
    for dir in dirs {
        let path = dir.join(JOURNAL);
        let mut events = BufReader::new(File::open(&path).map_err(|e| cannot(&path, &e))?);
        let mut line = Vec::new();
        while events
            .read_until(b'\n', &mut line)
            .map_err(|e| cannot(&path, &e))?
            > 0
        {
            // A shard that was killed leaves half a line.
            if line.ends_with(b"\n") {
                if line.starts_with(br#"{"script":"","#) {
                    let mut event: Event = serde_json::from_slice(&line).map_err(|e| cannot(&path, &e))?;
                    event.seq = strangers;
                    strangers += 1;
                    line = Vec::new();
                    json::line(&mut line, &event).map_err(|e| cannot(&path, &e))?;
                    line.push(b'\n');
                }
                file.write_all(&line).map_err(|e| cannot(out, &e))?;
            }
            line.clear();
        }
    }
    file.flush().map_err(|e| cannot(out, &e))
}

/// A folder with all it holds, if it is there.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
