//! The place of a script: the world it plays in, and the relays of it that the run has started.

use std::sync::Arc;

use super::usage::{Usage, begin};
use crate::case::Script;
use crate::run::holds::apart;
use crate::run::stage::{NotUp, Stage};
use crate::run::world::World;

/// Who else may be on the relays of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// Others, unless the script wants them for itself.
    Others,
    /// Nobody: it has instances of its own where there can be several, and else waits until it is alone.
    Nobody,
}

/// A world and the started relays in it.
pub struct Seat {
    pub world: Arc<World>,
    pub usage: Usage,
}

impl Seat {
    /// Finds a script its world, and waits until its relays are up. A script that the targets are not fit for gets the common one, and uses
    /// nothing of it.
    ///
    /// # Errors
    /// A relay does not come up, or is not any more.
    pub async fn take(
        script: &Script,
        world: &Arc<World>,
        key: u64,
        company: Company,
    ) -> Result<Seat, NotUp> {
        let common = Arc::clone(world);
        if !world.keepers().is_empty() && !Stage::fits(script, world, key)? {
            let usage = Usage::default();
            return Ok(Seat { world: common, usage });
        }
        let world = apart(script, world, key, company).await?.unwrap_or(common);
        let usage = begin(script, &world, company).await.map_err(NotUp::new)?;
        Ok(Seat { world, usage })
    }
}
