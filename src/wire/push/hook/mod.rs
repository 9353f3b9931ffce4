//! A plain HTTP request by which a relay hands over what is to be pushed: there is no standard for it, so a [`HookForm`] says where in
//! the request the number and the PDU are.

mod form;
mod places;
mod read;

pub use form::{Coding, Holds, HookForm, NoPattern, NumberAt, PathPattern, PduForm, PduIn};
pub use read::{HookRequest, Hooked, NotRead, read};
