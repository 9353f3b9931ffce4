//! Would the suite notice? Every seeded defect of the embedded relay against every case.
//!
//! [`survey`] runs the suite once clean and once for each defect; [`Matrix::of`] says what those runs show.

mod matrix;
mod survey;

pub use matrix::{CaseColumn, DefectRow, Equivalents, Fate, Kill, Matrix, SCHEMA, Totals};
pub use survey::{Survey, survey};
