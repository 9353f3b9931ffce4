//! What a run is going to do: which scripts, against which targets, counted how.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::case::{Action, Body, Cost, Script};
use crate::relay::find_defect;
use crate::target::{Reset, Target};

use super::bindings;
use super::drive::needs_alone;
use super::execute::{Options, Refused};
use super::host::Isolation;
use super::judge::Policy;
use super::pools::Pools;
use super::select::Selection;
use super::stage::{controls, peers_of};
use super::suite::{Broken, Suite};
use super::vars;

/// Scripts that run side by side unless told otherwise. Most of their time is waiting.
const JOBS: usize = 500;

/// The same where every relay is a process.
const PROCESSES: usize = 64;

/// A run before it starts.
pub struct Plan {
    pub suite: Arc<Suite>,
    /// Scripts that drive parties.
    pub scenarios: Vec<Arc<Script>>,
    /// Scripts that judge every journal.
    pub rules: Vec<Arc<Script>>,
    /// Relay → target, for every relay of a selected topology.
    pub targets: BTreeMap<String, Arc<Target>>,
    pub defects: Vec<(Option<String>, String)>,
    pub policy: Policy,
    pub jobs: usize,
    pub peers: BTreeSet<String>,
}

impl Plan {
    /// # Errors
    /// A case, target, defect or selection that is wrong, or that selects nothing.
    pub fn new(options: &Options) -> Result<Plan, Refused> {
        let selection = Selection::new(&options.selection);
        let mut extra: Vec<PathBuf> = options.case_dirs.clone();
        extra.extend(selection.paths().map(Path::to_owned));
        let suite = Arc::new(Suite::load(&extra)?);
        let picked = selection
            .pick(&suite.scripts)
            .map_err(|e| Refused::NothingSelected(e.to_string()))?;
        let named = !options.selection.is_empty();
        let picked: Vec<Arc<Script>> = picked
            .into_iter()
            .filter(|s| s.cost == Cost::Normal || options.all || named)
            .collect();
        if picked.is_empty() {
            return Err(Refused::NothingSelected(
                "no case is selected; `mmspec list` shows what there is".into(),
            ));
        }
        let is_rule = |s: &Arc<Script>| matches!(s.body, Body::Always(_));
        let (rules, mut scenarios): (Vec<_>, Vec<_>) = picked.into_iter().partition(is_rule);
        if scenarios.is_empty() {
            // Rules speak of the journals of the others: alone, they get all of them.
            let others = suite
                .scripts
                .iter()
                .filter(|s| !is_rule(s) && s.cost == Cost::Normal);
            scenarios = others.cloned().collect();
        }
        // The targets are those of all scripts: every shard of a run has the same.
        let targets = bindings::targets(options, &scenarios)?;
        if let Some(shard) = options.shard {
            scenarios.retain(|script| shard.has(&script.id));
        }
        scenarios.sort_by_cached_key(|script| std::cmp::Reverse(least_wait(script, &targets)));
        let all_embedded = targets.values().all(|t| t.is_embedded());
        if !all_embedded {
            // Those that want a peer or a relay for themselves come last: nobody waits for their turns.
            scenarios.sort_by_key(|script| {
                let relays = script.topology.relays();
                relays.iter().any(|relay| controls(script, relay))
                    || peers_of(script).iter().any(|peer| needs_alone(script, peer))
            });
        }
        Ok(Plan {
            peers: scenarios
                .iter()
                .flat_map(|s| peers_of(s))
                .chain(["p".to_owned()])
                .collect(),
            defects: seeded(&options.defects, &targets)?,
            policy: Policy {
                strict: options.strict.unwrap_or(all_embedded),
                recalled_inconc: options.recalled_inconc,
            },
            jobs: if targets.values().any(|t| t.reset != Reset::Numbers) {
                // What is done between scripts would hit those beside.
                1
            } else {
                options.jobs.unwrap_or(if options.isolation != Isolation::None {
                    PROCESSES
                } else if all_embedded {
                    JOBS
                } else {
                    let most = Pools::of(&targets, 0).side_by_side(&scenarios);
                    most.unwrap_or(usize::MAX).min(scenarios.len()).max(1)
                })
            },
            suite,
            scenarios,
            rules,
            targets,
        })
    }
}

impl From<Broken> for Refused {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::File(text) => Refused::Usage(text),
            Broken::Cases(problems) => {
                let texts: Vec<String> = problems.iter().map(|p| p.render(false)).collect();
                Refused::Usage(texts.join("\n\n"))
            }
        }
    }
}

/// How long a script takes at least: the time in which it sees to it that nothing comes.
fn least_wait(script: &Script, targets: &BTreeMap<String, Arc<Target>>) -> Duration {
    let timer = |name: &str| {
        let named = targets.values().flat_map(|t| t.timers.named());
        named
            .filter(|(n, _)| *n == name)
            .map(|(_, d)| d)
            .max()
            .unwrap_or_default()
    };
    let waits = script.steps().filter_map(|step| match &step.action {
        Action::ExpectNone(none) => Some(match &none.within {
            None => timer("quiet"),
            Some(within) => match within.raw.strip_prefix("$timer.") {
                Some(name) => timer(name),
                None => vars::duration(&within.raw).unwrap_or_default(),
            },
        }),
        _ => None,
    });
    waits.sum()
}

/// Reads `[NODE=]NAME`.
fn seeded(
    names: &[String],
    targets: &BTreeMap<String, Arc<Target>>,
) -> Result<Vec<(Option<String>, String)>, Refused> {
    names
        .iter()
        .map(|text| {
            let (node, name) = match text.split_once('=') {
                Some((node, name)) => (Some(node.to_owned()), name),
                None => (None, text.as_str()),
            };
            if let Err(unknown) = find_defect(name) {
                return Err(Refused::Usage(unknown.to_string()));
            }
            let embedded = |t: &Arc<Target>| t.is_embedded();
            let reached = match &node {
                None => targets.values().any(embedded),
                Some(node) => targets.get(node).is_some_and(embedded),
            };
            if reached {
                Ok((node, name.to_owned()))
            } else {
                Err(Refused::Usage(format!(
                    "--defect {text}: defects go to embedded relays, and there is none here"
                )))
            }
        })
        .collect()
}
