//! Untrusted text made harmless. What a relay sent may hold escape sequences, NULs or right-to-left overrides; a report
//! shows them as what they are instead of obeying them.

use std::borrow::Cow;

/// One line: every control, bidirectional-override and non-character appears as `\n`, `\t`, `\x1b` or `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, is_hostile)
}

/// As [`visible`], but line feeds stay.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| c != '\n' && is_hostile(c))
}

/// As [`visible`], and no longer than `limit` characters plus a remark on how many are left out.
pub fn visible_up_to(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => visible(text),
        Some((at, _)) => {
            let left_out = text[at..].chars().count();
            Cow::Owned(format!("{}… ({left_out} more characters)", visible(&text[..at])))
        }
    }
}

/// A word as a POSIX shell would have to be given it.
pub fn shell_word(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", visible(word).replace('\'', r"'\''")))
    }
}

fn escape(text: &str, hostile: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !hostile(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x100 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        }
    }
    Cow::Owned(out)
}

/// Characters that steer a terminal, reorder what is read, or may not stand in XML 1.0 (production 2, `Char`).
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_control_is_shown_not_obeyed() {
        assert_eq!(visible("a\x1b[31mb\0\r\n\u{9b}c"), r"a\x1b[31mb\x00\r\n\x9bc");
        assert_eq!(visible("pay\u{202e}me"), r"pay\u{202e}me");
        assert_eq!(visible_lines("a\nb\tc"), "a\nb\\tc");
        assert!(matches!(visible("Grüße, 世界"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(visible_up_to("äöü", 2), "äö… (1 more characters)");
        assert_eq!(visible_up_to("äö", 2), "äö");
    }

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(shell_word("mm4-forward"), "mm4-forward");
        assert_eq!(shell_word("case[row]"), "'case[row]'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
