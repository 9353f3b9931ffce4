//! Text with references: `$bob.plmn`, `$forward.X-Mms-Transaction-ID`, `${now+3600s}`; `$$` is a dollar.

use super::model::Template;

/// A run of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// Without dollar and braces. The second value is the whole piece as it was written.
    Reference(&'a str, &'a str),
    /// A dollar that begins nothing.
    Stray,
}

impl Template {
    /// Puts values in the place of references. A dollar that begins no reference stands for itself.
    ///
    /// # Errors
    /// The first reference that `lookup` does not know, without its dollar.
    pub fn resolve(&self, lookup: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
        let mut out = String::with_capacity(self.raw.len());
        for piece in pieces(&self.raw) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Reference(name, _) => {
                    out.push_str(&lookup(name).ok_or_else(|| name.to_owned())?);
                }
                Piece::Stray => out.push('$'),
            }
        }
        Ok(out)
    }

    /// The references in the text, without dollars, in reading order.
    pub fn references(&self) -> Vec<&str> {
        pieces(&self.raw)
            .filter_map(|piece| match piece {
                Piece::Reference(name, _) => Some(name),
                _ => None,
            })
            .collect()
    }

    /// The reference, if the whole text is one.
    pub fn sole_reference(&self) -> Option<&str> {
        sole_reference(&self.raw)
    }
}

/// Splits a reference into its name and what follows the first dot: `forward`, `X-Mms-Transaction-ID`. Names have no dots,
/// so a lookup needs nothing else.
pub fn split_reference(reference: &str) -> (&str, Option<&str>) {
    match reference.split_once('.') {
        Some((name, attribute)) => (name, Some(attribute)),
        None => (reference, None),
    }
}

/// The reference, if the whole text is one.
pub(crate) fn sole_reference(text: &str) -> Option<&str> {
    let mut pieces = pieces(text);
    match (pieces.next(), pieces.next()) {
        (Some(Piece::Reference(name, _)), None) => Some(name),
        _ => None,
    }
}

/// The runs of a template, in order.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, used) = first_piece(rest);
        rest = &rest[used..];
        Some(piece)
    })
}

fn first_piece(text: &str) -> (Piece<'_>, usize) {
    let Some(after) = text.strip_prefix('$') else {
        let end = text.find('$').unwrap_or(text.len());
        return (Piece::Text(&text[..end]), end);
    };
    if after.starts_with('$') {
        return (Piece::Text(&text[..1]), 2);
    }
    if let Some(braced) = after.strip_prefix('{') {
        return match braced.find('}') {
            Some(end) if is_name(&braced[..end]) => {
                (Piece::Reference(&braced[..end], &text[..end + 3]), end + 3)
            }
            _ => (Piece::Stray, 1),
        };
    }
    let len = name_len(after);
    if len == 0 {
        return (Piece::Stray, 1);
    }
    (Piece::Reference(&after[..len], &text[..=len]), len + 1)
}

/// Whether what stands in braces can be a reference at all.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '$' || c == '{')
}

/// Length of `name(.attribute)*` at the start of the text. A dot or hyphen belongs to it only if a letter or digit follows.
fn name_len(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return 0;
    }
    let octets = text.as_bytes();
    let word = |at: usize| {
        octets
            .get(at)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    let mut len = 0;
    while let Some(b) = octets.get(len) {
        match b {
            b'-' | b'.' | b'/' if !word(len + 1) => break,
            b'-' | b'.' => len += 1,
            // `X-Mms-Originator-R/S-Delivery-Report` is one field.
            b'/' if text[..len].ends_with("-R") && text[len..].starts_with("/S-") => len += 1,
            _ if word(len) => len += 1,
            _ => break,
        }
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Source;

    fn template(raw: &str) -> Template {
        Template {
            raw: raw.to_owned(),
            source: Source {
                file: "t".to_owned(),
                line: 1,
                column: 1,
                len: 1,
            },
        }
    }

    #[test]
    fn references_end_where_a_reader_expects() {
        let t = template("mailto:$carol.plmn@$q.domain, ${now+3600s}. $a.X-Y- $b.Z.");
        assert_eq!(
            t.references(),
            ["carol.plmn", "q.domain", "now+3600s", "a.X-Y", "b.Z"]
        );
        assert_eq!(
            template("$f.X-Mms-Originator-R/S-Delivery-Report").sole_reference(),
            Some("f.X-Mms-Originator-R/S-Delivery-Report")
        );
        assert_eq!(template("$alice.number/TYPE=PLMN").references(), ["alice.number"]);
    }

    #[test]
    fn dollars_stand_for_themselves_when_doubled_or_alone() {
        let t = template("a$$b 5$ ${ $1 ${}");
        assert_eq!(t.resolve(&|_| None), Ok("a$b 5$ ${ $1 ${}".to_owned()));
    }

    #[test]
    fn unknown_references_are_named() {
        let t = template("x$bob.plmn$eve.plmn");
        let lookup = |r: &str| (r == "bob.plmn").then(|| "+1".to_owned());
        assert_eq!(t.resolve(&lookup), Err("eve.plmn".to_owned()));
    }
}
