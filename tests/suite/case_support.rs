//! The project's own names for tests of the case language.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mmspec::case::{Diagnostic, Library, Script, load};

/// Purposes, groups and contents of the project.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(read_library)
}

fn read_library() -> Library {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let (purposes, groups, contents) = (
        read("cases/purposes.yaml"),
        read("cases/groups.yaml"),
        read("fixtures/contents.yaml"),
    );
    Library::parse(
        ("cases/purposes.yaml", &purposes),
        ("cases/groups.yaml", &groups),
        ("fixtures/contents.yaml", &contents),
    )
    .unwrap_or_else(|problems| panic!("{}", rendered(&problems)))
}

/// A case that must be right.
pub fn scripts(text: &str) -> Vec<Script> {
    load("case.yaml", text, library()).unwrap_or_else(|problems| panic!("{}", rendered(&problems)))
}

/// The only script of a case that must be right.
pub fn script(text: &str) -> Script {
    scripts(text).remove(0)
}

/// A case with these steps on one relay.
pub fn steps(lines: &str) -> String {
    format!("id: t\ntitle: t\ntopology: one-relay\nsteps:\n{lines}")
}

pub fn rendered(problems: &[Diagnostic]) -> String {
    let all: Vec<String> = problems.iter().map(|p| p.render(false)).collect();
    all.join("\n\n")
}

/// Every case file of the project.
pub fn case_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let top = fs::read_dir("cases").unwrap();
    for entry in top.map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        collect(&entry, &mut files);
    }
    files.sort();
    files
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|e| e == "yaml") {
            files.push(entry);
        }
    }
}
