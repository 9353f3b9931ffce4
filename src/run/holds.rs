//! What a script has for itself while it runs: peers, names that others have too, or a world of its own.

use std::sync::Arc;

use crate::case::Script;
use crate::party::Hold;

use super::drive::needs_alone;
use super::launched::Company;
use super::stage::{NotUp, Stage, controls, peers_of};
use super::world::World;

/// Holds the peers of a script, alone where it needs that. A relay that nobody has heard so far disturbs nobody: there, no
/// script waits for the timeouts of another.
pub async fn hold_peers(script: &Script, stage: &Stage, world: &World) -> Vec<Hold> {
    let mut holds = Vec::new();
    for peer in peers_of(script) {
        if needs_alone(script, &peer) {
            let alone = stage.guest.exclusive(&peer).await;
            if world.is_heard() {
                holds.push(alone);
                continue;
            }
        }
        holds.push(stage.guest.alongside(&peer).await);
    }
    if stage.shares_names() {
        // One changes names that are others' too.
        holds.push(if script.routing.asks_dns() {
            stage.guest.exclusive("dns").await
        } else {
            stage.guest.alongside("dns").await
        });
    }
    holds
}

/// A world of its own for a script that wants a peer's connections for itself: the others need not wait for it. Remote relays
/// know one address for each peer, so there it has to take its turn.
///
/// So does a script that puts a relay down that the run started, or that must have no company on it, if there can be more than one instance of
/// it.
///
/// # Errors
/// A relay that can have several instances did not come up once more.
pub async fn apart(
    script: &Script,
    world: &World,
    key: u64,
    company: Company,
) -> Result<Option<Arc<World>>, NotUp> {
    let wants = peers_of(script).iter().any(|peer| needs_alone(script, peer));
    let puts_down = world.keepers().keys().any(|relay| controls(script, relay));
    let is_alone = company == Company::Nobody;
    if !(wants || puts_down || is_alone) || !world.is_repeatable() {
        return Ok(None);
    }
    match world.again(key, script).await {
        Ok(own) => Ok(Some(Arc::new(own))),
        // Listeners that cannot be had twice are shared.
        Err(_) if world.keepers().is_empty() => Ok(None),
        Err(unfit) => Err(NotUp::new(unfit.to_string())),
    }
}
