//! What a baseline says.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::version::Requirement;
use crate::case::Source;
use crate::run::outcome::{RunInfo, Verdict};

/// A file of known failures.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// As it was named.
    pub file: String,
    /// The whole file.
    pub text: Arc<str>,
    pub entries: Vec<Entry>,
    pub new_cases: NewCases,
    /// Ids of the scripts that the suite had when this was written; none: whatever it has now.
    pub cases: Option<BTreeSet<String>>,
    /// Lines that [`super::update`] has to know.
    pub(super) layout: Layout,
}

/// What a case means that the suite newly has and that does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NewCases {
    /// It is told, and the run does not fail for it.
    #[default]
    Report,
    Fail,
}

/// One case that is not expected to pass.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Script id.
    pub case: String,
    /// The expectations that are violated, these and no others; none: whatever breaks.
    pub expectations: Option<Vec<String>>,
    /// `fail` or `inconc`.
    pub verdict: Verdict,
    pub reason: String,
    pub link: Option<String>,
    /// The last day on which it holds (UTC).
    pub until: Option<Date>,
    pub when: Option<When>,
    /// Where `case:` has its value.
    pub source: Source,
    /// Where `until:` has its value.
    pub until_at: Option<Source>,
    pub(super) lines: Lines,
}

/// The products an entry is about.
#[derive(Debug, Clone)]
pub struct When {
    /// A relay of the topology; none: any.
    pub relay: Option<String>,
    /// The name in its target file, case does not matter.
    pub product: Option<String>,
    pub version: Option<Requirement>,
}

impl Entry {
    /// Whether it speaks of the products of this run.
    pub fn applies_to(&self, run: &RunInfo) -> bool {
        let Some(when) = &self.when else { return true };
        run.bindings
            .iter()
            .filter(|(relay, _)| when.relay.as_ref().is_none_or(|name| name == *relay))
            .any(|(_, label)| when.is_met_by(label))
    }

    /// Whether its last day is over.
    pub fn has_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

impl When {
    /// `label` is `name version`, as results have it: either may hold spaces.
    fn is_met_by(&self, label: &str) -> bool {
        match &self.product {
            Some(product) => {
                let Some(start) = label.get(..product.len()) else {
                    return false;
                };
                let rest = &label[product.len()..];
                start.eq_ignore_ascii_case(product)
                    && (rest.is_empty() || rest.starts_with(' '))
                    && self.is_version(rest.trim())
            }
            None => self.is_version(label.rsplit(' ').next().unwrap_or_default()),
        }
    }

    fn is_version(&self, version: &str) -> bool {
        self.version.as_ref().is_none_or(|r| r.is_met_by(version))
    }
}

/// Where parts of the file stand, in lines from 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// The line of `entries:`, and whether its value is a list with a line for each.
    pub entries: Option<Place>,
    /// The same of `cases:`.
    pub cases: Option<Place>,
    /// The lines of the ids below `cases:`.
    pub case_lines: Vec<(usize, String)>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub key: usize,
    /// The first line after the value.
    pub end: usize,
    /// Spaces before the `-` of the items; none: it is not written with a line for each.
    pub indent: Option<usize>,
}

/// The lines of an entry, from 0; the end is the first line that is not its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    pub start: usize,
    pub end: usize,
    /// Whether it begins with `- ` and has a key on each line, so that it can be changed line by line.
    pub is_block: bool,
    /// Column of its keys, from 0.
    pub indent: usize,
    /// Key → the lines of the key and its value.
    pub keys: Vec<(String, usize, usize)>,
}
