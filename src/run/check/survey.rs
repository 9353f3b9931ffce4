//! The check itself, in the order in which things can be wrong.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::model::{Check, Line};
use super::{carry, listeners, reach};
use crate::run::bindings::{instance_dir, opposite, usual_identity};
use crate::run::execute::{Options, Refused, execute};
use crate::run::observer::Silent;
use crate::target::{Setting, Start, Target};

/// No deadline of the cases is longer: a check is over in seconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is to be checked.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub target: PathBuf,
    /// Whether MMs may be sent.
    pub send: bool,
    /// Where the journal of the MMs is kept.
    pub report_dir: PathBuf,
}

/// Looks at one target. What is wrong with it is in the result.
///
/// # Errors
/// The target file cannot be used, or this program is at fault.
pub async fn check(wanted: &Wanted) -> Result<Check, Refused> {
    let mut options = Options {
        relays: BTreeMap::from([("A".to_owned(), wanted.target.clone())]),
        report_dir: wanted.report_dir.clone(),
        hasten: Some(PATIENCE),
        ..Options::default()
    };
    let setting = Setting {
        relay: "A".to_owned(),
        other: usual_identity(opposite("A")),
        program: options.program()?,
        dir: instance_dir(),
    };
    let target = Target::load(&wanted.target, &setting).map_err(|e| Refused::Usage(e.to_string()))?;
    let mut check = Check {
        target: target.label(),
        lines: vec![Line::good(
            format!("target file {}", wanted.target.display()),
            format!("{}, start: {}", target.label(), target.start.word()),
        )],
        strangers: Vec::new(),
    };
    let (mut mm1, mut mm4) = (true, true);
    if let Some(ixit) = &target.ixit {
        check.lines.extend(listeners::check(ixit).await);
        if target.start == Start::Remote {
            let reached = reach::check(ixit).await;
            (mm1, mm4) = (reached.mm1, reached.mm4);
            check.lines.extend(reached.lines);
        }
    }
    if !wanted.send {
        check
            .lines
            .push(Line::skipped("one MM each way", "not asked for (--no-send)"));
    } else if !check.is_good() && (!(mm1 || mm4) || ports_are_taken(&check)) {
        check.lines.push(Line::skipped(
            "one MM each way",
            "what is wrong above comes first",
        ));
    } else {
        options.selection = carry::cases(mm1, mm4);
        carried(&mut check, options, &target).await?;
    }
    Ok(check)
}

fn ports_are_taken(check: &Check) -> bool {
    use super::State;
    let ours = |line: &&Line| line.what.contains("that mmspec plays");
    check
        .lines
        .iter()
        .filter(ours)
        .any(|line| line.state == State::Wrong)
}

async fn carried(check: &mut Check, options: Options, target: &Target) -> Result<(), Refused> {
    match execute(options, &Silent).await {
        Ok(finished) => {
            check
                .lines
                .extend(carry::judge(&finished.dir, &finished.result.cases, target));
            check.strangers = finished
                .result
                .unsolicited
                .iter()
                .map(|stranger| format!("{} at {}", stranger.what, stranger.place))
                .collect();
            Ok(())
        }
        Err(Refused::Environment(why)) => {
            let mend = "its log may say more; docs/targets.md explains `processes`";
            check
                .lines
                .push(Line::wrong("the relay is brought up", why, mend));
            Ok(())
        }
        Err(other) => Err(other),
    }
}
