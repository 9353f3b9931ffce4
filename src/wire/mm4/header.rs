//! The header of a message or of a body part: field lines with their octet spans, unfolded but not yet understood
//! (RFC 5322 §2.2).

use crate::wire::Span;
use crate::wire::finding::Findings;

/// The longest line without its CRLF (RFC 5322 §2.1.1), in octets.
pub(super) const LINE_LIMIT: usize = 998;

/// A header field as it stands in the octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawField {
    pub(super) name: String,
    /// Unfolded and without surrounding white space; no CR LF in it.
    pub(super) value: Vec<u8>,
    /// Name and value without the last line end.
    pub(super) at: Span,
}

impl RawField {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value as text; octets that are no UTF-8 are replaced.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.value).into_owned()
    }
}

/// A header and where the body after it begins.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) fields: Vec<RawField>,
    /// Offset in the octets that were scanned.
    pub(super) body: usize,
}

impl Header {
    pub(super) fn first(&self, name: &str) -> Option<&RawField> {
        self.fields.iter().find(|f| f.is(name))
    }
}

/// Scans up to and including the empty line. `base` is added to the offsets of spans and findings; fields after the first
/// `most` are passed over.
pub(super) fn scan(octets: &[u8], base: usize, most: usize, findings: &mut Findings) -> Header {
    let mut header = Header::default();
    let mut lone_lf = LoneLf::default();
    let mut at = 0;
    let (mut in_field, mut full) = (false, false);
    loop {
        let Some(line) = Line::at(octets, at) else {
            header.body = octets.len();
            break;
        };
        let here = Span {
            offset: base + at,
            len: line.text.len(),
        };
        lone_lf.see(&line, here);
        if line.text.is_empty() {
            header.body = line.next;
            break;
        }
        if line.text.starts_with(b"--") && !line.text.contains(&b':') {
            findings.error(
                "header-end-missing",
                here,
                "RFC 5322 §2.1",
                "A part begins before an empty line ended the header.",
            );
            header.body = at;
            break;
        }
        check_line(&line, here, findings);
        if matches!(line.text[0], b' ' | b'\t') {
            match header.fields.last_mut() {
                Some(field) if in_field => {
                    field.value.extend_from_slice(line.text);
                    field.at.len = here.offset + here.len - field.at.offset;
                }
                _ if full => {}
                _ => invalid_line(here, findings),
            }
        } else if let Some((name, value)) = split_field(line.text) {
            in_field = header.fields.len() < most;
            if in_field {
                header.fields.push(RawField {
                    name,
                    value: value.to_vec(),
                    at: here,
                });
            } else if !std::mem::replace(&mut full, true) {
                let text = format!("More than {most} header fields; the rest is left out.");
                findings.error("too-many-fields", here, "RFC 5322 §2.2", text);
            }
        } else {
            invalid_line(here, findings);
            in_field = false;
        }
        at = line.next;
    }
    lone_lf.report(findings);
    for field in &mut header.fields {
        finish(field, findings);
    }
    header
}

/// One line of octets and where the next one begins.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Without its line end.
    pub(super) text: &'a [u8],
    pub(super) end: LineEnd,
    pub(super) next: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    CrLf,
    Lf,
    /// The octets ended.
    None,
}

impl<'a> Line<'a> {
    /// The line that begins at `at`; none at the end of the octets.
    pub(super) fn at(octets: &'a [u8], at: usize) -> Option<Self> {
        let rest = octets.get(at..).filter(|rest| !rest.is_empty())?;
        let (text, end, len) = match memchr::memchr(b'\n', rest) {
            Some(lf) if lf > 0 && rest[lf - 1] == b'\r' => (&rest[..lf - 1], LineEnd::CrLf, lf + 1),
            Some(lf) => (&rest[..lf], LineEnd::Lf, lf + 1),
            None => (rest, LineEnd::None, rest.len()),
        };
        Some(Line {
            text,
            end,
            next: at + len,
        })
    }
}

/// Lines that end without CR: a message from a pipe has them everywhere, so they are told once.
#[derive(Debug, Default)]
struct LoneLf {
    first: Option<Span>,
    lone: usize,
    proper: usize,
}

impl LoneLf {
    fn see(&mut self, line: &Line<'_>, here: Span) {
        match line.end {
            LineEnd::CrLf => self.proper += 1,
            LineEnd::Lf => {
                self.lone += 1;
                self.first.get_or_insert(Span {
                    offset: here.offset + here.len,
                    len: 1,
                });
            }
            LineEnd::None => {}
        }
    }

    fn report(&self, findings: &mut Findings) {
        let Some(first) = self.first else { return };
        let clause = "RFC 5322 §2.3";
        if self.proper == 0 {
            findings.warning(
                "bare-lf",
                first,
                clause,
                "Every line of the header ends with LF alone, without CR.",
            );
        } else {
            let text = format!(
                "{} of {} header lines end with LF alone, without CR.",
                self.lone,
                self.lone + self.proper
            );
            findings.error("bare-lf", first, clause, text);
        }
    }
}

fn check_line(line: &Line<'_>, here: Span, findings: &mut Findings) {
    if line.text.len() > LINE_LIMIT {
        let text = format!(
            "A header line of {} octets; {LINE_LIMIT} are allowed.",
            line.text.len()
        );
        findings.error("line-too-long", here, "RFC 5322 §2.1.1", text);
    }
    if let Some(at) = memchr::memchr2(0, b'\r', line.text) {
        let place = Span {
            offset: here.offset + at,
            len: 1,
        };
        findings.error(
            "control-in-header",
            place,
            "RFC 5322 §2.2",
            "A NUL or a lone CR in a header line.",
        );
    }
}

fn invalid_line(here: Span, findings: &mut Findings) {
    findings.error(
        "header-line-invalid",
        here,
        "RFC 5322 §2.2",
        "A header line that is neither a field nor its continuation; skipped.",
    );
}

/// Name and value of a field's first line. The obsolete blank before the colon (RFC 5322 §4.5) is accepted.
fn split_field(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let name = line[..colon].trim_ascii_end();
    if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let name = std::str::from_utf8(name).ok()?;
    Some((name.to_owned(), &line[colon + 1..]))
}

fn finish(field: &mut RawField, findings: &mut Findings) {
    for octet in &mut field.value {
        if matches!(octet, 0 | b'\r') {
            *octet = b' ';
        }
    }
    field.value = field.value.trim_ascii().to_vec();
    if field
        .value
        .iter()
        .any(|octet| octet.is_ascii_control() && *octet != b'\t')
    {
        let text = format!("{} holds a control character.", field.name);
        findings.warning("control-in-header", field.at, "RFC 5322 §2.2", text);
    }
    if !field.value.is_ascii() {
        let text = format!("{} holds octets above 127 that are not encoded.", field.name);
        findings.warning("eight-bit-header", field.at, "RFC 5322 §2.2", text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::limits::MAX_FIELDS;

    fn scanned(octets: &[u8]) -> (Header, Vec<String>) {
        let mut findings = Findings::default();
        let header = scan(octets, 0, MAX_FIELDS, &mut findings);
        let codes = findings.into_vec().into_iter().map(|f| f.code).collect();
        (header, codes)
    }

    #[test]
    fn folded_fields_are_one_field() {
        let octets = b"To: a,\r\n b,\r\n\tc\r\nSubject:\r\n\r\nbody";
        let (header, codes) = scanned(octets);
        assert_eq!(header.fields[0].value, b"a, b,\tc");
        assert_eq!(header.fields[0].at, Span { offset: 0, len: 15 });
        assert_eq!(header.fields[1].value, b"");
        assert_eq!(&octets[header.body..], b"body");
        assert!(codes.is_empty(), "{codes:?}");
    }

    #[test]
    fn odd_lines_are_told_and_skipped() {
        let (header, codes) =
            scanned(b"From nobody Tue Nov 24 13:00:00\n x\nTo : a\nnonsense\n folded\nCc:\xE9\r\n--b\r\n");
        let names: Vec<_> = header.fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["To", "Cc"]);
        assert!(
            codes.iter().filter(|c| *c == "header-line-invalid").count() == 4,
            "{codes:?}"
        );
        for code in ["bare-lf", "eight-bit-header", "header-end-missing"] {
            assert!(codes.iter().any(|c| c == code), "{code} in {codes:?}");
        }
    }
}
