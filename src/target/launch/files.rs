//! The folder of an instance of a relay, and the files that are written for it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::trouble::Trouble;
use super::user::{self, User};
use crate::target::Target;

/// Makes the folder of an instance and writes the files of its target.
///
/// # Errors
/// A file cannot be written, or what is filled in is wrong.
pub(super) fn write(target: &Target) -> Result<(), Trouble> {
    let owner = owner(target)?;
    let dir = folder(target);
    make(&dir, owner.is_some()).map_err(|e| trouble(&dir, &e))?;
    own(&dir, owner).map_err(|e| trouble(&dir, &e))?;
    for file in &target.files {
        let text = match (&file.text, &file.from) {
            // It was filled in with the target file.
            (Some(text), _) => text.clone(),
            (None, Some(from)) => {
                let from = target.here().join(from);
                let text = fs::read_to_string(&from).map_err(|e| trouble(&from, &e))?;
                target.fill_in(&from.display().to_string(), &text)?
            }
            (None, None) => String::new(),
        };
        let path = dir.join(&file.path);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text))
            .and_then(|()| own(&path, owner));
        written.map_err(|e| trouble(&path, &e))?;
    }
    Ok(())
}

/// Removes the folder of an instance, with all that its processes left in it.
pub fn remove_folder(target: &Target) {
    if let Some(dir) = target.dir() {
        // It lies among temporary files.
        let _ = fs::remove_dir_all(dir);
    }
}

/// The folder of this instance.
pub(super) fn folder(target: &Target) -> PathBuf {
    target.dir().map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// Whose the folder is: the user of the first process that has one.
fn owner(target: &Target) -> Result<Option<User>, Trouble> {
    let with_user = target
        .processes
        .iter()
        .find_map(|p| p.user.as_ref().map(|user| (p, user)));
    let Some((process, user)) = with_user else {
        return Ok(None);
    };
    user::find(user).map(Some).map_err(|reason| Trouble::NotStarted {
        process: process.name.clone(),
        reason,
    })
}

/// What stands in it may be secret; but processes of several users have to reach it.
fn make(dir: &Path, is_shared: bool) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, if is_shared { 0o711 } else { 0o700 });
    builder.create(dir)
}

fn own(path: &Path, owner: Option<User>) -> io::Result<()> {
    match owner {
        // Those who may not give it away cannot start a process as somebody else either, which says why.
        Some(owner) => match std::os::unix::fs::chown(path, Some(owner.uid), Some(owner.gid)) {
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            other => other,
        },
        None => Ok(()),
    }
}

fn trouble(path: &Path, error: &io::Error) -> Trouble {
    Trouble::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}
