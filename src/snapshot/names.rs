//! Stable names for what is different in every run: numbers, hosts, ids, dates.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;

/// A value shorter than this is replaced only where it is all there is: it may stand in other words by chance.
const SHORTEST: usize = 5;

/// Names of one case's values.
#[derive(Debug, Default)]
pub struct Names {
    /// Value → name, the longest first.
    vars: Vec<(String, String)>,
    /// Id without its wrapping → name.
    ids: BTreeMap<String, String>,
}

impl Names {
    /// `vars`: those of the journal, `alice.plmn` → value.
    pub fn new(vars: &BTreeMap<String, String>) -> Self {
        let told = vars.iter().filter(|(name, value)| {
            let constant = ["timer.", "limit."].iter().any(|own| name.starts_with(own));
            let part = [".prefix", ".domain-in-capitals"]
                .iter()
                .any(|own| name.ends_with(own));
            !constant && !part && value.len() >= SHORTEST
        });
        let mut vars: Vec<(String, String)> = told
            .map(|(name, value)| (value.clone(), format!("<{name}>")))
            .collect();
        // Of two names for one value the first in order.
        vars.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.cmp(b)));
        vars.dedup_by(|later, first| later.0 == first.0);
        Names {
            vars,
            ids: BTreeMap::new(),
        }
    }

    /// The first name that is given to an id stays.
    pub fn name_id(&mut self, id: &str, name: String) {
        let core = core_of(id);
        if !core.is_empty() {
            self.ids.entry(core.to_owned()).or_insert(name);
        }
    }

    /// The value of a field that is an id: `"<id>"`, with its wrapping.
    pub fn id(&self, value: &str, own: &str) -> String {
        let core = core_of(value);
        if core.is_empty() {
            return value.to_owned();
        }
        let name = match self.ids.get(core) {
            // Where an id comes from, it is just an id.
            Some(name) if name != own => name.as_str(),
            _ => "<id>",
        };
        self.vars_in(&value.replacen(core, name, 1))
    }

    /// The value of a field that is a URI whose last segment is an id.
    pub fn uri(&self, value: &str, own: &str) -> String {
        match value.rsplit_once('/') {
            Some((place, last)) if place.contains("//") && !last.is_empty() => {
                format!("{}/{}", self.scrubbed(place), self.id(last, own))
            }
            _ => self.id(value, own),
        }
    }

    /// Whether a text holds something that the run made up.
    pub fn are_in(&self, text: &str) -> bool {
        self.vars.iter().any(|(value, _)| text.contains(value.as_str()))
    }

    /// Text with numbers and hosts of the run by their names.
    pub fn vars_in(&self, text: &str) -> String {
        let mut text = bounded(text).to_owned();
        for (value, name) in &self.vars {
            if text.contains(value.as_str()) {
                text = text.replace(value.as_str(), name);
            }
        }
        text
    }

    /// The same of text that may hold whatever a relay likes: ids, dates, addresses and long numbers in it are named too.
    pub fn scrubbed(&self, text: &str) -> String {
        let mut text = self.vars_in(text);
        for (id, name) in self.ids.iter().filter(|(id, _)| id.len() >= SHORTEST) {
            if text.contains(id.as_str()) {
                text = text.replace(id.as_str(), name);
            }
        }
        for (pattern, name) in patterns() {
            text = pattern.replace_all(&text, *name).into_owned();
        }
        text
    }
}

/// As much of a text as is looked at: what is kept is shorter still.
const LONGEST: usize = 4096;

fn bounded(text: &str) -> &str {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// An id without blanks, quotes, angle brackets.
pub fn core_of(id: &str) -> &str {
    let id = id.trim();
    for (open, close) in [('"', '"'), ('<', '>')] {
        if let Some(inner) = id.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            return core_of(inner);
        }
    }
    id
}

/// What is different each time and has no name of its own.
fn patterns() -> &'static [(Regex, &'static str)] {
    static PATTERNS: OnceLock<Vec<(Regex, &str)>> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        [
            (
                r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}(?::\d{2})?(?: (?:[+-]\d{4}|[A-Z]{1,4}))?",
                "<date>",
            ),
            (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?", "<date>"),
            (r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d+)?\b", "<address>"),
            (r"\[::1\](?::\d+)?", "<address>"),
            (r"\b(localhost):\d+\b", "${1}:<port>"),
            (r#"\bboundary=(?:"[^"]*"|[^\s;]+)"#, "boundary=<boundary>"),
            // Long runs of digits and letters in which both are: queue ids, hashes.
            (r"\b[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*\b", "<id>"),
            (r"\b\d{7,}\b", "<number>"),
        ]
        .into_iter()
        .filter_map(|(pattern, name)| Some((Regex::new(pattern).ok()?, name)))
        .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let vars = [
            ("alice.number", "+1555100123456"),
            ("alice.plmn", "+1555100123456/TYPE=PLMN"),
            ("A.mm1-url", "http://127.0.0.1:4711/mms"),
            ("timer.quiet", "500ms"),
            ("run.nonce", "4sxubx0"),
        ];
        let vars = vars.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        let mut names = Names::new(&vars.collect());
        names.name_id("\"abc-def@a\"", "<Message-ID of M-Send.conf>".to_owned());
        names
    }

    #[test]
    fn what_a_run_made_up_has_a_name() {
        let names = names();
        assert_eq!(names.vars_in("+1555100123456/TYPE=PLMN"), "<alice.plmn>");
        assert_eq!(names.vars_in("tel:+1555100123456"), "tel:<alice.number>");
        assert_eq!(names.id("<abc-def@a>", ""), "<<Message-ID of M-Send.conf>>");
        assert_eq!(names.id("\"other\"", ""), "\"<id>\"");
        assert_eq!(names.id("abc-def@a", "<Message-ID of M-Send.conf>"), "<id>");
        assert_eq!(
            names.uri("http://127.0.0.1:4711/mms/0f3a", ""),
            "<A.mm1-url>/<id>"
        );
    }

    #[test]
    fn free_text_loses_what_is_different_each_time() {
        let names = names();
        for (text, said) in [
            ("2.0.0 Ok: queued as 4F2A91BC07", "2.0.0 Ok: queued as <id>"),
            ("Sun, 29 Nov 2026 23:09:00 +0000", "<date>"),
            (
                "at 2026-11-29T23:09:00Z from 127.0.0.1:4711",
                "at <date> from <address>",
            ),
            (
                "multipart/related; boundary=\"=_x y\"; start=s",
                "multipart/related; boundary=<boundary>; start=s",
            ),
            ("250 2.1.5 Ok", "250 2.1.5 Ok"),
            ("see abc-def@a", "see <Message-ID of M-Send.conf>"),
        ] {
            assert_eq!(names.scrubbed(text), said);
        }
    }
}
