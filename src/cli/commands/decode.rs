//! `mmspec decode`.

use std::fs;
use std::path::Path;

use super::shared::{octets_of, print};
use crate::cli::args::DecodeArgs;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::inspect::{self, Decoded, Input, Layer, TextOptions};
use crate::wire::Severity;

pub fn decode(args: &DecodeArgs) -> Result<u8, Failure> {
    let (name, octets) = octets_of(&args.file)?;
    let input = match (args.hex, args.raw) {
        (true, _) => Input::hex(&name, &octets).map_err(|e| Failure::usage(format!("{name}: {e}")))?,
        (_, true) => Input::raw(&name, octets),
        _ => Input::detect(&name, octets),
    };
    let decoded = inspect::decode(&input, args.kind).map_err(|e| Failure::usage(format!("{name}: {e}")))?;
    if args.json {
        print(&inspect::to_json(&input, &decoded, args.data).map_err(Failure::error)?)?;
    } else if args.yaml {
        print(&inspect::to_yaml(&decoded).map_err(|why| Failure::usage(format!("{name}: {why}")))?)?;
    } else {
        let options = TextOptions {
            full: args.full,
            paint: output::paint(),
        };
        print(&inspect::to_text(&input, &decoded, options))?;
    }
    if let Some(dir) = &args.bodies {
        write_bodies(dir, &decoded)?;
    }
    let errors: usize = decoded.layers.iter().map(|l| l.count(Severity::Error)).sum();
    Ok(if args.strict && errors > 0 {
        exit::VIOLATED
    } else {
        exit::AS_EXPECTED
    })
}

/// One file for each part. Their names are made here: those in a message are not to be trusted.
fn write_bodies(dir: &Path, decoded: &Decoded) -> Result<(), Failure> {
    let mut contents = Vec::new();
    decoded
        .layers
        .iter()
        .for_each(|layer| collect(layer, &mut contents));
    fs::create_dir_all(dir).map_err(|e| Failure::error(format!("{}: {e}", dir.display())))?;
    for (number, content) in contents.iter().enumerate() {
        for part in content.leaves() {
            let subtype: String = part
                .media
                .essence
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .chars()
                .filter(|c| c.is_ascii_alphanumeric())
                .take(24)
                .collect();
            let number = if number == 0 {
                String::new()
            } else {
                format!("{}-", number + 1)
            };
            let path = if part.path.is_empty() { "body" } else { &part.path };
            let file = dir.join(format!("{number}{path}.{subtype}"));
            fs::write(&file, &part.data).map_err(|e| Failure::error(format!("{}: {e}", file.display())))?;
        }
    }
    Ok(())
}

fn collect(layer: &Layer, contents: &mut Vec<inspect::PartNode>) {
    contents.extend(inspect::parts(layer));
    layer.inner.iter().for_each(|inner| collect(inner, contents));
}
