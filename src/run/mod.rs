//! A run: topology up → steps → journal → verdict → topology down.
//!
//! [`execute`] selects scripts, opens the `world` they share, and drives each on its own `stage`. Everything that crosses a
//! PCO goes through a `recorder` into the [`journal`] and to the `judge`, which alone decides verdicts; [`rejudge`] gives
//! it a stored journal instead.

mod bindings;
mod blame;
pub mod check;
mod collect;
mod compose;
pub mod coverage;
mod dialogue;
mod drive;
pub mod evidence;
mod exchange;
mod execute;
mod falls;
mod fetch;
mod fingerprint;
mod folder;
mod gateways;
mod holds;
pub mod host;
pub mod journal;
pub mod judge;
pub mod killmatrix;
mod lag;
mod launched;
mod limits;
pub mod matrix;
mod merge;
mod mm1;
mod numbers;
pub mod observer;
pub mod outcome;
mod pair;
mod plan;
mod play;
mod pools;
mod ports;
mod recorder;
mod redact;
mod rejudge;
mod reopen;
mod room;
pub mod select;
mod shard;
mod sources;
mod stage;
mod statics;
pub mod suite;
mod vars;
mod way;
mod world;

pub use execute::{Finished, Options, Refused, execute};
pub use fingerprint::Fingerprint;
pub use merge::{Out, Part, merge};
pub use rejudge::{Extent, rejudge};
pub use reopen::{recover, stored};
pub use shard::Shard;
pub use sources::Sources;
pub use stage::{embedded_limits, embedded_timers};
