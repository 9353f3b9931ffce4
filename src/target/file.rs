//! The target file, and the embedded target.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::template::{self, Given};
use super::{
    Embedded, File, Identity, Ixit, Process, Provision, PushChannel, Reset, Secrets, Setting, Timers, Wrong,
};
use crate::wire::ics;

/// A relay under test as its target file describes it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Target {
    /// Name of the product; names the folder of the reports.
    pub name: String,
    /// Its version, for reports.
    #[serde(default)]
    pub version: String,
    /// Who starts it.
    pub start: Start,
    /// ICS items the relay does not have; it claims all others.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// How the relay inside `mmspec` is to be, with `start: embedded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedded: Option<Embedded>,
    /// What a tester must know; not needed for an embedded relay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ixit: Option<Ixit>,
    #[serde(default)]
    pub timers: Timers,
    /// What the relay consists of, with `start: command`; started in this order, stopped in the other one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<Process>,
    /// Files that are written before it starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// What is done for every subscriber before a script begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provisioning: Vec<Provision>,
    /// What is done between scripts.
    #[serde(default)]
    pub reset: Reset,
    /// Whether several instances of it can run side by side, so that scripts that kill it have one of their own.
    #[serde(default = "default_instances")]
    pub instances: Instances,
    /// Deviations that are known; reports name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Known>,
    /// Texts that no report may show. Passwords and what `secret('NAME')` gave are among them by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    #[serde(skip)]
    source: Option<Source>,
}

/// Who starts a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// It is inside mmspec, fresh for every case.
    Embedded,
    /// It runs already, somewhere the addresses of the IXIT lead to.
    Remote,
    /// `mmspec` starts `processes`, once for a run.
    Command,
}

/// How many of it there can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Instances {
    /// Its ports, its folder or its database are taken when one runs.
    One,
    Many,
}

fn default_instances() -> Instances {
    Instances::Many
}

/// A deviation that is known.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Known {
    /// Test purpose it violates: `TP-SUB-02`.
    pub purpose: String,
    /// What the relay does instead, and where that is written down.
    pub says: String,
}

/// Where a target comes from, so that another instance can be made.
#[derive(Debug, Clone)]
struct Source {
    path: PathBuf,
    text: String,
    setting: Setting,
    given: Given,
}

impl Target {
    /// A relay inside mmspec. Its windows are short where nothing is awaited; deadlines are not.
    pub fn embedded() -> Target {
        Target {
            name: "embedded".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            start: Start::Embedded,
            lacks: [
                "mm1.forward",
                "mm1.mmbox",
                "mm1.reply-charging",
                "multi-relay.any-entrance",
            ]
            .map(str::to_owned)
            .to_vec(),
            embedded: None,
            ixit: None,
            timers: Timers {
                quiet: 500,
                resend: 3_600,
                give_up: 30_000,
                ..Timers::default()
            },
            processes: Vec::new(),
            files: Vec::new(),
            provisioning: Vec::new(),
            reset: Reset::Numbers,
            instances: Instances::Many,
            known: Vec::new(),
            secrets: Vec::new(),
            source: None,
        }
    }

    /// The same, configured so.
    pub fn embedded_as(embedded: Embedded) -> Target {
        Target {
            embedded: Some(embedded),
            ..Target::embedded()
        }
    }

    /// Reads a target file for an instance of its relay.
    ///
    /// # Errors
    /// What is wrong with it and where.
    pub fn load(path: &Path, setting: &Setting) -> Result<Target, Wrong> {
        let text = std::fs::read_to_string(path).map_err(|e| Wrong::Unreadable {
            path: path.display().to_string(),
            reason: e.to_string(),
        })?;
        Target::parse(path, &text, setting)
    }

    /// # Errors
    /// As [`Target::load`].
    pub fn parse(path: &Path, text: &str, setting: &Setting) -> Result<Target, Wrong> {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
            setting: setting.clone(),
            given: Given::default(),
        };
        Target::instance(source)
    }

    /// Another instance of the same relay: with ports and a folder of its own.
    ///
    /// # Errors
    /// As [`Target::load`].
    pub fn again(&self, dir: PathBuf) -> Result<Target, Wrong> {
        match &self.source {
            None => Ok(self.clone()),
            Some(source) => Target::instance(Source {
                setting: Setting {
                    dir,
                    ..source.setting.clone()
                },
                given: Given::default(),
                ..source.clone()
            }),
        }
    }

    /// The same instance, facing this other MMSE.
    ///
    /// # Errors
    /// As [`Target::load`].
    pub fn facing(&self, other: Identity) -> Result<Target, Wrong> {
        match &self.source {
            None => Ok(self.clone()),
            Some(source) => Target::instance(Source {
                setting: Setting {
                    other,
                    ..source.setting.clone()
                },
                ..source.clone()
            }),
        }
    }

    fn instance(source: Source) -> Result<Target, Wrong> {
        let path = source.path.display().to_string();
        let yaml = source.fill_in(&path, &template::shield_comments(&source.text))?;
        let mut target: Target = serde_saphyr::from_str(&yaml).map_err(|e| Wrong::Syntax {
            path: path.clone(),
            reason: e.to_string().replace("<input>", &path),
        })?;
        target.check(&path)?;
        target.source = Some(source);
        Ok(target)
    }

    fn check(&self, path: &str) -> Result<(), Wrong> {
        let wrong = |reason: String| Err(Wrong::senseless(path, reason));
        for item in &self.lacks {
            if ics::item(item).is_none() {
                let names: Vec<&str> = ics::ITEMS.iter().map(|i| i.name).collect();
                return wrong(format!(
                    "`{item}` under `lacks:` is no ICS item; items are {}",
                    names.join(", ")
                ));
            }
        }
        let word = self.start.word();
        if self.start != Start::Embedded && self.ixit.is_none() {
            return wrong(format!(
                "a relay with `start: {word}` needs `ixit:` (addresses, domain, numbers); see docs/targets.md"
            ));
        }
        if self.start == Start::Embedded && self.ixit.is_some() {
            return wrong(
                "a relay with `start: embedded` has no `ixit:`: the run finds its addresses; `embedded:` says how it is".into(),
            );
        }
        if self.start != Start::Embedded && self.embedded.is_some() {
            return wrong(format!(
                "`embedded:` goes with `start: embedded`, not with `start: {word}`"
            ));
        }
        if (self.start == Start::Command) == self.processes.is_empty() {
            return wrong(
                "`start: command` and `processes:` go together: which programs are started, in which order"
                    .into(),
            );
        }
        let idle = [
            (Start::Command, !self.files.is_empty(), "files"),
            (Start::Command, self.reset == Reset::Restart, "reset: restart"),
            (Start::Remote, !self.provisioning.is_empty(), "provisioning"),
            (Start::Remote, self.reset != Reset::Numbers, "reset"),
        ];
        for (least, is_there, key) in idle {
            let fits = self.start == Start::Command || (self.start == least && least == Start::Remote);
            if is_there && !fits {
                return wrong(format!("`{key}:` does not go with `start: {word}`"));
            }
        }
        let smpp = self.channel() == PushChannel::Smpp;
        for (n, process) in self.processes.iter().enumerate() {
            if let Err(reason) = process.check(smpp) {
                return wrong(format!("process `{}`: {reason}", process.name));
            }
            if self.processes[..n].iter().any(|other| other.name == process.name) {
                return wrong(format!("two processes are called `{}`", process.name));
            }
        }
        for file in &self.files {
            if file.text.is_some() == file.from.is_some() {
                return wrong(format!(
                    "file `{}`: it has either `text:` or `from:`",
                    file.path.display()
                ));
            }
        }
        match &self.ixit {
            Some(ixit) => ixit.check().or_else(wrong),
            None => Ok(()),
        }
    }

    /// The text with what stands between `{{` and `}}` filled in as in the target file.
    ///
    /// # Errors
    /// As [`Target::load`]; `path` is where the text comes from.
    pub fn fill_in(&self, path: &str, text: &str) -> Result<String, Wrong> {
        match &self.source {
            None => Ok(text.to_owned()),
            Some(source) => source.fill_in(path, text),
        }
    }

    /// The folder of the target file.
    pub fn here(&self) -> &Path {
        self.source.as_ref().map_or(Path::new("."), Source::here)
    }

    /// The target file; `None` for a relay that needs none.
    pub fn path(&self) -> Option<&Path> {
        self.source.as_ref().map(|s| s.path.as_path())
    }

    /// A folder for what this instance writes.
    pub fn dir(&self) -> Option<&Path> {
        self.source.as_ref().map(|s| s.setting.dir.as_path())
    }

    /// What no report may show.
    pub fn hidden(&self) -> Secrets {
        let mut hidden = self
            .source
            .as_ref()
            .map(|s| s.given.secrets())
            .unwrap_or_default();
        for secret in &self.secrets {
            hidden.add(secret.clone());
        }
        for password in self.ixit.iter().flat_map(Ixit::passwords) {
            hidden.add(password.reveal());
        }
        hidden
    }

    /// Domain and numbers by which others know it.
    pub fn identity(&self) -> Option<Identity> {
        let ixit = self.ixit.as_ref()?;
        Some(Identity {
            domain: ixit.domain.clone(),
            prefix: ixit.numbers.prefix(),
        })
    }

    /// Whether the run starts it for every script inside mmspec.
    pub fn is_embedded(&self) -> bool {
        self.start == Start::Embedded
    }

    /// The channel through which it pushes.
    pub fn channel(&self) -> PushChannel {
        match (&self.ixit, &self.embedded) {
            (Some(ixit), _) => ixit.push.named(),
            (None, Some(embedded)) => embedded.push,
            (None, None) => PushChannel::default(),
        }
    }

    /// Whether it has an ICS item. That it pushes through a channel follows from the channel it names.
    pub fn claims(&self, item: &str) -> bool {
        if let Some(channel) = item.strip_prefix("push.") {
            return self.channel().name() == channel;
        }
        !self.lacks.iter().any(|l| l == item)
    }

    /// Name and version, for reports.
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version).trim_end().to_owned()
    }
}

impl Source {
    fn here(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    fn fill_in(&self, path: &str, text: &str) -> Result<String, Wrong> {
        template::render(path, self.here(), text, &self.setting, &self.given)
    }
}

impl Start {
    /// As the target file has it.
    pub fn word(self) -> &'static str {
        match self {
            Start::Embedded => "embedded",
            Start::Remote => "remote",
            Start::Command => "command",
        }
    }
}
