//! Who is to blame for an event that did not come: the last node that took in what should have led to it, and gave out nothing.

use crate::case::{Place, Selector, Topology};
use crate::run::judge::{About, Side};
use crate::run::outcome::{Blame, Held, TrailStep};
use crate::wire::PduType;
use crate::wire::address::Address;
use crate::wire::table::ways::default_of;

use super::scene::{Scene, Taken, other_end};
use super::source::{about, answered_mm, originator, source};
use super::trail::{
    Did, Fault, accuse, first_fault, follow, is_mm, label, open, passed, reason, shown, spoilt,
};

/// How the way of an MM or a report ended.
enum End {
    /// It came where it was awaited.
    There,
    Blame(Box<Blame>),
    /// Nothing says that it should have come.
    NotDue,
}

/// Relays an MM passes at most.
const LONGEST: usize = 8;

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

fn blame(blame: Blame) -> End {
    End::Blame(Box::new(blame))
}

/// Where an MM or a report was to come out.
#[derive(Clone, Copy)]
enum Goal<'a> {
    /// At a user agent, from its home relay.
    Agent(&'a str),
    /// At a peer or on a link.
    Place(&'a str),
}

fn goal<'a>(scene: &Scene<'_>, place: &'a str) -> Goal<'a> {
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
        Goal::Place(_) => to.iter().any(|a| people.contains(a)),
    }
}

/// What a node sent because of an input.
fn outs_of(scene: &Scene<'_>, node: &str, input: usize, kinds: &[PduType]) -> Vec<usize> {
    let all = kinds.iter().flat_map(|kind| scene.out_of(node, *kind));
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
fn stopped(
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

fn spoilt_before(scene: &Scene<'_>, fault: Fault, node: &str, trail: Vec<TrailStep>) -> End {
    let why = if fault.node == node {
        format!("{node} spoilt it: {}", fault.what)
    } else {
        format!("{} had spoilt what {node} was given: {}", fault.node, fault.what)
    };
    blame(accuse(scene, &fault.node, fault.output, why, trail))
}

/// A node did not take what it was sent.
fn refused(scene: &Scene<'_>, node: &str, input: usize, said: &str, for_good: bool) -> End {
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

/// One of the two kinds of reports.
struct Family {
    triggers: &'static [PduType],
    between: PduType,
    shown: PduType,
    /// What the MM says that asks for it: on MM1, on MM4.
    asked: [&'static str; 2],
}

const DELIVERY: Family = Family {
    triggers: &[PduType::NotifyRespInd, PduType::AcknowledgeInd],
    between: PduType::Mm4DeliveryReportReq,
    shown: PduType::DeliveryInd,
    asked: ["X-Mms-Delivery-Report", "X-Mms-Delivery-Report"],
};

const READ: Family = Family {
    triggers: &[PduType::ReadRecInd],
    between: PduType::Mm4ReadReplyReportReq,
    shown: PduType::ReadOrigInd,
    asked: ["X-Mms-Read-Report", "X-Mms-Read-Reply"],
};

impl Family {
    fn asked(&self, scene: &Scene<'_>, mm: usize) -> &'static str {
        let mm4 = scene.at(mm).kind() == Some(PduType::Mm4ForwardReq);
        self.asked[usize::from(mm4)]
    }
}

fn text(scene: &Scene<'_>, index: usize, name: &str) -> String {
    let said = scene.at(index).pdu.as_ref().and_then(|p| p.text(name));
    said.or_else(|| default_of(name).map(str::to_owned))
        .unwrap_or_default()
}

fn says_yes(scene: &Scene<'_>, index: usize, name: &str) -> bool {
    text(scene, index, name).eq_ignore_ascii_case("Yes")
}

fn reports(scene: &Scene<'_>, family: &Family, place: &str) -> Vec<End> {
    let goal = goal(scene, place);
    let from_party = |i: &usize| scene.at(*i).side == Side::Party;
    let is_trigger = |i: &usize| {
        let kind = scene.at(*i).kind();
        kind.is_some_and(|k| family.triggers.contains(&k) || k == family.between)
    };
    let triggers: Vec<usize> = (0..scene.seen.len())
        .filter(from_party)
        .filter(is_trigger)
        .collect();
    let ends: Vec<End> = triggers
        .iter()
        .map(|trigger| report(scene, family, *trigger, goal))
        .collect();
    if ends.iter().any(|end| matches!(end, End::Blame(_))) {
        return ends;
    }
    untriggered(scene, family, goal)
}

/// Follows a report from the answer of a user agent, or from the peer that sent it.
fn report(scene: &Scene<'_>, family: &Family, trigger: usize, goal: Goal<'_>) -> End {
    let Some(node) = scene.receiver(trigger) else {
        return End::NotDue;
    };
    let (kind, status) = (scene.at(trigger).kind(), text(scene, trigger, "X-Mms-Status"));
    let final_status = kind != Some(PduType::NotifyRespInd)
        || ["Retrieved", "Rejected"]
            .iter()
            .any(|s| status.eq_ignore_ascii_case(s));
    let allowed = !text(scene, trigger, "X-Mms-Report-Allowed").eq_ignore_ascii_case("No");
    if !final_status || !allowed {
        return End::NotDue;
    }
    match scene.taken(trigger) {
        Taken::Yes => {}
        Taken::No(said) | Taken::NotNow(said) => return refused(scene, node, trigger, &said, true),
    }
    if kind != Some(family.between) {
        let Some(mm) = answered_mm(scene, trigger).one() else {
            let relays = scene.topology.relays().iter().map(|r| (*r).to_owned()).collect();
            return blame(open("which MM was answered is not told", relays, Vec::new()));
        };
        if let Some(end) = unasked(scene, family, mm) {
            return end;
        }
        if let Goal::Agent(agent) = goal
            && let (Some(sender), Some(wanted)) = (originator(scene, scene.at(mm)), scene.address_of(agent))
            && sender != *wanted
            && first_fault(scene, mm).is_none()
        {
            return End::NotDue;
        }
    }
    onward(scene, family, trigger, goal)
}

/// The MM that was answered did not ask for a report at its last node: nothing was due there, unless it asked at first.
fn unasked(scene: &Scene<'_>, family: &Family, mm: usize) -> Option<End> {
    let name = family.asked(scene, mm);
    if says_yes(scene, mm, name) {
        return None;
    }
    let steps = follow(scene, mm, &About::field(name));
    let lost = steps.iter().rev().find_map(|step| match &step.did {
        Did::Wrong(what) => Some((step, what)),
        _ => None,
    });
    Some(match lost {
        Some((step, what)) => {
            let why = format!("{} changed what asks for the report: {what}", step.node);
            blame(accuse(scene, &step.node, step.output, why, shown(scene, &steps)))
        }
        None => End::NotDue,
    })
}

/// Follows a report from what a node took in.
fn onward(scene: &Scene<'_>, family: &Family, start: usize, goal: Goal<'_>) -> End {
    let place = match goal {
        Goal::Agent(place) | Goal::Place(place) => place,
    };
    let mut input = start;
    for _ in 0..LONGEST {
        let Some(node) = scene.receiver(input) else {
            return End::NotDue;
        };
        if input != start {
            match scene.taken(input) {
                Taken::Yes => {}
                Taken::No(said) => return refused(scene, node, input, &said, true),
                Taken::NotNow(said) => return refused(scene, node, input, &said, false),
            }
        }
        let outs = outs_of(scene, node, input, &[family.shown, family.between]);
        if outs.iter().any(|i| scene.at(*i).place == place) {
            return End::There;
        }
        let on = outs
            .iter()
            .copied()
            .filter(|i| scene.receiver(*i).is_some())
            .max_by_key(|i| (scene.taken(*i) == Taken::Yes, *i));
        match on {
            Some(next) => {
                if let Some(fault) = spoilt(scene, next) {
                    return spoilt_before(scene, fault, node, passed(scene, next));
                }
                input = next;
            }
            None => {
                let home = match goal {
                    Goal::Agent(agent) => scene.agents.get(agent).and_then(|a| a.home.as_deref()),
                    Goal::Place(_) => None,
                };
                return stopped(scene, node, input, &outs, home, place);
            }
        }
    }
    End::NotDue
}

/// No user agent answered: the report says that the MM was not delivered, or that its time is over.
fn untriggered(scene: &Scene<'_>, family: &Family, goal: Goal<'_>) -> Vec<End> {
    if family.shown != PduType::DeliveryInd {
        return Vec::new();
    }
    let origins = (0..scene.seen.len()).filter(|i| {
        let seen = scene.at(*i);
        let from_goal = match goal {
            Goal::Agent(agent) => seen.place == agent,
            Goal::Place(_) => true,
        };
        let is_mm = matches!(seen.kind(), Some(PduType::SendReq | PduType::Mm4ForwardReq));
        seen.side == Side::Party && is_mm && from_goal && says_yes(scene, *i, family.asked(scene, *i))
    });
    origins
        .map(|origin| undelivered(scene, family, origin, goal))
        .collect()
}

/// Follows an MM to the node where it came to an end, and the report from there.
fn undelivered(scene: &Scene<'_>, family: &Family, origin: usize, goal: Goal<'_>) -> End {
    let mut input = origin;
    for _ in 0..LONGEST {
        let Some(node) = scene.receiver(input) else {
            return End::NotDue;
        };
        let outs = outs_of(scene, node, input, &[PduType::Mm4ForwardReq]);
        let on = outs
            .iter()
            .copied()
            .filter(|i| scene.receiver(*i).is_some())
            .max_by_key(|i| (scene.taken(*i) == Taken::Yes, *i));
        let Some(next) = on else { break };
        if let Some(fault) = spoilt(scene, next) {
            return spoilt_before(scene, fault, node, passed(scene, next));
        }
        let answer = scene
            .into_node(node, PduType::Mm4ForwardRes)
            .find(|i| source(scene, *i, PduType::Mm4ForwardReq).one() == Some(next) && !says_ok(scene, *i));
        if scene.taken(next) != Taken::Yes || answer.is_some() {
            let relays = scene.topology.relays();
            if relays.len() > 2 || scene.taken(next) != Taken::Yes {
                let nodes = relays.iter().map(|r| (*r).to_owned()).collect();
                return blame(open(
                    "the MM was not taken, and no node reported it",
                    nodes,
                    passed(scene, next),
                ));
            }
            // It was told that the MM is not accepted: the report is its own to make.
            return stopped(scene, node, answer.unwrap_or(input), &[], None, place_of(goal));
        }
        input = next;
    }
    match scene.receiver(input) {
        Some(node) => {
            let own = scene.out_of(node, family.between).find(|i| {
                let mm = source(scene, *i, PduType::Mm4ForwardReq).one();
                mm == Some(input)
            });
            match own {
                Some(first) if scene.receiver(first).is_some() => {
                    if let Some(fault) = spoilt(scene, first) {
                        return spoilt_before(scene, fault, node, passed(scene, first));
                    }
                    onward(scene, family, first, goal)
                }
                _ => lapsed(scene, node, input, goal),
            }
        }
        None => End::NotDue,
    }
}

/// The MM lies at a node that said nothing of its end: when that is due depends on its deadline.
fn lapsed(scene: &Scene<'_>, node: &str, input: usize, goal: Goal<'_>) -> End {
    if reason(scene, input).is_some() || scene.at(input).side == Side::Relay {
        let steps = follow(scene, input, &About::field("X-Mms-Expiry"));
        if let Some((step, what)) = steps.iter().rev().find_map(|step| match &step.did {
            Did::Wrong(what) => Some((step, what)),
            _ => None,
        }) {
            let why = format!("{} changed when the MM expires: {what}", step.node);
            return blame(accuse(scene, &step.node, step.output, why, shown(scene, &steps)));
        }
    }
    stopped(scene, node, input, &[], None, place_of(goal))
}

fn place_of<'a>(goal: Goal<'a>) -> &'a str {
    match goal {
        Goal::Agent(place) | Goal::Place(place) => place,
    }
}

fn says_ok(scene: &Scene<'_>, res: usize) -> bool {
    text(scene, res, "X-Mms-Request-Status-Code").eq_ignore_ascii_case("Ok")
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
            .out_of(node, res)
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
                    .into_node(node, res)
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
