//! Numbers to mailboxes by ENUM, domains to hosts by MX and address records. Nothing of the machine's own resolver is used:
//! the name server stands in the configuration.
//!
//! An answer that says "there is no such thing" is final; one that does not come, or says that the server failed, may be
//! another one later. [`Unknown`] keeps the two apart, and whoever asks decides about trying again.

mod hosts;
mod naptr;
mod numbers;
mod resolver;

pub(crate) use resolver::{Resolver, Unknown};
