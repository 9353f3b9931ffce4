//! How a run tells the outside what it is doing while it is doing it.

use super::outcome::CaseResult;

/// Told of the progress of a run. Calls come from several tasks at once, in no particular order between scripts.
pub trait Observer: Send + Sync {
    /// The run is about to start this many scripts.
    fn begin(&self, total: usize);
    fn case_started(&self, id: &str);
    fn case_ended(&self, result: &CaseResult);
    /// Every script has ended.
    fn end(&self);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn begin(&self, _total: usize) {}
    fn case_started(&self, _id: &str) {}
    fn case_ended(&self, _result: &CaseResult) {}
    fn end(&self) {}
}
