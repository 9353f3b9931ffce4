//! Snapshots on disk: one file, or a folder with a file for each case.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::model::Snapshot;
use super::text::{parse, render, render_case, render_head};

/// What a folder's file of the head is called; its cases are in `cases/`.
const HEAD: &str = "snapshot.txt";
const CASES: &str = "cases";

/// Writes a snapshot to a file, or into a folder: a name without an ending is a folder's. Files of cases that an earlier snapshot left there and this
/// one does not have are removed.
///
/// # Errors
/// A file that cannot be written; in words for a person.
pub fn write(snapshot: &Snapshot, out: &Path) -> Result<(), String> {
    let is_file = !out.is_dir() && out.extension().is_some();
    if is_file {
        return put(out, &render(snapshot));
    }
    let mut kept = BTreeSet::new();
    for (id, case) in &snapshot.cases {
        let mut name = safe(id);
        // Ids that differ in what no file name may hold.
        while !kept.insert(name.clone()) {
            name.push('_');
        }
        put(
            &out.join(CASES).join(format!("{name}.txt")),
            &render_case(id, case),
        )?;
    }
    for path in files(&out.join(CASES))? {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if name.is_some_and(|name| !kept.contains(&name)) {
            fs::remove_file(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    put(&out.join(HEAD), &render_head(snapshot))
}

/// Reads what [`write`] wrote.
///
/// # Errors
/// A file that cannot be read or is none, with its line; in words for a person.
pub fn read(path: &Path) -> Result<Snapshot, String> {
    let text = |path: &Path| fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()));
    let wrong =
        |path: &Path, e: super::text::Unreadable| format!("{}:{}: {}", path.display(), e.line, e.what);
    if !path.is_dir() {
        return parse(&text(path)?).map_err(|e| wrong(path, e));
    }
    let head = path.join(HEAD);
    if !head.is_file() {
        return Err(format!(
            "{}: neither a run (events.jsonl) nor a snapshot ({HEAD})",
            path.display()
        ));
    }
    let first = text(&head)?;
    let mut snapshot = parse(&first).map_err(|e| wrong(&head, e))?;
    for file in files(&path.join(CASES))? {
        let case = format!("{}\n{}", super::text::FIRST, text(&file)?);
        let read = parse(&case).map_err(|e| {
            // The line that was put before the file's own.
            let line = e.line.saturating_sub(1);
            wrong(&file, super::text::Unreadable { line, ..e })
        })?;
        for (id, case) in read.cases {
            if snapshot.cases.insert(id.clone(), case).is_some() {
                return Err(format!("{}: case {id} is in another file too", file.display()));
            }
        }
    }
    Ok(snapshot)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, String> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    Ok(files)
}

fn put(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(path, text))
        .map_err(|e| format!("cannot write {}: {e}", path.display()))
}

fn safe(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name: String = id.chars().map(|c| if plain(c) { c } else { '.' }).collect();
    name.trim_end_matches('.').to_owned()
}
