//! The links of a script that it shapes, and what shaping them means. Links that no step shapes are ordinary sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use crate::case::{Action, Behaviour, CutAfter, LinkShape, LinkState, Radio, Script, Set, Shaping, Way};
use crate::link::shape::{Cut, Direction, Pace, Shape, State};
use crate::link::{Hop, Line, Mails};
use crate::party::Pushes;
use crate::run::world::World;

use super::cast::peers_of;
use super::{NotUp, Stage};

/// The wires of the links that a script shapes, by name.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: BTreeMap<String, Line>,
    /// Hops from relays to peers; they last as long as the stage.
    hops: Vec<Hop>,
}

impl Lines {
    pub fn of(script: &Script) -> Lines {
        let line = |name: String| (name.clone(), Line::new(&name));
        Lines {
            lines: shaped(script).into_iter().map(line).collect(),
            hops: Vec::new(),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Line> {
        self.lines.get(name)
    }
}

/// The links that steps of a script shape.
pub(super) fn shaped(script: &Script) -> BTreeSet<String> {
    let link = |action: &Action| match action {
        Action::Set(Set {
            node,
            behaviour: Behaviour::Shape(_),
            ..
        }) => Some(node.clone()),
        _ => None,
    };
    script.steps().filter_map(|step| link(&step.action)).collect()
}

/// The name of the link between a relay and a peer.
pub(super) fn peer_link(relay: &str, peer: &str) -> String {
    format!("{relay}-{peer}")
}

impl Stage {
    /// The wire under the exchanges of a user agent, if the script shapes it.
    pub fn line_of_agent(&self, agent: &str) -> Option<Line> {
        self.lines.get(agent).cloned()
    }

    /// The wire under what a peer sends to a relay, if the script shapes it.
    pub fn line_of_peer(&self, relay: &str, peer: &str) -> Option<Line> {
        self.lines.get(&peer_link(relay, peer)).cloned()
    }

    /// How a link is from now on.
    pub fn shape(&self, link: &str, shaping: Shaping) {
        if let Some(line) = self.lines.get(link) {
            line.set(shape_of(shaping));
        }
        if self.agents.contains_key(link) {
            self.guest.pushes(link, pushes_of(shaping));
        }
    }

    /// Puts hops between embedded relays and the peers to whom the script shapes their links.
    ///
    /// # Errors
    /// There is no port.
    pub(super) async fn open_peer_hops(
        &mut self,
        script: &Script,
        world: &World,
        own: &[&str],
        towards: &mut BTreeMap<(String, String), SocketAddr>,
    ) -> Result<(), NotUp> {
        let any = self.host.any();
        for relay in own {
            for peer in peers_of(script) {
                let name = peer_link(relay, &peer);
                let (Some(line), Some(server)) = (self.lines.get(&name), world.peer(&peer, relay)) else {
                    continue;
                };
                let hop = Hop::open_on(line, relay, any, Mails::Unrecorded, self.guest.sink())
                    .await
                    .map_err(|e| NotUp(format!("link {name}: {e}")))?;
                hop.set_target(Some(server));
                towards.insert(((*relay).to_owned(), peer), hop.addr);
                self.lines.hops.push(hop);
            }
        }
        Ok(())
    }
}

fn shape_of(shaping: Shaping) -> Shape {
    match shaping {
        Shaping::Usual => Shape::default(),
        Shaping::Radio(radio) => air(radio),
        Shaping::Shape(shape) => wire(&shape),
    }
}

fn air(radio: &Radio) -> Shape {
    let pace = |rate| Pace {
        rate: Some(rate),
        delay: Duration::from_millis(radio.delay_ms),
        loss: 0,
    };
    if radio.coverage {
        Shape {
            up: pace(radio.up),
            down: pace(radio.down),
            ..Shape::default()
        }
    } else {
        Shape {
            state: State::Down,
            ..Shape::default()
        }
    }
}

fn wire(shape: &LinkShape) -> Shape {
    let pace = Pace {
        rate: shape.rate,
        delay: shape.delay,
        loss: shape.loss,
    };
    let paced = |not: Way| {
        if shape.direction == Some(not) {
            Pace::default()
        } else {
            pace
        }
    };
    Shape {
        state: match shape.state {
            LinkState::Up => State::Up,
            LinkState::Stalled => State::Stalled,
            LinkState::Down => State::Down,
        },
        up: paced(Way::Down),
        down: paced(Way::Up),
        cut: shape.cut.map(|cut| match cut {
            CutAfter::Octets(octets) => Cut::After {
                direction: match shape.direction {
                    Some(Way::Up) => Direction::Up,
                    Some(Way::Down) | None => Direction::Down,
                },
                octets,
            },
            CutAfter::EndOfData => Cut::EndOfData,
        }),
        times: shape.times,
    }
}

fn pushes_of(shaping: Shaping) -> Pushes {
    match shaping {
        Shaping::Radio(radio) if !radio.coverage => Pushes::Kept,
        Shaping::Shape(shape) if shape.pushes_lost => Pushes::Lost { times: shape.times },
        _ => Pushes::Arrive,
    }
}
