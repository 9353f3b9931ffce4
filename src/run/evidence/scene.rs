//! All that one script's journal can show.

use std::collections::BTreeMap;

use super::message::Message;
use crate::case::{StepId, StepNote};
use crate::run::journal::{Event, NodeState, What};

/// Messages of a case that are kept: a relay may send without end. The captures hold all of them.
pub const MOST: usize = 2_000;

/// What one script's last attempt can show, in order.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    pub script: String,
    /// Seconds since 1970 when it began; none if it never did.
    pub unix: Option<i64>,
    /// Relay name → target name.
    pub bindings: BTreeMap<String, String>,
    /// `bob.plmn` → value.
    pub vars: BTreeMap<String, String>,
    /// The steps there are, in reading order.
    pub steps: Vec<StepNote>,
    pub entries: Vec<Entry>,
    /// Messages that came after the first [`MOST`].
    pub left_out: usize,
    /// Whether its journal has an end: otherwise the run was cut short.
    pub has_ended: bool,
    kept: usize,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Entry {
    Message(Box<Message>),
    Mark(Mark),
}

/// Something that happened and is no message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub seq: u64,
    /// Microseconds since the script began.
    pub at_us: u64,
    pub kind: MarkKind,
    /// The step it is about.
    pub step: Option<StepId>,
    /// The node or link it is about.
    pub node: Option<String>,
    /// For a person. Not escaped.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// A step was reached that waits for something.
    Step,
    /// A step's time was over.
    WindowEnd,
    /// A step could not be taken.
    Halt,
    /// A relay was started, stopped, killed, or died.
    Node,
    /// A link was shaped.
    Shaped,
    /// More came than is recorded.
    Overrun,
    /// We or the environment are at fault.
    Fault,
}

impl Evidence {
    pub(super) fn new(script: &str) -> Self {
        Evidence {
            script: script.to_owned(),
            ..Evidence::default()
        }
    }

    /// The messages, in order.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Message(message) => Some(message.as_ref()),
            Entry::Mark(_) => None,
        })
    }

    /// What is known of a step.
    pub fn step(&self, id: StepId) -> Option<&StepNote> {
        self.steps.iter().find(|note| note.step == id)
    }

    pub(super) fn take(&mut self, event: Event) {
        if let Some(message) = Message::of(&event) {
            if self.kept < MOST {
                self.kept += 1;
                self.entries.push(Entry::Message(Box::new(message)));
            } else {
                self.left_out += 1;
            }
            return;
        }
        let (kind, step, node, text) = match event.what {
            What::Begin {
                unix,
                bindings,
                vars,
                steps,
                ..
            } => {
                self.unix = Some(unix);
                self.bindings = bindings;
                self.vars = vars;
                self.steps = steps;
                return;
            }
            What::End => {
                self.has_ended = true;
                return;
            }
            What::StepStart { step } => (MarkKind::Step, Some(step), None, String::new()),
            What::WindowEnd { step } => {
                let text = "the time of the step is over".to_owned();
                (MarkKind::WindowEnd, Some(step), None, text)
            }
            What::Halt { step, missing } => {
                let text = format!("cannot be taken: ${missing} has no value");
                (MarkKind::Halt, Some(step), None, text)
            }
            What::NotSent { step, why } => (MarkKind::Halt, Some(step), None, why),
            What::Node { node, state, detail } => {
                let text = match (state, detail.as_str()) {
                    (NodeState::Died, _) => format!("{node} ended unasked: {detail}"),
                    (state, "") => format!("{node} {}", state.name()),
                    (state, detail) => format!("{node} {}: {detail}", state.name()),
                };
                (MarkKind::Node, None, Some(node), text)
            }
            What::Shaped { link, shape } => (
                MarkKind::Shaped,
                None,
                Some(link.clone()),
                format!("{link}: {shape}"),
            ),
            What::Overrun { left_out } => {
                let text = match left_out {
                    0 => "relays sent more than is recorded; from here on it is not".to_owned(),
                    n => format!("{n} more messages of relays were not recorded"),
                };
                (MarkKind::Overrun, None, None, text)
            }
            What::Fault { step, text } => (MarkKind::Fault, step, None, text),
            // The results have what relays said.
            _ => return,
        };
        self.entries.push(Entry::Mark(Mark {
            seq: event.seq,
            at_us: event.at_us,
            kind,
            step,
            node,
            text,
        }));
    }
}
