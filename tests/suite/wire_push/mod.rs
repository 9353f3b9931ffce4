//! The carriers of pushes: what is written is read again, what comes otherwise is found, and nothing that comes does harm.

mod carried;
mod hook;
mod hostile;
mod kannel;
mod pap;
mod rusmpp;
mod segments;
mod smpp;
mod sms;
mod udh;
mod wsp_headers;
