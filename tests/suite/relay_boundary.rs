//! The embedded relay is an implementation under test: it must not be able to cheat.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_relay_imports_only_wire() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/relay");
    let sources = rust_files(&root);
    assert!(sources.len() > 20);
    for file in sources {
        let text = fs::read_to_string(&file).unwrap();
        for (at, line) in text.lines().enumerate() {
            for rest in line.split("crate::").skip(1) {
                let module = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next();
                assert!(
                    matches!(module, Some("wire" | "relay")),
                    "{}:{}: {line}",
                    file.display(),
                    at + 1
                );
            }
        }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}
