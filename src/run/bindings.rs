//! Which target plays which relay: files are read for their place in the topology, and for whom they face there.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::case::{Script, Topology};
use crate::relay::check_dialects;
use crate::target::{Embedded, Identity, Setting, Target};

use super::execute::{Options, Refused};
use super::stage::{domain_of, own_prefix};

/// Relay → target, for every relay of a selected topology; those that no file plays are embedded.
///
/// # Errors
/// A name that no topology has, a file that is wrong.
pub fn targets(
    options: &Options,
    scenarios: &[Arc<Script>],
) -> Result<BTreeMap<String, Arc<Target>>, Refused> {
    let known: BTreeSet<&str> = Topology::ALL
        .iter()
        .flat_map(|(_, t)| t.relays())
        .copied()
        .collect();
    let mut targets = BTreeMap::new();
    for (relay, path) in &options.relays {
        if !known.contains(relay.as_str()) {
            let names: Vec<&str> = known.into_iter().collect();
            return Err(Refused::Usage(format!(
                "no topology has a relay {relay:?}; relays are called {}",
                names.join(", ")
            )));
        }
        targets.insert(relay.clone(), load(relay, path, &options.program()?)?);
    }
    face_each_other(&mut targets)?;
    if let Some(limit) = options.hasten {
        for target in targets.values_mut() {
            target.timers.hasten(limit);
        }
    }
    for embedded in targets.values().filter_map(|target| target.embedded.as_ref()) {
        spoken(&embedded.dialects)?;
    }
    spoken(&options.dialects)?;
    let mut targets: BTreeMap<String, Arc<Target>> = targets
        .into_iter()
        .map(|(relay, target)| (relay, Arc::new(target)))
        .collect();
    let embedded = Arc::new(Target::embedded_as(Embedded {
        push: options.push,
        dialects: options.dialects.clone(),
        ..Embedded::default()
    }));
    for relay in scenarios.iter().flat_map(|s| s.topology.relays()) {
        targets
            .entry((*relay).to_owned())
            .or_insert_with(|| Arc::clone(&embedded));
    }
    Ok(targets)
}

/// The target in a file, for its place in the topology.
///
/// # Errors
/// The file is wrong.
pub fn load(relay: &str, path: &Path, program: &Path) -> Result<Target, Refused> {
    let setting = Setting {
        relay: relay.to_owned(),
        other: usual_identity(opposite(relay)),
        program: program.to_owned(),
        dir: instance_dir(),
    };
    Target::load(path, &setting).map_err(usage)
}

/// A folder that no other instance of a relay has, and whose name nobody can guess; made when it is needed.
pub fn instance_dir() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let chance = RandomState::new().build_hasher().finish();
    std::env::temp_dir().join(format!("mmspec-{}-{number}-{chance:016x}", std::process::id()))
}

/// The relay that interworks with this one where there are two.
pub fn opposite(relay: &str) -> &'static str {
    if relay == "A" { "B" } else { "A" }
}

/// What an embedded relay is called where two MMSEs interwork.
pub fn usual_identity(relay: &str) -> Identity {
    Identity {
        domain: domain_of(Topology::TwoMmse, relay),
        prefix: own_prefix(relay),
    }
}

fn face_each_other(targets: &mut BTreeMap<String, Target>) -> Result<(), Refused> {
    let identities: BTreeMap<String, Identity> = targets
        .iter()
        .filter_map(|(relay, target)| Some((relay.clone(), target.identity()?)))
        .collect();
    for (relay, target) in targets.iter_mut() {
        if let Some(other) = identities.get(opposite(relay)) {
            *target = target.facing(other.clone()).map_err(usage)?;
        }
    }
    Ok(())
}

fn spoken(dialects: &[String]) -> Result<(), Refused> {
    check_dialects(dialects).map_err(|e| Refused::Usage(e.to_string()))
}

fn usage(wrong: crate::target::Wrong) -> Refused {
    Refused::Usage(wrong.to_string())
}
