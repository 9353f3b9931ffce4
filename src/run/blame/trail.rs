//! The way of one thing (a field, the content) through the nodes, followed back from where it was seen to who sent it.

use crate::run::judge::{About, Side};
use crate::run::outcome::{Blame, Held, TrailStep};
use crate::wire::table::ways::{Carried, Carry};
use crate::wire::table::{self, ways};
use crate::wire::{PduType, Protocol};

use super::compare::{self, Change};
use super::scene::Scene;
use super::source::{Source, answered_mm, mm_source, score, source};

/// Nodes a way may have; a longer one goes in circles.
const LONGEST: usize = 12;

/// What a node did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Did {
    Kept,
    /// Changed it, which is its right.
    Free(String),
    /// Changed it, which is not.
    Wrong(String),
    /// It is the node's own: nothing that came in says what it must be.
    Made,
    /// What it came from was not seen, or cannot be told from others.
    Unseen,
}

/// One node on the way.
#[derive(Debug, Clone)]
pub struct Step {
    pub node: String,
    pub input: Option<usize>,
    pub output: usize,
    pub did: Did,
}

/// A node that did something wrong, and with what.
#[derive(Debug, Clone)]
pub struct Fault {
    pub node: String,
    pub output: usize,
    pub what: String,
}

/// Follows one thing back, newest node first.
pub fn follow(scene: &Scene<'_>, output: usize, about: &About) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut output, mut about) = (output, about.clone());
    while let Some(node) = scene.emitter(output) {
        let (input, did, next) = at_node(scene, node, output, &about);
        steps.push(Step {
            node: node.to_owned(),
            input,
            output,
            did,
        });
        let is_made = steps.last().is_some_and(|step| step.did == Did::Made);
        match input {
            Some(input) if !is_made && scene.at(input).side == Side::Relay && steps.len() < LONGEST => {
                output = input;
            }
            _ => break,
        }
        about = next;
    }
    steps
}

/// What one node did, and what the thing was called before.
fn at_node(scene: &Scene<'_>, node: &str, output: usize, about: &About) -> (Option<usize>, Did, About) {
    let nothing = |did| (None, did, about.clone());
    let Some(kind) = scene.at(output).kind() else {
        return nothing(Did::Made);
    };
    let main = is_mm(kind).then(|| mm_source(scene, output));
    let of_forward = matches!(main, Some(Source::One(i)) if scene.at(i).kind() == Some(PduType::ForwardReq));
    let mut unseen = of_forward;
    let mut candidates: Vec<_> = ways::ways_to(kind)
        .filter_map(|way| Some((way, part_of(scene, node, way, about)?)))
        .collect();
    // The reason that fits best goes first.
    candidates.sort_by_cached_key(|(way, _)| {
        let found = source(scene, output, way.input).one();
        std::cmp::Reverse(found.map_or(0, |input| score(scene, input, output)))
    });
    // What it may have passed on, and did not.
    let mut made = None;
    for (way, part) in candidates {
        let found = match main {
            Some(Source::One(i)) if scene.at(i).kind() != Some(way.input) => continue,
            Some(main) => main,
            None => source(scene, output, way.input),
        };
        let Source::One(input) = found else {
            // What is only passed on by some is the node's own if there is nothing it could have passed on.
            unseen |= !matches!(part, Part::Whole(_)) || scene.is_mail_relay(node);
            continue;
        };
        let (from, to) = (scene.at(input), scene.at(output));
        if let Part::Carried(Carried {
            how: Carry::Outcome,
            from: name,
            ..
        }) = part
            && from.pdu.as_ref().is_some_and(|p| p.field(name).is_some())
        {
            // Whether the refusal or what was made of it is wrong, neither says.
            return (Some(input), Did::Unseen, About::Event);
        }
        let change = match part {
            Part::Carried(carried) => compare::field(scene, way, carried, input, output),
            Part::Content => compare::content(from, to),
            Part::Unknown(name) => compare::unknown(name, from, to),
            Part::Envelope(name) => compare::envelope(name, from, to),
            Part::Whole(name) => match compare::unknown(name, from, to) {
                Change::Kept if !about.is_negated() => Change::Kept,
                _ => {
                    made.get_or_insert(input);
                    continue;
                }
            },
            Part::Finding(code) => {
                let there = from.findings.iter().any(|f| f.code == code || code == "any");
                if !there {
                    return nothing(Did::Made);
                }
                Change::Kept
            }
        };
        let did = match change {
            Change::Kept => Did::Kept,
            Change::Free(what) => Did::Free(what),
            Change::Wrong(what) => Did::Wrong(what),
        };
        let next = match part {
            Part::Carried(carried) => about.renamed(carried.from),
            _ => about.clone(),
        };
        return (Some(input), did, next);
    }
    match (made, unseen) {
        (Some(input), _) => (Some(input), Did::Made, about.clone()),
        (None, true) => nothing(Did::Unseen),
        (None, false) => nothing(Did::Made),
    }
}

/// What of a way is looked at.
enum Part<'a> {
    Carried(&'static Carried),
    Content,
    Unknown(&'a str),
    /// A field that the node may have passed on as it was.
    Whole(&'a str),
    Envelope(&'a str),
    Finding(&'a str),
}

fn part_of<'a>(scene: &Scene<'_>, node: &str, way: &'static ways::Way, about: &'a About) -> Option<Part<'a>> {
    let passes = way.input == way.output && (way.whole || scene.is_mail_relay(node));
    match about {
        About::Field { name, .. } => match way.carried(name) {
            Some(carried) => Some(Part::Carried(carried)),
            None if passes && !is_trace(name) => Some(Part::Whole(name)),
            None if way.unknown && table::field(name).is_none() => Some(Part::Unknown(name)),
            None => None,
        },
        About::Content => way.content.then_some(Part::Content),
        About::Envelope(name) => scene
            .is_mail_relay(node)
            .then_some(Part::Envelope(name))
            .filter(|_| passes),
        About::Finding(code) => scene
            .is_mail_relay(node)
            .then_some(Part::Finding(code))
            .filter(|_| passes),
        About::Event => None,
    }
}

/// Who passes a mail on writes a line of its own.
fn is_trace(name: &str) -> bool {
    name.eq_ignore_ascii_case("Received")
}

/// The first field that a mail relay did not leave as it was.
fn rewritten(scene: &Scene<'_>, output: usize) -> Option<String> {
    let input = source(scene, output, scene.at(output).kind()?).one()?;
    let (from, to) = (scene.at(input), scene.at(output));
    let names = [from, to]
        .into_iter()
        .flat_map(|s| s.pdu.iter().flat_map(|p| &p.fields));
    names
        .map(|f| f.name.as_str())
        .filter(|name| !is_trace(name))
        .find_map(|name| match compare::unknown(name, from, to) {
            Change::Wrong(what) => Some(what),
            _ => None,
        })
}

pub fn is_mm(kind: PduType) -> bool {
    matches!(
        kind,
        PduType::Mm4ForwardReq | PduType::NotificationInd | PduType::RetrieveConf
    )
}

/// The input that is the main reason of an output.
pub fn reason(scene: &Scene<'_>, output: usize) -> Option<usize> {
    let kind = scene.at(output).kind()?;
    if is_mm(kind) {
        return mm_source(scene, output).one();
    }
    trigger(scene, output, kind).or_else(|| source(scene, output, PduType::Mm4ForwardReq).one())
}

/// Of several things that may have led to a report or an answer, the one that fits best. The MM it is about is not meant.
fn trigger(scene: &Scene<'_>, output: usize, kind: PduType) -> Option<usize> {
    ways::ways_to(kind)
        .filter(|way| way.input != PduType::Mm4ForwardReq)
        .filter_map(|way| source(scene, output, way.input).one())
        .max_by_key(|input| (score(scene, *input, output), std::cmp::Reverse(*input)))
}

/// The way back of an MM or report as a whole: outputs of relays, oldest first.
pub fn chain(scene: &Scene<'_>, last: usize) -> Vec<usize> {
    let mut chain = Vec::new();
    let mut at = last;
    while scene.emitter(at).is_some() && chain.len() < LONGEST && !chain.contains(&at) {
        chain.push(at);
        match reason(scene, at) {
            Some(input) => at = input,
            None => break,
        }
    }
    chain.reverse();
    chain
}

/// The first node that spoilt what later nodes need to do their part.
pub fn first_fault(scene: &Scene<'_>, last: usize) -> Option<Fault> {
    // What a user agent answers is as right as the MM it answers.
    let last = match scene.at(last).side {
        Side::Party => answered_mm(scene, last).one().unwrap_or(last),
        Side::Relay => last,
    };
    chain(scene, last)
        .into_iter()
        .find_map(|output| spoilt(scene, output))
}

/// What is wrong with an output, given what the node took in.
pub fn spoilt(scene: &Scene<'_>, output: usize) -> Option<Fault> {
    let seen = scene.at(output);
    let kind = seen.kind()?;
    let fault = |what: String| {
        Some(Fault {
            node: scene.emitter(output)?.to_owned(),
            output,
            what,
        })
    };
    if scene
        .emitter(output)
        .is_some_and(|node| scene.is_mail_relay(node))
    {
        return rewritten(scene, output).and_then(fault);
    }
    if kind.protocol() == Protocol::Mm4
        && let Some(what) = compare::malformed(seen)
    {
        return fault(format!("{what}, {}", label(scene, output)));
    }
    let main = is_mm(kind).then(|| mm_source(scene, output));
    let trigger = trigger(scene, output, kind);
    for way in ways::ways_to(kind) {
        let found = match main {
            Some(Source::One(i)) if scene.at(i).kind() != Some(way.input) => continue,
            Some(main) => main,
            None => source(scene, output, way.input),
        };
        let Source::One(input) = found else { continue };
        let is_context = main.is_some() || way.input == PduType::Mm4ForwardReq;
        if !is_context && Some(input) != trigger {
            continue;
        }
        let wrong = way.fields.iter().filter(|c| c.decides).find_map(|carried| {
            match compare::field(scene, way, carried, input, output) {
                Change::Wrong(what) => Some(what),
                _ => None,
            }
        });
        if let Some(what) = wrong {
            return fault(what);
        }
    }
    None
}

/// `MM4_forward.REQ on A-B`, `M-Notification.ind for bob`.
pub fn label(scene: &Scene<'_>, index: usize) -> String {
    let seen = scene.at(index);
    let name = seen.kind().map_or_else(|| seen.label(), |kind| kind.to_string());
    match (seen.side, crate::case::Topology::is_link(&seen.place)) {
        (_, true) => format!("{name} on {}", seen.place),
        (Side::Party, false) => format!("{name} of {}", seen.place),
        (Side::Relay, false) => format!("{name} for {}", seen.place),
    }
}

/// The way as a report shows it, oldest node first.
pub fn shown(scene: &Scene<'_>, steps: &[Step]) -> Vec<TrailStep> {
    let step = |step: &Step| TrailStep {
        node: step.node.clone(),
        took: step.input.map(|i| label(scene, i)),
        gave: Some(label(scene, step.output)),
        held: match &step.did {
            Did::Kept => Held::Same,
            Did::Free(_) | Did::Wrong(_) => Held::Changed,
            Did::Made => Held::Own,
            Did::Unseen => Held::Unseen,
        },
        what: match &step.did {
            Did::Free(what) | Did::Wrong(what) => what.clone(),
            _ => String::new(),
        },
    };
    let mut trail: Vec<TrailStep> = steps.iter().map(step).collect();
    trail.reverse();
    trail
}

/// An MM or report as a whole, as a report shows its way up to `last`, oldest node first.
pub fn passed(scene: &Scene<'_>, last: usize) -> Vec<TrailStep> {
    let each = chain(scene, last).into_iter().filter_map(|output| {
        let fault = spoilt(scene, output);
        Some(TrailStep {
            node: scene.emitter(output)?.to_owned(),
            took: reason(scene, output).map(|i| label(scene, i)),
            gave: Some(label(scene, output)),
            held: if fault.is_some() {
                Held::Changed
            } else {
                Held::Same
            },
            what: fault.map(|f| f.what).unwrap_or_default(),
        })
    });
    each.collect()
}

/// A node is to blame for an output.
pub fn accuse(scene: &Scene<'_>, node: &str, output: usize, why: String, trail: Vec<TrailStep>) -> Blame {
    Blame {
        node: Some(node.to_owned()),
        hop: Some(scene.hop(output)),
        why,
        candidates: Vec::new(),
        trail,
    }
}

/// Nobody can be blamed on what was seen.
pub fn open(why: &str, candidates: Vec<String>, trail: Vec<TrailStep>) -> Blame {
    let mut candidates = candidates;
    candidates.sort();
    candidates.dedup();
    Blame {
        node: None,
        hop: None,
        why: why.to_owned(),
        candidates,
        trail,
    }
}
