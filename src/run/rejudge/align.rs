//! A script as it was played against the script of today: which step is which.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;

use crate::case::{Action, Dialogue, Expect, Line, Script, Send, Step, StepId};
use crate::run::fingerprint::Fingerprint;

/// How the key of a `parallel:` begins.
const PARALLEL: &str = "parallel ";

/// What a step is to a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It makes something happen; what it is must not have changed.
    Act,
    /// It waits; its demands may have changed.
    Wait,
}

/// A step, flat.
#[derive(Debug, Clone)]
pub struct Flat {
    pub id: StepId,
    pub role: Role,
    /// Whether the journal says when it was done: a party sent something.
    pub is_sent: bool,
    /// Whether it does something of which the journal has no step: when it was done is not known to the event.
    pub is_quiet: bool,
    /// Where it stands in the lanes of `parallel:`, the outermost first.
    pub lanes: Vec<(StepId, usize)>,
    /// `line 12: send M-Send.req`, for a person.
    pub label: String,
    /// What it does; equal keys are the same step.
    key: String,
}

impl Flat {
    /// Whether this step comes to pass even if `other`, before it, ended its sequence.
    pub fn is_beside(&self, other: &Flat) -> bool {
        self.lanes
            .iter()
            .zip(&other.lanes)
            .any(|(own, others)| own.0 == others.0 && own.1 != others.1)
    }
}

/// Which step of the script that was played is which of today's.
#[derive(Debug)]
pub struct Alignment {
    /// Today's steps in reading order.
    pub steps: Vec<Flat>,
    /// Step of the journal → index into [`Alignment::steps`].
    pub now: BTreeMap<StepId, usize>,
    /// Index of today's step → step of the script that was played.
    pub before: BTreeMap<usize, StepId>,
    /// The first of today's steps before which something else was done than is to be, and what.
    pub cut: Option<(usize, String)>,
}

impl Alignment {
    /// `contents`: what the two suites send by name.
    pub fn of(was: &Script, is: &Script, contents: (&Fingerprint, &Fingerprint)) -> Self {
        let (old, new) = (flatten(was, contents.0), flatten(is, contents.1));
        let pairs = common(&old, &new);
        let now = pairs.iter().map(|(o, n)| (old[*o].id, *n)).collect();
        let before: BTreeMap<usize, StepId> = pairs.iter().map(|(o, n)| (*n, old[*o].id)).collect();
        let undone = new
            .iter()
            .enumerate()
            .find(|(n, flat)| flat.role == Role::Act && !before.contains_key(n))
            .map(|(n, flat)| (n, format!("{} is not what was done in this run", flat.label)));
        // What was done and is no longer to be done counts from the step on that follows what came before it.
        let gone = old
            .iter()
            .enumerate()
            .find(|(o, flat)| flat.role == Role::Act && !pairs.iter().any(|(p, _)| p == o))
            .map(|(o, flat)| {
                let last = pairs.iter().rev().find(|(p, _)| *p < o);
                let why = format!("this run did what the case no longer says: {}", flat.label);
                (last.map_or(0, |(_, n)| n + 1), why)
            });
        let cut = undone.into_iter().chain(gone).min_by_key(|(n, _)| *n);
        Alignment {
            steps: new,
            now,
            before,
            cut,
        }
    }
}

/// What both scripts must have in common for a recording of one to say anything of the other.
pub fn stage_of(script: &Script) -> String {
    placeless(&format!(
        "{:?} {:?} {:?} {:?}",
        script.topology, script.routing, script.home_lookup, script.nodes
    ))
}

/// Whether two scripts say the same, wherever it stands.
pub fn is_same(was: &Script, is: &Script) -> bool {
    let body = |script: &Script| placeless(&format!("{:?}", script.body));
    was.requires == is.requires && stage_of(was) == stage_of(is) && body(was) == body(is)
}

fn flatten(script: &Script, contents: &Fingerprint) -> Vec<Flat> {
    let mut flat = Vec::new();
    if let crate::case::Body::Scenario(steps) = &script.body {
        walk(steps, &[], contents, &mut flat);
    }
    flat
}

fn walk(steps: &[Step], lanes: &[(StepId, usize)], contents: &Fingerprint, flat: &mut Vec<Flat>) {
    for step in steps {
        let mut put = |id: StepId, line: u32, role: Role, is_sent: bool, key: String, what: &str| {
            flat.push(Flat {
                id,
                role,
                is_sent,
                is_quiet: role == Role::Act && !is_sent && !key.starts_with(PARALLEL),
                lanes: lanes.to_vec(),
                label: format!("line {line}: {what}"),
                key,
            });
        };
        let line = step.source.line;
        match &step.action {
            Action::Send(send) => {
                let what = format!("send {}", sent(send));
                put(step.id, line, Role::Act, true, sending(send, contents), &what);
            }
            Action::Set(set) => {
                let key = placeless(&format!("{set:?}"));
                put(step.id, line, Role::Act, false, key, &format!("set {}", set.node));
            }
            Action::Node { op, relay } => {
                let what = format!("{op:?} {relay}").to_lowercase();
                put(step.id, line, Role::Act, false, what.clone(), &what);
            }
            Action::Expect(expect) => put(step.id, line, Role::Wait, false, waiting(expect), "expect"),
            Action::AnyOf(any) => {
                let key = any.alternatives.first().map(waiting).unwrap_or_default();
                put(step.id, line, Role::Wait, false, key, "any-of");
            }
            Action::ExpectNone(none) => {
                let key = format!("none {:?} {:?}", none.select, none.place);
                put(step.id, line, Role::Wait, false, key, "expect-none");
            }
            Action::Dialogue(dialogue) => {
                put(
                    step.id,
                    line,
                    Role::Act,
                    false,
                    spoken(dialogue, contents),
                    "dialogue",
                );
                for said in &dialogue.lines {
                    if let Line::Recv { step: id, source, .. } = said {
                        put(*id, source.line, Role::Wait, false, "recv".to_owned(), "recv");
                    }
                }
            }
            Action::Parallel(branches) => {
                // A step that moves from one lane to another is done at another time.
                let key = format!("{PARALLEL}{}", branches.len());
                put(step.id, line, Role::Act, false, key, "parallel");
                for (number, branch) in branches.iter().enumerate() {
                    let mut inner = lanes.to_vec();
                    inner.push((step.id, number));
                    flat.push(Flat {
                        id: step.id,
                        role: Role::Act,
                        is_sent: false,
                        is_quiet: false,
                        lanes: lanes.to_vec(),
                        label: format!("line {line}: parallel"),
                        key: format!("lane {number}"),
                    });
                    walk(branch, &inner, contents, flat);
                }
            }
        }
    }
}

fn sent(send: &Send) -> &'static str {
    match &send.what {
        crate::case::SendWhat::Pdu(kind) => kind.name(),
        crate::case::SendWhat::Get(_) => "GET",
        crate::case::SendWhat::Again(_) => "repeat",
    }
}

fn sending(send: &Send, contents: &Fingerprint) -> String {
    let content = send.content.as_ref().map_or("hello", |c| c.raw.as_str());
    let digest = contents.contents.get(content).map_or("", String::as_str);
    placeless(&format!("{send:?} {digest}"))
}

fn waiting(expect: &Expect) -> String {
    format!("{:?} {:?}", expect.select, expect.place)
}

/// What a dialogue says, without what it demands of the replies.
fn spoken(dialogue: &Dialogue, contents: &Fingerprint) -> String {
    let lines = dialogue.lines.iter().map(|line| match line {
        Line::Recv { .. } => "recv".to_owned(),
        Line::Message { send, capture, .. } => format!("{} {capture:?}", sending(send, contents)),
        said => placeless(&format!("{said:?}")),
    });
    let lines: Vec<String> = lines.collect();
    format!("{} {:?} {}", dialogue.from, dialogue.to, lines.join("\n"))
}

/// The text of a value without the places in files that it holds.
fn placeless(text: &str) -> String {
    static PLACE: OnceLock<Option<Regex>> = OnceLock::new();
    let place = PLACE.get_or_init(|| {
        Regex::new(r#"Source \{ file: "(?:[^"\\]|\\.)*", line: \d+, column: \d+, len: \d+ \}"#).ok()
    });
    match place {
        Some(place) => place.replace_all(text, "").into_owned(),
        None => text.to_owned(),
    }
}

/// The longest common subsequence: pairs of indices.
fn common(old: &[Flat], new: &[Flat]) -> Vec<(usize, usize)> {
    let mut longest = vec![vec![0u32; new.len() + 1]; old.len() + 1];
    for o in (0..old.len()).rev() {
        for n in (0..new.len()).rev() {
            longest[o][n] = if old[o].key == new[n].key {
                longest[o + 1][n + 1] + 1
            } else {
                longest[o + 1][n].max(longest[o][n + 1])
            };
        }
    }
    let (mut o, mut n) = (0, 0);
    let mut pairs = Vec::new();
    while o < old.len() && n < new.len() {
        if old[o].key == new[n].key {
            pairs.push((o, n));
            (o, n) = (o + 1, n + 1);
        } else if longest[o + 1][n] >= longest[o][n + 1] {
            o += 1;
        } else {
            n += 1;
        }
    }
    pairs
}
