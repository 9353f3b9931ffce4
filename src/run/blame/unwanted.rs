//! Who is to blame for an event that should not have been there: the first node on its way that had no reason for it.

use std::collections::BTreeSet;

use crate::run::outcome::Blame;
use crate::wire::address::Address;
use crate::wire::table::ways;
use crate::wire::{PduType, Protocol};

use super::scene::{Scene, Taken};
use super::source::{Source, about, answered_mm, source};
use super::trail::{accuse, chain, label, open, passed, reason, spoilt};

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
    if let Some(blame) = repeated(scene, node, index) {
        return Some(blame);
    }
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

/// A request that is sent again for want of a RES: whoever kept the RES from the relay that waits for it.
fn repeated(scene: &Scene<'_>, node: &str, index: usize) -> Option<Blame> {
    let kind = scene.at(index).kind()?;
    let res = match kind {
        PduType::Mm4ForwardReq => PduType::Mm4ForwardRes,
        PduType::Mm4DeliveryReportReq => PduType::Mm4DeliveryReportRes,
        PduType::Mm4ReadReplyReportReq => PduType::Mm4ReadReplyReportRes,
        _ => return None,
    };
    let transaction = text_of(scene, index, TRANSACTION)?;
    let is_same =
        |i: &usize| text_of(scene, *i, TRANSACTION).is_some_and(|other| bare(&other) == bare(&transaction));
    let before = scene
        .outputs_of(node, kind)
        .filter(|i| *i < index)
        .any(|i| is_same(&i));
    if !before || scene.inputs_of(node, res).any(|i| is_same(&i)) {
        return None;
    }
    let why = format!(
        "{node} sent {} again because no RES reached it",
        label(scene, index)
    );
    let others = scene.topology.relays().iter().filter(|relay| **relay != node);
    let kept = others
        .filter_map(|relay| Some((*relay, scene.inputs_of(relay, res).find(is_same)?)))
        .next();
    Some(match kept {
        Some((relay, res)) if scene.is_recorded(node, relay) && scene.taken(res) == Taken::Yes => {
            let why = format!("{relay} took {} and did not pass it on; {why}", label(scene, res));
            accuse(scene, relay, res, why, Vec::new())
        }
        Some((relay, _)) => open(&why, vec![node.to_owned(), relay.to_owned()], Vec::new()),
        None => open(&why, vec![node.to_owned()], Vec::new()),
    })
}

const TRANSACTION: &str = "X-Mms-Transaction-ID";

fn bare(id: &str) -> &str {
    id.trim().trim_matches('"')
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
        .outputs_of(node, kind)
        .filter(|i| scene.at(*i).place == seen.place && scene.taken(*i) == Taken::Yes)
        .filter(|i| self::reason(scene, *i) == Some(reason));
    let into = scene
        .inputs_of(node, scene.at(reason).kind()?)
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
        .map(|i| text_of(scene, i, TRANSACTION))
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
