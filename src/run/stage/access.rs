//! Where a relay is driven, whoever started it.

use crate::party::peer::Inbound;
use crate::relay;
use crate::run::host::Running;
use crate::target::{Embedded, Ixit, Mm1};

use super::NotUp;
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
    ///
    /// # Errors
    /// It does not listen for SMTP.
    pub fn inside(
        config: &relay::Config,
        running: &Running,
        chosen: Option<&Embedded>,
    ) -> Result<Access, NotUp> {
        let mm4 = running
            .mm4_addr()
            .ok_or_else(|| NotUp(format!("relay {} does not listen for SMTP", config.name)))?;
        let url = format!("http://{}{}", running.mm1_addr(), config.mm1.path);
        let mut mm1 = Mm1::at(url, config.mm1.identity_header.first());
        if let Some(chosen) = chosen {
            mm1.reaction = chosen.reaction;
            mm1.fetch_again.clone_from(&chosen.fetch_again);
        }
        Ok(Access {
            mm1,
            mm4: Inbound::plain(mm4),
            domain: config.domain.clone(),
            system_address: config.system_address.clone(),
        })
    }
}
