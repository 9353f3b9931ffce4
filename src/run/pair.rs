//! Two MMSEs that interwork for the length of a run, because at least one of them is not started anew for each script. All scripts share
//! them and the recorded link between them; who owns what passes is found as at a fake peer. An embedded relay of the pair is
//! the MMSE that the other one's target file calls `other`.

mod fit;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::case::Topology;
use crate::link::Hop;
use crate::relay::config;
use crate::target::{Identity, Ixit, Target};

use self::fit::{Known, Node, agree};
use super::host::Running;
use super::ports::Unfit;
use super::stage::{Access, basis};
use super::world::World;

/// The relays, and the link as cases name it.
const ENDS: [&str; 2] = ["A", "B"];
const LINK: &str = "A-B";

/// Both relays and what joins them.
#[derive(Default)]
pub struct Pair {
    sides: BTreeMap<&'static str, Side>,
    /// Why they are not joined, after "the target does not give".
    unfit: Vec<String>,
    _hops: Vec<Hop>,
}

struct Side {
    access: Access,
    prefix: String,
    takes_mm4: Option<SocketAddr>,
    /// An embedded one.
    _running: Option<Running>,
}

impl Pair {
    /// The topology that it is.
    pub const TOPOLOGY: Topology = Topology::TwoMmse;

    /// Whether A and B of these targets have to be shared by all scripts.
    pub fn is_wanted(targets: &BTreeMap<String, Arc<Target>>) -> bool {
        let ends: Vec<&Arc<Target>> = ENDS.iter().filter_map(|end| targets.get(*end)).collect();
        ends.len() == ENDS.len() && !ends.iter().all(|target| target.is_embedded())
    }

    /// Starts what is embedded, and opens the link at the places where the relays expect each other.
    ///
    /// # Errors
    /// Such a place is taken, or an embedded relay does not start.
    pub async fn open(world: &World) -> Result<Pair, Unfit> {
        let [Some(a), Some(b)] = ENDS.map(|name| world.target(name).map(|target| Node { name, target }))
        else {
            return Ok(Pair::default());
        };
        let known = match agree(a, b, world.peer_names()) {
            Ok(known) => known,
            Err(unfit) => {
                return Ok(Pair {
                    unfit,
                    ..Pair::default()
                });
            }
        };
        let mut pair = Pair::default();
        let [a, b] = &known;
        let (to_b, to_a) = (link(a, b, world).await?, link(b, a, world).await?);
        for (own, other, way, hop) in [(a, b, &to_b, &to_a), (b, a, &to_a, &to_b)] {
            let side = match &own.node.target.ixit {
                Some(ixit) => outside(own, ixit)?,
                None => embedded(own, other, way.addr, world).await?,
            };
            hop.set_target(side.takes_mm4);
            pair.sides.insert(own.node.name, side);
        }
        pair._hops = vec![to_b, to_a];
        Ok(pair)
    }

    /// Why scripts cannot have it, after "the target does not give"; empty if they can.
    pub fn unfit(&self) -> &[String] {
        &self.unfit
    }

    /// How a relay of it is driven.
    pub fn access(&self, relay: &str) -> Option<&Access> {
        self.sides.get(relay).map(|side| &side.access)
    }

    /// What numbers of a relay's subscribers begin with.
    pub fn prefix(&self, relay: &str) -> Option<&str> {
        self.sides.get(relay).map(|side| side.prefix.as_str())
    }

    /// Links on which every mail is recorded.
    pub fn links(&self) -> &'static [&'static str] {
        &[LINK]
    }
}

/// Opens one direction of the link, where the relay expects the other one.
async fn link(from: &Known<'_>, to: &Known<'_>, world: &World) -> Result<Hop, Unfit> {
    let (from, to, at) = (
        from.node.name,
        to.node.name,
        from.sends_to.unwrap_or(world.host.any()),
    );
    let opened = Hop::open(LINK, from, at, world.desk.between(from, to)).await;
    opened.map_err(|reason| Unfit::Listen {
        addr: at,
        what: format!("the link {LINK}, where relay {from} sends MM4 for relay {to}"),
        reason,
    })
}

/// A relay that its target file describes.
fn outside(own: &Known<'_>, ixit: &Ixit) -> Result<Side, Unfit> {
    let access = Access::outside(ixit).map_err(|reason| Unfit::Relay {
        relay: own.node.name.to_owned(),
        reason,
    })?;
    Ok(Side {
        access,
        prefix: own.identity.prefix.clone(),
        takes_mm4: ixit.mm4.to,
        _running: None,
    })
}

/// Starts an embedded relay that reaches the other one at `way`.
async fn embedded(own: &Known<'_>, other: &Known<'_>, way: SocketAddr, world: &World) -> Result<Side, Unfit> {
    let name = own.node.name;
    let failed = |reason: String| Unfit::Relay {
        relay: name.to_owned(),
        reason,
    };
    let Identity { domain, prefix } = own.identity.clone();
    let mut config = basis(name, domain, world).map_err(|e| failed(e.to_string()))?;
    config.subscribers.push(config::Subscribers {
        prefix: prefix.clone(),
        home: name.to_owned(),
    });
    let leads_to = &other.identity;
    let mut routes = vec![config::Route::to(&leads_to.prefix, &leads_to.domain, way)];
    for peer in world.peer_names() {
        if let (Some((domain, numbers)), Some(mm4)) =
            (world.peer_identity(peer, name), world.peer(peer, name))
        {
            routes.push(config::Route::to(&numbers, &domain, mm4));
        }
    }
    config.routes = routes;
    // Its log would be that of all scripts.
    let quiet = Arc::new(|_: &str| {});
    let running = world.host.start(config.clone(), quiet).await.map_err(failed)?;
    Ok(Side {
        access: Access::inside(&config, &running, own.node.target.embedded.as_ref())
            .map_err(|e| failed(e.to_string()))?,
        takes_mm4: running.mm4_addr(),
        prefix,
        _running: Some(running),
    })
}
