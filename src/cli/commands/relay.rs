//! `mmspec relay`: the embedded relay alone, for trying things by hand and as a peer of real ones.

use std::fs;
use std::path::Path;

use super::shared::{print, runtime};
use crate::cli::args::RelayArgs;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::relay::{Config, DEFECTS, Relay, StartError};

/// The configuration of a relay that was given none.
const SMALL: &str = include_str!("relay.yaml");

pub fn relay(args: &RelayArgs) -> Result<u8, Failure> {
    if args.list_defects {
        print(&defects())?;
        return Ok(exit::AS_EXPECTED);
    }
    let config = match &args.config {
        None => parse("the built-in configuration", SMALL)?,
        Some(path) => read(path)?,
    };
    if args.print_config {
        print(&serde_saphyr::to_string(&config).map_err(Failure::error)?)?;
        return Ok(exit::AS_EXPECTED);
    }
    runtime()?.block_on(serve(config, args.config.as_deref()))?;
    Ok(exit::AS_EXPECTED)
}

/// Runs until Ctrl-C. SIGHUP reads the table of subscribers again.
async fn serve(config: Config, file: Option<&Path>) -> Result<(), Failure> {
    let path = config.mm1.path.clone();
    let log = std::sync::Arc::new(|line: &str| output::complain(line));
    let relay = Relay::start_logging(config, log).await.map_err(|e| match e {
        StartError::Listen { .. } | StartError::Store { .. } => Failure::error(e),
        StartError::UnknownDefect(_) | StartError::Push(_) | StartError::Homes(_) => Failure::usage(e),
    })?;
    print(&format!(
        "MM1 http://{}{path}\nMM4 {}\nCtrl-C ends it",
        relay.mm1_addr(),
        relay.mm4_addr()
    ))?;
    let cannot = |e: std::io::Error| Failure::error(format!("cannot wait for signals: {e}"));
    let mut again = Again::new().map_err(cannot)?;
    loop {
        tokio::select! {
            ended = tokio::signal::ctrl_c() => {
                ended.map_err(cannot)?;
                break;
            }
            () = again.wanted() => match file.map(read) {
                Some(Ok(config)) => relay.reload(&config.subscribers),
                // It goes on with what it has.
                Some(Err(failure)) => output::complain(&failure.message),
                None => {}
            },
        }
    }
    relay.stop().await;
    Ok(())
}

/// SIGHUP, where there is such a thing.
struct Again {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Again {
    #[cfg(unix)]
    fn new() -> std::io::Result<Again> {
        let kind = tokio::signal::unix::SignalKind::hangup();
        tokio::signal::unix::signal(kind).map(|signal| Again { signal })
    }

    #[cfg(unix)]
    async fn wanted(&mut self) {
        if self.signal.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Again> {
        Ok(Again {})
    }

    #[cfg(not(unix))]
    async fn wanted(&mut self) {
        std::future::pending::<()>().await;
    }
}

fn read(path: &Path) -> Result<Config, Failure> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|e| Failure::usage(format!("{name}: {e}")))?;
    parse(&name.to_string(), &text)
}

fn parse(name: &str, text: &str) -> Result<Config, Failure> {
    serde_saphyr::from_str(text).map_err(|e| Failure::usage(format!("{name}: {e}")))
}

fn defects() -> String {
    let width = DEFECTS.iter().map(|d| d.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for defect in DEFECTS.iter() {
        out.push_str(&format!(
            "{:<width$}  {} ({}; {})\n",
            defect.name,
            defect.breaks,
            defect.clause,
            defect.tests.join(", ")
        ));
    }
    out.push_str(&format!("{} defects\n", DEFECTS.len()));
    out
}
