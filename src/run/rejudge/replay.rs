//! A journal of one script, given to the judge of the script of today.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::case::{Action, Script, Step, StepId};
use crate::run::journal::{Event, What};
use crate::run::judge::{Judge, Policy, Status};
use crate::run::limits::Limits;
use crate::run::outcome::{CaseResult, Verdict};
use crate::run::suite::Suite;
use crate::run::vars;

use super::align::{Alignment, Role};

/// What is judged again: a script of today, and how it was when it was played.
pub struct Again {
    pub script: Arc<Script>,
    pub was: Was,
}

/// How a script was when it was played.
pub enum Was {
    /// As it is.
    Same,
    /// Other, and which of its steps is which.
    Other(Box<Edited>),
    /// Nothing that was recorded says anything of the script of today, and why.
    Lost(String),
}

/// A script that was edited since it was played.
pub struct Edited {
    pub old: Arc<Script>,
    pub alignment: Alignment,
    /// Items that the script requires today and did not then, of which this is not claimed.
    pub newly_unclaimed: Vec<String>,
}

/// The attempts of one script; the last one counts.
pub struct Replay<'a> {
    again: &'a Again,
    suite: &'a Suite,
    policy: Policy,
    attempt: Attempt<'a>,
    is_again: bool,
}

impl<'a> Replay<'a> {
    pub fn new(again: &'a Again, suite: &'a Suite, policy: Policy) -> Self {
        Replay {
            again,
            suite,
            policy,
            attempt: Attempt::new(again, suite, policy),
            is_again: false,
        }
    }

    /// Takes the next event of the script.
    pub fn feed(&mut self, event: &Event) {
        if self.attempt.has_ended {
            // What follows an end belongs to another attempt, which alone counts.
            self.attempt = Attempt::new(self.again, self.suite, self.policy);
            self.is_again = true;
        }
        self.attempt.feed(event);
    }

    /// Whether the journal holds the whole of its last attempt.
    pub fn has_ended(&self) -> bool {
        self.attempt.has_ended
    }

    /// Whether the journal holds anything of it.
    pub fn has_begun(&self) -> bool {
        self.attempt.has_begun || self.is_again
    }

    pub fn finish(self) -> CaseResult {
        let (begun, ended) = (self.has_begun(), self.has_ended());
        let mut result = self.attempt.judge.finish();
        if !ended && result.verdict == Verdict::Error {
            let when = if begun { "ended" } else { "began" };
            result.reason = Some(format!("the run was cut before this case {when}"));
        }
        CaseResult {
            run_again: self.is_again,
            ..result
        }
    }
}

struct Attempt<'a> {
    again: &'a Again,
    judge: Judge,
    has_begun: bool,
    has_ended: bool,
    /// Steps of today that a party has sent something for.
    sent: BTreeSet<StepId>,
    vars: BTreeMap<String, String>,
    /// Windows that were recorded longer than they are to be today, and when they are to end.
    shorter: BTreeMap<StepId, u64>,
}

impl<'a> Attempt<'a> {
    fn new(again: &'a Again, suite: &Suite, policy: Policy) -> Self {
        Attempt {
            again,
            judge: Judge::new(Arc::clone(&again.script), suite, policy),
            has_begun: false,
            has_ended: false,
            sent: BTreeSet::new(),
            vars: BTreeMap::new(),
            shorter: BTreeMap::new(),
        }
    }

    fn feed(&mut self, event: &Event) {
        self.has_begun = true;
        self.has_ended = matches!(event.what, What::End);
        match &self.again.was {
            Was::Same => self.judge.feed(event),
            Was::Other(edited) => self.translate(edited, event),
            Was::Lost(why) => {
                if self.has_ended {
                    self.judge.all_unrecorded(why, event.at_us);
                }
                // Who takes part, what ends and what is at fault is true whatever the case says.
                if matches!(
                    event.what,
                    What::Begin { .. }
                        | What::Node { .. }
                        | What::Log { .. }
                        | What::Fault { .. }
                        | What::End
                ) {
                    self.judge.feed(event);
                }
            }
        }
    }

    /// An event whose steps are those of the script that was played.
    fn translate(&mut self, edited: &Edited, event: &Event) {
        let now = |step: StepId| edited.alignment.now.get(&step).copied();
        self.close_late(event.at_us);
        let mut event = event.clone();
        match &mut event.what {
            What::Begin { vars, unclaimed, .. } => {
                self.vars.clone_from(vars);
                unclaimed.retain(|item| self.again.script.requires.contains(item));
                unclaimed.extend(edited.newly_unclaimed.iter().cloned());
            }
            What::StepStart { step } => {
                let Some(index) = now(*step) else {
                    return;
                };
                self.catch_up(edited, index, event.at_us);
                if !edited.reaches(index) || self.is_stopped(edited, index) {
                    return;
                }
                let old = *step;
                *step = edited.alignment.steps[index].id;
                if let Some((was, is)) = self.limits(edited, old, *step)
                    && is < was
                {
                    let time = u64::try_from(is.as_micros()).unwrap_or(u64::MAX);
                    self.shorter.insert(*step, event.at_us.saturating_add(time));
                }
            }
            What::WindowEnd { step } => {
                let Some(index) = now(*step).filter(|index| edited.reaches(*index)) else {
                    return;
                };
                let old = *step;
                *step = edited.alignment.steps[index].id;
                if self.judge.opened_at(*step).is_some()
                    && let Some((was, is)) = self.limits(edited, old, *step)
                    && is > was
                {
                    let why = format!(
                        "the window that was recorded is too short: {} of {} that the case now gives",
                        vars::text(was),
                        vars::text(is)
                    );
                    self.judge.unrecorded(*step, &why, event.at_us);
                    return;
                }
            }
            What::Sent {
                step: step @ Some(_),
                capture,
                ..
            } => {
                let index = step.and_then(now);
                // A fetch is sent several times.
                let first = index.filter(|index| self.sent.insert(edited.alignment.steps[*index].id));
                if let Some(index) = first {
                    self.catch_up(edited, index, event.at_us);
                }
                // What was sent for a step of which nothing is judged was sent all the same.
                let told = index.filter(|index| edited.reaches(*index));
                let told =
                    told.and_then(|index| step_of(&self.again.script, edited.alignment.steps[index].id));
                *step = told.map(|step| step.id);
                let is_named = first.is_some() || capture.is_some();
                *capture = told.filter(|_| is_named).and_then(|step| step.capture.clone());
            }
            What::NoReply {
                step: step @ Some(_), ..
            }
            | What::Fault {
                step: step @ Some(_), ..
            } => {
                *step = step.and_then(now).map(|index| edited.alignment.steps[index].id);
            }
            What::NotSent { step, .. } | What::Halt { step, .. } => {
                let Some(index) = now(*step).filter(|index| edited.reaches(*index)) else {
                    return;
                };
                *step = edited.alignment.steps[index].id;
            }
            What::End => {
                self.catch_up(edited, edited.alignment.steps.len(), event.at_us);
                self.own_up(edited, event.at_us);
            }
            _ => {}
        }
        self.judge.feed(&event);
    }

    /// Steps of today that nobody waited for then, before this one: they may take what had come by now. What they do not find then, nobody
    /// can say whether it would have come.
    fn catch_up(&mut self, edited: &Edited, before: usize, at_us: u64) {
        for index in 0..before {
            let flat = &edited.alignment.steps[index];
            let is_new = flat.role == Role::Wait && !edited.alignment.before.contains_key(&index);
            if !is_new
                || !edited.reaches(index)
                || self.judge.standing(flat.id).is_some()
                || self.is_stopped(edited, index)
            {
                continue;
            }
            // Between it and what was recorded next something was done that left no trace: what came may have come of that.
            let is_blurred = edited.alignment.steps[index..before]
                .iter()
                .any(|later| later.is_quiet);
            if !is_blurred {
                let start = self.event(at_us, What::StepStart { step: flat.id });
                self.judge.feed(&start);
            }
            if is_blurred || self.judge.standing(flat.id) == Some(Status::Open) {
                let why =
                    "no window was recorded for this step: the run that was recorded did not wait for it";
                self.judge.unrecorded(flat.id, why, at_us);
            }
        }
    }

    /// Says of every step that is not decided why the journal does not tell.
    fn own_up(&mut self, edited: &Edited, at_us: u64) {
        for (index, flat) in edited.alignment.steps.iter().enumerate() {
            let standing = self.judge.standing(flat.id);
            let is_open = standing == Some(Status::Open) && self.judge.opened_at(flat.id).is_some();
            if (standing.is_some() && !is_open) || self.is_stopped(edited, index) {
                continue;
            }
            let cut = edited.alignment.cut.as_ref().filter(|(cut, _)| index >= *cut);
            let why = match cut {
                Some((_, why)) => why.clone(),
                None if is_open => {
                    "the run that was recorded stopped waiting here before what the case now waits for came"
                        .to_owned()
                }
                None if flat.is_sent && self.sent.contains(&flat.id) => continue,
                None if flat.role == Role::Wait || flat.is_sent => {
                    "this step was never played: the run that was recorded ended before it".to_owned()
                }
                None => continue,
            };
            self.judge.unrecorded(flat.id, &why, at_us);
        }
    }

    /// Windows that were recorded and are longer than those of today: what comes after their time of today decides nothing.
    fn close_late(&mut self, at_us: u64) {
        let shorter: Vec<(StepId, u64)> = self
            .shorter
            .iter()
            .filter(|(step, end)| at_us > **end && self.judge.opened_at(**step).is_some())
            .map(|(step, end)| (*step, *end))
            .collect();
        for (step, end) in shorter {
            self.shorter.remove(&step);
            let waits = step_of(&self.again.script, step).map(|step| &step.action);
            if matches!(waits, Some(Action::ExpectNone(_))) {
                self.judge.feed(&self.event(end, What::WindowEnd { step }));
            } else {
                // Time that the machine withheld from the run did not count then, and nobody knows how much it was.
                let why = "nothing had come by the time that the case now gives; the run that was recorded waited longer";
                self.judge.unrecorded(step, why, at_us);
            }
        }
    }

    fn event(&self, at_us: u64, what: What) -> Event {
        Event {
            script: self.again.script.id.clone(),
            seq: 0,
            at_us,
            what,
        }
    }

    /// Whether a step of today is not come to, since one before it ended the sequence.
    fn is_stopped(&self, edited: &Edited, index: usize) -> bool {
        let flat = &edited.alignment.steps[index];
        edited.alignment.steps[..index].iter().any(|earlier| {
            matches!(
                self.judge.standing(earlier.id),
                Some(Status::Broken | Status::CaseOver)
            ) && !flat.is_beside(earlier)
        })
    }

    /// How long a step's window was, and how long it is to be.
    fn limits(&self, edited: &Edited, old: StepId, new: StepId) -> Option<(Duration, Duration)> {
        let was = self.limit(&step_of(&edited.old, old)?.action)?;
        let is = self.limit(&step_of(&self.again.script, new)?.action)?;
        Some((was, is))
    }

    fn limit(&self, action: &Action) -> Option<Duration> {
        let lookup = |name: &str| self.judge.lookup(name);
        let limits = Limits {
            timer: &|name| vars::duration(self.vars.get(&format!("timer.{name}"))?),
            duration: &|template| vars::duration(&template.resolve(&lookup).ok()?),
        };
        limits.of(action)
    }
}

impl Edited {
    /// Whether what was recorded at this step of today was made by what the script of today does.
    fn reaches(&self, index: usize) -> bool {
        self.alignment.cut.as_ref().is_none_or(|(cut, _)| index < *cut)
    }
}

fn step_of(script: &Script, id: StepId) -> Option<&Step> {
    script.steps().find(|step| step.id == id)
}
