//! One line of a case file with a caret under the words in question.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::case::Source;
use crate::show::{Paint, visible};

/// The line that `at` points into, with `note` beside the caret. Empty when the text has no such line: the file may have
/// changed since the run.
pub fn excerpt(text: &str, at: &Source, note: &str, paint: Paint) -> String {
    let Some(line) = text.lines().nth((at.line as usize).saturating_sub(1)) else {
        return String::new();
    };
    let note = visible(note);
    let snippet = Snippet::source(line).line_start(at.line as usize).annotation(
        AnnotationKind::Primary
            .span(octets(line, at))
            .label(note.as_ref()),
    );
    let renderer = if paint.is_on() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.render(&[Group::with_level(Level::ERROR).element(snippet)])
}

/// The octets of `line` that the characters at `at` take.
fn octets(line: &str, at: &Source) -> Range<usize> {
    let start = (at.column as usize).saturating_sub(1);
    let offset = |chars: usize| line.char_indices().nth(chars).map_or(line.len(), |(i, _)| i);
    offset(start)..offset(start + (at.len as usize).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, column: u32, len: u32) -> Source {
        Source {
            file: "cases/a.yaml".into(),
            line,
            column,
            len,
        }
    }

    #[test]
    fn caret_stands_under_the_words() {
        let shown = excerpt(
            "id: x\n  To: Grüße, b\n",
            &at(2, 7, 5),
            "is \"\x1b[2J\"",
            Paint::new(false),
        );
        assert_eq!(shown, "  |\n2 |   To: Grüße, b\n  |       ^^^^^ is \"\\x1b[2J\"");
    }

    #[test]
    fn places_outside_the_text_do_no_harm() {
        assert_eq!(excerpt("a\n", &at(7, 1, 1), "", Paint::new(false)), "");
        assert!(excerpt("ä\n", &at(1, 40, 3), "gone", Paint::new(false)).contains("gone"));
        assert!(excerpt("", &at(1, 1, 1), "", Paint::new(false)).is_empty());
    }
}
