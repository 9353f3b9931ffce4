//! Whose fault it is. In a script with several relays, what a violated demand is about is followed back through the nodes, and
//! what went into each is compared with what came out of it: fields by the table of ways ([`crate::wire::table::ways`]), the
//! content part by part. The first node whose output does not correspond to its input is to blame; where nothing came out, the
//! last that took something in. A pure function of the journal and the script.
//!
//! It accuses on evidence alone: where an input was not seen, is not told from others, or several nodes used a liberty the
//! standards give, it names the candidates and blames nobody.

mod compare;
mod missing;
mod reports;
mod scene;
mod source;
mod trail;
mod unwanted;
mod verdict;
mod wrong;

pub use scene::Scene;
pub use verdict::{Complaint, blame};
