//! Changes to a file line by line, so that what they do not touch stays as it was written.

/// Lines that give way to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The first line, from 0; what is added stands there.
    pub line: usize,
    /// Lines that go.
    pub remove: usize,
    pub add: Vec<String>,
}

/// Lines of context around a change.
const CONTEXT: usize = 2;

/// The text with all edits done. They do not overlap; those at one line come in their order.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.line);
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<&str> = Vec::with_capacity(lines.len());
    let mut at = 0;
    for edit in edits {
        let line = edit.line.min(lines.len());
        out.extend(&lines[at.min(line)..line]);
        out.extend(edit.add.iter().map(String::as_str));
        at = at.max((line + edit.remove).min(lines.len()));
    }
    out.extend(&lines[at..]);
    out.iter().flat_map(|line| [*line, end]).collect()
}

/// The edits as a reviewer reads them: `@@ file:line @@`, then what goes, what comes, and what stands around it.
pub fn hunk(file: &str, text: &str, edits: &[Edit]) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for edit in edits {
        let line = edit.line.min(lines.len());
        let end = (line + edit.remove).min(lines.len());
        let from = line.saturating_sub(CONTEXT);
        out.push_str(&format!("@@ {file}:{} @@\n", line + 1));
        let after = &lines[end..(end + CONTEXT).min(lines.len())];
        let before = lines[from..line].iter().map(|l| (' ', *l));
        let gone = lines[line..end].iter().map(|l| ('-', *l));
        let come = edit.add.iter().map(|l| ('+', l.as_str()));
        let rest = after.iter().map(|l| (' ', *l));
        for (mark, line) in before.chain(gone).chain(come).chain(rest) {
            out.push_str(&format!("{mark}{line}\n"));
        }
    }
    out
}

/// A text as a YAML value: plain where it is the same in every reader, else quoted. In a `flow` list more signs have a meaning.
pub(super) fn scalar(text: &str, flow: bool) -> String {
    let plain = |c: char| c.is_alphanumeric() || " _-./+@#!()=;".contains(c) || (!flow && "[],'".contains(c));
    let starts = text.starts_with(|c: char| c.is_alphanumeric());
    let is_plain = starts && text.chars().all(plain) && !text.contains(" #") && text.trim_end() == text;
    if is_plain || is_url(text, flow) {
        text.to_owned()
    } else {
        // What JSON calls a string is a YAML one.
        serde_json::Value::from(text).to_string()
    }
}

/// Links have a colon that no space follows.
fn is_url(text: &str, flow: bool) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":/.-_~?&=%+#".contains(c);
    !flow
        && text.starts_with("http")
        && text.contains("://")
        && text.chars().all(plain)
        && !text.ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(line: usize, remove: usize, add: &[&str]) -> Edit {
        let add = add.iter().map(|l| (*l).to_owned()).collect();
        Edit { line, remove, add }
    }

    #[test]
    fn what_is_not_touched_stays() {
        let edits = [edit(2, 1, &["C"]), edit(0, 0, &["first"]), edit(4, 0, &["last"])];
        assert_eq!(apply("a\nb\nc\nd\n", &edits), "first\na\nb\nC\nd\nlast\n");
        assert_eq!(apply("a\r\nb", &[edit(1, 1, &["B"])]), "a\r\nB\r\n");
    }

    #[test]
    fn a_hunk_shows_what_goes_and_comes() {
        let shown = hunk("k.yaml", "a\nb\nc\nd\ne\n", &[edit(2, 1, &["C"])]);
        assert_eq!(shown, "@@ k.yaml:3 @@\n a\n b\n-c\n+C\n d\n e\n");
    }

    #[test]
    fn values_are_quoted_where_they_must_be() {
        assert_eq!(scalar("mm1-send[row 1]", false), "mm1-send[row 1]");
        assert_eq!(scalar("M-Send.conf@alice#1", true), "M-Send.conf@alice#1");
        assert_eq!(scalar("a[1]", true), "\"a[1]\"");
        assert_eq!(scalar("it: is", false), "\"it: is\"");
        assert_eq!(scalar("a #b", false), "\"a #b\"");
        assert_eq!(scalar("~", false), "\"~\"");
        assert_eq!(scalar("two\nlines", false), r#""two\nlines""#);
        assert_eq!(
            scalar("https://t.example/X-1?a=b", false),
            "https://t.example/X-1?a=b"
        );
    }
}
