//! `examples:` — the rows of a case.

use std::collections::BTreeSet;

use crate::case::diagnostic::Diagnostic;
use crate::case::expand::Bindings;
use crate::case::vocabulary as words;
use crate::case::yaml::{Key, Node};

/// A row: its name and what its columns stand for.
pub(super) struct Row {
    pub name: Option<String>,
    pub bindings: Bindings,
}

/// All rows of a case.
pub(super) struct Rows {
    pub rows: Vec<Row>,
    /// Columns, with the key of the first row that has it.
    pub columns: Vec<Key>,
}

/// Reads the rows; a case without examples has one without a name.
pub(super) fn rows(root: &Node, problems: &mut Vec<Diagnostic>) -> Rows {
    let mut all = Rows {
        rows: Vec::new(),
        columns: Vec::new(),
    };
    let Some(node) = root.get("examples") else {
        all.rows.push(Row {
            name: None,
            bindings: Bindings::default(),
        });
        return all;
    };
    let Some(items) = node.list().filter(|items| !items.is_empty()) else {
        problems.push(
            Diagnostic::at(&node.span, "`examples:` is a list of rows".to_owned())
                .help("`- { name: small, size: 1000 }`, one for each run of the case"),
        );
        return all;
    };
    let mut names = BTreeSet::new();
    for item in items {
        match row(item, &mut all.columns) {
            Ok(row) => {
                if let Some(name) = &row.name
                    && !names.insert(name.clone())
                {
                    let at = item.get("name").unwrap_or(item);
                    problems.push(Diagnostic::at(
                        &at.span,
                        format!("another row is called `{name}` already"),
                    ));
                }
                all.rows.push(row);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    all
}

fn row(node: &Node, columns: &mut Vec<Key>) -> Result<Row, Box<Diagnostic>> {
    let Some(entries) = node.map() else {
        return Err(Box::new(Diagnostic::at(
            &node.span,
            format!("a row is a map, and this is {}", node.what()),
        )));
    };
    let Some(name) = node.get("name").and_then(Node::text) else {
        return Err(Box::new(
            Diagnostic::at(&node.span, "this row has no `name:`".to_owned())
                .help("the script is called `case-id[name]`"),
        ));
    };
    let plain = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if !plain(name) {
        let at = node.get("name").unwrap_or(node);
        return Err(Box::new(
            Diagnostic::at(&at.span, format!("`{name}` is no name for a row"))
                .help("letters, digits, `-`, `_` and `.`"),
        ));
    }
    let mut bindings = Bindings::default();
    for (key, value) in entries.iter().filter(|(k, _)| k.text != "name") {
        if words::RESERVED.contains(&key.text.as_str()) {
            return Err(Box::new(Diagnostic::at(
                &key.span,
                format!("`{}` is no name for a column: it means something else", key.text),
            )));
        }
        if !columns.iter().any(|c| c.text == key.text) {
            columns.push(key.clone());
        }
        bindings.set(&key.text, value.clone());
    }
    Ok(Row {
        name: Some(name.to_owned()),
        bindings,
    })
}
