//! From a complaint of the judge to who is to blame.

use crate::case::{Place, Selector};
use crate::run::judge::{About, Against};
use crate::run::outcome::Blame;

use super::scene::Scene;
use super::{missing, unwanted, wrong};

/// What was not as it should be.
#[derive(Debug, Clone)]
pub enum Complaint {
    /// The event with this `seq` violates a demand about something.
    Wrong {
        seq: u64,
        about: About,
        against: Vec<Against>,
    },
    /// The event with this `seq` came although it must not.
    Unwanted { seq: u64 },
    /// None came of what was awaited there; several that each would have done.
    Missing(Vec<(Selector, Place)>),
}

/// Who is to blame; none where there is nobody to choose from.
pub fn blame(scene: &Scene<'_>, complaint: &Complaint) -> Option<Blame> {
    if scene.topology.relays().len() < 2 {
        return None;
    }
    let index = |seq: u64| scene.seen.iter().position(|s| s.seq == seq);
    match complaint {
        Complaint::Wrong { seq, about, against } => {
            let against = against.iter().filter_map(|other| match other {
                Against::Seq(seq) => index(*seq),
                Against::Reference(name) => index((scene.captured)(name)?),
            });
            wrong::wrong(scene, index(*seq)?, about, &against.collect::<Vec<_>>())
        }
        Complaint::Unwanted { seq } => unwanted::unwanted(scene, index(*seq)?),
        Complaint::Missing(awaited) => {
            let mut found = awaited
                .iter()
                .filter_map(|(select, place)| missing::missing(scene, select, place));
            let first = found.next()?;
            // Alternatives that accuse different nodes accuse none.
            match found.find(|other| other.node != first.node) {
                None => Some(first),
                Some(other) => {
                    let both = first.node.iter().chain(&other.node);
                    let candidates = both.chain(&first.candidates).chain(&other.candidates).cloned();
                    Some(super::trail::open(
                        "each of several events would have done, and they were due from different nodes",
                        candidates.collect(),
                        Vec::new(),
                    ))
                }
            }
        }
    }
}
