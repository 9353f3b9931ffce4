//! Where the parts of a baseline stand, line by line, so that it can be changed there.

use super::model::{Entry, Place};
use crate::case::{Node, YamlKey};

/// The line a node begins in, from 0.
pub(super) fn line(node: &Node) -> usize {
    (node.span.source().line as usize).saturating_sub(1)
}

/// The lines of a file, and where its top keys begin.
pub(super) struct Starts<'t> {
    lines: Vec<&'t str>,
    tops: Vec<usize>,
}

impl<'t> Starts<'t> {
    pub fn of(text: &'t str, top: &[(YamlKey, Node)]) -> Self {
        let tops = top
            .iter()
            .map(|(key, _)| (key.span.source().line as usize).saturating_sub(1));
        Starts {
            lines: text.lines().collect(),
            tops: tops.collect(),
        }
    }

    pub fn place(&self, top: &[(YamlKey, Node)], name: &str, root: &Node) -> Option<Place> {
        let at = top.iter().position(|(key, _)| key.text == name)?;
        let key = self.tops[at];
        let next = self
            .tops
            .iter()
            .copied()
            .filter(|t| *t > key)
            .min()
            .unwrap_or(self.lines.len());
        let first = root.get(name).and_then(|list| list.list()?.first());
        Some(Place {
            key,
            end: self.trimmed(key, next),
            indent: first.and_then(|item| dash(self.lines.get(line(item))?)),
        })
    }

    /// The end of what begins in `from`, without the empty lines and comments before `next`.
    fn trimmed(&self, from: usize, next: usize) -> usize {
        let mut end = next;
        while end > from + 1 && is_blank(self.lines[end - 1]) {
            end -= 1;
        }
        end
    }
}

fn is_blank(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// Spaces before the `- ` that begins an item.
fn dash(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches(' ');
    rest.starts_with("- ").then(|| line.len() - rest.len())
}

/// Finds the lines of entries and of their keys.
pub(super) fn shape(list: &Node, entries: &mut [Entry], file: &Starts<'_>) {
    let items = list.list().unwrap_or_default();
    let end_of_list = file
        .tops
        .iter()
        .copied()
        .filter(|top| *top > line(list))
        .min()
        .unwrap_or(file.lines.len());
    for (at, item) in items.iter().enumerate() {
        let next = items.get(at + 1).map_or(end_of_list, line);
        let Some(entry) = entries
            .iter_mut()
            .find(|e| e.lines.start == line(item) && e.lines.end == 0)
        else {
            continue;
        };
        let start = line(item);
        let keys = item.map().unwrap_or_default();
        let starts: Vec<usize> = keys
            .iter()
            .map(|(key, _)| (key.span.source().line as usize).saturating_sub(1))
            .collect();
        entry.lines.end = file.trimmed(start, next);
        let each_has_a_line = starts.windows(2).all(|pair| pair[0] < pair[1]) && next > start;
        entry.lines.is_block = each_has_a_line && file.lines.get(start).copied().and_then(dash).is_some();
        entry.lines.indent = keys.first().map_or(0, |(key, _)| {
            (key.span.source().column as usize).saturating_sub(1)
        });
        entry.lines.keys = keys
            .iter()
            .zip(&starts)
            .enumerate()
            .map(|(n, ((key, _), from))| {
                let end = starts.get(n + 1).copied().unwrap_or(entry.lines.end);
                (key.text.clone(), *from, file.trimmed(*from, end))
            })
            .collect();
    }
}
