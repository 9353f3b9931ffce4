//! Who is to blame for an event that did not come: the last node that took in what should have led to it, and gave out nothing.

use crate::case::{Place, Selector, Topology};
use crate::run::judge::Side;
use crate::run::outcome::{Blame, Held, TrailStep};
use crate::wire::PduType;
use crate::wire::address::Address;
use crate::wire::table::ways::default_of;

use super::reports::{DELIVERY, READ, reports};
use super::scene::{Scene, Taken, other_end};
use super::source::{about, source};
use super::trail::{Fault, accuse, first_fault, is_mm, label, open, passed, reason};

/// How the way of an MM or a report ended.
pub(super) enum End {
    /// It came where it was awaited.
    There,
    Blame(Box<Blame>),
    /// Nothing says that it should have come.
    NotDue,
}

/// Relays an MM passes at most.
pub(super) const LONGEST: usize = 8;

/// An event of that kind was awaited at that place, and did not come.
pub fn missing(scene: &Scene<'_>, select: &Selector, place: &Place) -> Option<Blame> {
    let (Place::At(place) | Place::On(place)) = place;
    let Selector::Pdu(kind) = select else {
        return None;
    };
    let ends = match kind {
        PduType::NotificationInd | PduType::Mm4ForwardReq => of_mms(scene, place),
        PduType::DeliveryInd | PduType::Mm4DeliveryReportReq => reports(scene, &DELIVERY, place),
        PduType::ReadOrigInd | PduType::Mm4ReadReplyReportReq => reports(scene, &READ, place),
        PduType::Mm4ForwardRes => answers(scene, PduType::Mm4ForwardReq, *kind, place),
        PduType::Mm4DeliveryReportRes => answers(scene, PduType::Mm4DeliveryReportReq, *kind, place),
        PduType::Mm4ReadReplyReportRes => answers(scene, PduType::Mm4ReadReplyReportReq, *kind, place),
        _ => return None,
    };
    Some(only(scene, ends))
}

/// The blame that all ends agree on.
fn only(scene: &Scene<'_>, ends: Vec<End>) -> Blame {
    let mut blames: Vec<Blame> = ends
        .into_iter()
        .filter_map(|end| match end {
            End::Blame(blame) => Some(*blame),
            End::There | End::NotDue => None,
        })
        .collect();
    let Some(first) = blames.pop() else {
        return open(
            "nothing that was sent asked for it, as far as was seen",
            Vec::new(),
            Vec::new(),
        );
    };
    let others: Vec<Blame> = blames
        .into_iter()
        .filter(|b| (&b.node, &b.hop) != (&first.node, &first.hop))
        .collect();
    if others.is_empty() {
        return first;
    }
    let all = std::iter::once(&first).chain(&others);
    let nodes = all
        .flat_map(|b| b.node.iter().chain(&b.candidates))
        .filter(|node| scene.topology.relays().contains(&node.as_str()))
        .cloned()
        .collect();
    open(
        "several things were under way, and ended at different nodes",
        nodes,
        Vec::new(),
    )
}

pub(super) fn blame(blame: Blame) -> End {
    End::Blame(Box::new(blame))
}

/// Where an MM or a report was to come out.
#[derive(Clone, Copy)]
pub(super) enum Goal<'a> {
    /// At a user agent, from its home relay.
    Agent(&'a str),
    /// At a peer or on a link.
    Place(&'a str),
}

pub(super) fn goal<'a>(scene: &Scene<'_>, place: &'a str) -> Goal<'a> {
    if scene.agents.contains_key(place) {
        Goal::Agent(place)
    } else {
        Goal::Place(place)
    }
}

fn of_mms(scene: &Scene<'_>, place: &str) -> Vec<End> {
    let goal = goal(scene, place);
    let origins = (0..scene.seen.len()).filter(|i| {
        let seen = scene.at(*i);
        let is_mm = matches!(
            seen.kind(),
            Some(PduType::SendReq | PduType::ForwardReq | PduType::Mm4ForwardReq)
        );
        seen.side == Side::Party && is_mm
    });
    let meant = origins.filter(|i| match goal {
        Goal::Agent(agent) => scene
            .address_of(agent)
            .is_none_or(|a| about(scene, scene.at(*i)).contains(a)),
        Goal::Place(_) => true,
    });
    meant.map(|origin| mm(scene, origin, goal)).collect()
}

/// Follows an MM from the party that sent it.
fn mm(scene: &Scene<'_>, origin: usize, goal: Goal<'_>) -> End {
    let people = about(scene, scene.at(origin));
    let mut input = origin;
    for _ in 0..LONGEST {
        let Some(node) = scene.receiver(input) else {
            return End::NotDue;
        };
        match scene.taken(input) {
            Taken::Yes => {}
            Taken::No(said) => return refused(scene, node, input, &said, true),
            Taken::NotNow(said) => return refused(scene, node, input, &said, false),
        }
        let outs = outs_of(
            scene,
            node,
            input,
            &[PduType::NotificationInd, PduType::Mm4ForwardReq],
        );
        let place = match goal {
            Goal::Agent(place) | Goal::Place(place) => place,
        };
        if outs.iter().any(|i| scene.at(*i).place == place) {
            return End::There;
        }
        let home = match goal {
            Goal::Agent(agent) => scene.agents.get(agent).and_then(|a| a.home.as_deref()),
            Goal::Place(_) => None,
        };
        let on: Vec<usize> = outs
            .iter()
            .copied()
            .filter(|i| scene.receiver(*i).is_some() && scene.at(*i).kind() == Some(PduType::Mm4ForwardReq))
            .filter(|i| serves(scene, *i, goal, &people))
            .collect();
        let best = on.iter().copied().rev().find(|i| scene.taken(*i) == Taken::Yes);
        match best.or(on.last().copied()) {
            Some(next) if home != Some(node) => input = next,
            _ => return stopped(scene, node, input, &outs, home, place),
        }
    }
    End::NotDue
}

/// Whether a mail between relays leads to the goal: it names the recipient.
fn serves(scene: &Scene<'_>, output: usize, goal: Goal<'_>, people: &[Address]) -> bool {
    let to = about(scene, scene.at(output));
    match goal {
        Goal::Agent(agent) => scene.address_of(agent).is_none_or(|a| to.contains(a)),
        // To a peer goes what is for somebody else than the user agents of relays.
        Goal::Place(place) => {
            let is_agent = |a: &Address| {
                scene
                    .agents
                    .values()
                    .any(|agent| agent.address.as_ref() == Some(a))
            };
            let leaves = Topology::is_link(place) || !to.iter().all(is_agent);
            leaves && to.iter().any(|a| people.contains(a))
        }
    }
}

/// What a node sent because of an input.
pub(super) fn outs_of(scene: &Scene<'_>, node: &str, input: usize, kinds: &[PduType]) -> Vec<usize> {
    let all = kinds.iter().flat_map(|kind| scene.outputs_of(node, *kind));
    let Some(kind) = scene.at(input).kind() else {
        return Vec::new();
    };
    let same = |output: &usize| {
        let of_mm = kind == PduType::Mm4ForwardReq && !is_mm(scene.at(*output).kind().unwrap_or(kind));
        let found = match of_mm {
            true => source(scene, *output, kind).one(),
            false => reason(scene, *output),
        };
        found.is_some_and(|i| i == input || is_repeat(scene, i, input))
    };
    let mut outs: Vec<usize> = all.filter(same).collect();
    outs.sort_unstable();
    outs
}

/// The same mail once more.
fn is_repeat(scene: &Scene<'_>, one: usize, other: usize) -> bool {
    let id = |i: usize| {
        scene
            .at(i)
            .pdu
            .as_ref()
            .and_then(|p| p.text("X-Mms-Transaction-ID"))
    };
    scene.at(one).kind() == scene.at(other).kind()
        && scene.at(one).place == scene.at(other).place
        && id(one).is_some()
        && id(one) == id(other)
}

/// A node took something in, and what was due did not come out.
pub(super) fn stopped(
    scene: &Scene<'_>,
    node: &str,
    input: usize,
    outs: &[usize],
    home: Option<&str>,
    place: &str,
) -> End {
    let mut trail = passed(scene, input);
    if let Some(fault) = first_fault(scene, input) {
        return spoilt_before(scene, fault, node, trail);
    }
    let next = home
        .filter(|home| *home != node)
        .and_then(|home| scene.next_hop(node, home));
    let next = next.or_else(|| other_end(place, node));
    if let Some(next) = next
        && !scene.is_recorded(node, next)
    {
        let why = format!(
            "{node} took {}, and what passes between {node} and {next} is not recorded",
            label(scene, input)
        );
        return blame(open(&why, vec![node.to_owned(), next.to_owned()], trail));
    }
    if scene.agents.values().any(|a| a.home.is_none()) {
        let relays = scene.topology.relays().iter().map(|r| (*r).to_owned()).collect();
        return blame(open("more than one relay acts for the subscriber", relays, trail));
    }
    let hop = match (next, Topology::is_link(place)) {
        (Some(next), _) => link(node, next),
        (None, true) => place.to_owned(),
        (None, false) => format!("{node}-{place}"),
    };
    let what = match outs.last() {
        Some(other) => format!("{} came out instead", label(scene, *other)),
        None => "nothing came out".to_owned(),
    };
    trail.push(TrailStep {
        node: node.to_owned(),
        took: Some(label(scene, input)),
        gave: outs.last().map(|other| label(scene, *other)),
        held: Held::Nothing,
        what: String::new(),
    });
    let took = match &scene.at(input).crossing {
        Some(crate::link::Crossing::Mail {
            reply: Some((code, _)),
            ..
        }) => {
            format!("{node} took {} ({code})", label(scene, input))
        }
        _ => format!("{node} took {}", label(scene, input)),
    };
    blame(Blame {
        node: Some(node.to_owned()),
        hop: Some(hop),
        why: format!("{took} and {what}"),
        candidates: Vec::new(),
        trail,
    })
}

fn link(a: &str, b: &str) -> String {
    if a < b {
        format!("{a}-{b}")
    } else {
        format!("{b}-{a}")
    }
}

pub(super) fn spoilt_before(scene: &Scene<'_>, fault: Fault, node: &str, trail: Vec<TrailStep>) -> End {
    let why = if fault.node == node {
        format!("{node} spoilt it: {}", fault.what)
    } else {
        format!("{} had spoilt what {node} was given: {}", fault.node, fault.what)
    };
    blame(accuse(scene, &fault.node, fault.output, why, trail))
}

/// A node did not take what it was sent.
pub(super) fn refused(scene: &Scene<'_>, node: &str, input: usize, said: &str, for_good: bool) -> End {
    let trail = passed(scene, input);
    if let Some(fault) = first_fault(scene, input) {
        return spoilt_before(scene, fault, node, trail);
    }
    if for_good {
        let why = format!("{node} refused {}: {said}", label(scene, input));
        return blame(accuse(scene, node, input, why, trail));
    }
    match scene.emitter(input) {
        // Whoever was put off by one that was down must try again.
        Some(sender) if scene.fallen.contains(node) => {
            let why = format!(
                "{sender} sent {} while {node} was down, and not again",
                label(scene, input)
            );
            blame(accuse(scene, sender, input, why, trail))
        }
        Some(sender) => {
            let why = format!(
                "{node} put {} off ({said}), and {sender} did not get it across",
                label(scene, input)
            );
            blame(open(&why, vec![sender.to_owned(), node.to_owned()], trail))
        }
        None => {
            let why = format!("{node} did not take {}: {said}", label(scene, input));
            blame(accuse(scene, node, input, why, trail))
        }
    }
}

/// The RES to requests that asked for one.
fn answers(scene: &Scene<'_>, req: PduType, res: PduType, place: &str) -> Vec<End> {
    let requests = (0..scene.seen.len()).filter(|i| {
        scene.at(*i).kind() == Some(req)
            && scene.at(*i).place == place
            && says_yes(scene, *i, "X-Mms-Ack-Request")
    });
    requests
        .map(|request| unanswered(scene, request, req, res, place))
        .collect()
}

fn unanswered(scene: &Scene<'_>, request: usize, req: PduType, res: PduType, place: &str) -> End {
    let mut input = request;
    for _ in 0..LONGEST {
        let Some(node) = scene.receiver(input) else {
            return End::NotDue;
        };
        if scene.taken(input) != Taken::Yes {
            let Taken::No(said) = scene.taken(input) else {
                return End::NotDue;
            };
            return refused(scene, node, input, &said, true);
        }
        if scene
            .outputs_of(node, res)
            .any(|i| source(scene, i, req).one() == Some(input) && scene.at(i).place == scene.at(input).place)
        {
            return End::There;
        }
        let on = outs_of(scene, node, input, &[req])
            .into_iter()
            .rfind(|i| scene.receiver(*i).is_some());
        match on {
            Some(next) if scene.is_mail_relay(node) => input = next,
            Some(next) => {
                let beyond = scene.receiver(next).unwrap_or(node);
                let back = scene
                    .inputs_of(node, res)
                    .any(|i| source(scene, i, req).one() == Some(next));
                if !back {
                    let why = format!("{node} handed the request on to {beyond}, and neither answered");
                    return blame(open(
                        &why,
                        vec![node.to_owned(), beyond.to_owned()],
                        passed(scene, next),
                    ));
                }
                return stopped(scene, node, input, &[], None, place);
            }
            None => return stopped(scene, node, input, &[], None, place),
        }
    }
    End::NotDue
}

pub(super) fn place_of<'a>(goal: Goal<'a>) -> &'a str {
    match goal {
        Goal::Agent(place) | Goal::Place(place) => place,
    }
}

pub(super) fn text(scene: &Scene<'_>, index: usize, name: &str) -> String {
    let said = scene.at(index).pdu.as_ref().and_then(|p| p.text(name));
    said.or_else(|| default_of(name).map(str::to_owned))
        .unwrap_or_default()
}

pub(super) fn says_yes(scene: &Scene<'_>, index: usize, name: &str) -> bool {
    text(scene, index, name).eq_ignore_ascii_case("Yes")
}
