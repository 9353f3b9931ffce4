//! A target: what a relay claims (ICS), what a tester must know to drive it (IXIT), and how it is started.
//! Knows nothing of cases and runs: what a target needs to be fit for a script is asked by [`crate::run`].

mod embedded;
mod file;
mod init;
mod ixit;
pub mod launch;
pub mod probe;
mod processes;
mod push;
mod schema;
mod secrets;
mod template;
mod timers;
mod wrong;

pub use embedded::{Embedded, PushChannel};
pub use file::{Instances, Start, Target};
pub use init::Answers;
pub use ixit::{ContentLocation, Dns, Ixit, Mm1, Mm4, Numbers, Peer};
pub use processes::{File, Process, Provision, Ready, Reset, Stop};
pub use push::{Push, PushAt, PushHook, PushSmpp, PushWsp};
pub use schema::schema;
pub use secrets::Secrets;
pub use template::{Identity, Setting, ephemeral_range};
pub use timers::Timers;
pub use wrong::Wrong;
