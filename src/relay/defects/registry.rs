//! What a defect is, and which of them a relay was started with.

use std::fmt;
use std::sync::LazyLock;

/// A named deviation of the embedded relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defect {
    /// `--defect NAME`.
    pub name: &'static str,
    /// What the relay does wrong, in one sentence.
    pub breaks: &'static str,
    /// The clause it violates.
    pub clause: &'static str,
    /// The test purposes that are meant to notice.
    pub tests: &'static [&'static str],
}

/// The handle by which the code asks for a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed(pub(super) &'static str);

/// A list of defects: the handle, the name, what it breaks, the clause, the test purposes that notice.
macro_rules! seeds {
    ($( $handle:ident = $name:literal, $breaks:literal, $clause:literal, [$($test:literal),+ $(,)?]; )*) => {
        #[expect(non_upper_case_globals, reason = "a handle is spelled like the variant of an enumeration")]
        impl crate::relay::defects::registry::Seed {
            $( pub(crate) const $handle: Self = Self($name); )*
        }

        pub(in crate::relay::defects) const LIST: &[crate::relay::defects::registry::Defect] = &[
            $( crate::relay::defects::registry::Defect {
                name: $name,
                breaks: $breaks,
                clause: $clause,
                tests: &[$($test),+],
            }, )*
        ];
    };
}
pub(in crate::relay::defects) use seeds;

/// Every defect the relay can be started with.
pub static DEFECTS: LazyLock<Vec<Defect>> = LazyLock::new(|| {
    [
        super::mm1::LISTS.concat(),
        super::mm4::LISTS.concat(),
        super::across::LIST.to_vec(),
        super::cluster::LIST.to_vec(),
        super::compatibility::LIST.to_vec(),
        super::routing::LIST.to_vec(),
        super::store::LIST.to_vec(),
    ]
    .concat()
});

/// The defect of that name.
///
/// # Errors
/// There is none.
pub fn find(name: &str) -> Result<&'static Defect, UnknownDefect> {
    let found = DEFECTS.iter().find(|d| d.name == name);
    found.ok_or_else(|| UnknownDefect::new(name))
}

/// The defects one relay was started with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seeds(Vec<&'static str>);

impl Seeds {
    /// # Errors
    /// The first name that no defect has.
    pub fn of(names: &[String]) -> Result<Seeds, UnknownDefect> {
        let known = names.iter().map(|name| find(name).map(|defect| defect.name));
        known.collect::<Result<_, _>>().map(Seeds)
    }

    pub fn has(&self, seed: Seed) -> bool {
        self.0.contains(&seed.0)
    }
}

/// A defect name that the relay does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDefect {
    pub name: String,
    /// The name that is spelled most like it.
    pub nearest: &'static str,
}

impl UnknownDefect {
    fn new(name: &str) -> Self {
        let nearest = DEFECTS
            .iter()
            .map(|d| d.name)
            .min_by_key(|known| distance(name, known))
            .unwrap_or_default();
        UnknownDefect {
            name: name.to_owned(),
            nearest,
        }
    }
}

impl fmt::Display for UnknownDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there is no defect `{}`; did you mean `{}`?",
            self.name, self.nearest
        )
    }
}

/// Levenshtein distance in octets.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1).min(row[j] + 1).min(diagonal + usize::from(x != y));
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (at, one) in DEFECTS.iter().enumerate() {
            assert!(
                !DEFECTS[at + 1..].iter().any(|d| d.name == one.name),
                "{}",
                one.name
            );
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let error = Seeds::of(&["mm4.res.wrong-transaction".to_owned()]).unwrap_err();
        assert_eq!(error.nearest, "mm4.res.wrong-transaction-id");
        let seeds = Seeds::of(&["mm4.res.unasked".to_owned()]).unwrap();
        assert!(seeds.has(Seed::ResUnasked) && !seeds.has(Seed::ResWrongTid));
    }
}
