//! What cases refer to by name: test purposes, groups of steps, contents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::diagnostic::Diagnostic;
use super::yaml::{self, Node, SourceFile};

/// Names that cases may use. What is `None` is not checked.
#[derive(Debug, Default)]
pub struct Library {
    pub catalogue: Option<Catalogue>,
    /// Names of the contents in `fixtures/contents.yaml`.
    pub contents: Option<BTreeSet<String>>,
    pub(crate) groups: BTreeMap<String, Group>,
}

/// Steps that cases share.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub about: String,
    pub parameters: Vec<Parameter>,
    /// Which of its captures the name of the whole stands for.
    pub result: Option<String>,
    pub steps: Node,
}

#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub name: String,
    /// The value when the case gives none; without one it must.
    pub default: Option<Node>,
}

impl Library {
    /// Reads the project's three files of names.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn parse(
        purposes: (&str, &str),
        groups: (&str, &str),
        contents: (&str, &str),
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut library = Library {
            catalogue: Some(Catalogue::parse(purposes.0, purposes.1)?),
            ..Library::default()
        };
        library.add_groups(groups.0, groups.1)?;
        library.add_contents(contents.0, contents.1)?;
        Ok(library)
    }

    /// Adds the names of a file of contents: the keys of its map.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    fn add_contents(&mut self, source_name: &str, text: &str) -> Result<(), Vec<Diagnostic>> {
        let root = read(source_name, text)?;
        let Some(entries) = root.map() else {
            return Err(vec![Diagnostic::at(
                &root.span,
                "a file of contents is a map from names".to_owned(),
            )]);
        };
        self.contents
            .get_or_insert_default()
            .extend(entries.iter().map(|(key, _)| key.text.clone()));
        Ok(())
    }

    /// Adds groups: `NAME: {about, with: [parameter, {parameter: default}], steps, [result]}`.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn add_groups(&mut self, source_name: &str, text: &str) -> Result<(), Vec<Diagnostic>> {
        let root = read(source_name, text)?;
        let mut problems = Vec::new();
        for (name, node) in root.map().unwrap_or(&[]) {
            match group(node) {
                Ok(group) => {
                    if self.groups.insert(name.text.clone(), group).is_some() {
                        problems.push(Diagnostic::at(
                            &name.span,
                            format!("the group `{}` exists already", name.text),
                        ));
                    }
                }
                Err(problem) => problems.push(*problem),
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Groups and what they do.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &str)> {
        self.groups
            .iter()
            .map(|(name, group)| (name.as_str(), group.about.as_str()))
    }
}

fn read(source_name: &str, text: &str) -> Result<Node, Vec<Diagnostic>> {
    yaml::read(&Arc::new(SourceFile {
        name: source_name.to_owned(),
        text: Arc::from(text),
    }))
}

fn group(node: &Node) -> Result<Group, Box<Diagnostic>> {
    let known = ["about", "with", "result", "steps"];
    for (key, _) in node.map().unwrap_or(&[]) {
        if !known.contains(&key.text.as_str()) {
            return Err(Box::new(
                Diagnostic::at(&key.span, format!("a group has no `{}`", key.text)).suggest(&key.text, known),
            ));
        }
    }
    let missing = |key: &str| {
        Box::new(Diagnostic::at(
            &node.span,
            format!("`{key}:` is missing in this group"),
        ))
    };
    let parameters = match node.get("with") {
        None => Vec::new(),
        Some(with) => with
            .list()
            .ok_or_else(|| Box::new(Diagnostic::at(&with.span, "parameters are a list".to_owned())))?
            .iter()
            .map(parameter)
            .collect::<Result<_, _>>()?,
    };
    let steps = node.get("steps").ok_or_else(|| missing("steps"))?;
    if steps.list().is_none() {
        return Err(Box::new(Diagnostic::at(
            &steps.span,
            "steps are a list".to_owned(),
        )));
    }
    Ok(Group {
        about: node
            .get("about")
            .and_then(Node::text)
            .ok_or_else(|| missing("about"))?
            .to_owned(),
        parameters,
        result: node.get("result").and_then(Node::text).map(str::to_owned),
        steps: steps.clone(),
    })
}

fn parameter(node: &Node) -> Result<Parameter, Box<Diagnostic>> {
    if let Some(name) = node.text() {
        return Ok(Parameter {
            name: name.to_owned(),
            default: None,
        });
    }
    match node.map() {
        Some([(name, default)]) => Ok(Parameter {
            name: name.text.clone(),
            default: Some(default.clone()),
        }),
        _ => Err(Box::new(Diagnostic::at(
            &node.span,
            "a parameter is a name, or `{name: default}`".to_owned(),
        ))),
    }
}
