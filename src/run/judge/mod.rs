//! The judge: consumes journal events one by one, live and offline alike, and says what each expectation is worth. It
//! knows the script, the catalogue and the journal; it knows no socket and no clock.

mod answers;
mod demand;
mod ledger;
mod machine;
mod matching;
mod memory;
mod plan;
mod quirks;
mod rules;
mod select;
mod sighting;
mod verdict;
mod weight;
mod words;

pub use demand::{About, Against};
pub use machine::{Judge, Status};
pub use rules::RuleJudge;
pub use sighting::{Side, Sighting};
pub use weight::Policy;
