//! Where a relay is driven, whoever started it.

use crate::party::peer::Inbound;
use crate::relay;
use crate::run::host::Running;
use crate::target::{Ixit, Mm1};

use super::remote::way_in;

/// Where a relay is driven.
#[derive(Debug, Clone)]
pub struct Access {
    pub mm1: Mm1,
    pub mm4: Inbound,
    pub domain: String,
    pub system_address: String,
}

impl Access {
    /// A relay that a target file describes.
    ///
    /// # Errors
    /// What of the file keeps it from being driven.
    pub fn outside(ixit: &Ixit) -> Result<Access, String> {
        Ok(Access {
            mm1: ixit.mm1.clone(),
            mm4: way_in(ixit)?,
            domain: ixit.domain.clone(),
            system_address: ixit.system_address.clone(),
        })
    }

    /// An embedded relay.
    pub fn inside(config: &relay::Config, running: &Running) -> Access {
        Access {
            mm1: Mm1::at(
                format!("http://{}{}", running.mm1_addr(), config.mm1.path),
                &config.mm1.identity_header,
            ),
            mm4: Inbound::plain(running.mm4_addr()),
            domain: config.domain.clone(),
            system_address: config.system_address.clone(),
        }
    }
}
