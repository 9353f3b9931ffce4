//! The case files of a run, kept beside its journal: they may have changed when somebody looks at it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::suite::Suite;
use crate::case::Script;

/// Texts of case files by the name [`crate::case::Source`] gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources(BTreeMap<String, Arc<str>>);

impl Sources {
    const FILE: &'static str = "sources.json";

    /// What these scripts are written in.
    pub fn of<'a>(suite: &Suite, scripts: impl Iterator<Item = &'a Arc<Script>>) -> Sources {
        let mut texts = BTreeMap::new();
        for script in scripts {
            texts
                .entry(script.source.file.clone())
                .or_insert_with(|| Arc::clone(&script.text));
            // Steps of groups stand in another file.
            for note in script.outline() {
                if !texts.contains_key(&note.source.file)
                    && let Some(text) = suite.text_of(&note.source.file)
                {
                    texts.insert(note.source.file, text);
                }
            }
        }
        Sources(texts)
    }

    pub fn text_of(&self, file: &str) -> Option<Arc<str>> {
        self.0.get(file).cloned()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// File → text, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(file, text)| (file.as_str(), text.as_ref()))
    }

    /// Adds those of another run.
    pub fn extend(&mut self, other: Sources) {
        self.0.extend(other.0);
    }

    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, dir: &Path) -> std::io::Result<()> {
        let texts: BTreeMap<&str, &str> = self.0.iter().map(|(f, t)| (f.as_str(), t.as_ref())).collect();
        std::fs::write(dir.join(Self::FILE), serde_json::to_string_pretty(&texts)? + "\n")
    }

    /// The sources in a run's folder; none if it is of an earlier version.
    ///
    /// # Errors
    /// The file is there and cannot be read; in words for a person.
    pub fn read(dir: &Path) -> Result<Sources, String> {
        let path = dir.join(Self::FILE);
        let cannot = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let texts: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|e| cannot(&e))?;
                Ok(Sources(
                    texts.into_iter().map(|(f, t)| (f, Arc::from(t))).collect(),
                ))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Sources::default()),
            Err(e) => Err(cannot(&e)),
        }
    }
}
