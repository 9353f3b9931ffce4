//! The place of a script: the world it plays in, and the relays of it that the run has started.

use std::sync::Arc;

use super::usage::{Usage, begin};
use crate::case::Script;
use crate::run::holds::apart;
use crate::run::stage::{NotUp, Stage};
use crate::run::world::World;

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
    pub async fn take(script: &Script, world: &Arc<World>, key: u64) -> Result<Seat, NotUp> {
        let common = Arc::clone(world);
        if !world.keepers().is_empty() && !Stage::fits(script, world, key)? {
            let usage = Usage::default();
            return Ok(Seat { world: common, usage });
        }
        let world = apart(script, world, key).await?.unwrap_or(common);
        let usage = begin(script, &world).await.map_err(NotUp::new)?;
        Ok(Seat { world, usage })
    }
}
