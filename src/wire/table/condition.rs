//! When a PDU has a conditional field.

/// A fact that the PDU itself tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// The field stands in the PDU.
    Field(&'static str),
    /// The field stands in the PDU and its value is this word of its list.
    Word(&'static str, &'static str),
}

/// The condition of a field: in words, and as far as one PDU alone can show whether it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// For a person: when the field stands there.
    pub words: &'static str,
    /// Where this is given the field must stand.
    pub must_if: Option<Given>,
    /// Where this is not given the field must not stand.
    pub only_if: Option<Given>,
}

impl Condition {
    /// A condition that depends on what the PDU does not tell: on the request it answers, or on what was agreed.
    pub(super) const fn words(words: &'static str) -> Self {
        Condition {
            words,
            must_if: None,
            only_if: None,
        }
    }

    pub(super) const fn must_if(self, given: Given) -> Self {
        Condition {
            must_if: Some(given),
            ..self
        }
    }

    pub(super) const fn only_if(self, given: Given) -> Self {
        Condition {
            only_if: Some(given),
            ..self
        }
    }
}
