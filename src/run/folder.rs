//! The folder of a run.

use std::path::{Path, PathBuf};

use super::plan::Plan;
use super::world::safe;

/// `<report-dir>/<target>/<run>/`, and `latest` beside the targets.
pub fn folder(reports: &Path, plan: &Plan, started: jiff::Timestamp) -> std::io::Result<PathBuf> {
    latest_folder(reports, &folder_name(plan), started)
}

/// `<target>` of a run's folder.
pub fn folder_name(plan: &Plan) -> String {
    let mut names: Vec<String> = plan.targets.values().map(|t| safe(&t.name)).collect();
    names.dedup();
    if names.is_empty() {
        "embedded".to_owned()
    } else {
        names.join("+")
    }
}

/// A fresh folder for a run of these targets, to which `latest` points then.
///
/// # Errors
/// It cannot be made.
pub fn latest_folder(reports: &Path, targets: &str, started: jiff::Timestamp) -> std::io::Result<PathBuf> {
    let dir = fresh_folder(&reports.join(targets), started)?;
    point_latest(reports, &dir);
    Ok(dir)
}

/// A folder below `parent` that is named by the time and that nobody else has.
///
/// # Errors
/// It cannot be made.
pub fn fresh_folder(parent: &Path, started: jiff::Timestamp) -> std::io::Result<PathBuf> {
    let base = started.strftime("%Y%m%d-%H%M%S").to_string();
    std::fs::create_dir_all(parent)?;
    let mut dir = parent.join(&base);
    let mut n = 2;
    // Two runs in one second: each gets a folder of its own.
    while let Err(e) = std::fs::create_dir(&dir) {
        if e.kind() != std::io::ErrorKind::AlreadyExists {
            return Err(e);
        }
        dir = parent.join(format!("{base}-{n}"));
        n += 1;
    }
    Ok(dir)
}

/// Best effort: a run does not fail for want of a link.
fn point_latest(reports: &Path, dir: &Path) {
    let latest = reports.join("latest");
    let Ok(relative) = dir.strip_prefix(reports) else {
        return;
    };
    if latest.symlink_metadata().is_ok_and(|m| m.is_symlink()) {
        let _ = std::fs::remove_file(&latest);
    }
    #[cfg(unix)]
    let _ = std::os::unix::fs::symlink(relative, &latest);
    #[cfg(not(unix))]
    let _ = std::fs::write(&latest, relative.display().to_string());
}
