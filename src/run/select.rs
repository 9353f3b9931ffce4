//! Which scripts a user means: ids, globs over ids, test purposes, files and folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use crate::case::Script;

/// What was typed, understood.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    words: Vec<Word>,
}

#[derive(Debug, Clone)]
struct Word {
    typed: String,
    /// The file or folder of that name, if there is one.
    path: Option<PathBuf>,
    /// None only if the word cannot be a pattern.
    glob: Option<GlobMatcher>,
}

/// Nothing answers to this word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing matches {0:?}; `mmspec list` shows what there is")]
pub struct Unmatched(pub String);

impl Selection {
    /// `*` and `?` are wildcards; brackets are not, they belong to ids (`case[row]`). A word that names an existing file
    /// or folder is that file or folder.
    pub fn new<S: AsRef<str>>(words: &[S]) -> Self {
        let words = words.iter().map(|w| Word::new(w.as_ref())).collect();
        Selection { words }
    }

    /// Files and folders on disk that hold cases to load; what they hold replaces compiled-in cases of the same ids.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.words.iter().filter_map(|w| w.path.as_deref())
    }

    /// The scripts meant, in the order given, each once. Everything when no word was typed.
    ///
    /// # Errors
    /// A word that means no script.
    pub fn pick(&self, scripts: &[Arc<Script>]) -> Result<Vec<Arc<Script>>, Unmatched> {
        if self.words.is_empty() {
            return Ok(scripts.to_vec());
        }
        if let Some(word) = self.words.iter().find(|w| !scripts.iter().any(|s| w.means(s))) {
            return Err(Unmatched(word.typed.clone()));
        }
        let meant = scripts.iter().filter(|s| self.words.iter().any(|w| w.means(s)));
        Ok(meant.cloned().collect())
    }
}

impl Word {
    fn new(typed: &str) -> Self {
        let path = Path::new(typed);
        let looks_like_path = typed.contains('/') || typed.ends_with(".yaml") || typed.ends_with(".yml");
        let path = (path.is_file() || (looks_like_path && path.is_dir())).then(|| path.to_owned());
        let pattern = globset::escape(typed).replace("[*]", "*").replace("[?]", "?");
        let glob = GlobBuilder::new(&pattern)
            .build()
            .ok()
            .map(|g| g.compile_matcher());
        Word {
            typed: typed.to_owned(),
            path,
            glob,
        }
    }

    fn means(&self, script: &Script) -> bool {
        if let Some(path) = &self.path {
            return Path::new(&script.source.file).starts_with(path);
        }
        let matches = |id: &str| self.glob.as_ref().is_some_and(|glob| glob.is_match(id));
        matches(&script.id)
            || matches(&script.case_id)
            || Path::new(&script.source.file).starts_with(&self.typed)
            || script.purposes().into_iter().any(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Body, Cost, Rule, RuleDemand, Source, StepId, TestRef, Topology};

    fn script(id: &str, file: &str, test: &str) -> Arc<Script> {
        let source = Source {
            file: file.into(),
            line: 1,
            column: 1,
            len: 1,
        };
        let rule = Rule {
            id: StepId(0),
            source: source.clone(),
            select: Vec::new(),
            at_parties: false,
            narrow: Vec::new(),
            demand: RuleDemand::Unique("Message-ID".into()),
            capture: None,
            tests: vec![TestRef {
                id: test.into(),
                source: source.clone(),
            }],
        };
        Arc::new(Script {
            id: id.into(),
            case_id: id.split('[').next().unwrap().into(),
            row: None,
            title: String::new(),
            source,
            text: Arc::from(""),
            topology: Topology::OneRelay,
            routing: Default::default(),
            home_lookup: crate::case::HomeLookup::default(),
            requires: Vec::new(),
            nodes: Vec::new(),
            body: Body::Always(vec![rule]),
            cost: Cost::Normal,
        })
    }

    fn picked(words: &[&str]) -> Result<Vec<String>, Unmatched> {
        let scripts = [
            script("mm1-send", "cases/mm1/send.yaml", "TP-M1S-01"),
            script("mm1-bad[cut]", "cases/mm1/bad.yaml", "TP-BAD-02"),
            script("mm1-bad[long]", "cases/mm1/bad.yaml", "TP-BAD-03"),
            script("mm4-ack", "cases/mm4/ack.yaml", "TP-M4I-06"),
        ];
        let picked = Selection::new(words).pick(&scripts)?;
        Ok(picked.iter().map(|s| s.id.clone()).collect())
    }

    #[test]
    fn every_way_to_name_a_script() {
        let all = ["mm1-send", "mm1-bad[cut]", "mm1-bad[long]", "mm4-ack"];
        assert_eq!(picked(&[]).unwrap(), all);
        assert_eq!(picked(&["mm4-ack"]).unwrap(), ["mm4-ack"]);
        assert_eq!(picked(&["mm1-bad"]).unwrap(), ["mm1-bad[cut]", "mm1-bad[long]"]);
        assert_eq!(picked(&["mm1-bad[cut]"]).unwrap(), ["mm1-bad[cut]"]);
        assert_eq!(picked(&["mm1-*"]).unwrap(), all[..3]);
        assert_eq!(picked(&["TP-BAD-*", "TP-M4I-06"]).unwrap(), all[1..]);
        assert_eq!(picked(&["cases/mm4"]).unwrap(), ["mm4-ack"]);
        assert_eq!(picked(&["cases/mm1/bad.yaml", "mm1-*"]).unwrap(), all[..3]);
    }

    #[test]
    fn a_word_that_means_nothing_is_named() {
        assert_eq!(
            picked(&["mm1-send", "mm9-*"]).unwrap_err(),
            Unmatched("mm9-*".into())
        );
    }
}
