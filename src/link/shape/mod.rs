//! A wire that is slow, lossy, cut, still or down. A [`Line`] is one such wire and how it is now; every hop and tunnel that belongs
//! to it asks it before octets pass. All its waiting is modelled time, in `time`.

mod line;
mod model;
mod stream;
mod time;

pub use line::{Line, Lost};
pub use model::{Cut, Direction, Pace, Shape, State};
pub use time::parting;

pub(super) use line::Ride;
pub(super) use stream::pass;
