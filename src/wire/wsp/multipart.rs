//! The binary multipart (WAP-230 §8.5).

use super::headers::write_header;
use super::media::{read_media_type, write_media_type};
use super::{Cursor, Fault, read_headers, write};
use crate::wire::finding::Findings;
use crate::wire::limits::MAX_PARTS;
use crate::wire::{MediaType, Part, Span};

/// More parameters and headers than all parts of a message have together.
const MAX_WORDS: usize = 8192;

/// Reads a multipart to the end of the cursor. The number of entries is compared, not believed: entries are read as long as
/// there are octets. The bodies are slices of the PDU.
pub fn read_multipart(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Vec<Part> {
    let start = cursor.pos();
    let count = match cursor.uintvar() {
        Ok(count) => count as usize,
        Err(fault) => {
            fault.note(cursor.since(start), findings);
            cursor.finish();
            return Vec::new();
        }
    };
    let count_at = cursor.since(start);
    let mut parts: Vec<Part> = Vec::new();
    let mut words = 0;
    while !cursor.is_empty() && parts.len() < MAX_PARTS && words < MAX_WORDS {
        let entry = cursor.pos();
        match read_part(cursor, findings) {
            Ok(part) => {
                words += part.headers.len() + part.media.params.len();
                parts.push(part);
            }
            Err(fault) => {
                cursor.finish();
                let at = cursor.since(entry);
                if parts.len() >= count {
                    trailing(at, findings);
                } else {
                    fault.note(at, findings);
                }
                return parts;
            }
        }
    }
    if !cursor.is_empty() {
        let at = Span {
            offset: cursor.pos(),
            len: cursor.remaining(),
        };
        cursor.finish();
        findings.error(
            "too-many-parts",
            at,
            "WAP-230 §8.5",
            match parts.len() {
                MAX_PARTS => format!("more than {MAX_PARTS} parts"),
                read => format!("more than {MAX_WORDS} headers and parameters in {read} parts"),
            },
        );
    } else if parts.len() != count {
        findings.error(
            "multipart-count",
            count_at,
            "WAP-230 §8.5.2",
            format!("the number of entries is {count}, but {} are there", parts.len()),
        );
    }
    parts
}

fn trailing(at: Span, findings: &mut Findings) {
    findings.error(
        "trailing-octets",
        at,
        "WAP-230 §8.5",
        "octets follow the last entry",
    );
}

fn read_part(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Result<Part, Fault> {
    let start = cursor.pos();
    let headers_len = cursor.uintvar()? as usize;
    let data_len = cursor.uintvar()? as usize;
    let lengths = cursor.since(start);
    let mut headers = cursor.sub(headers_len)?;
    let data = match cursor.sub(data_len) {
        Ok(data) => data,
        Err(fault) => {
            fault.note(lengths, findings);
            let rest = cursor.clone();
            cursor.finish();
            rest
        }
    };
    let mut part = Part {
        data: data.into_bytes(),
        ..Part::default()
    };
    let media_start = headers.pos();
    part.media = match read_media_type(&mut headers, findings) {
        Ok(media) => media,
        Err(_) => {
            findings.error(
                "part-without-content-type",
                Span {
                    offset: media_start,
                    len: headers.remaining(),
                },
                "WAP-230 §8.5.3",
                "the entry does not begin with a content type that can be read",
            );
            return Ok(Part {
                media: MediaType::new("application/octet-stream"),
                ..part
            });
        }
    };
    for header in read_headers(&mut headers, findings) {
        let is_id = header.name.eq_ignore_ascii_case("content-id");
        let slot = if is_id {
            &mut part.content_id
        } else if header.name.eq_ignore_ascii_case("content-location") {
            &mut part.content_location
        } else {
            part.headers.push((header.name, header.value));
            continue;
        };
        match slot {
            None if is_id => *slot = Some(without_brackets(&header.value).to_owned()),
            None => *slot = Some(header.value),
            Some(_) => part.headers.push((header.name, header.value)),
        }
    }
    Ok(part)
}

fn without_brackets(id: &str) -> &str {
    id.strip_prefix('<')
        .and_then(|id| id.strip_suffix('>'))
        .unwrap_or(id)
}

/// Writes a multipart: number of entries, and for each its lengths, content type, headers and data.
pub fn write_multipart(out: &mut Vec<u8>, parts: &[Part]) {
    write_part_count(out, parts.len());
    for part in parts {
        write_part_head(out, part);
        out.extend_from_slice(&part.data);
    }
}

/// Writes the number of entries.
pub(crate) fn write_part_count(out: &mut Vec<u8>, count: usize) {
    write::uintvar(out, u32::try_from(count).unwrap_or(u32::MAX));
}

/// Writes an entry up to its data: lengths, content type, headers.
pub(crate) fn write_part_head(out: &mut Vec<u8>, part: &Part) {
    let start = out.len();
    write_media_type(out, &part.media);
    if let Some(id) = &part.content_id {
        out.extend_from_slice(&[0xC0, b'"']);
        write::text(out, &format!("<{id}>"));
    }
    if let Some(location) = &part.content_location {
        out.push(0x8E);
        write::text(out, location);
    }
    for (name, value) in &part.headers {
        write_header(out, name, value);
    }
    let headers_len = out.len() - start;
    write::before(out, start, |out| {
        write::uintvar(out, u32::try_from(headers_len).unwrap_or(u32::MAX));
        write::uintvar(out, u32::try_from(part.data.len()).unwrap_or(u32::MAX));
    });
}
