//! The fake parties around a relay: user agents, peer MMSEs, push gateways. They speak protocols and report what
//! happened; they know nothing of cases, steps or verdicts.
//!
//! Listeners ([`kannel`], [`smsc`] and the other push gateways, [`peer::serve`]) are run-wide. What arrives goes over the [`Desk`] to the script that owns the
//! number, mailbox or id it carries.

pub mod delay;
mod desk;
pub mod dns;
mod gateway;
mod handed;
mod homes;
pub mod hook;
mod http;
pub mod kannel;
mod listening;
mod masked;
mod ownership;
pub mod peer;
pub mod ppg;
mod pushes;
mod script;
pub mod smsc;
pub mod tls;
pub mod user_agent;
pub mod wdp;

pub use desk::{Desk, Guest, Hold, Past};
pub use homes::HomeService;
pub use listening::Listening;
pub use pushes::Pushes;
pub use script::{HttpRule, SmppRule, SmtpAct, SmtpRule, SmtpStage};
