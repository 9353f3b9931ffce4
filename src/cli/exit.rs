//! Exit codes. They are a contract with pipelines: a number never changes its meaning.

use crate::run::outcome::RunResult;

/// Interrupted from outside: nothing was judged.
pub const INTERRUPTED: u8 = 130;
/// Everything came out as expected: every case is `pass` or `not-applicable`.
pub const AS_EXPECTED: u8 = 0;
/// A counting demand was violated (`fail`), or a case could not decide (`inconc`). Also: `decode --strict` met a finding of
/// severity error.
pub const VIOLATED: u8 = 1;
/// The command line, a case file or a target file is wrong; nothing was run. Also: octets that cannot be decoded.
pub const USAGE: u8 = 2;
/// Nothing was selected, or no relay was ever seen alive.
pub const NOTHING_TESTED: u8 = 3;
/// Some case ended in `error`: the suite or its environment is at fault, whatever else was found.
pub const ERROR: u8 = 4;

/// `relay --deliver`: the relay does not have the message. What such programs of relays end in.
pub const NOT_DELIVERED: u8 = 255;

/// The code for a finished run. [`ERROR`] beats [`NOTHING_TESTED`], which beats [`VIOLATED`].
pub fn exit_code(run: &RunResult) -> u8 {
    let counts = run.summary;
    let applicable = counts.cases.saturating_sub(counts.not_applicable);
    if counts.error > 0 {
        ERROR
    } else if counts.cases == 0 || (applicable > 0 && !run.run.alive) {
        NOTHING_TESTED
    } else if counts.pass < applicable {
        VIOLATED
    } else {
        AS_EXPECTED
    }
}
