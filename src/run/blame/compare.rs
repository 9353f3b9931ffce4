//! What a node took in against what it gave out: one field by the table of ways, or the content part by part.

use sha2::{Digest, Sha256};

use crate::link::Crossing;
use crate::run::judge::Sighting;
use crate::wire::address::Address;
use crate::wire::table::ways::{Carried, Carry, Way, default_of};
use crate::wire::{Content, Interval, PduType, Value, compare};

use super::scene::Scene;
use super::source::originator;

/// Seconds by which a deadline may differ without being another one.
const DEADLINE_SLACK: i64 = 3;

/// What became of one thing at a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is the same.
    Kept,
    /// It is another, and that is the relay's right.
    Free(String),
    /// It is another, and must not be.
    Wrong(String),
}

/// What became of a field that the table has an entry for.
pub fn field(scene: &Scene<'_>, way: &Way, carried: &Carried, input: usize, output: usize) -> Change {
    let (from, to) = (scene.at(input), scene.at(output));
    match carried.how {
        Carry::Same => same(way, carried, from, to),
        Carry::SameIfThere if all(to, carried.to).is_empty() => Change::Kept,
        Carry::SameIfThere => same(way, carried, from, to),
        Carry::Free => match same(way, carried, from, to) {
            Change::Wrong(what) => Change::Free(what),
            other => other,
        },
        Carry::Part => part(carried, from, to),
        Carry::Sender => sender(scene, carried, from, to),
        Carry::Identity => identity(scene, carried, from, to),
        Carry::Deadline => deadline(scene, carried, from, to),
        Carry::Outcome => Change::Kept,
    }
}

/// What became of a field that stands in both under one name and in no table.
pub fn unknown(name: &str, from: &Sighting, to: &Sighting) -> Change {
    let (a, b) = (texts(from, name), texts(to, name));
    if a == b {
        Change::Kept
    } else {
        Change::Wrong(words(name, &a, name, &b))
    }
}

/// What became of the content: its parts by their hashes, in any order.
pub fn content(from: &Sighting, to: &Sighting) -> Change {
    let (Some(a), Some(b)) = (from.content(), to.content()) else {
        return match (from.content(), to.content()) {
            (Some(_), None) => Change::Wrong("the content is gone".to_owned()),
            _ => Change::Kept,
        };
    };
    let (taken, given) = (prints(a), prints(b));
    if taken.len() != given.len() {
        return Change::Wrong(format!("{} parts came in, {} went out", taken.len(), given.len()));
    }
    let mut left: Vec<&Print> = given.iter().collect();
    for (number, print) in taken.iter().enumerate() {
        if let Some(at) = left.iter().position(|other| *other == print) {
            left.swap_remove(at);
            continue;
        }
        let other = given.get(number).filter(|other| left.contains(other));
        let instead = match other.or(left.first().copied()) {
            Some(other) => format!(
                " is {}, {} octets, sha256 {} instead",
                other.media, other.octets, other.hash
            ),
            None => " is not there".to_owned(),
        };
        return Change::Wrong(format!(
            "part {}, {}, {} octets, sha256 {}{instead}",
            number + 1,
            print.media,
            print.octets,
            print.hash
        ));
    }
    Change::Kept
}

/// What became of the envelope's sender (`mail-from`) or recipients (`rcpt-to`).
pub fn envelope(name: &str, from: &Sighting, to: &Sighting) -> Change {
    let (mut a, mut b) = (from.smtp(name), to.smtp(name));
    a.sort();
    b.sort();
    if a == b {
        Change::Kept
    } else {
        Change::Wrong(words(name, &a, name, &b))
    }
}

/// A part as it is compared.
#[derive(Debug, PartialEq, Eq)]
struct Print {
    media: String,
    octets: usize,
    /// The first digits of its SHA-256.
    hash: String,
}

fn prints(content: &Content) -> Vec<Print> {
    let bodies = content.bodies().into_iter();
    bodies
        .map(|(media, body)| Print {
            media: media.essence.to_string(),
            octets: body.len(),
            hash: hex::encode(&Sha256::digest(body)[..6]),
        })
        .collect()
}

fn all<'a>(seen: &'a Sighting, name: &str) -> Vec<&'a Value> {
    let fields = seen.pdu.iter().flat_map(|p| &p.fields);
    fields
        .filter(|f| f.name.eq_ignore_ascii_case(name))
        .map(|f| &f.value)
        .collect()
}

fn texts(seen: &Sighting, name: &str) -> Vec<String> {
    all(seen, name).into_iter().map(Value::text).collect()
}

fn same(way: &Way, carried: &Carried, from: &Sighting, to: &Sighting) -> Change {
    let (taken, given) = (texts(from, carried.from), all(to, carried.to));
    let default = default_of(carried.to).or(default_of(carried.from));
    let fallback = default.map(Value::token);
    let equal = match (taken.as_slice(), given.as_slice()) {
        ([], []) => true,
        ([], [value]) => default.is_some_and(|d| compare::equal(carried.to, d, value)),
        ([text], []) => {
            fallback.is_some_and(|value| compare::equal(carried.to, text, &value)) || text.is_empty()
        }
        (some, others) if some.len() == others.len() => {
            let mut left: Vec<&Value> = others.to_vec();
            some.iter().all(|text| {
                let at = left
                    .iter()
                    .position(|value| compare::equal(carried.to, text, value));
                at.map(|at| left.swap_remove(at)).is_some()
            })
        }
        _ => false,
    };
    if equal {
        return Change::Kept;
    }
    let what = words(carried.from, &taken, carried.to, &texts(to, carried.to));
    Change::Wrong(format!("{what} ({})", way.clause))
}

/// `X: Yes came in, no X went out`.
fn words(from: &str, taken: &[String], to: &str, given: &[String]) -> String {
    let said = |name: &str, values: &[String]| match values {
        [] => format!("no {name}"),
        values => format!("{name}: {}", values.join(", ")),
    };
    format!("{} came in, {} went out", said(from, taken), said(to, given))
}

fn addresses(texts: &[String]) -> Vec<Address> {
    let each = texts.iter().flat_map(|text| crate::wire::address::list(text));
    each.map(|text| Address::parse(&text)).collect()
}

fn part(carried: &Carried, from: &Sighting, to: &Sighting) -> Change {
    let (taken, given) = (texts(from, carried.from), texts(to, carried.to));
    let (there, here) = (addresses(&taken), addresses(&given));
    let what = words(carried.from, &taken, carried.to, &given);
    if here.iter().any(|address| !there.contains(address)) {
        Change::Wrong(what)
    } else if here.len() < there.len() {
        Change::Free(what)
    } else {
        Change::Kept
    }
}

fn hides(seen: &Sighting) -> bool {
    texts(seen, "X-Mms-Sender-Visibility")
        .first()
        .is_some_and(|v| v.eq_ignore_ascii_case("Hide"))
}

fn sender(scene: &Scene<'_>, carried: &Carried, from: &Sighting, to: &Sighting) -> Change {
    let is_mm1 = |s: &Sighting| s.kind().is_some_and(|k| k.octet().is_some());
    let given = texts(to, carried.to);
    if hides(from) {
        return match (is_mm1(to), given.is_empty()) {
            (true, true) => Change::Kept,
            (true, false) => Change::Wrong(format!(
                "X-Mms-Sender-Visibility: Hide came in, {}: {} went out",
                carried.to,
                given.join(", ")
            )),
            // Whether a hidden sender is told to the peer is a matter of trust.
            (false, _) => Change::Kept,
        };
    }
    let expected = if is_mm1(from) {
        originator(scene, from)
    } else {
        addresses(&texts(from, carried.from)).into_iter().next()
    };
    same_person(carried, expected, from, &given)
}

fn identity(scene: &Scene<'_>, carried: &Carried, from: &Sighting, to: &Sighting) -> Change {
    let expected = scene.address_of(&from.place).cloned();
    same_person(carried, expected, from, &texts(to, carried.to))
}

fn same_person(carried: &Carried, expected: Option<Address>, from: &Sighting, given: &[String]) -> Change {
    let Some(expected) = expected else {
        return Change::Kept;
    };
    match addresses(given).as_slice() {
        [one] if *one == expected => Change::Kept,
        _ => {
            let taken = [format!("{} of {}", expected.mm1(), from.place)];
            Change::Wrong(words(carried.from, &taken, carried.to, given))
        }
    }
}

fn deadline(scene: &Scene<'_>, carried: &Carried, from: &Sighting, to: &Sighting) -> Change {
    let of = |seen: &Sighting, name: &str| {
        all(seen, name).into_iter().find_map(|value| match value {
            Value::Interval(Interval::Relative(seconds)) => i64::try_from(*seconds)
                .ok()
                .map(|s| seen.instant(scene.unix).saturating_add(s)),
            Value::Interval(Interval::Absolute(instant)) => Some(*instant),
            _ => None,
        })
    };
    let (taken, given) = (of(from, carried.from), of(to, carried.to));
    let what = words(
        carried.from,
        &texts(from, carried.from),
        carried.to,
        &texts(to, carried.to),
    );
    match (taken, given) {
        (Some(a), Some(b)) if b > a + DEADLINE_SLACK => Change::Wrong(what),
        (Some(a), Some(b)) if b < a - DEADLINE_SLACK => Change::Free(what),
        (Some(_), None) if !all(to, carried.to).is_empty() => Change::Free(what),
        (Some(_), None) => Change::Wrong(what),
        (None, Some(_)) => Change::Free(what),
        _ => Change::Kept,
    }
}

/// Why a mail cannot be dealt with by whoever gets it: what its table demands and it has not.
pub fn malformed(seen: &Sighting) -> Option<String> {
    if let Some(why) = &seen.undecodable {
        return Some(format!("it cannot be read ({why})"));
    }
    let pdu = seen.pdu.as_ref()?;
    let missing = crate::wire::table::pdu(pdu.kind)
        .mandatory()
        .find(|name| !matches!(*name, "X-Mms-Message-Type" | "Content-Type") && pdu.field(name).is_none());
    if let Some(missing) = missing {
        return Some(format!("it has no {missing}"));
    }
    let Some(Crossing::Mail { rcpt_to, refused, .. }) = &seen.crossing else {
        return None;
    };
    let asks = pdu
        .text("X-Mms-Ack-Request")
        .is_some_and(|v| v.eq_ignore_ascii_case("Yes"));
    if asks && pdu.kind == PduType::Mm4ForwardReq && pdu.field("X-Mms-Originator-System").is_none() {
        return Some("it asks for a RES and has no X-Mms-Originator-System".to_owned());
    }
    let bare = rcpt_to
        .iter()
        .chain(refused.iter().map(|(to, _)| to))
        .find(|to| !to.contains('@'));
    bare.map(|to| format!("its envelope recipient {to} has no domain"))
}
