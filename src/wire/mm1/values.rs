//! Values of MM1 fields by their kind (ENC 1.3 §7.3).

use crate::wire::finding::Findings;
use crate::wire::table::{self, FieldDef, Kind};
use crate::wire::wsp::{self, Cursor, Fault, FaultKind, Form};
use crate::wire::{Interval, Name, PduType, Value};

/// The tokens in front of an instant and of a number of seconds.
const ABSOLUTE: u8 = 0x80;
const RELATIVE: u8 = 0x81;

/// The tokens of From.
const ADDRESS_PRESENT: u8 = 0x80;
const INSERT_ADDRESS: u8 = 0x81;

/// Reads a value from a cursor that covers exactly its octets, into its place: moving a value costs as much as reading it.
pub(super) fn read_into(
    place: &mut Value,
    def: &FieldDef,
    pdu: PduType,
    (form, value): (Form, &mut Cursor<'_>),
    findings: &mut Findings,
) -> Result<(), Fault> {
    if !is_counted(def, pdu) {
        return single(place, def, form, value, findings);
    }
    if form == Form::Length && value.remaining() > 1 {
        let mut inner = value.length_value()?;
        let count = inner.integer()?;
        let (form, mut rest) = inner.value()?;
        let mut counted = Box::new(Value::InsertAddress);
        single(&mut counted, def, form, &mut rest, findings)?;
        leftover(&inner, findings);
        *place = Value::Counted {
            count,
            value: counted,
        };
        return Ok(());
    }
    findings.error(
        "count-missing",
        value.to_end(),
        "ENC 1.3 §7.3.48",
        format!("{} has no count before its value in {pdu}", def.name),
    );
    single(place, def, form, value, findings)
}

/// In the answers to deletions a count ties a status to the locations and the text it is about (ENC 1.3 §7.3.10, §7.3.48, §7.3.49).
#[inline]
pub(super) fn is_counted(def: &FieldDef, pdu: PduType) -> bool {
    matches!(pdu, PduType::MboxDeleteConf | PduType::DeleteConf)
        && matches!(
            def.name,
            "X-Mms-Response-Status" | "X-Mms-Response-Text" | "X-Mms-Content-Location"
        )
}

#[inline]
fn single(
    place: &mut Value,
    def: &FieldDef,
    form: Form,
    value: &mut Cursor<'_>,
    findings: &mut Findings,
) -> Result<(), Fault> {
    *place = match def.kind {
        Kind::Text | Kind::Id | Kind::Uri => Value::Text(text(form, value, findings)?),
        Kind::Encoded => encoded(form, value, findings)?,
        Kind::Address => address(form, value, findings)?,
        Kind::From => from(value, findings)?,
        Kind::Token(_) | Kind::Class(_) => token(def, form, value, findings)?,
        Kind::FieldName => field_name(form, value, findings)?,
        Kind::LongInteger => Value::Integer(long_integer(def, value, findings)?),
        Kind::Integer => Value::Integer(value.integer()?),
        Kind::Date => Value::Date(date(def, value, findings)?),
        Kind::Interval => interval(def, value, findings)?,
        Kind::Version => version(form, value, findings)?,
        Kind::PreviouslySentBy => {
            let mut inner = value.length_value()?;
            let count = inner.integer()?;
            let (form, mut rest) = inner.value()?;
            let address = wsp::read_encoded_string(form, &mut rest, findings)?.text;
            leftover(&inner, findings);
            Value::PreviouslySentBy { count, address }
        }
        Kind::PreviouslySentDate => {
            let mut inner = value.length_value()?;
            let count = inner.integer()?;
            let date = date(def, &mut inner, findings)?;
            leftover(&inner, findings);
            Value::PreviouslySentDate { count, date }
        }
        Kind::Flags => {
            let mut inner = value.length_value()?;
            let action = word(Value::FLAG_ACTIONS, &mut inner, def, findings)?;
            let (form, mut rest) = inner.value()?;
            let keyword = wsp::read_encoded_string(form, &mut rest, findings)?.text;
            leftover(&inner, findings);
            Value::Flag { action, keyword }
        }
        Kind::Amount => {
            let mut inner = value.length_value()?;
            let unit = word(Value::AMOUNT_UNITS, &mut inner, def, findings)?;
            let count = inner.integer()?;
            leftover(&inner, findings);
            Value::Amount { unit, count }
        }
        Kind::MediaType => Value::MediaType(wsp::read_media_type(value, findings)?),
        Kind::Element => super::element::read(value, findings)?,
        Kind::Octets => {
            let octets = value.rest().to_vec();
            value.finish();
            Value::Octets(octets)
        }
    };
    Ok(())
}

/// The word of an octet that counts from 0x80, or its number.
fn word(
    words: &[&str],
    inner: &mut Cursor<'_>,
    def: &FieldDef,
    findings: &mut Findings,
) -> Result<String, Fault> {
    let start = inner.pos();
    let octet = inner.octet()?;
    if let Some(word) = words.get(usize::from(octet.wrapping_sub(0x80))) {
        return Ok((*word).to_owned());
    }
    let text = format!("{} has no word 0x{octet:02X}", def.name);
    findings.warning("token-unknown", inner.since(start), "ENC 1.3 §6.14", text);
    Ok(super::unnamed(octet))
}

fn leftover(inner: &Cursor<'_>, findings: &mut Findings) {
    if !inner.is_empty() {
        findings.error(
            "value-trailing-octets",
            inner.to_end(),
            "WAP-230 §8.4.2.2",
            "octets are left over within the length of the value",
        );
    }
}

#[inline]
fn text(form: Form, value: &mut Cursor<'_>, findings: &mut Findings) -> Result<String, Fault> {
    match form {
        Form::Text => wsp::read_whole_text(value, findings),
        // An empty text is its NUL alone.
        Form::Length if value.rest() == [0] => wsp::read_whole_text(value, findings),
        _ => Err(value.fault(FaultKind::Form)),
    }
}

#[inline]
fn encoded(form: Form, value: &mut Cursor<'_>, findings: &mut Findings) -> Result<Value, Fault> {
    if let Form::Octet(_) = form {
        return Err(value.fault(FaultKind::Form));
    }
    let read = wsp::read_encoded_string(form, value, findings)?;
    Ok(Value::Encoded {
        charset: read.charset.map(wsp::Charset::mib),
        text: read.text,
    })
}

#[inline]
fn address(form: Form, value: &mut Cursor<'_>, findings: &mut Findings) -> Result<Value, Fault> {
    if let Form::Octet(_) = form {
        return Err(value.fault(FaultKind::Form));
    }
    Ok(Value::Address(
        wsp::read_encoded_string(form, value, findings)?.text,
    ))
}

#[inline]
fn from(value: &mut Cursor<'_>, findings: &mut Findings) -> Result<Value, Fault> {
    let mut inner = value.length_value()?;
    let unknown = inner.fault(FaultKind::Form);
    let read = match inner.octet()? {
        INSERT_ADDRESS => Value::InsertAddress,
        ADDRESS_PRESENT => {
            let (form, mut rest) = inner.value()?;
            address(form, &mut rest, findings)?
        }
        _ => return Err(unknown),
    };
    leftover(&inner, findings);
    Ok(read)
}

#[inline]
fn token(
    def: &FieldDef,
    form: Form,
    value: &mut Cursor<'_>,
    findings: &mut Findings,
) -> Result<Value, Fault> {
    let start = value.pos();
    match form {
        Form::Octet(octet) => {
            value.finish();
            let known = def.kind.token_name(octet);
            if known.is_none() {
                findings.warning(
                    "token-unknown",
                    value.since(start),
                    "ENC 1.3 §6.14",
                    format!("{} has no value 0x{octet:02X}", def.name),
                );
            }
            let name = known.map_or_else(|| super::unnamed(octet).into(), Name::from);
            Ok(Value::Token {
                name,
                octet: Some(octet),
            })
        }
        Form::Text => {
            let name = wsp::read_whole_text(value, findings)?;
            if !matches!(def.kind, Kind::Class(_)) {
                findings.error(
                    "token-as-text",
                    value.since(start),
                    "ENC 1.3 §7.3",
                    format!("the value of {} is an octet, not text", def.name),
                );
            }
            Ok(Value::Token {
                name: name.into(),
                octet: None,
            })
        }
        Form::Length => Err(value.fault(FaultKind::Form)),
    }
}

fn field_name(form: Form, value: &mut Cursor<'_>, findings: &mut Findings) -> Result<Value, Fault> {
    match form {
        Form::Octet(octet) => {
            value.finish();
            let name = table::field_by_octet(octet)
                .map_or_else(|| super::unnamed(octet).into(), |def| Name::from(def.name));
            Ok(Value::Token {
                name,
                octet: Some(octet),
            })
        }
        _ => Ok(Value::Token {
            name: text(form, value, findings)?.into(),
            octet: None,
        }),
    }
}

/// A long-integer; a short one is taken with a finding, and so is one with zeros in front.
#[inline]
fn long_integer(def: &FieldDef, value: &mut Cursor<'_>, findings: &mut Findings) -> Result<u64, Fault> {
    let start = value.pos();
    let octets = value.rest();
    let number = value.integer()?;
    match octets {
        [0x80..=0xFF, ..] => findings.error(
            "not-long-integer",
            value.since(start),
            "WAP-230 §8.4.2.1",
            format!("{} is a long-integer, not a short one", def.name),
        ),
        [2..=0xFF, 0, ..] => findings.warning(
            "integer-not-minimal",
            value.since(start),
            "WAP-230 §8.4.2.1",
            format!("{} is longer than its number needs", def.name),
        ),
        _ => {}
    }
    Ok(number)
}

#[inline]
fn date(def: &FieldDef, value: &mut Cursor<'_>, findings: &mut Findings) -> Result<i64, Fault> {
    let too_large = value.fault(FaultKind::IntegerTooLarge);
    i64::try_from(long_integer(def, value, findings)?).map_err(|_| too_large)
}

#[inline]
fn interval(def: &FieldDef, value: &mut Cursor<'_>, findings: &mut Findings) -> Result<Value, Fault> {
    let mut inner = value.length_value()?;
    let unknown = inner.fault(FaultKind::Form);
    let read = match inner.octet()? {
        ABSOLUTE => Interval::Absolute(date(def, &mut inner, findings)?),
        RELATIVE => Interval::Relative(long_integer(def, &mut inner, findings)?),
        _ => return Err(unknown),
    };
    leftover(&inner, findings);
    Ok(Value::Interval(read))
}

/// Short-integer of three bits major and four bits minor, or text such as `1.3` (WAP-230 §8.4.2.3).
#[inline]
fn version(form: Form, value: &mut Cursor<'_>, findings: &mut Findings) -> Result<Value, Fault> {
    let fault = value.fault(FaultKind::Form);
    match form {
        Form::Octet(octet) => {
            value.finish();
            Ok(Value::Version {
                major: octet >> 4 & 7,
                minor: octet & 15,
            })
        }
        Form::Text => {
            let text = wsp::read_whole_text(value, findings)?;
            parse_version(&text).ok_or(fault)
        }
        Form::Length => Err(fault),
    }
}

/// `1.3`, or `1` for a major version alone.
pub(crate) fn parse_version(text: &str) -> Option<Value> {
    let (major, minor) = match text.split_once('.') {
        Some((major, minor)) => (major.parse().ok()?, minor.parse().ok()?),
        None => (text.parse().ok()?, 15),
    };
    (major < 8 && minor < 16).then_some(Value::Version { major, minor })
}
