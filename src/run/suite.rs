//! What the binary carries: cases, groups, catalogue and contents, compiled in; `--cases DIR` adds to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::outcome::WITHOUT_FILE;
use crate::case::{self, Catalogue, Diagnostic, Library, Script};
use crate::wire::{Content, MediaType, Part};

use super::sources::Sources;

static CASES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cases");
static FIXTURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures");

/// Files of `cases/` that hold no case.
const NO_CASES: [&str; 3] = ["purposes.yaml", "groups.yaml", "equivalents.yaml"];

/// Named contents of MMs.
pub type Contents = BTreeMap<String, Content>;

/// Everything a run can select from.
pub struct Suite {
    pub scripts: Vec<Arc<Script>>,
    pub catalogue: Arc<Catalogue>,
    pub contents: Arc<Contents>,
}

/// Why a suite cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// Cases that are wrong, each with its place.
    #[error("{} problems in the cases", .0.len())]
    Cases(Vec<Diagnostic>),
    #[error("{0}")]
    File(String),
}

impl Suite {
    /// The compiled-in suite, with the cases of these files and directories added.
    ///
    /// # Errors
    /// What is wrong with a case, or a path that cannot be read.
    pub fn load(extra: &[PathBuf]) -> Result<Suite, Broken> {
        let builtin = Builtin::get()?;
        let mut scripts = builtin.scripts.clone();
        let mut added = Vec::new();
        for path in extra {
            files(path, &mut added)?;
        }
        // A case on disk replaces the compiled-in one of its id: that is how one edits a case.
        let added = read(&added, &builtin.library)?;
        scripts.retain(|s| !added.iter().any(|a| a.case_id == s.case_id));
        scripts.extend(added);
        scripts.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Suite {
            scripts,
            catalogue: Arc::clone(&builtin.catalogue),
            contents: Arc::clone(&builtin.contents),
        })
    }

    /// Whether results can have this id: that of a script, or of what no case file has.
    pub fn has_case(&self, id: &str) -> bool {
        WITHOUT_FILE.contains(&id) || self.scripts.iter().any(|script| script.id == id)
    }

    /// The text of a case file, by the name [`crate::case::Source`] gives it.
    pub fn text_of(&self, file: &str) -> Option<Arc<str>> {
        if file == GROUPS {
            return builtin_text(&CASES, "groups.yaml").ok().map(Arc::from);
        }
        self.scripts
            .iter()
            .find(|s| s.source.file == file)
            .map(|s| Arc::clone(&s.text))
    }
}

impl Suite {
    /// This suite with these scripts instead of its own of the same cases.
    #[must_use]
    pub fn with(mut self, scripts: Vec<Arc<Script>>) -> Suite {
        let replaced: BTreeSet<&str> = scripts.iter().map(|s| s.case_id.as_str()).collect();
        self.scripts.retain(|s| !replaced.contains(s.case_id.as_str()));
        self.scripts.extend(scripts);
        self.scripts.sort_by(|a, b| a.id.cmp(&b.id));
        self
    }
}

/// The scripts of a run as they were when it was made.
pub struct Kept {
    pub scripts: Vec<Arc<Script>>,
    /// What cannot be read any more.
    pub problems: Vec<Diagnostic>,
}

/// Reads the case files that were kept with a run. What is as in the suite at hand is taken from there.
///
/// # Errors
/// A compiled-in part that is wrong itself.
pub fn kept(sources: &Sources, suite: &Suite) -> Result<Kept, Broken> {
    let groups = sources.text_of(GROUPS);
    let same_groups = groups.is_none() || groups == suite.text_of(GROUPS);
    let mut at_hand: BTreeMap<&str, Vec<&Arc<Script>>> = BTreeMap::new();
    for script in &suite.scripts {
        at_hand.entry(&script.source.file).or_default().push(script);
    }
    let (mut scripts, mut changed) = (Vec::new(), Vec::new());
    for (file, text) in sources.iter().filter(|(file, _)| *file != GROUPS) {
        match at_hand
            .get(file)
            .filter(|own| own.iter().all(|s| s.text.as_ref() == text))
        {
            Some(own) if same_groups => scripts.extend(own.iter().map(|s| Arc::clone(s))),
            _ => changed.push((file, text)),
        }
    }
    // The catalogue and the contents of then are not at hand: names are not checked.
    let mut library = Library::default();
    let text = match &groups {
        Some(text) => text.as_ref(),
        None => builtin_text(&CASES, "groups.yaml")?,
    };
    let mut problems = library.add_groups(GROUPS, text).err().unwrap_or_default();
    let (read, mut found) = case::load_all(changed, &library);
    scripts.extend(read.into_iter().map(Arc::new));
    problems.append(&mut found);
    Ok(Kept { scripts, problems })
}
/// The name of the groups of steps that cases share, in [`crate::case::Source`].
pub const GROUPS: &str = "cases/groups.yaml";

/// What is compiled in, read once by each process.
struct Builtin {
    library: Library,
    scripts: Vec<Arc<Script>>,
    catalogue: Arc<Catalogue>,
    contents: Arc<Contents>,
}

impl Builtin {
    fn get() -> Result<&'static Builtin, Broken> {
        static BUILTIN: OnceLock<Builtin> = OnceLock::new();
        if let Some(builtin) = BUILTIN.get() {
            return Ok(builtin);
        }
        let read = Builtin::read()?;
        Ok(BUILTIN.get_or_init(|| read))
    }

    fn read() -> Result<Builtin, Broken> {
        let contents = contents()?;
        let library = library(&contents)?;
        let mut texts = Vec::new();
        builtin(&CASES, &mut texts);
        Ok(Builtin {
            scripts: read(&texts, &library)?,
            catalogue: Arc::new(library.catalogue.clone().unwrap_or_default()),
            contents: Arc::new(contents),
            library,
        })
    }
}

/// Checks the given case files, or the compiled-in ones: how many there are and what is wrong with them.
///
/// # Errors
/// A path that cannot be read, or a compiled-in part that is wrong itself.
pub fn lint(paths: &[PathBuf]) -> Result<(usize, Vec<Diagnostic>), Broken> {
    let contents = contents()?;
    let library = library(&contents)?;
    let mut texts = Vec::new();
    if paths.is_empty() {
        builtin(&CASES, &mut texts);
    }
    for path in paths {
        files(path, &mut texts)?;
    }
    let (_, problems) = case::load_all(pairs(&texts), &library);
    Ok((texts.len(), problems))
}

fn read(texts: &[(String, String)], library: &Library) -> Result<Vec<Arc<Script>>, Broken> {
    let (scripts, problems) = case::load_all(pairs(texts), library);
    if problems.is_empty() {
        Ok(scripts.into_iter().map(Arc::new).collect())
    } else {
        Err(Broken::Cases(problems))
    }
}

fn pairs(texts: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
}

/// The compiled-in catalogue of test purposes.
///
/// # Errors
/// The catalogue itself is wrong.
fn catalogue() -> Result<Catalogue, Broken> {
    let text = builtin_text(&CASES, "purposes.yaml")?;
    Catalogue::parse("cases/purposes.yaml", text).map_err(Broken::Cases)
}

/// Seeded defects that no case can notice, with the reasons.
///
/// # Errors
/// The list itself is wrong.
pub fn equivalents() -> Result<BTreeMap<String, String>, Broken> {
    let text = builtin_text(&CASES, "equivalents.yaml")?;
    serde_saphyr::from_str(text).map_err(|e| Broken::File(format!("cases/equivalents.yaml: {e}")))
}

fn library(contents: &Contents) -> Result<Library, Broken> {
    let mut library = Library {
        catalogue: Some(catalogue()?),
        contents: Some(contents.keys().cloned().collect()),
        ..Library::default()
    };
    let groups = builtin_text(&CASES, "groups.yaml")?;
    library.add_groups(GROUPS, groups).map_err(Broken::Cases)?;
    Ok(library)
}

fn builtin_text(dir: &'static Dir<'_>, name: &str) -> Result<&'static str, Broken> {
    dir.get_file(name)
        .and_then(|f| f.contents_utf8())
        .ok_or_else(|| Broken::File(format!("{name} is not compiled in as UTF-8 text")))
}

/// Case files: YAML below a folder. What lies at the top of `cases/` is no case.
fn builtin(dir: &Dir<'_>, texts: &mut Vec<(String, String)>) {
    for sub in dir.dirs() {
        for file in sub.files().filter(|f| is_yaml(f.path())) {
            if let Some(text) = file.contents_utf8() {
                texts.push((format!("cases/{}", file.path().display()), text.to_owned()));
            }
        }
        builtin(sub, texts);
    }
}

fn files(path: &Path, texts: &mut Vec<(String, String)>) -> Result<(), Broken> {
    let wrong = |e: std::io::Error| Broken::File(format!("{}: {e}", path.display()));
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
            .map_err(wrong)?
            .filter_map(|e| e.ok().map(|e| e.path()))
            .collect();
        entries.sort();
        for entry in entries {
            let skipped = entry
                .file_name()
                .is_some_and(|n| NO_CASES.iter().any(|no_case| n == *no_case));
            if entry.is_dir() || (is_yaml(&entry) && !skipped) {
                files(&entry, texts)?;
            }
        }
        return Ok(());
    }
    let octets = std::fs::read(path).map_err(wrong)?;
    let text = String::from_utf8(octets).map_err(|e| {
        Broken::File(format!(
            "{}: not UTF-8 text, at octet {}",
            path.display(),
            e.utf8_error().valid_up_to()
        ))
    })?;
    texts.push((path.display().to_string(), text));
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "yaml" || e == "yml")
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ContentFile {
    media: String,
    #[serde(default)]
    params: BTreeMap<String, String>,
    file: Option<String>,
    #[serde(default)]
    parts: Vec<PartFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct PartFile {
    file: String,
    media: String,
    #[serde(default)]
    params: BTreeMap<String, String>,
    content_id: Option<String>,
    content_location: Option<String>,
}

/// The compiled-in contents by name.
///
/// # Errors
/// A compiled-in part that is wrong itself.
pub fn contents() -> Result<Contents, Broken> {
    let text = builtin_text(&FIXTURES, "contents.yaml")?;
    let files: BTreeMap<String, ContentFile> =
        serde_saphyr::from_str(text).map_err(|e| Broken::File(format!("fixtures/contents.yaml: {e}")))?;
    files
        .into_iter()
        .map(|(name, file)| Ok((name, content(file)?)))
        .collect()
}

fn content(file: ContentFile) -> Result<Content, Broken> {
    let media = media(&file.media, file.params);
    if let Some(path) = file.file {
        return Ok(Content::single(media, octets(&path)?));
    }
    let parts = file
        .parts
        .into_iter()
        .map(|part| {
            Ok(Part {
                media: self::media(&part.media, part.params),
                content_id: part.content_id,
                content_location: part.content_location,
                headers: Vec::new(),
                data: octets(&part.file)?,
            })
        })
        .collect::<Result<_, Broken>>()?;
    Ok(Content {
        media,
        parts,
        body: Bytes::new(),
    })
}

fn media(essence: &str, params: BTreeMap<String, String>) -> MediaType {
    params
        .iter()
        .fold(MediaType::new(essence), |media, (name, value)| {
            media.with(name, value)
        })
}

fn octets(path: &str) -> Result<Bytes, Broken> {
    FIXTURES
        .get_file(path)
        .map(|f| Bytes::from_static(f.contents()))
        .ok_or_else(|| Broken::File(format!("fixtures/contents.yaml names {path}, which is not there")))
}
