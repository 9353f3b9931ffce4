//! What it does wrong on MM4, by what it is about.

mod inbound;
mod mail;
mod outbound;
mod reports;
mod smtp;

use super::registry::Defect;

/// All lists of this reference point.
pub(super) const LISTS: [&[Defect]; 5] = [
    inbound::LIST,
    outbound::LIST,
    mail::LIST,
    reports::LIST,
    smtp::LIST,
];
