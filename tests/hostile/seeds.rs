//! The seed corpus of each target: the project's own corpus under fixtures/wire, and its cases.

use std::path::{Path, PathBuf};
use std::{fs, io};

#[path = "hex_text.rs"]
mod hex_text;

/// The seeds of a target by its name, in the order of their paths.
///
/// # Errors
/// A file cannot be read, or holds what is no hex.
pub fn of(target: &str) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = match target {
        "yaml_case" => root.join("cases"),
        name => root.join("fixtures/wire").join(name),
    };
    let mut files = Vec::new();
    if dir.is_dir() {
        collect(&dir, &mut files)?;
    }
    files.sort();
    files
        .into_iter()
        .map(|path| Ok((path.clone(), octets(&path)?)))
        .collect()
}

/// The octets of a seed: what a `.hex` describes, or the file as it is.
///
/// # Errors
/// The file cannot be read, or is a `.hex` that holds what is no hex.
pub fn octets(path: &Path) -> io::Result<Vec<u8>> {
    if path.extension().is_none_or(|extension| extension != "hex") {
        return fs::read(path);
    }
    hex_text::octets(&fs::read_to_string(path)?)
        .map_err(|problem| io::Error::other(format!("{}: {problem}", path.display())))
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if ["hex", "eml", "yaml", "txt"]
            .iter()
            .any(|e| path.extension().is_some_and(|x| x == *e))
        {
            files.push(path);
        }
    }
    Ok(())
}
