//! What a script has for itself while it runs: peers, names that others have too, or a world of its own.

use std::sync::Arc;

use crate::case::Script;
use crate::party::Hold;

use super::drive::needs_alone;
use super::stage::{Stage, peers_of};
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
pub async fn apart(script: &Script, world: &World, key: u64) -> Option<Arc<World>> {
    let wants = peers_of(script).iter().any(|peer| needs_alone(script, peer));
    if wants {
        world.again(key).await.map(Arc::new)
    } else {
        None
    }
}
