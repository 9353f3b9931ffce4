//! Exit codes. They are a contract with pipelines: a number never changes its meaning.

use crate::run::matrix::{Encounter, Fate, Matrix};
use crate::run::outcome::{RunResult, Summary};

/// Interrupted from outside: nothing was judged.
pub const INTERRUPTED: u8 = 130;
/// Everything came out as expected: every case is `pass` or `not-applicable`, or what the baseline says.
pub const AS_EXPECTED: u8 = 0;
/// A counting demand was violated (`fail`), or a case could not decide (`inconc`), and no baseline expects it; or an entry of the
/// baseline is stale, unknown, expired, or of what passes. Also: `decode --strict` met a finding of
/// severity error; `diff` found a difference.
pub const VIOLATED: u8 = 1;
/// The command line, a case file or a target file is wrong; nothing was run. Also: octets that cannot be decoded.
pub const USAGE: u8 = 2;
/// Nothing was selected, or no relay was ever seen alive.
pub const NOTHING_TESTED: u8 = 3;
/// Some case ended in `error`: the suite or its environment is at fault, whatever else was found.
pub const ERROR: u8 = 4;

/// `relay --deliver`: the relay does not have the message. What such programs of relays end in.
pub const NOT_DELIVERED: u8 = 255;

/// The code for a finished run. [`ERROR`] beats [`NOTHING_TESTED`], which beats [`VIOLATED`]. With a baseline, what it expects is as
/// expected, and a baseline that is wrong is not.
pub fn exit_code(run: &RunResult) -> u8 {
    match (code_of(run.summary, run.run.alive), &run.comparison) {
        (VIOLATED | AS_EXPECTED, Some(comparison)) => match comparison.changes.iter().any(|c| c.fails_run) {
            true => VIOLATED,
            false => AS_EXPECTED,
        },
        (code, _) => code,
    }
}

/// The code for a matrix: that of the worst pair. [`NOTHING_TESTED`] also when no case applied to any pair.
pub fn matrix_code(matrix: &Matrix) -> u8 {
    let code = |pair: &Encounter| match pair.fate {
        Fate::Ran => code_of(pair.summary, pair.alive),
        Fate::Skipped => AS_EXPECTED,
        Fate::Refused => ERROR,
    };
    let worst = matrix.pairs.iter().map(code).max().unwrap_or(AS_EXPECTED);
    if worst == AS_EXPECTED && matrix.pairs.iter().all(|pair| pair.applicable() == 0) {
        return NOTHING_TESTED;
    }
    worst
}

fn code_of(counts: Summary, alive: bool) -> u8 {
    let applicable = counts.cases.saturating_sub(counts.not_applicable);
    if counts.error > 0 {
        ERROR
    } else if counts.cases == 0 || (applicable > 0 && !alive) {
        NOTHING_TESTED
    } else if counts.pass < applicable {
        VIOLATED
    } else {
        AS_EXPECTED
    }
}
