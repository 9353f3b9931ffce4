//! Deliberately wrong PDUs: what a case does to the segments of an encoded one.

use super::Segment;

/// One deliberate fault. Fields are named without regard to case; `content` is the body, `Content-Type` and
/// `X-Mms-Message-Type` are fields like others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The PDU ends in the middle of this field.
    CutIn(String),
    /// The PDU ends after this many octets.
    CutAt(usize),
    /// Without these fields. Names that the PDU does not have are passed over, as long as it has one of them.
    Omit(Vec<String>),
    /// These fields appear twice.
    Duplicate(Vec<String>),
    /// The fields stand in this order first, the others after them.
    Reorder(Vec<String>),
    /// The octets of one field (name and value) are exactly these.
    Octets { field: String, are: Vec<u8> },
    /// The whole PDU is exactly these octets.
    Raw(Vec<u8>),
}

impl Damage {
    /// Applies the fault and joins the segments.
    ///
    /// # Errors
    /// The named field is not in the PDU, or the PDU is not as long as the cut wants it.
    pub fn apply(&self, mut segments: Vec<Segment>) -> Result<Vec<u8>, String> {
        match self {
            Damage::CutIn(name) => {
                let at = find(&segments, name)?;
                segments.truncate(at + 1);
                let last = &mut segments[at].octets;
                last.truncate(last.len() / 2);
            }
            Damage::CutAt(len) => {
                let mut octets = joined(segments);
                if octets.len() < *len {
                    return Err(format!(
                        "the PDU has only {} octets, it cannot be cut at {len}",
                        octets.len()
                    ));
                }
                octets.truncate(*len);
                return Ok(octets);
            }
            Damage::Omit(names) => {
                let before = segments.len();
                segments.retain(|segment| !names.iter().any(|name| is(segment, name)));
                if segments.len() == before {
                    return Err(missing(&names.join(", ")));
                }
            }
            Damage::Duplicate(names) => {
                for name in names {
                    let at = find(&segments, name)?;
                    segments.insert(at + 1, segments[at].clone());
                }
            }
            Damage::Reorder(names) => {
                let mut first = Vec::with_capacity(segments.len());
                for name in names {
                    find(&segments, name)?;
                    first.extend(segments.extract_if(.., |segment| is(segment, name)));
                }
                first.append(&mut segments);
                segments = first;
            }
            Damage::Octets { field, are } => {
                let at = find(&segments, field)?;
                segments[at].octets.clone_from(are);
            }
            Damage::Raw(octets) => return Ok(octets.clone()),
        }
        Ok(joined(segments))
    }
}

fn is(segment: &Segment, name: &str) -> bool {
    segment.name.eq_ignore_ascii_case(name)
}

fn find(segments: &[Segment], name: &str) -> Result<usize, String> {
    segments
        .iter()
        .position(|segment| is(segment, name))
        .ok_or_else(|| missing(name))
}

fn missing(name: &str) -> String {
    format!("the PDU has no field {name} to damage")
}

fn joined(segments: Vec<Segment>) -> Vec<u8> {
    segments.into_iter().flat_map(|segment| segment.octets).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pdu() -> Vec<Segment> {
        [
            ("X-Mms-Message-Type", "tt"),
            ("From", "ffff"),
            ("To", "oo"),
            ("To", "pp"),
            ("content", "body"),
        ]
        .map(|(name, octets)| Segment {
            name: name.to_owned(),
            octets: octets.into(),
        })
        .to_vec()
    }

    fn applied(damage: Damage) -> Result<String, String> {
        damage
            .apply(pdu())
            .map(|octets| String::from_utf8(octets).unwrap())
    }

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn each_fault_does_what_it_says() {
        assert_eq!(applied(Damage::CutIn("from".to_owned())).unwrap(), "ttff");
        assert_eq!(applied(Damage::CutAt(3)).unwrap(), "ttf");
        assert_eq!(applied(Damage::CutAt(0)).unwrap(), "");
        assert_eq!(applied(Damage::Omit(names(&["to", "Cc"]))).unwrap(), "ttffffbody");
        assert_eq!(
            applied(Damage::Duplicate(names(&["From"]))).unwrap(),
            "ttffffffffooppbody"
        );
        assert_eq!(
            applied(Damage::Reorder(names(&["TO", "From"]))).unwrap(),
            "ooppffffttbody"
        );
        let octets = Damage::Octets {
            field: "FROM".to_owned(),
            are: b"x".to_vec(),
        };
        assert_eq!(applied(octets).unwrap(), "ttxooppbody");
        assert_eq!(applied(Damage::Raw(b"raw".to_vec())).unwrap(), "raw");
    }

    #[test]
    fn a_field_that_is_not_there_cannot_be_damaged() {
        for damage in [
            Damage::CutIn("Cc".to_owned()),
            Damage::Omit(names(&["Cc"])),
            Damage::Duplicate(names(&["Cc"])),
            Damage::Reorder(names(&["From", "Cc"])),
            Damage::Octets {
                field: "Cc".to_owned(),
                are: Vec::new(),
            },
        ] {
            assert!(applied(damage).unwrap_err().contains("Cc"));
        }
        assert!(applied(Damage::CutAt(99)).unwrap_err().contains("14 octets"));
    }
}
