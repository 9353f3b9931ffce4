//! What a runner asks about a script: its steps in order, the names of its expectations, whose answer is awaited.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::wire::PduType;

use super::model::{
    Action, Body, Expect, Line, NodeOp, Phase, Place, Rule, Script, Selector, Send, SendWhat, Step, StepId,
    StepNote,
};
use super::template::split_reference;

impl AsRef<Script> for Script {
    fn as_ref(&self) -> &Script {
        self
    }
}

impl Script {
    /// Every step in reading order, those of lanes after their `parallel`.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        let mut stack: Vec<&Step> = match &self.body {
            Body::Scenario(steps) => steps.iter().rev().collect(),
            Body::Always(_) => Vec::new(),
        };
        std::iter::from_fn(move || {
            let step = stack.pop()?;
            if let Action::Parallel(lanes) = &step.action {
                stack.extend(lanes.iter().flatten().rev());
            }
            Some(step)
        })
    }

    /// What each step is and where it stands, the `recv` lines of dialogues among them: what a stored journal says of its steps.
    pub fn outline(&self) -> Vec<StepNote> {
        let mut notes = Vec::new();
        let mut ids = self.expectation_ids();
        for step in self.steps() {
            notes.push(StepNote {
                step: step.id,
                does: does(&step.action),
                phase: step.phase,
                source: step.source.clone(),
                place: due_at(&step.action).map(str::to_owned),
                expectation: ids.remove(&step.id),
            });
            if let Action::Dialogue(dialogue) = &step.action {
                for line in &dialogue.lines {
                    if let Line::Recv { step: id, source, .. } = line {
                        notes.push(StepNote {
                            step: *id,
                            does: "recv".to_owned(),
                            phase: step.phase,
                            source: source.clone(),
                            place: Some(dialogue.from.clone()),
                            expectation: ids.remove(id),
                        });
                    }
                }
            }
        }
        notes
    }

    /// The top-level steps of one phase.
    pub fn phase(&self, phase: Phase) -> impl Iterator<Item = &Step> {
        let steps: &[Step] = match &self.body {
            Body::Scenario(steps) => steps,
            Body::Always(_) => &[],
        };
        steps.iter().filter(move |s| s.phase == phase)
    }

    /// The rules of a `kind: always` case.
    pub fn rules(&self) -> &[Rule] {
        match &self.body {
            Body::Always(rules) => rules,
            Body::Scenario(_) => &[],
        }
    }

    /// The id of an expectation: its `as:`, else `<PDU>@<place>#n`, n counting those of the same PDU and place. Steps that
    /// expect nothing have none.
    pub fn expectation_id(&self, step: StepId) -> Option<String> {
        self.expectation_ids().remove(&step)
    }

    /// The ids of all expectations: steps, `recv` lines and rules.
    pub fn expectation_ids(&self) -> BTreeMap<StepId, String> {
        let mut ids = BTreeMap::new();
        let mut counts: HashMap<String, u32> = HashMap::new();
        let mut name = |id: StepId, capture: &Option<String>, label: String| {
            let count = counts.entry(label.clone()).or_default();
            *count += 1;
            let unnamed = format!("{label}#{count}");
            ids.insert(id, capture.clone().unwrap_or(unnamed));
        };
        for step in self.steps() {
            match &step.action {
                Action::Expect(expect) => name(step.id, &step.capture, label(expect)),
                Action::ExpectNone(none) => {
                    let label = format!("no-{}@{}", selector(&none.select), place(&none.place));
                    name(step.id, &step.capture, label);
                }
                Action::AnyOf(any) => {
                    let label = any.alternatives.first().map(label).unwrap_or_default();
                    name(step.id, &step.capture, label);
                }
                Action::Dialogue(dialogue) => {
                    for line in &dialogue.lines {
                        if let Line::Recv { step, capture, .. } = line {
                            name(*step, capture, format!("reply@{}", dialogue.from));
                        }
                    }
                }
                _ => {}
            }
        }
        for rule in self.rules() {
            let pdus: Vec<&str> = rule.select.iter().map(|p| p.name()).collect();
            name(rule.id, &rule.capture, format!("{}@any", pdus.join("+")));
        }
        ids
    }
}

/// The verb of a step and its object, as cases write them.
fn does(action: &Action) -> String {
    match action {
        Action::Send(send) => match &send.what {
            SendWhat::Pdu(pdu) => format!("send {}", pdu.name()),
            SendWhat::Get(_) => "send GET".to_owned(),
            SendWhat::Again(_) => "send again".to_owned(),
        },
        Action::Expect(expect) => format!("expect {}", selector(&expect.select)),
        Action::ExpectNone(none) => format!("expect-none {}", selector(&none.select)),
        Action::AnyOf(_) => "any-of".to_owned(),
        Action::Set(set) => format!("set {}", set.node),
        Action::Node { op, relay } => match op {
            NodeOp::Start => format!("start {relay}"),
            NodeOp::Stop => format!("stop {relay}"),
            NodeOp::Kill => format!("kill {relay}"),
        },
        Action::Dialogue(_) => "dialogue".to_owned(),
        Action::Parallel(_) => "parallel".to_owned(),
    }
}

/// Where a step waits for something.
fn due_at(action: &Action) -> Option<&str> {
    let at = match action {
        Action::Expect(expect) => &expect.place,
        Action::ExpectNone(none) => &none.place,
        Action::AnyOf(any) => &any.alternatives.first()?.place,
        _ => return None,
    };
    Some(place(at))
}

fn label(expect: &Expect) -> String {
    format!("{}@{}", selector(&expect.select), place(&expect.place))
}

fn selector(select: &Selector) -> &'static str {
    match select {
        Selector::Pdu(pdu) => pdu.name(),
        Selector::Reply => "reply",
        Selector::DnsQuery => "dns-query",
        Selector::Loss => "loss",
    }
}

fn place(place: &Place) -> &str {
    match place {
        Place::At(name) | Place::On(name) => name,
    }
}

/// The sends whose answer a later step expects: a reply at the sender, or the PDU that answers the one sent (M-Send.req →
/// M-Send.conf, GET → M-Retrieve.conf and so on). An expectation goes to the latest send before it that still has none.
pub fn answers_expected(script: &Script) -> BTreeSet<StepId> {
    answered_by(script).into_keys().collect()
}

/// The same, each with the step that expects its answer.
pub fn answered_by(script: &Script) -> BTreeMap<StepId, StepId> {
    let mut open: Vec<(StepId, &str, Option<PduType>)> = Vec::new();
    let mut expected = BTreeMap::new();
    let mut sent: HashMap<&str, Option<PduType>> = HashMap::new();
    for step in script.steps() {
        let mut close = |open: &mut Vec<_>, wanted: &[(&Selector, &Place)]| {
            let closed = close(open, wanted);
            expected.extend(closed.map(|send| (send, step.id)));
            closed.is_some()
        };
        match &step.action {
            Action::Send(send) => {
                let answer = answer_of(send, &sent);
                if let Some(name) = &step.capture {
                    sent.insert(name, answer);
                }
                open.push((step.id, &send.from, answer));
            }
            Action::Expect(expect) => {
                for _ in 0..expect.times {
                    if !close(&mut open, &[(&expect.select, &expect.place)]) {
                        break;
                    }
                }
            }
            Action::ExpectNone(none) => {
                close(&mut open, &[(&none.select, &none.place)]);
            }
            Action::AnyOf(any) => {
                let wanted: Vec<_> = any.alternatives.iter().map(|a| (&a.select, &a.place)).collect();
                close(&mut open, &wanted);
            }
            _ => {}
        }
    }
    expected
}

/// The send that one expectation answers; it is open no longer.
fn close(open: &mut Vec<(StepId, &str, Option<PduType>)>, wanted: &[(&Selector, &Place)]) -> Option<StepId> {
    let fits = |from: &str, answer: Option<PduType>, exactly: bool| {
        wanted.iter().any(|(select, place)| {
            matches!(place, Place::At(name) if name == from)
                && match select {
                    Selector::Reply | Selector::Loss => true,
                    Selector::DnsQuery => false,
                    Selector::Pdu(pdu) if exactly => answer == Some(*pdu),
                    // A relay may answer any request it does not serve with M-Send.conf.
                    Selector::Pdu(pdu) => *pdu == PduType::SendConf && answer.is_some(),
                }
        })
    };
    let find = |exactly: bool| {
        open.iter()
            .rposition(|(_, from, answer)| fits(from, *answer, exactly))
    };
    let at = find(true).or_else(|| find(false))?;
    Some(open.remove(at).0)
}

fn answer_of(send: &Send, sent: &HashMap<&str, Option<PduType>>) -> Option<PduType> {
    match &send.what {
        SendWhat::Pdu(pdu) => answer(*pdu),
        SendWhat::Get(_) => Some(PduType::RetrieveConf),
        SendWhat::Again(of) => {
            let (name, _) = split_reference(of.sole_reference()?);
            sent.get(name).copied().flatten()
        }
    }
}

/// The PDU that answers this one on the same HTTP exchange.
pub fn answer(pdu: PduType) -> Option<PduType> {
    let stem = pdu.name().strip_suffix(".req")?;
    PduType::from_name(&format!("{stem}.conf"))
}
