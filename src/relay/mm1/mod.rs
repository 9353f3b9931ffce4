//! MM1: the client side of the relay. HTTP in [`http`], one module per service.

mod acks;
mod confs;
mod http;
mod identity;
mod location;
mod pdus;
mod quotes;
mod retrieve;
mod submit;

pub(crate) use http::serve;
pub(crate) use pdus::{delivery_ind, message_size, notification_ind, read_orig_about, read_orig_ind};
pub(crate) use submit::recall;
