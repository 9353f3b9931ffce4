//! What it does wrong on MM1, by service.

mod notification;
mod reports;
mod retrieval;
mod robustness;
mod submission;

use super::registry::Defect;

/// All lists of this reference point.
pub(super) const LISTS: [&[Defect]; 5] = [
    submission::LIST,
    robustness::LIST,
    notification::LIST,
    retrieval::LIST,
    reports::LIST,
];
