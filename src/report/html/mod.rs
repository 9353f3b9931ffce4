//! The HTML report: `index.html` of a run and a page for each case. Pages need nothing but themselves, and load nothing: their one
//! script and style are named by hash in a policy that forbids all else, so that nothing a relay sent can run.

mod case_page;
mod clauses;
mod comparison;
mod demand;
mod fate;
mod index;
mod ladder;
mod layer;
mod listing;
mod markup;
mod message;
mod octets;
mod policy;
mod rows;
mod site;
mod text;
mod transport;

pub use case_page::Shown;
pub use site::Site;
