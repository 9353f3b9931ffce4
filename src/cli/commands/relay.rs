//! `mmspec relay`: the embedded relay alone, for trying things by hand and as a peer of real ones.

use std::fs;

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
    let (name, text) = match &args.config {
        None => ("the built-in configuration".to_owned(), SMALL.to_owned()),
        Some(path) => {
            let text =
                fs::read_to_string(path).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
            (path.display().to_string(), text)
        }
    };
    let config: Config = serde_saphyr::from_str(&text).map_err(|e| Failure::usage(format!("{name}: {e}")))?;
    if args.print_config {
        print(&serde_saphyr::to_string(&config).map_err(Failure::error)?)?;
        return Ok(exit::AS_EXPECTED);
    }
    runtime()?.block_on(serve(config))?;
    Ok(exit::AS_EXPECTED)
}

/// Runs until Ctrl-C.
async fn serve(config: Config) -> Result<(), Failure> {
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
    tokio::signal::ctrl_c()
        .await
        .map_err(|e| Failure::error(format!("cannot wait for Ctrl-C: {e}")))?;
    relay.stop().await;
    Ok(())
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
