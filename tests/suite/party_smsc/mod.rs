//! The SMSC as a relay meets it; the relay's side is rusmpp, which shares nothing with our codec.

mod esme;
mod forms;
mod hostile;
mod receipts;
mod refusals;
mod sessions;
