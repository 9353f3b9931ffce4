//! The catalogue of test purposes: what each requires, by which clause, how binding it is and how well that is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::diagnostic::Diagnostic;
use super::yaml::{self, Node, SourceFile};

/// How binding a requirement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    May,
    Should,
    Shall,
}

impl Level {
    pub const ALL: &'static [(&'static str, Level)] = &[
        ("may", Level::May),
        ("should", Level::Should),
        ("shall", Level::Shall),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, l)| *l == self).map_or("", |(n, _)| n)
    }
}

/// How well a requirement is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// An engineering demand; no standard says so.
    Derived,
    /// Deployed traffic and implementations agree on it.
    Observed,
    /// The clause exists, its wording was not at hand.
    Recalled,
    /// The clause was read.
    Text,
}

impl Basis {
    pub const ALL: &'static [(&'static str, Basis)] = &[
        ("derived", Basis::Derived),
        ("observed", Basis::Observed),
        ("recalled", Basis::Recalled),
        ("text", Basis::Text),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, b)| *b == self).map_or("", |(n, _)| n)
    }
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    pub id: String,
    pub purpose: String,
    pub clause: String,
    pub level: Level,
    pub basis: Basis,
    /// `SUB` of `TP-SUB-01`.
    pub group: String,
    /// It binds a relay only under this condition.
    pub condition: Option<String>,
    /// A second, lower demand that the same observation shows: the one of a `should:` half.
    pub weaker: Option<Weaker>,
    /// Why no case decides it.
    pub no_case: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weaker {
    pub purpose: String,
    pub level: Level,
}

/// All test purposes.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    purposes: BTreeMap<String, Purpose>,
    /// Group → its title, in the file's order.
    groups: Vec<(String, String)>,
}

impl Catalogue {
    /// Reads `purposes.yaml`: `groups: {SUB: {title, purposes: [{id, purpose, clause, level, basis, [condition], [weaker], [no-case]}]}}`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(source_name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let file = Arc::new(SourceFile {
            name: source_name.to_owned(),
            text: Arc::from(text),
        });
        let root = yaml::read(&file)?;
        let mut catalogue = Catalogue::default();
        let mut problems = Vec::new();
        match root.get("groups").and_then(Node::map) {
            None => problems.push(Diagnostic::at(&root.span, "a catalogue has `groups:`".to_owned())),
            Some(groups) => {
                for (name, group) in groups {
                    catalogue.group(&name.text, group, &mut problems);
                }
            }
        }
        if problems.is_empty() {
            Ok(catalogue)
        } else {
            Err(problems)
        }
    }

    fn group(&mut self, name: &str, group: &Node, problems: &mut Vec<Diagnostic>) {
        let title = group.get("title").and_then(Node::text).unwrap_or(name);
        self.groups.push((name.to_owned(), title.to_owned()));
        let Some(items) = group.get("purposes").and_then(Node::list) else {
            problems.push(Diagnostic::at(
                &group.span,
                format!("group {name} has no list `purposes:`"),
            ));
            return;
        };
        for item in items {
            match purpose(name, item) {
                Err(problem) => problems.push(*problem),
                Ok(purpose) => {
                    if let Some(first) = self.purposes.insert(purpose.id.clone(), purpose) {
                        problems.push(Diagnostic::at(&item.span, format!("{} stands twice", first.id)));
                    }
                }
            }
        }
    }

    pub fn get(&self, id: &str) -> Option<&Purpose> {
        self.purposes.get(id)
    }

    /// Every purpose, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Purpose> {
        self.purposes.values()
    }

    /// Group names and titles, in the file's order.
    pub fn groups(&self) -> &[(String, String)] {
        &self.groups
    }

    pub fn is_empty(&self) -> bool {
        self.purposes.is_empty()
    }

    pub fn len(&self) -> usize {
        self.purposes.len()
    }
}

fn purpose(group: &str, node: &Node) -> Result<Purpose, Box<Diagnostic>> {
    let id = text(node, "id")?;
    if !is_id(&id) || id.split('-').nth(1) != Some(group) {
        let at = node.get("id").unwrap_or(node);
        return Err(Box::new(
            Diagnostic::at(&at.span, format!("`{id}` is no id of group {group}"))
                .help(format!("ids look like `TP-{group}-01`")),
        ));
    }
    let known = [
        "id",
        "purpose",
        "clause",
        "level",
        "basis",
        "condition",
        "weaker",
        "no-case",
    ];
    for (key, _) in node.map().unwrap_or(&[]) {
        if !known.contains(&key.text.as_str()) {
            return Err(Box::new(
                Diagnostic::at(&key.span, format!("a purpose has no `{}`", key.text))
                    .suggest(&key.text, known),
            ));
        }
    }
    let weaker = match node.get("weaker") {
        None => None,
        Some(weaker) => Some(Weaker {
            purpose: text(weaker, "purpose")?,
            level: word(weaker, "level", Level::ALL)?,
        }),
    };
    Ok(Purpose {
        purpose: text(node, "purpose")?,
        clause: text(node, "clause")?,
        level: word(node, "level", Level::ALL)?,
        basis: word(node, "basis", Basis::ALL)?,
        group: group.to_owned(),
        condition: node.get("condition").and_then(Node::text).map(str::to_owned),
        weaker,
        no_case: node.get("no-case").and_then(Node::text).map(str::to_owned),
        id,
    })
}

fn text(node: &Node, key: &str) -> Result<String, Box<Diagnostic>> {
    node.get(key)
        .and_then(Node::text)
        .map(str::to_owned)
        .ok_or_else(|| Box::new(Diagnostic::at(&node.span, format!("`{key}:` is missing here"))))
}

fn word<T: Copy>(node: &Node, key: &str, words: &[(&str, T)]) -> Result<T, Box<Diagnostic>> {
    let given = text(node, key)?;
    let found = words.iter().find(|(name, _)| *name == given);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let at = node.get(key).unwrap_or(node);
        let problem = Diagnostic::at(&at.span, format!("`{given}` is no {key}"));
        Box::new(problem.suggest(&given, words.iter().map(|(n, _)| *n)))
    })
}

/// Whether a text has the form of a purpose's id: `TP-M4I-06`.
pub(crate) fn is_id(text: &str) -> bool {
    let mut parts = text.split('-');
    parts.next() == Some("TP")
        && parts.next().is_some_and(|group| {
            !group.is_empty()
                && group
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
        && parts
            .next()
            .is_some_and(|number| number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit()))
        && parts.next().is_none()
}
