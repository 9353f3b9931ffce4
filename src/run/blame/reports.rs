//! Reports that did not come: from the answer of the user agent that causes them, back to the sender of the MM.

use crate::run::judge::{About, Side};
use crate::wire::PduType;

use super::missing::{
    End, Goal, LONGEST, blame, goal, outs_of, place_of, refused, says_yes, spoilt_before, stopped, text,
};
use super::scene::{Scene, Taken};
use super::source::{answered_mm, originator, source};
use super::trail::{Did, accuse, first_fault, follow, open, passed, reason, shown, spoilt};

/// One of the two kinds of reports.
pub struct Family {
    triggers: &'static [PduType],
    between: PduType,
    shown: PduType,
    /// What the MM says that asks for it: on MM1, on MM4.
    asked: [&'static str; 2],
}

pub const DELIVERY: Family = Family {
    triggers: &[PduType::NotifyRespInd, PduType::AcknowledgeInd],
    between: PduType::Mm4DeliveryReportReq,
    shown: PduType::DeliveryInd,
    asked: ["X-Mms-Delivery-Report", "X-Mms-Delivery-Report"],
};

pub const READ: Family = Family {
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

pub fn reports(scene: &Scene<'_>, family: &Family, place: &str) -> Vec<End> {
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
            .inputs_of(node, PduType::Mm4ForwardRes)
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
            let own = scene.outputs_of(node, family.between).find(|i| {
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

fn says_ok(scene: &Scene<'_>, res: usize) -> bool {
    text(scene, res, "X-Mms-Request-Status-Code").eq_ignore_ascii_case("Ok")
}
