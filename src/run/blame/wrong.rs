//! Who is to blame for an event that was there and was not right, or that should not have been there.

use std::collections::BTreeSet;

use crate::link::Crossing;
use crate::run::judge::About;
use crate::run::outcome::Blame;
use crate::wire::address::Address;
use crate::wire::table::ways::{self, Carry};
use crate::wire::{PduType, Protocol};

use super::scene::{Scene, Taken};
use super::source::{Source, about, answered_mm, mm_source, source};
use super::trail::{
    Did, Step, accuse, chain, first_fault, follow, label, open, passed, reason, shown, spoilt,
};

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
    let passed_on = kind.and_then(|kind| source(scene, index, kind).one());
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

/// The event at `index` came although it must not.
pub fn unwanted(scene: &Scene<'_>, index: usize) -> Option<Blame> {
    let node = scene.emitter(index)?;
    let Some(kind) = scene.at(index).kind() else {
        return Some(open(
            "who caused it is not told by what it is",
            vec![node.to_owned()],
            Vec::new(),
        ));
    };
    let chain = chain(scene, index);
    let trail = passed(scene, index);
    for output in &chain {
        let by = scene.emitter(*output)?;
        if let Some(what) = unjustified(scene, *output) {
            return Some(accuse(scene, by, *output, format!("{by} {what}"), trail));
        }
        if let Some(fault) = spoilt(scene, *output) {
            return Some(accuse(
                scene,
                by,
                *output,
                format!("{by} spoilt it: {}", fault.what),
                trail,
            ));
        }
        if let Some(what) = doubled(scene, *output) {
            return Some(accuse(scene, by, *output, format!("{by} {what}"), trail));
        }
    }
    if kind == PduType::Mm4ForwardReq && leaves(scene, index) {
        let why = format!(
            "{node} sent {} although it is for a user agent of these MMSEs",
            label(scene, index)
        );
        return Some(accuse(scene, node, index, why, trail));
    }
    if scene.agents.values().any(|a| a.home.is_none()) {
        let relays = scene.topology.relays().iter().map(|r| (*r).to_owned()).collect();
        return Some(open("more than one relay acts for the subscriber", relays, trail));
    }
    let first = chain.first().copied()?;
    if scene.emitter(first).is_some_and(|by| scene.is_mail_relay(by)) && reason(scene, first).is_none() {
        let relays = scene.topology.relays().iter().map(|r| (*r).to_owned()).collect();
        return Some(open("whose it is was not seen", relays, trail));
    }
    let complete = reason(scene, first).is_some();
    let told = matches!(kind, PduType::DeliveryInd | PduType::ReadOrigInd) || chain.len() == 1;
    if complete && chain.len() > 1 && !told {
        let nodes = chain
            .iter()
            .filter_map(|i| scene.emitter(*i))
            .map(str::to_owned)
            .collect();
        return Some(open("every node passed on what it was given", nodes, trail));
    }
    if chain.len() > 1 && complete {
        let nodes = chain
            .iter()
            .filter_map(|i| scene.emitter(*i))
            .map(str::to_owned)
            .collect();
        return Some(open("each node had a reason in what it was given", nodes, trail));
    }
    let why = match reason(scene, first) {
        Some(input) => format!(
            "{node} made it of {}, which asks for nothing of the kind",
            label(scene, input)
        ),
        None => format!(
            "{} sent it and nothing that came in is a reason",
            scene.emitter(first)?
        ),
    };
    Some(accuse(scene, scene.emitter(first)?, first, why, trail))
}

/// Whether an MM went to a peer though all it is for are user agents of relays.
fn leaves(scene: &Scene<'_>, index: usize) -> bool {
    let people = about(scene, scene.at(index));
    let is_agent = |a: &Address| {
        scene
            .agents
            .values()
            .any(|agent| agent.address.as_ref() == Some(a))
    };
    scene.receiver(index).is_none() && !people.is_empty() && people.iter().all(is_agent)
}

/// Why an output should not be there, given what the node took in.
fn unjustified(scene: &Scene<'_>, output: usize) -> Option<String> {
    let kind = scene.at(output).kind()?;
    for way in ways::ways_to(kind) {
        let Source::One(input) = source(scene, output, way.input) else {
            continue;
        };
        let text = |index: usize, name: &str| {
            let said = scene.at(index).pdu.as_ref().and_then(|p| p.text(name));
            said.or_else(|| ways::default_of(name).map(str::to_owned))
                .unwrap_or_default()
        };
        if let Some(asked) = way.asked
            && !text(input, asked).eq_ignore_ascii_case("Yes")
        {
            return Some(format!(
                "sent {} although {} says {asked}: {}",
                label(scene, output),
                label(scene, input),
                text(input, asked)
            ));
        }
        let is_report = matches!(kind, PduType::Mm4DeliveryReportReq | PduType::DeliveryInd);
        let is_response = matches!(way.input, PduType::NotifyRespInd | PduType::AcknowledgeInd);
        if is_report && is_response {
            if text(input, "X-Mms-Report-Allowed").eq_ignore_ascii_case("No") {
                return Some(format!(
                    "reported although {} does not allow it",
                    label(scene, input)
                ));
            }
            if let Source::One(mm) = answered_mm(scene, input)
                && scene.receiver(mm) == scene.emitter(output)
                && !text(mm, "X-Mms-Delivery-Report").eq_ignore_ascii_case("Yes")
            {
                return Some(format!(
                    "reported although {} did not ask for it",
                    label(scene, mm)
                ));
            }
        }
        if kind == PduType::DeliveryInd
            && way.input == PduType::Mm4DeliveryReportReq
            && text(input, "X-Mms-Forward-To-Originator-UA").eq_ignore_ascii_case("No")
        {
            return Some(format!(
                "showed {} although it is not for the user agent",
                label(scene, input)
            ));
        }
    }
    None
}

/// More came out than went in. A request that is sent again under its transaction id is no other one.
fn doubled(scene: &Scene<'_>, output: usize) -> Option<String> {
    let (node, seen) = (scene.emitter(output)?, scene.at(output));
    let kind = seen.kind()?;
    let reason = reason(scene, output)?;
    let out = scene
        .out_of(node, kind)
        .filter(|i| scene.at(*i).place == seen.place && scene.taken(*i) == Taken::Yes)
        .filter(|i| self::reason(scene, *i) == Some(reason));
    let into = scene
        .into_node(node, scene.at(reason).kind()?)
        .filter(|i| is_copy(scene, *i, reason));
    let (out, into) = (count(scene, out), count(scene, into));
    (out > into).then(|| {
        format!(
            "sent {} {out} times for {into} of {}",
            label(scene, output),
            label(scene, reason)
        )
    })
}

/// How many there are; on MM4, how many transactions.
fn count(scene: &Scene<'_>, of: impl Iterator<Item = usize>) -> usize {
    let (mails, others): (Vec<usize>, Vec<usize>) =
        of.partition(|i| scene.at(*i).kind().is_some_and(|k| k.protocol() == Protocol::Mm4));
    let transactions: BTreeSet<Option<String>> = mails
        .into_iter()
        .map(|i| text_of(scene, i, "X-Mms-Transaction-ID"))
        .collect();
    transactions.len() + others.len()
}

fn text_of(scene: &Scene<'_>, index: usize, name: &str) -> Option<String> {
    scene.at(index).pdu.as_ref()?.text(name)
}

fn is_copy(scene: &Scene<'_>, one: usize, other: usize) -> bool {
    let id = "X-Mms-Message-ID";
    scene.at(one).raw_pdu() == scene.at(other).raw_pdu()
        || (text_of(scene, one, id).is_some() && text_of(scene, one, id) == text_of(scene, other, id))
}
