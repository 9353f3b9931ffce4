//! Decoding an MM1 PDU.

use std::iter;

use bytes::Bytes;

use super::{CONTENT_TYPE, MESSAGE_TYPE, rules, unnamed, values};
use crate::wire::finding::Findings;
use crate::wire::limits::MAX_FIELDS;
use crate::wire::table::{self, FieldDef, Kind};
use crate::wire::wsp::{self, Cursor, Fault, Form};
use crate::wire::{
    Content, Decoded, Field, MediaType, Name, Pdu, PduType, Severity, Span, Undecodable, Value,
};

/// Room for the fields of most PDUs, and for those among them that are no fields of [`Pdu`].
const USUAL_FIELDS: usize = 10;
const USUAL_FRONT: usize = USUAL_FIELDS + 2;

/// Decodes leniently: everything that can be read is read, deviations become findings.
///
/// # Errors
/// The octets have no X-Mms-Message-Type, or one that ENC 1.3 does not know.
pub fn decode(octets: &Bytes) -> Result<Decoded, Undecodable> {
    let kind = message_type(octets)?;
    let mut decoder = Decoder {
        octets,
        cursor: Cursor::new(octets),
        pdu: Pdu::new(kind),
        front: Vec::with_capacity(USUAL_FRONT),
        findings: Findings::default(),
    };
    decoder.pdu.fields.reserve(USUAL_FIELDS);
    decoder.run();
    rules::check(&decoder.pdu, &decoder.front, octets.len(), &mut decoder.findings);
    Ok(Decoded {
        pdu: decoder.pdu,
        findings: decoder.findings.into_vec(),
    })
}

/// The type of the PDU: it should stand first, but is looked for among all fields before Content-Type.
fn message_type(octets: &Bytes) -> Result<PduType, Undecodable> {
    let mut cursor = Cursor::new(octets);
    let missing = || Undecodable {
        offset: 0,
        reason: "there is no X-Mms-Message-Type".to_owned(),
    };
    while let Some(first) = cursor.peek() {
        let start = cursor.pos();
        match first {
            MESSAGE_TYPE => {
                let value = cursor.octet().and_then(|_| cursor.octet());
                let at = start + 1;
                return match value {
                    Err(_) => Err(Undecodable {
                        offset: at,
                        reason: "X-Mms-Message-Type has no value".to_owned(),
                    }),
                    Ok(octet) => PduType::from_octet(octet).ok_or_else(|| Undecodable {
                        offset: at,
                        reason: format!("no PDU has the message type 0x{octet:02X}"),
                    }),
                };
            }
            CONTENT_TYPE => return Err(missing()),
            0x80.. => {
                cursor
                    .octet()
                    .and_then(|_| cursor.value())
                    .map_err(|_| missing())?;
            }
            0x20.. => {
                cursor
                    .until_nul()
                    .and_then(|_| cursor.value())
                    .map_err(|_| missing())?;
            }
            _ => return Err(missing()),
        }
    }
    Err(missing())
}

/// A field as it stood on the wire, X-Mms-Message-Type and Content-Type among them: what the rules of order look at.
pub(super) struct Seen {
    /// [`BY_NAME`] for an application header.
    pub(super) octet: u8,
    pub(super) at: Span,
}

/// No field has this number.
pub(super) const BY_NAME: u8 = 0;

struct Decoder<'a> {
    octets: &'a Bytes,
    cursor: Cursor<'a>,
    pdu: Pdu,
    /// Every field whose extent is known, in wire order.
    front: Vec<Seen>,
    findings: Findings,
}

impl Decoder<'_> {
    fn run(&mut self) {
        while let Some(first) = self.cursor.peek() {
            let start = self.cursor.pos();
            if self.is_full() {
                self.cursor.finish();
                let text = format!("more than {MAX_FIELDS} fields");
                return self.note("too-many-fields", Severity::Error, start, "ENC 1.3 §6", text);
            }
            let go_on = match first {
                CONTENT_TYPE => self.content(),
                0x80.. => self.numbered(first),
                0x20.. => self.application_header(),
                _ => self.no_field(),
            };
            if let Err(fault) = go_on {
                self.broken(start, first, fault);
            }
        }
    }

    /// X-Mms-Message-Type may come over and over without ever being among the PDU's fields.
    fn is_full(&self) -> bool {
        self.pdu.fields.len().max(self.front.len()) >= MAX_FIELDS
    }

    fn note(&mut self, code: &str, severity: Severity, start: usize, clause: &str, text: impl Into<String>) {
        self.findings
            .add(code, severity, self.cursor.since(start), clause, text);
    }

    fn push(&mut self, name: impl Into<Name>, value: Value, start: usize) {
        let at = self.cursor.since(start);
        self.pdu.fields.push(Field {
            name: name.into(),
            value,
            at,
        });
    }

    /// On a fault the cursor is left anywhere.
    fn numbered(&mut self, octet: u8) -> Result<(), Fault> {
        let start = self.cursor.pos();
        self.cursor.octet()?;
        let def = table::field_by_octet(octet);
        let form = form_of(def, &self.cursor)?;
        let mut value = self.cursor.value_of(form)?;
        self.front.push(Seen {
            octet,
            at: self.cursor.since(start),
        });
        if octet == MESSAGE_TYPE {
            return Ok(());
        }
        let raw = value.rest();
        let Some(def) = def else {
            let name = unnamed(octet);
            self.note(
                "unknown-field",
                Severity::Note,
                start,
                "ENC 1.3 §6.14",
                format!("field {name} is not known"),
            );
            self.push(name, Value::Octets(raw.to_vec()), start);
            return Ok(());
        };
        let at = self.cursor.since(start);
        // Unlike `push`, this makes the room first and then builds the field in it.
        self.pdu.fields.extend(iter::once_with(|| Field {
            name: def.name.into(),
            value: Value::InsertAddress,
            at,
        }));
        let Some(field) = self.pdu.fields.last_mut() else {
            return Ok(());
        };
        let (kind, findings) = (self.pdu.kind, &mut self.findings);
        match values::read_into(&mut field.value, def, kind, (form, &mut value), findings) {
            Ok(()) if value.is_empty() => {}
            Ok(()) => {
                let at = value.to_end();
                let text = format!("octets are left over within the length of {}", def.name);
                findings.error("value-trailing-octets", at, "WAP-230 §8.4.2.2", text);
            }
            Err(fault) => {
                fault.note(field.at, findings);
                field.value = Value::Octets(raw.to_vec());
            }
        }
        Ok(())
    }

    /// A field by name (ENC 1.3 §7.2): token text and text-string.
    fn application_header(&mut self) -> Result<(), Fault> {
        let start = self.cursor.pos();
        let mut ahead = self.cursor.clone();
        let name = String::from_utf8_lossy(ahead.until_nul()?).into_owned();
        let (form, mut value) = ahead.value()?;
        self.cursor = ahead;
        self.front.push(Seen {
            octet: BY_NAME,
            at: self.cursor.since(start),
        });
        if !name.bytes().all(|octet| octet.is_ascii_graphic()) {
            let text = "the name of an application header is no token";
            self.note("field-name-form", Severity::Error, start, "ENC 1.3 §7.2", text);
        }
        let value = match form {
            Form::Text => Value::Text(wsp::read_whole_text(&mut value, &mut self.findings)?),
            Form::Length if value.rest() == [0] => Value::Text(String::new()),
            _ => {
                let text = format!("the value of {name} is no text");
                self.note("value-form", Severity::Error, start, "ENC 1.3 §7.2", text);
                Value::Octets(value.rest().to_vec())
            }
        };
        self.push(name, value, start);
        Ok(())
    }

    fn content(&mut self) -> Result<(), Fault> {
        let start = self.cursor.pos();
        let mut ahead = self.cursor.clone();
        ahead.octet()?;
        let media = wsp::read_media_type(&mut ahead, &mut self.findings)?;
        self.cursor = ahead;
        self.front.push(Seen {
            octet: CONTENT_TYPE,
            at: self.cursor.since(start),
        });
        if self.fields_follow(&media) {
            let text = "fields follow Content-Type, which must be the last one";
            self.note(
                "content-type-not-last",
                Severity::Error,
                start,
                "ENC 1.3 §7",
                text,
            );
            while let Some(octet @ 0x81..=0xBF) = self.cursor.peek() {
                if octet == CONTENT_TYPE || self.is_full() {
                    break;
                }
                self.numbered(octet)?;
            }
        }
        // `*/*` without a body is how M-Mbox-View.conf says that nothing was found (ENC 1.3 table 15).
        let nothing =
            self.pdu.kind == PduType::MboxViewConf && self.cursor.is_empty() && media.essence == "*/*";
        if !nothing {
            self.pdu.content = Some(self.body(media));
        }
        Ok(())
    }

    /// Whether what stands behind Content-Type are fields of the PDU: a number of entries that large has no room for them.
    fn fields_follow(&self, media: &MediaType) -> bool {
        let first_is_field = self
            .cursor
            .peek()
            .is_some_and(|first| (0x81..=0xBF).contains(&first));
        let count = self
            .cursor
            .clone()
            .uintvar()
            .map_or(usize::MAX, |count| count as usize);
        media.is_multipart() && first_is_field && count > self.cursor.remaining() / 3
    }

    fn body(&mut self, media: MediaType) -> Content {
        if media.is_multipart() {
            let parts = wsp::read_multipart(&mut self.cursor, &mut self.findings);
            return Content {
                media,
                parts,
                body: Bytes::new(),
            };
        }
        let body = self.cursor.clone().into_bytes();
        self.cursor.finish();
        Content::single(media, body)
    }

    /// An octet that begins no field, most likely the body of a PDU whose Content-Type is missing.
    fn no_field(&mut self) -> Result<(), Fault> {
        let start = self.cursor.pos();
        self.cursor.finish();
        if table::pdu(self.pdu.kind).has_content {
            let text = "what begins here is no field: a body without Content-Type before it";
            self.note(
                "body-without-content-type",
                Severity::Error,
                start,
                "ENC 1.3 §7",
                text,
            );
        } else {
            let text = "what begins here is no field, and this PDU has no body";
            self.note("trailing-octets", Severity::Error, start, "ENC 1.3 §6", text);
        }
        Ok(())
    }

    /// The extent of the field is lost, so the rest of the PDU is its value.
    fn broken(&mut self, start: usize, first: u8, fault: Fault) {
        let rest = self.octets.slice(start..);
        self.cursor.finish();
        fault.note(self.cursor.since(start), &mut self.findings);
        if (0x80..0xFF).contains(&first) && first != CONTENT_TYPE && first != MESSAGE_TYPE {
            let name = table::field_by_octet(first)
                .map_or_else(|| unnamed(first).into(), |def| Name::from(def.name));
            self.push(name, Value::Octets(rest[1..].to_vec()), start);
        }
    }
}

/// The form of a field's value. Text that begins above 127 without its quote would be one octet by the rule; deployed senders
/// leave the quote out before UTF-8, so a text field whose value looks like that is read to the NUL.
#[inline]
fn form_of(def: Option<&FieldDef>, value: &Cursor<'_>) -> Result<Form, Fault> {
    if let [0xC2..=0xF4, 0x80..=0xBF, ..] = value.rest()
        && def.is_some_and(|def| is_text(def.kind))
        && starts_with_utf8(value.rest())
    {
        return Ok(Form::Text);
    }
    value.form()
}

fn is_text(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Text | Kind::Id | Kind::Uri | Kind::Encoded | Kind::Address
    )
}

fn starts_with_utf8(octets: &[u8]) -> bool {
    let head = &octets[..octets.len().min(4)];
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.valid_up_to() > 0,
    }
}
