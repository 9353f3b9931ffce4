//! What a PDU carries that the version it declares does not have (ENC 1.3 §6.14).

use super::decode::Seen;
use crate::wire::finding::Findings;
use crate::wire::table::{self, FieldSet, PduDef};
use crate::wire::{Field, Pdu, Value};

const CLAUSE: &str = "ENC 1.3 §6.14";
/// The version this decoder knows to the last field.
const NEWEST: u8 = 3;
/// Minor number of a version that names its major number alone.
const MAJOR_ONLY: u8 = 15;
/// The obsolete values of X-Mms-Response-Status that MMS 1.1 replaced.
const OBSOLETE: std::ops::RangeInclusive<u8> = 0x81..=0x87;

/// Adds what is newer than the declared version. A PDU without a version, or of another major one, is not measured.
/// `met` are the fields of `seen`.
pub(super) fn check(def: &PduDef, pdu: &Pdu, seen: &[Seen], met: FieldSet, findings: &mut Findings) {
    let Some((version, major, minor)) = declared(pdu) else {
        return;
    };
    if major != 1 || (minor > NEWEST && minor != MAJOR_ONLY) {
        let text = format!("version {} is not one of 1.0 to 1.{NEWEST}", version.value);
        return findings.note("version-unknown", version.at, CLAUSE, text);
    }
    if minor < def.since {
        let text = format!(
            "{} came with MMS 1.{}, this one declares 1.{minor}",
            def.kind, def.since
        );
        findings.note("pdu-newer-than-version", version.at, CLAUSE, text);
    }
    if !met.is_within(table::fields_of_version(minor)) {
        newer_fields(seen, minor, findings);
    }
    for field in &pdu.fields {
        value(field, minor, findings);
    }
}

fn newer_fields(seen: &[Seen], minor: u8, findings: &mut Findings) {
    for field in seen {
        if let Some(known) = table::field_by_octet(field.octet).filter(|known| minor < known.since) {
            let text = format!(
                "{} came with MMS 1.{}, the PDU declares 1.{minor}",
                known.name, known.since
            );
            findings.note("field-newer-than-version", field.at, CLAUSE, text);
        }
    }
}

fn declared(pdu: &Pdu) -> Option<(&Field, u8, u8)> {
    let field = pdu.field("X-Mms-MMS-Version")?;
    match field.value {
        Value::Version { major, minor } => Some((field, major, minor)),
        _ => None,
    }
}

fn value(field: &Field, minor: u8, findings: &mut Findings) {
    let Value::Token {
        name,
        octet: Some(octet),
    } = field.value.uncounted()
    else {
        return;
    };
    let last_of_1_0 = || table::field(&field.name).and_then(|def| def.last_of_1_0);
    if minor == 0 && last_of_1_0().is_some_and(|last| *octet > last) {
        let text = format!("{name} came with MMS 1.1, the PDU declares 1.0");
        findings.note("token-newer-than-version", field.at, CLAUSE, text);
    }
    if minor > 0 && OBSOLETE.contains(octet) && field.name == "X-Mms-Response-Status" {
        let text = format!("{name} is obsolete since MMS 1.1");
        findings.warning("token-obsolete", field.at, "ENC 1.3 §7.3.48", text);
    }
}
