//! Versions of products, as vendors write them: `2.3`, `v7.0.3-build12`, `R12A04`. They are runs of digits and runs of letters, and
//! are compared run by run: digits as numbers, letters without regard to case.

use std::cmp::Ordering;
use std::fmt;

/// `< 2.3`, `>= 2.0, < 2.3`: all of it must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    text: String,
    demands: Vec<(Operator, String)>,
}

/// Whether an order is what a sign asks for.
type Operator = fn(Ordering) -> bool;

/// Longest first: `<=` begins with `<`.
const OPERATORS: &[(&str, Operator)] = &[
    ("<=", Ordering::is_le),
    (">=", Ordering::is_ge),
    ("!=", Ordering::is_ne),
    ("==", Ordering::is_eq),
    ("<", Ordering::is_lt),
    (">", Ordering::is_gt),
    ("=", Ordering::is_eq),
];

/// Letters that make a version earlier than the same without them; all others make it later.
const BEFORE: &[&str] = &[
    "a", "alpha", "b", "beta", "dev", "pre", "preview", "rc", "snapshot",
];

impl Requirement {
    /// # Errors
    /// What is wrong, and how to write it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let demands: Result<Vec<_>, String> = text.split(',').map(|part| demand(part.trim())).collect();
        Ok(Requirement {
            text: text.to_owned(),
            demands: demands?,
        })
    }

    /// Whether a version meets it. One without a digit meets nothing.
    pub fn is_met_by(&self, version: &str) -> bool {
        let meets = |(operator, than): &(Operator, String)| operator(compare(version, than));
        is_version(version) && self.demands.iter().all(meets)
    }
}

fn demand(part: &str) -> Result<(Operator, String), String> {
    let found = OPERATORS
        .iter()
        .find_map(|(sign, operator)| part.strip_prefix(sign).map(|version| (*operator, version.trim())));
    match found {
        Some((operator, version)) if is_version(version) => Ok((operator, version.to_owned())),
        Some((_, version)) => Err(format!("`{version}` is no version: it has no digit")),
        None => Err(format!(
            "`{part}` has no sign; write `< 2.3`, `= 2.3` or `>= 2.0, < 2.3`"
        )),
    }
}

fn is_version(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (runs(a), runs(b));
    for at in 0..a.len().max(b.len()) {
        let order = match (a.get(at), b.get(at)) {
            (Some(a), Some(b)) => compare_runs(a, b),
            (Some(rest), None) => beyond(rest),
            (None, Some(rest)) => beyond(rest).reverse(),
            (None, None) => Ordering::Equal,
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// Runs of digits without leading zeros and runs of letters in lower case. A `v` before the first number says nothing.
fn runs(version: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = None;
    for c in version.chars() {
        let kind = (c.is_alphanumeric()).then(|| c.is_ascii_digit());
        match (kind, runs.last_mut()) {
            (None, _) => {}
            (Some(_), Some(run)) if last == Some(kind) => run.extend(c.to_lowercase()),
            (Some(_), _) => runs.push(c.to_lowercase().collect()),
        }
        last = Some(kind);
    }
    if runs.len() > 1 && runs[0] == "v" {
        runs.remove(0);
    }
    for run in &mut runs {
        if is_number(run) {
            let significant = run.trim_start_matches('0').to_owned();
            *run = if significant.is_empty() {
                "0".to_owned()
            } else {
                significant
            };
        }
    }
    runs
}

fn is_number(run: &str) -> bool {
    run.starts_with(|c: char| c.is_ascii_digit())
}

fn compare_runs(a: &str, b: &str) -> Ordering {
    match (is_number(a), is_number(b)) {
        // Numbers may be longer than any integer type.
        (true, true) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        (false, false) => a.cmp(b),
        (true, false) => beyond(b).reverse().then(Ordering::Greater),
        (false, true) => beyond(a).then(Ordering::Less),
    }
}

/// How a version with this run stands to the same version without it.
fn beyond(run: &str) -> Ordering {
    if run == "0" {
        Ordering::Equal
    } else if BEFORE.contains(&run) {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Requirement;

    fn met(requirement: &str, version: &str) -> bool {
        Requirement::parse(requirement).unwrap().is_met_by(version)
    }

    #[test]
    fn versions_are_compared_number_by_number() {
        assert!(met("< 2.10", "2.9") && !met("< 2.9", "2.10"));
        assert!(met("= 2.3", "2.3.0") && met("== 2.3", "v2.3"));
        assert!(met(">= 2.0, < 2.3", "2.2.17") && !met(">= 2.0, < 2.3", "2.3"));
        assert!(met("!= 1.0", "1.1") && met("<=7.0.3", "7.0.3"));
        assert!(met("> 7.0.3", "7.0.3.12"));
        assert!(met("> 99999999999999999999", "100000000000000000000"));
    }

    #[test]
    fn vendors_write_versions_in_their_own_way() {
        assert!(met("< R12A05", "R12A04") && !met("< R12A04", "R12A05"));
        assert!(met("> 2019.4", "2019.4 SP1") && met("< 2019.4.1", "2019.4"));
        assert!(met("< 2.3", "2.3-rc1") && met("< 2.3", "2.3beta2") && met("> 2.2", "2.3-rc1"));
        assert!(met("> 7.0.3", "v7.0.3-build12"));
        assert!(
            !met("< 2.3", "") && !met("< 2.3", "unknown"),
            "no version meets nothing"
        );
    }

    #[test]
    fn what_is_no_requirement_says_how_to_write_one() {
        assert!(Requirement::parse("2.3").unwrap_err().contains("< 2.3"));
        assert!(Requirement::parse("<").is_err() && Requirement::parse(">= 2.0,").is_err());
    }
}
