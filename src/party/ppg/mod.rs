//! A Push Proxy Gateway (WAP-249) as a relay's push proxy: the Push Access Protocol (WAP-247) over HTTP, versions 1.0, 2.0 and 2.1.
//!
//! | module | what it does |
//! |---|---|
//! | `server` | HTTP, and which message is answered by whom |
//! | `submission` | push-message: whether it is taken, and what becomes of it |
//! | `ledger` | what became of each message, for queries, cancellations and notifications |
//! | `answers` | control documents that the gateway sends |
//! | `notify` | results sent to where the initiator wants them |
//!
//! PAP says in its own document what became of a request, and HTTP says 202 to each that could be read. So a status that an owner
//! scripted comes as a code of PAP: 400 as 2000, 401 and 403 as 2001, 404 as 2003, 501 as 3001, 503 as 4001 (service unavailable, to
//! be tried again), other 4xx as 2000 and all else that is not 2xx as 3000.

mod answers;
mod ledger;
mod notify;
mod server;
mod submission;

pub use server::listen;
