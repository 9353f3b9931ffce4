//! What `$references` mean at a place in a case: nodes, timers, captures of earlier steps.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::wire::{PduType, table};

use super::diagnostic::nearest;
use super::template::split_reference;
use super::vocabulary as words;
use super::world::{World, duration};

/// Marks a reference that was resolved where the `use:` stands and is not to be looked up in the group.
pub(crate) const RESOLVED: char = '\u{E000}';

/// What a capture holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured {
    /// The name the runner knows it by: `retrieved/notification`, `forward#3`.
    pub name: String,
    /// What it can be; empty for a reply.
    pub pdus: Vec<PduType>,
    /// Fields that the case itself put in.
    pub fields: Vec<String>,
}

#[derive(Debug, Clone)]
enum Visible {
    Capture(Captured),
    Group {
        members: HashMap<String, Captured>,
        result: Option<String>,
    },
}

#[derive(Debug, Default)]
struct Frame {
    names: HashMap<String, Visible>,
    prefix: String,
    suffix: String,
    /// Names outside are not seen from here.
    closed: bool,
}

/// What a lane captured.
#[derive(Debug)]
pub(crate) struct Lane(HashMap<String, Visible>);

/// Why a reference means nothing.
#[derive(Debug, Default)]
pub(crate) struct Unknown {
    pub message: String,
    pub label: String,
    pub help: Option<String>,
}

/// What a reference stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Text,
    Content,
}

/// The captures that can be seen.
#[derive(Debug)]
pub(crate) struct Scope {
    frames: Vec<Frame>,
}

impl Default for Scope {
    fn default() -> Self {
        Scope {
            frames: vec![Frame::default()],
        }
    }
}

impl Scope {
    fn top(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// The runner's name for a capture that is called `name` here.
    pub fn canonical(&self, name: &str) -> String {
        match self.frames.last() {
            Some(frame) => format!("{}{name}{}", frame.prefix, frame.suffix),
            None => name.to_owned(),
        }
    }

    /// Makes a capture known. False if the name is taken in this scope.
    pub fn define(&mut self, name: &str, captured: Captured) -> bool {
        self.top()
            .names
            .insert(name.to_owned(), Visible::Capture(captured))
            .is_none()
    }

    /// Enters a group: its captures are named under `prefix`.
    pub fn enter_group(&mut self, prefix: &str) {
        self.frames.push(Frame {
            prefix: format!("{prefix}/"),
            closed: true,
            ..Frame::default()
        });
    }

    /// Leaves a group: what it captured is seen under `name`. False if the name is taken.
    pub fn leave_group(&mut self, name: Option<&str>, result: Option<&str>) -> bool {
        let frame = self.frames.pop().unwrap_or_default();
        let Some(name) = name else { return true };
        let members = frame
            .names
            .into_iter()
            .filter_map(|(name, visible)| match visible {
                Visible::Capture(captured) => Some((name, captured)),
                Visible::Group { .. } => None,
            })
            .collect();
        let group = Visible::Group {
            members,
            result: result.map(str::to_owned),
        };
        self.top().names.insert(name.to_owned(), group).is_none()
    }

    /// Enters a round of a repetition.
    pub fn enter_round(&mut self, round: u32) {
        let (prefix, suffix) = self.frames.last().map_or((String::new(), String::new()), |f| {
            (f.prefix.clone(), f.suffix.clone())
        });
        self.frames.push(Frame {
            prefix,
            suffix: format!("#{round}{suffix}"),
            ..Frame::default()
        });
    }

    /// Leaves a round: what it captured is seen as `name#round`.
    pub fn leave_round(&mut self, round: u32) {
        let frame = self.frames.pop().unwrap_or_default();
        for (name, visible) in frame.names {
            self.top().names.insert(format!("{name}#{round}"), visible);
        }
    }

    /// Enters a lane of `parallel`: what other lanes capture is not seen from here.
    pub fn enter_lane(&mut self) {
        let (prefix, suffix) = self.frames.last().map_or((String::new(), String::new()), |f| {
            (f.prefix.clone(), f.suffix.clone())
        });
        self.frames.push(Frame {
            prefix,
            suffix,
            ..Frame::default()
        });
    }

    /// Leaves a lane. Its captures become visible with [`Scope::join`].
    pub fn leave_lane(&mut self) -> Lane {
        Lane(self.frames.pop().unwrap_or_default().names)
    }

    /// Makes what a lane captured visible after `parallel`; yields the names that were taken.
    pub fn join(&mut self, lane: Lane) -> Vec<String> {
        let names = &mut self.top().names;
        let mut taken = Vec::new();
        for (name, visible) in lane.0 {
            match names.entry(name) {
                Entry::Occupied(other) => taken.push(other.key().clone()),
                Entry::Vacant(free) => {
                    free.insert(visible);
                }
            }
        }
        taken.sort();
        taken
    }

    fn find(&self, name: &str) -> Option<&Visible> {
        for frame in self.frames.iter().rev() {
            if let Some(found) = frame.names.get(name) {
                return Some(found);
            }
            if frame.closed {
                return None;
            }
        }
        None
    }

    fn visible_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for frame in self.frames.iter().rev() {
            names.extend(frame.names.keys().map(String::as_str));
            if frame.closed {
                break;
            }
        }
        names.sort_unstable();
        names
    }

    /// The capture that a name stands for: itself, or the result of a group.
    pub fn capture(&self, name: &str) -> Result<&Captured, Unknown> {
        let (head, member) = split_reference(name);
        match (self.find(head), member) {
            (Some(Visible::Capture(captured)), None) => Ok(captured),
            (Some(Visible::Group { members, result }), member) => member
                .or(result.as_deref())
                .and_then(|m| members.get(m))
                .ok_or_else(|| Unknown {
                    message: format!("the group used as `{head}` captures nothing of that name"),
                    help: Some(format!(
                        "it captures {}",
                        listed(members.keys().map(String::as_str))
                    )),
                    ..Unknown::default()
                }),
            _ => Err(self.unknown(head, &[])),
        }
    }

    /// The runner's form of a reference.
    pub fn resolve(&self, reference: &str, want: Want, world: &World) -> Result<String, Unknown> {
        if let Some(resolved) = reference.strip_prefix(RESOLVED) {
            return Ok(resolved.to_owned());
        }
        if reference == "now" || reference.starts_with("now+") || reference.starts_with("now-") {
            return instant(reference);
        }
        let (head, rest) = split_reference(reference);
        let closed: Option<&[&str]> = match head {
            "timer" => Some(words::TIMERS),
            "limit" => Some(words::LIMITS),
            "run" => Some(&["nonce"]),
            _ => world.attributes(head),
        };
        if let Some(attributes) = closed {
            return attribute(head, rest, attributes).map(|()| reference.to_owned());
        }
        match self.find(head) {
            Some(Visible::Capture(captured)) => of_capture(head, captured, rest, want),
            Some(Visible::Group { members, result }) => {
                let (member, after) = match rest.map(split_reference) {
                    Some((member, after)) if members.contains_key(member) => (Some(member), after),
                    _ => (result.as_deref(), rest),
                };
                match member.and_then(|m| members.get(m)) {
                    Some(captured) => of_capture(head, captured, after, want).map_err(|unknown| Unknown {
                        help: Some(format!(
                            "`{head}` has the captures {}",
                            listed(members.keys().map(String::as_str))
                        )),
                        ..unknown
                    }),
                    None => Err(Unknown {
                        message: format!("the group used as `{head}` has no result"),
                        help: Some(format!(
                            "say which: {}",
                            listed(members.keys().map(String::as_str))
                        )),
                        ..Unknown::default()
                    }),
                }
            }
            None => Err(self.unknown(head, &world.names(|_| true))),
        }
    }

    fn unknown(&self, name: &str, nodes: &[&str]) -> Unknown {
        let first = format!("{name}#1");
        let visible = self.visible_names();
        if visible.contains(&first.as_str()) {
            return Unknown {
                message: format!("`${name}` is captured anew in every round of a repetition"),
                help: Some(format!("say which round: `${{{first}.Field}}`")),
                ..Unknown::default()
            };
        }
        let known = visible.iter().chain(nodes).copied();
        let label = nearest(name, known).map_or(String::new(), |n| format!("did you mean `${n}`?"));
        Unknown {
            message: format!("nothing before this step is called `{name}`"),
            label,
            help: Some(if visible.is_empty() {
                "a step gets a name with `as:`; a dollar that is meant is written `$$`".to_owned()
            } else {
                format!("captured so far: {}", listed(visible.iter().take(12).copied()))
            }),
        }
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.map(|n| format!("`{n}`")).collect();
    names.sort();
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

fn attribute(head: &str, rest: Option<&str>, known: &[&str]) -> Result<(), Unknown> {
    if rest.is_some_and(|r| known.contains(&r)) {
        return Ok(());
    }
    let message = match rest {
        Some(r) => format!("`{head}` has no `{r}`"),
        None => format!("`${head}` alone is no text: say what of it"),
    };
    Err(Unknown {
        message,
        label: rest
            .and_then(|r| nearest(r, known.iter().copied()))
            .map_or(String::new(), |n| format!("did you mean `${head}.{n}`?")),
        help: Some(format!("there is {}", listed(known.iter().copied()))),
    })
}

fn of_capture(head: &str, captured: &Captured, rest: Option<&str>, want: Want) -> Result<String, Unknown> {
    match (rest, want) {
        (None, Want::Content) => Ok(captured.name.clone()),
        (None, Want::Text) => Err(Unknown {
            message: format!("`${head}` alone stands for a content, and a text is wanted here"),
            help: Some(format!("say which field: `${head}.X-Mms-Transaction-ID`")),
            ..Unknown::default()
        }),
        (Some(field), _) => {
            let mut known: Vec<&str> = words::CAPTURE_ATTRIBUTES.to_vec();
            known.extend(captured.fields.iter().map(String::as_str));
            known.extend(
                captured
                    .pdus
                    .iter()
                    .flat_map(|p| table::pdu(*p).fields)
                    .map(|u| u.field),
            );
            if known.iter().any(|k| k.eq_ignore_ascii_case(field)) {
                return Ok(format!("{}.{field}", captured.name));
            }
            let what: Vec<&str> = captured.pdus.iter().map(|p| p.name()).collect();
            let what = if what.is_empty() {
                "a reply".to_owned()
            } else {
                what.join(" or ")
            };
            Err(Unknown {
                message: format!("`{head}` is {what}, which has no `{field}`"),
                label: nearest(field, known.iter().copied())
                    .map_or(String::new(), |n| format!("did you mean `${head}.{n}`?")),
                help: None,
            })
        }
    }
}

/// `now`, `now+3600s`, `now-10m`.
fn instant(reference: &str) -> Result<String, Unknown> {
    let offset = &reference["now".len()..];
    if offset.is_empty() || offset.get(1..).and_then(duration).is_some() {
        return Ok(reference.to_owned());
    }
    Err(Unknown {
        message: format!("`{reference}` is no instant"),
        help: Some("write `${now+3600s}` or `${now-10m}`; units are ms, s, m, h, d".to_owned()),
        ..Unknown::default()
    })
}
