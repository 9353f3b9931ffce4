//! The steps of a script as the judge looks them up: flat, by number.

use std::collections::BTreeMap;

use crate::case::steps::answered_by;
use crate::case::{
    Action, AnyOf, Body, Demands, Dialogue, Expect, ExpectNone, FieldDemand, Line, Phase, Script, Send,
    SendWhat, Source, Step, StepId, TestRef,
};

/// What a step is to the judge.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A request, and the later step that expects its answer.
    Send {
        send: Box<Send>,
        answered_by: Option<StepId>,
    },
    Expect(Box<Expect>),
    ExpectNone(Box<ExpectNone>),
    AnyOf(Box<AnyOf>),
    /// One `recv` of a dialogue.
    Recv(Box<Expect>),
    /// Steps that demand nothing.
    Other,
}

#[derive(Debug, Clone)]
pub struct Item {
    pub id: String,
    pub phase: Phase,
    pub source: Source,
    pub capture: Option<String>,
    pub kind: Kind,
}

impl Item {
    pub fn tests(&self) -> &[TestRef] {
        match &self.kind {
            Kind::Expect(e) | Kind::Recv(e) => &e.tests,
            Kind::ExpectNone(e) => &e.tests,
            Kind::AnyOf(a) => &a.tests,
            Kind::Send { .. } | Kind::Other => &[],
        }
    }

    pub fn is_expectation(&self) -> bool {
        !matches!(self.kind, Kind::Send { .. } | Kind::Other)
    }
}

/// What is known of the script as a whole.
struct Known<'a> {
    /// Sends whose answer a later step expects, and that step.
    expected: &'a BTreeMap<StepId, StepId>,
    names: &'a BTreeMap<StepId, String>,
}

/// Every step of a scenario by number; empty for rules.
pub fn items(script: &Script) -> BTreeMap<StepId, Item> {
    let mut items = BTreeMap::new();
    if let Body::Scenario(steps) = &script.body {
        let expected = answered_by(script);
        let names = script.expectation_ids();
        collect(
            &Known {
                expected: &expected,
                names: &names,
            },
            steps,
            &mut items,
        );
    }
    items
}

fn collect(known: &Known<'_>, steps: &[Step], items: &mut BTreeMap<StepId, Item>) {
    for step in steps {
        let kind = match &step.action {
            Action::Send(send) => Kind::Send {
                send: send.clone(),
                answered_by: known.expected.get(&step.id).copied(),
            },
            Action::Expect(expect) => Kind::Expect(expect.clone()),
            Action::ExpectNone(none) => Kind::ExpectNone(none.clone()),
            Action::AnyOf(any) => Kind::AnyOf(any.clone()),
            Action::Dialogue(dialogue) => {
                collect_dialogue(known, step, dialogue, items);
                Kind::Other
            }
            Action::Parallel(lanes) => {
                for lane in lanes {
                    collect(known, lane, items);
                }
                Kind::Other
            }
            Action::Set(_) | Action::Node { .. } => Kind::Other,
        };
        items.insert(
            step.id,
            item(known, step, step.id, &step.source, step.capture.as_ref(), kind),
        );
    }
}

fn collect_dialogue(known: &Known<'_>, step: &Step, dialogue: &Dialogue, items: &mut BTreeMap<StepId, Item>) {
    for line in &dialogue.lines {
        let Line::Recv {
            step: id,
            demands,
            source,
            capture,
            tests,
        } = line
        else {
            continue;
        };
        let expect = recv(dialogue, demands, source, capture.as_ref(), tests);
        let kind = Kind::Recv(Box::new(expect));
        items.insert(*id, item(known, step, *id, source, capture.as_ref(), kind));
    }
}

fn item(
    known: &Known<'_>,
    step: &Step,
    id: StepId,
    source: &Source,
    capture: Option<&String>,
    kind: Kind,
) -> Item {
    let name = match &kind {
        Kind::Send { send, .. } => {
            let what = match &send.what {
                SendWhat::Pdu(kind) => kind.name(),
                SendWhat::Get(_) => "GET",
                SendWhat::Again(_) => "repeat",
            };
            format!("answer to {what}@{}", send.from)
        }
        _ => known.names.get(&id).cloned().unwrap_or_default(),
    };
    Item {
        id: name,
        phase: step.phase,
        source: source.clone(),
        capture: capture.cloned(),
        kind,
    }
}

/// A `recv` line as the expectation of a reply.
fn recv(
    dialogue: &Dialogue,
    demands: &[FieldDemand],
    source: &Source,
    capture: Option<&String>,
    tests: &[TestRef],
) -> Expect {
    Expect {
        source: source.clone(),
        select: crate::case::Selector::Reply,
        place: crate::case::Place::At(dialogue.from.clone()),
        narrow: Vec::new(),
        demands: Demands {
            smtp: demands.to_vec(),
            ..Demands::default()
        },
        should: None,
        should_tests: Vec::new(),
        times: 1,
        skip_repeats: false,
        same: Vec::new(),
        after: Vec::new(),
        within: None,
        ends_case: false,
        capture: capture.cloned(),
        tests: tests.to_vec(),
    }
}
