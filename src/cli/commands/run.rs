//! `mmspec run`, and `mmspec` alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use super::finish::{present, refused, warn};
use super::shared::{REPORT_DIR, observer, runtime};
use crate::cli::args::{Isolate, Recalled, RunArgs};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::outputs::Outputs;
use crate::cli::target_args::PushArg;
use crate::run::host::{Isolation, in_private_network};
use crate::run::{self, Options};

pub fn run(args: RunArgs) -> Result<u8, Failure> {
    if args.isolate == Isolate::Namespace
        && let Some(code) = inside()?
    {
        return Ok(code);
    }
    let (outputs, shard) = (Outputs::of(&args.reports)?, args.shard);
    let options = options(args)?;
    let observer = observer(outputs.verbose);
    let started = Instant::now();
    let done = runtime()?.block_on(async {
        tokio::select! {
            done = run::execute(options, observer.as_ref()) => Some(done),
            () = interrupted() => None,
        }
    });
    // By now all that the run started is down.
    let Some(done) = done else {
        output::complain(
            "mmspec: interrupted; `mmspec report` on the run's folder shows what happened so far",
        );
        return Ok(exit::INTERRUPTED);
    };
    let mut finished = done.map_err(refused)?;
    let dir = finished.dir.clone();
    let elapsed = Some(started.elapsed());
    let code = present(&mut finished, &dir, &outputs, elapsed)?;
    warn(&finished, &outputs);
    if let Some(shard) = shard
        && finished.result.cases.is_empty()
    {
        output::complain(&format!("mmspec: shard {shard} has none of the selected cases"));
        return Ok(exit::AS_EXPECTED);
    }
    if code != exit::AS_EXPECTED {
        for silent in &finished.silent {
            output::complain(&outputs.shown(&format!("mmspec: {silent}")));
        }
        if !finished.silent.is_empty() {
            output::complain("mmspec: is it running, and does its target file name the right addresses?");
        }
    }
    Ok(code)
}

/// Waits for Ctrl-C, or for SIGTERM. Where there are no handlers, both end the program by themselves.
async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut wish) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = wish.recv() => {}
            () = control_c() => {}
        }
        return;
    }
    control_c().await;
}

async fn control_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The same command in a network of its own, and its exit code; none if this is it.
fn inside() -> Result<Option<u8>, Failure> {
    let program = std::env::current_exe().map_err(Failure::error)?;
    let ended = in_private_network(&program, std::env::args_os().skip(1)).map_err(Failure::error)?;
    Ok(ended.map(|status| {
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        code.unwrap_or(exit::ERROR)
    }))
}

fn options(args: RunArgs) -> Result<Options, Failure> {
    let strict = args.strictness();
    Ok(Options {
        selection: args.selection,
        relays: relays(args.target, args.relays)?,
        defects: args.defects,
        dialects: args.dialects,
        push: args.push.map(PushArg::channel).unwrap_or_default(),
        case_dirs: args.cases.dirs,
        strict,
        recalled_inconc: args.recalled == Recalled::Inconc,
        jobs: args.jobs.map(|jobs| jobs as usize),
        isolation: match args.isolate {
            Isolate::None => Isolation::None,
            Isolate::Process => Isolation::Process,
            Isolate::Namespace => Isolation::Namespace,
        },
        program: None,
        report_dir: args.report_dir.unwrap_or_else(|| PathBuf::from(REPORT_DIR)),
        all: args.all,
        shard: args.shard,
        hasten: None,
    })
}

/// `--target T` is `--relay A=T`.
fn relays(
    target: Option<PathBuf>,
    relays: Vec<(String, PathBuf)>,
) -> Result<BTreeMap<String, PathBuf>, Failure> {
    let mut bound = BTreeMap::new();
    for (name, file) in target
        .map(|file| ("A".to_owned(), file))
        .into_iter()
        .chain(relays)
    {
        if let Some(first) = bound.insert(name.clone(), file) {
            return Err(Failure::usage(format!(
                "relay {name} has a target already: {}",
                first.display()
            )));
        }
    }
    Ok(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_is_relay_a() {
        let bound = relays(Some("a.yaml".into()), vec![("B".into(), "b.yaml".into())]).unwrap();
        assert_eq!(bound["A"], PathBuf::from("a.yaml"));
        assert_eq!(bound["B"], PathBuf::from("b.yaml"));
        let twice = relays(Some("a.yaml".into()), vec![("A".into(), "b.yaml".into())]);
        assert!(twice.unwrap_err().message.contains("relay A"));
    }
}
