//! How relays are driven that the suite does not bring up for each script.

use crate::party::peer::Inbound;
use crate::party::tls::TlsError;
use crate::party::user_agent::{AgentWays, UserAgent};
use crate::target::Ixit;

/// What speaks HTTP for user agents of the relay. No connection stays open: what a remote relay may do with an idle one is its own
/// affair.
///
/// # Errors
/// The root cannot be used.
pub fn agent(ixit: &Ixit) -> Result<UserAgent, TlsError> {
    UserAgent::new(&AgentWays {
        idle: 0,
        root: ixit.mm1.root.clone(),
        proxy: ixit.mm1.proxy,
    })
}

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
