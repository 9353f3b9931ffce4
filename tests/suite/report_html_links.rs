//! Every link of a report leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use regex::Regex;

/// A page's text, with the slashes that the template engine escapes.
pub fn page(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.replace("&#x2f;", "/")
}

/// The pages of a report: path below its folder → text.
pub fn pages(dir: &Path) -> BTreeMap<PathBuf, String> {
    let mut pages = BTreeMap::new();
    pages.insert("index.html".into(), page(&dir.join("index.html")));
    for entry in fs::read_dir(dir.join("cases")).unwrap() {
        let name = entry.unwrap().file_name();
        let path = Path::new("cases").join(&name);
        if path.extension().is_some_and(|e| e == "html") {
            pages.insert(path.clone(), page(&dir.join(&path)));
        }
    }
    pages
}

/// Links of these pages that lead nowhere: a file that is not there, or an anchor that its page has not. Filters (`#q=…`) are no anchors.
pub fn broken_links(dir: &Path, pages: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let (href, id) = (
        Regex::new(r#" href="([^"]*)""#).unwrap(),
        Regex::new(r#" id="([^"]*)""#).unwrap(),
    );
    let anchors: BTreeMap<&PathBuf, BTreeSet<&str>> = pages
        .iter()
        .map(|(path, text)| {
            let ids = id.captures_iter(text).map(|found| found.get(1).unwrap().as_str());
            (path, ids.collect())
        })
        .collect();
    let mut broken = Vec::new();
    for (page, text) in pages {
        for found in href.captures_iter(text) {
            let link = &found[1];
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let to = match file {
                "" => page.clone(),
                file => normal(&page.parent().unwrap().join(file)),
            };
            let leads = match anchors.get(&to) {
                Some(anchors) => anchor.is_empty() || anchor.contains('=') || anchors.contains(anchor),
                None => anchor.is_empty() && dir.join(&to).is_file(),
            };
            if !leads {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    broken
}

fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => assert!(out.pop(), "{} leads out of the report", path.display()),
            component => out.push(component),
        }
    }
    out
}

/// Ids that a page has more than once.
pub fn repeated_ids(text: &str) -> Vec<String> {
    let id = Regex::new(r#" id="([^"]*)""#).unwrap();
    let mut seen = BTreeSet::new();
    id.captures_iter(text)
        .map(|found| found[1].to_owned())
        .filter(|id| !seen.insert(id.clone()))
        .collect()
}
