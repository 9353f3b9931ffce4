//! How relays are driven that the suite does not bring up for each script.

use crate::party::peer::Inbound;
use crate::target::Ixit;

/// How MM4 goes into the relay.
///
/// # Errors
/// TLS cannot be set up, or nothing is said of MM4.
pub fn way_in(ixit: &Ixit) -> Result<Inbound, String> {
    match (&ixit.mm4.command, ixit.mm4.to) {
        (Some(command), _) => Ok(Inbound::Command(command.clone())),
        (None, Some(to)) => Inbound::smtp(to, &ixit.mm4.smtp).map_err(|e| format!("ixit.mm4.smtp: {e}")),
        (None, None) => Err("ixit.mm4 says neither `to:` nor `command:`".to_owned()),
    }
}
