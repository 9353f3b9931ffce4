//! Runs scripts side by side and gathers their verdicts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::link::Arrival;
use crate::party::Past;
use crate::target::PushChannel;

use super::collect::{self, collect};
use super::coverage::Coverage;
use super::fingerprint::Fingerprint;
use super::folder::{folder, folder_name};
use super::host::{Host, Isolation};
use super::journal::{Event, RunHead, What};
use super::judge::RuleJudge;
use super::launched::Fall;
use super::observer::Observer;
use super::outcome::{CaseResult, QuirkResult, RunInfo, RunResult, SCHEMA, Summary, Tool, UnsolicitedResult};
use super::plan::Plan;
use super::play::play_all;
use super::redact::redact;
use super::shard::Shard;
use super::sources::Sources;
use super::statics;
use super::suite::Suite;
use super::world::World;

/// What the relays that a run starts say, in the run's folder.
const LOGS: &str = "logs";

/// What to run and how to count.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub selection: Vec<String>,
    /// Relay name → target file.
    pub relays: BTreeMap<String, PathBuf>,
    /// `[NODE=]NAME`
    pub defects: Vec<String>,
    /// Ways of other relays that embedded ones without a target file imitate.
    pub dialects: Vec<String>,
    /// The channel through which they push.
    pub push: PushChannel,
    pub case_dirs: Vec<PathBuf>,
    /// `None`: strict when every relay is embedded.
    pub strict: Option<bool>,
    pub recalled_inconc: bool,
    pub jobs: Option<usize>,
    /// Where embedded relays live.
    pub isolation: Isolation,
    /// The program that is a relay as `PROGRAM relay`, where relays are processes. `None`: this one.
    pub program: Option<PathBuf>,
    pub report_dir: PathBuf,
    /// Cases that cost much too.
    pub all: bool,
    /// Only this part of the selected scripts.
    pub shard: Option<Shard>,
    /// No deadline of a target is longer than this.
    pub hasten: Option<Duration>,
}

impl Options {
    /// The program that is a relay, or a tool of one.
    ///
    /// # Errors
    /// This program cannot find itself.
    pub fn program(&self) -> Result<PathBuf, Refused> {
        match &self.program {
            Some(program) => Ok(program.clone()),
            None => std::env::current_exe()
                .map_err(|e| Refused::Environment(format!("this program cannot find itself: {e}"))),
        }
    }
}

/// Nothing was run.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Command line, case or target are wrong.
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    NothingSelected(String),
    /// The environment's or our own fault.
    #[error("{0}")]
    Environment(String),
}

/// A run that has ended.
pub struct Finished {
    pub result: RunResult,
    /// The folder of its journal and reports.
    pub dir: PathBuf,
    /// Remote relays that gave no sign of life before the first case began, and what came instead.
    pub silent: Vec<String>,
    /// What is risky about the targets: each once, for a person.
    pub warnings: Vec<String>,
    pub(super) suite: Arc<Suite>,
}

impl Finished {
    /// The text of a case file.
    pub fn text_of(&self, file: &str) -> Option<Arc<str>> {
        self.suite.text_of(file)
    }

    /// Whether the suite has a case of that id, selected or not.
    pub fn has_case(&self, id: &str) -> bool {
        self.suite.has_case(id)
    }

    /// What the run says of each test purpose.
    pub fn coverage(&self) -> Coverage {
        Coverage::of(&self.suite, Some(&self.result))
    }
}

/// Runs what the options select.
///
/// # Errors
/// Nothing was run, and why.
pub async fn execute(options: Options, observer: &dyn Observer) -> Result<Finished, Refused> {
    let plan = Plan::new(&options)?;
    let environment = |e: &dyn std::fmt::Display| Refused::Environment(e.to_string());
    let started = jiff::Timestamp::now();
    let seed = u64::try_from(started.as_nanosecond()).unwrap_or_default();
    let mut world = World::open(
        plan.targets.clone(),
        plan.defects.clone(),
        plan.peers.clone(),
        seed,
        Arc::new(host(&options)?),
    )
    .await
    .map_err(|e| environment(&e))?;
    let dir = folder(&options.report_dir, &plan, started).map_err(|e| {
        Refused::Environment(format!(
            "cannot make a folder for the run in {}: {e}",
            options.report_dir.display()
        ))
    })?;
    let brought_up = world.bring_up(&dir.join(LOGS), None).await;
    brought_up.map_err(|e| environment(&e))?;
    let world = Arc::new(world);
    let rules = plan
        .rules
        .iter()
        .map(|script| RuleJudge::new(Arc::clone(script), Arc::clone(&plan.suite), plan.policy))
        .collect();
    let head = head(&plan, &options, started);
    head.write(&dir).map_err(|e| environment(&e))?;
    let sources = Sources::of(&plan.suite, plan.scenarios.iter().chain(&plan.rules));
    sources.write(&dir).map_err(|e| environment(&e))?;
    let (sender, events) = mpsc::unbounded_channel();
    let journal = dir.join("events.jsonl");
    let collector = tokio::spawn(async move { collect(&journal, events, rules).await });

    observer.begin(plan.scenarios.len() + plan.rules.len());
    let mut cases = play_all(&plan, &world, sender.clone(), observer).await;
    world.put_down().await;
    let unsolicited = of_no_script(&world);
    let strangers = unsolicited.iter().filter_map(collect::stranger).collect();
    for event in unsolicited {
        // The collector listens until the last sender is gone.
        let _ = sender.send(event);
    }
    drop(sender);
    let (rules, falls) = match collector.await {
        Ok(Ok(told)) => told,
        Ok(Err(e)) => {
            return Err(Refused::Environment(format!(
                "the journal cannot be written: {e}"
            )));
        }
        Err(e) => return Err(environment(&e)),
    };
    for rule in rules {
        let result = rule.finish();
        observer.case_started(&result.id);
        observer.case_ended(&result);
        cases.push(result);
    }
    cases.extend(statics::judge(&head.lacks, &head.bindings));
    cases.extend(falls.finish());
    observer.end();
    let result = result(head, cases, strangers);
    Ok(Finished {
        result,
        dir,
        silent: world.silent.clone(),
        warnings: world.warnings.clone(),
        suite: plan.suite,
    })
}

fn host(options: &Options) -> Result<Host, Refused> {
    if options.isolation == Isolation::Namespace && !options.relays.is_empty() {
        return Err(Refused::Usage(
            "a run in a network of its own cannot reach a target: all its relays are embedded".into(),
        ));
    }
    Ok(Host::new(options.isolation, options.program()?))
}

/// Puts cases and head together.
pub(super) fn result(
    head: RunHead,
    mut cases: Vec<CaseResult>,
    unsolicited: Vec<UnsolicitedResult>,
) -> RunResult {
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let alive = head.embedded || cases.iter().any(|c| c.alive);
    RunResult {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: "mmspec".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        run: RunInfo {
            bindings: head.bindings,
            strict: head.strict,
            recalled_inconc: head.recalled_inconc,
            defects: head.defects,
            alive,
            options: head.options,
            started_ms: head.started_ms,
        },
        summary: Summary::of(&cases),
        comparison: None,
        quirks: QuirkResult::of(&cases),
        cases,
        unsolicited,
    }
}

/// What arrived for nobody, and ends of relays that no script is known to have caused, as journal entries that belong to no script.
fn of_no_script(world: &World) -> Vec<Event> {
    let unsolicited = world.desk.unsolicited();
    let arrived = |(arrival, past): (Arrival, Option<Past>)| {
        let (case, why) = past.map(|past| (past.case, past.why)).unzip();
        What::Unsolicited {
            place: arrival.place,
            from: arrival.from,
            crossing: arrival.crossing,
            wire: arrival.wire,
            case,
            why,
        }
    };
    let arrivals = unsolicited.first.into_iter().zip(unsolicited.past).map(arrived);
    let falls = world.keepers().iter().flat_map(|(relay, keeper)| {
        let fell = move |Fall { detail, running }| What::Fell {
            node: relay.clone(),
            detail,
            running,
        };
        keeper.node().falls().into_iter().map(fell)
    });
    let event = |(seq, what): (usize, What)| Event {
        script: String::new(),
        seq: u64::try_from(seq).unwrap_or(u64::MAX),
        at_us: 0,
        what: redact(what, world.secrets()),
    };
    arrivals.chain(falls).enumerate().map(event).collect()
}

fn head(plan: &Plan, options: &Options, started: jiff::Timestamp) -> RunHead {
    let mut words: Vec<String> = Vec::new();
    for (relay, path) in &options.relays {
        words.extend(["--relay".to_owned(), format!("{relay}={}", path.display())]);
    }
    for defect in &options.defects {
        words.extend(["--defect".to_owned(), defect.clone()]);
    }
    for dialect in &options.dialects {
        words.extend(["--dialect".to_owned(), dialect.clone()]);
    }
    if options.push != PushChannel::default() {
        words.extend(["--push".to_owned(), options.push.name().to_owned()]);
    }
    for path in &options.case_dirs {
        words.extend(["--cases".to_owned(), path.display().to_string()]);
    }
    match options.strict {
        Some(true) => words.push("--strict".to_owned()),
        Some(false) => words.push("--no-strict".to_owned()),
        None => {}
    }
    if options.recalled_inconc {
        words.extend(["--recalled".to_owned(), "inconc".to_owned()]);
    }
    if options.isolation != Isolation::None {
        words.extend(["--isolate".to_owned(), options.isolation.name().to_owned()]);
    }
    RunHead {
        bindings: plan
            .targets
            .iter()
            .map(|(relay, target)| (relay.clone(), target.label()))
            .collect(),
        lacks: plan
            .targets
            .iter()
            .map(|(relay, target)| (relay.clone(), target.lacks.clone()))
            .collect(),
        embedded: plan.targets.values().all(|t| t.is_embedded()),
        scripts: plan
            .scenarios
            .iter()
            .chain(&plan.rules)
            .map(|s| s.id.clone())
            .collect(),
        strict: plan.policy.strict,
        recalled_inconc: plan.policy.recalled_inconc,
        defects: options.defects.clone(),
        options: words,
        selection: Some(options.selection.clone()),
        all: options.all,
        shard: options.shard,
        suite: Fingerprint::of(&plan.suite),
        folder: folder_name(plan),
        started_ms: u64::try_from(started.as_millisecond()).unwrap_or_default(),
    }
}
