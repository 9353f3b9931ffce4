//! `mmspec encode`.

use std::fs;
use std::path::Path;

use super::shared::{broken, octets_of, print, wrong};
use crate::cli::args::EncodeArgs;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::inspect;
use crate::run::suite;

pub fn encode(args: &EncodeArgs) -> Result<u8, Failure> {
    let (name, octets) = octets_of(&args.file)?;
    let text = String::from_utf8(octets).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Failure::usage(format!("{name}: no UTF-8 from octet {at} on"))
    })?;
    let contents = suite::contents().map_err(broken)?;
    // A file that a content names stands beside the file that names it.
    let folder = args.file.parent().unwrap_or(Path::new(""));
    let read = |path: &str| fs::read(folder.join(path)).map_err(|e| e.to_string());
    let octets =
        inspect::encode(&name, &text, &contents, &read).map_err(|problems| wrong(&problems, &name))?;
    let shown = if args.hex {
        let mut text = hex::encode(&octets);
        text.push('\n');
        text.into_bytes()
    } else {
        octets
    };
    match &args.out {
        Some(path) => {
            fs::write(path, shown).map_err(|e| Failure::error(format!("{}: {e}", path.display())))?;
        }
        None if args.hex => print(&String::from_utf8_lossy(&shown))?,
        None if output::is_terminal() => {
            let why = "standard output is a terminal, and these are octets: say --hex, or --out FILE";
            return Err(Failure::usage(why));
        }
        None => output::print_octets(&shown)
            .map_err(|e| Failure::error(format!("cannot write to standard output: {e}")))?,
    }
    Ok(exit::AS_EXPECTED)
}
