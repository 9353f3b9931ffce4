//! Who is to blame for an event that was there and was not right, or that should not have been there.

use crate::link::Crossing;
use crate::run::judge::{About, Side};
use crate::run::outcome::Blame;
use crate::wire::table::ways::{self, Carry};

use super::scene::Scene;
use super::source::{mm_source, source};
use super::trail::{Did, Step, accuse, first_fault, follow, label, open, passed, shown};

/// Statuses in which a node says what it thinks of what it was given.
const OPINIONS: [&str; 4] = [
    "X-Mms-Request-Status-Code",
    "X-Mms-Response-Status",
    "X-Mms-Retrieve-Status",
    "X-Mms-Status-Text",
];

/// The event at `index` was taken and violates a demand on `about`, which compares it with the events `against`.
pub fn wrong(scene: &Scene<'_>, index: usize, about: &About, against: &[usize]) -> Option<Blame> {
    let node = scene.emitter(index)?;
    if scene.at(index).no_reply.is_some() {
        return Some(accuse(
            scene,
            node,
            index,
            format!("{node} did not answer"),
            Vec::new(),
        ));
    }
    if let Some(blame) = second_hand(scene, index, about) {
        return Some(blame);
    }
    if matches!(about, About::Event)
        && let Some(blame) = between(scene, node, &[index], against)
    {
        return Some(blame);
    }
    match about {
        About::Event => return Some(instead(scene, node, index)),
        About::Field { name, .. } if is_opinion(name) => return Some(opinion(scene, node, index)),
        _ => {}
    }
    let steps = follow(scene, index, about);
    let changed = steps.iter().any(|step| matches!(step.did, Did::Wrong(_)));
    let way: Vec<usize> = steps
        .iter()
        .flat_map(|s| s.input.into_iter().chain([s.output]))
        .collect();
    if !changed && let Some(blame) = between(scene, node, &way, against) {
        return Some(blame);
    }
    Some(decide(scene, index, about, &steps).unwrap_or_else(|| {
        let nodes = steps.iter().map(|s| s.node.clone()).collect();
        open(
            "what came in went out unchanged at every node that was seen",
            nodes,
            shown(scene, &steps),
        )
    }))
}

/// What does not fit together comes from different nodes, and neither is what the other made its own of.
fn between(scene: &Scene<'_>, node: &str, way: &[usize], against: &[usize]) -> Option<Blame> {
    let other = against
        .iter()
        .filter(|i| !way.contains(i))
        .find(|i| scene.emitter(**i).is_some_and(|by| by != node))?;
    let by = scene.emitter(*other)?;
    let why = format!(
        "it does not fit {}, which {by} sent, and either may be wrong",
        label(scene, *other)
    );
    Some(open(&why, vec![node.to_owned(), by.to_owned()], Vec::new()))
}

fn is_opinion(name: &str) -> bool {
    OPINIONS.iter().any(|o| o.eq_ignore_ascii_case(name))
}

/// On a common store, what one relay took in comes out of another: who of the two spoilt it is not seen.
fn second_hand(scene: &Scene<'_>, index: usize, about: &About) -> Option<Blame> {
    let mm = mm_source(scene, index).one()?;
    let (took, gave) = (scene.receiver(mm)?, scene.emitter(index)?);
    let carried = follow(scene, index, about)
        .first()
        .is_some_and(|step| step.did != Did::Made);
    (took != gave && carried).then(|| {
        open(
            &format!("{took} took the MM and {gave} gave it out; nothing was seen between them"),
            vec![took.to_owned(), gave.to_owned()],
            Vec::new(),
        )
    })
}

/// Something else came than what was due: the answer of a node that had no answer.
fn instead(scene: &Scene<'_>, node: &str, index: usize) -> Blame {
    let relayed =
        matches!(scene.at(index).crossing, Some(Crossing::SmtpReply { .. })) && scene.is_mail_relay(node);
    if relayed || scene.agents.values().any(|a| a.home.is_none()) {
        let relays = scene.topology.relays().iter().map(|r| (*r).to_owned()).collect();
        return open("another node stands behind that answer", relays, Vec::new());
    }
    accuse(
        scene,
        node,
        index,
        format!("{node} answered {}", scene.at(index).label()),
        Vec::new(),
    )
}

/// A status: right or wrong with what the node was given.
fn opinion(scene: &Scene<'_>, node: &str, index: usize) -> Blame {
    let kind = scene.at(index).kind();
    let status = |i: usize| {
        let pdu = scene.at(i).pdu.as_ref()?;
        OPINIONS.iter().find_map(|name| pdu.text(name))
    };
    // A relay that answers for itself says something of its own.
    let passed_on = kind
        .and_then(|kind| source(scene, index, kind).one())
        .filter(|i| status(*i) == status(index));
    let (output, by) = match passed_on.and_then(|i| Some((i, scene.emitter(i)?))) {
        Some((index, by)) => (index, by),
        None => (index, node),
    };
    if scene.is_mail_relay(by) {
        let relays = scene.topology.relays().iter().map(|r| (*r).to_owned()).collect();
        return open(
            &format!("{by} only passes on, and whose answer it is was not seen"),
            relays,
            Vec::new(),
        );
    }
    let asked = kind.and_then(|kind| {
        ways::ways_to(kind)
            .filter(|way| !way.whole)
            .find_map(|way| source(scene, output, way.input).one())
    });
    if let Some(fault) = asked.and_then(|i| first_fault(scene, i)) {
        let why = format!("{} had spoilt what {by} was given: {}", fault.node, fault.what);
        return accuse(
            scene,
            &fault.node,
            fault.output,
            why,
            passed(scene, asked.unwrap_or(index)),
        );
    }
    let trail = asked.map(|i| passed(scene, i)).unwrap_or_default();
    let why = match asked {
        Some(asked) => format!(
            "{} was right as {by} got it; the answer is {by}'s own",
            label(scene, asked)
        ),
        None => format!("the answer is {by}'s own"),
    };
    accuse(scene, by, output, why, trail)
}

/// The node that a way accuses, if it accuses one.
fn decide(scene: &Scene<'_>, index: usize, about: &About, steps: &[Step]) -> Option<Blame> {
    let trail = || shown(scene, steps);
    let oldest_first = || steps.iter().rev();
    // The first node whose output does not correspond to its input.
    for step in oldest_first() {
        if let Did::Wrong(what) = &step.did {
            // Of a report: the MM that it is about may have been spoilt before.
            let answer = step.input.filter(|input| scene.at(*input).side == Side::Party);
            let given = answer.and_then(|input| first_fault(scene, input));
            if let Some(fault) = given.filter(|fault| fault.node != step.node) {
                let why = format!(
                    "{} had spoilt what {} was given: {}",
                    fault.node, step.node, fault.what
                );
                return Some(accuse(scene, &fault.node, fault.output, why, trail()));
            }
            let before: Vec<&str> = oldest_first()
                .take_while(|s| s.output != step.output)
                .map(|s| s.node.as_str())
                .collect();
            let did = if scene.agents.contains_key(&scene.at(step.output).place) {
                "delivered it wrong"
            } else {
                "passed it on wrong"
            };
            let why = match before.as_slice() {
                [] => format!("{} {did}: {what}", step.node),
                before => format!(
                    "{} sent it right; {} {did}: {what}",
                    before.join(" and "),
                    step.node
                ),
            };
            return Some(accuse(scene, &step.node, step.output, why, trail()));
        }
    }
    let free: Vec<&Step> = steps.iter().filter(|s| matches!(s.did, Did::Free(_))).collect();
    match free.as_slice() {
        [] => {}
        [one] => {
            let Did::Free(what) = &one.did else { return None };
            let why = format!("{} alone put another value in its place: {what}", one.node);
            return Some(accuse(scene, &one.node, one.output, why, trail()));
        }
        several => {
            let nodes = several.iter().map(|s| s.node.clone()).collect();
            return Some(open(
                "several nodes put values of their own in its place",
                nodes,
                trail(),
            ));
        }
    }
    let oldest = steps.last()?;
    match &oldest.did {
        Did::Made => {
            let what = label(scene, oldest.output);
            let passers: Vec<&str> = steps[..steps.len() - 1].iter().map(|s| s.node.as_str()).collect();
            let why = if passers.is_empty() {
                format!("it is {}'s own, in {what}", oldest.node)
            } else {
                format!(
                    "it is {}'s own, in {what}; {} passed it on",
                    oldest.node,
                    passers.join(" and ")
                )
            };
            Some(accuse(scene, &oldest.node, oldest.output, why, trail()))
        }
        Did::Unseen => {
            let nodes = scene.topology.relays().iter().map(|r| (*r).to_owned()).collect();
            Some(open(
                &format!(
                    "what {} made {} from was not seen, or not told from others",
                    oldest.node,
                    label(scene, oldest.output)
                ),
                nodes,
                trail(),
            ))
        }
        _ => {
            let rest = steps
                .iter()
                .rev()
                .find_map(|step| by_dependence(scene, step, about))?;
            Some(rest).filter(|_| scene.emitter(index).is_some())
        }
    }
}

/// A field may be as it is because of another one, which a node before has changed: the sender, because of its visibility.
fn by_dependence(scene: &Scene<'_>, step: &Step, about: &About) -> Option<Blame> {
    let (kind, About::Field { .. }) = (scene.at(step.output).kind()?, about) else {
        return None;
    };
    let input = step.input?;
    let way = ways::ways_to(kind).find(|way| scene.at(input).kind() == Some(way.input))?;
    let depends = way.fields.iter().find(|c| c.how == Carry::Sender)?.depends;
    depends.iter().find_map(|name| {
        let steps = follow(scene, input, &About::field(name));
        let changed = steps.iter().rev().find(|s| matches!(s.did, Did::Wrong(_)))?;
        let Did::Wrong(what) = &changed.did else {
            return None;
        };
        let why = format!(
            "{} did as it was told; {} had changed what decides it: {what}",
            step.node, changed.node
        );
        Some(accuse(
            scene,
            &changed.node,
            changed.output,
            why,
            shown(scene, &steps),
        ))
    })
}
