//! The journal: everything that crossed a PCO in one script, in one total order, together with what the judge must know
//! to judge it again later. One JSON object a line in `events.jsonl`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::case::{StepId, StepNote};
use crate::link::{Carriage, Crossing};

use super::fingerprint::Fingerprint;
use super::shard::Shard;

/// What a journal says of its run as a whole: `run.json` beside `events.jsonl`, written before anything runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunHead {
    /// Relay name → name and version of its target.
    pub bindings: BTreeMap<String, String>,
    /// Relay name → ICS items its target denies.
    pub lacks: BTreeMap<String, Vec<String>>,
    /// Whether every relay is embedded.
    pub embedded: bool,
    /// Ids of the scripts that were selected.
    pub scripts: Vec<String>,
    pub strict: bool,
    pub recalled_inconc: bool,
    pub defects: Vec<String>,
    /// The options that repeat the run.
    pub options: Vec<String>,
    /// What was typed to select cases; nothing selects all. None in runs of versions that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Vec<String>>,
    /// Whether cases that cost much were wanted.
    #[serde(default)]
    pub all: bool,
    /// The part of the selected scripts that this run is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The suite it was made with.
    #[serde(default)]
    pub suite: Fingerprint,
    /// The folder of its targets' runs below the folder of reports.
    #[serde(default)]
    pub folder: String,
    /// Milliseconds since 1970 when the run began; 0 if that was not written down.
    #[serde(default)]
    pub started_ms: u64,
}

impl RunHead {
    const FILE: &'static str = "run.json";

    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, dir: &Path) -> std::io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(dir.join(Self::FILE), text + "\n")
    }

    /// # Errors
    /// What is wrong, in words for a person.
    pub fn read(dir: &Path) -> Result<Self, String> {
        let path = dir.join(Self::FILE);
        let text = std::fs::read_to_string(&path).map_err(|e| {
            format!(
                "{}: {e}; a run's folder holds run.json and events.jsonl",
                path.display()
            )
        })?;
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
    }
}

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Script id, as in [`crate::case::Script::id`].
    pub script: String,
    /// Position in the script's journal, from 0. Where a script was run again, it goes on.
    pub seq: u64,
    /// Microseconds since the script began, for the last time.
    pub at_us: u64,
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// The script began: everything its templates and verdicts depend on.
    Begin {
        /// Seconds since 1970 at `at_us` 0.
        unix: i64,
        /// Relay name → target name.
        bindings: BTreeMap<String, String>,
        /// `bob.plmn` → value; timers as `timer.quiet` → `500ms`.
        vars: BTreeMap<String, String>,
        /// The steps there are, in reading order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        steps: Vec<StepNote>,
        /// ICS items the targets do not claim, of those the script requires.
        unclaimed: Vec<String>,
        /// What the topology needs and the targets do not give.
        missing: Vec<String>,
        /// Relays that had answered something before the script began.
        alive: Vec<String>,
        /// Relays of the script that had answered nothing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        silent: Vec<String>,
        /// Links between relays that were started before the script, on which every mail is recorded.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        recorded: Vec<String>,
    },
    /// The runner reached a step.
    StepStart { step: StepId },
    /// A step's time is over.
    WindowEnd { step: StepId },
    /// A party sent something.
    Sent {
        step: Option<StepId>,
        /// The name under which the case refers to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capture: Option<String>,
        at: String,
        to: String,
        crossing: Crossing,
        /// How it passed, where that is known before its exchange has ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wire: Option<Carriage>,
    },
    /// A party or a link saw something that a relay sent.
    Seen {
        /// Party or link.
        place: String,
        /// The relay it came from, when known.
        from: Option<String>,
        crossing: Crossing,
        /// How it passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wire: Option<Carriage>,
    },
    /// A request of a party got no answer.
    NoReply {
        step: Option<StepId>,
        at: String,
        to: String,
        /// `seq` of the request.
        request: u64,
        error: String,
        /// How the request passed, if a connection came about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wire: Option<Carriage>,
    },
    /// A user agent that was notified of an MM found none, and fetches it again after a pause, as the target says. This answer is
    /// no outcome; the last one is.
    FetchAgain {
        step: StepId,
        place: String,
        from: Option<String>,
        crossing: Crossing,
        /// How it passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wire: Option<Carriage>,
        /// `seq` of the notification.
        notified: u64,
        /// Milliseconds until the next try.
        pause: u64,
    },
    /// A party did not send what a step says: it would have had to reach for an address that is not to be reached.
    NotSent {
        step: StepId,
        /// For a person.
        why: String,
    },
    /// A step could not be taken: what it refers to did not come.
    Halt {
        step: StepId,
        /// The reference that has no value.
        missing: String,
    },
    /// A relay's state changed.
    Node {
        node: String,
        state: NodeState,
        detail: String,
    },
    /// A relay ended unasked, and no script had it for itself then. Its `script` is empty.
    Fell {
        node: String,
        /// When and how, and what it said last.
        detail: String,
        /// Ids of the scripts that ran on it.
        running: Vec<String>,
    },
    /// Relays sent more of their own accord than a journal keeps: nothing more of it is recorded. It stands a second time before the end,
    /// with how much that was.
    Overrun { left_out: u64 },
    /// What a relay said while the script ran, in which something was not as it should be.
    Log {
        node: String,
        /// The last lines.
        lines: Vec<String>,
        /// Earlier lines.
        left_out: u64,
    },
    /// A link was shaped.
    Shaped {
        link: String,
        /// In words.
        shape: String,
    },
    /// A relay sent something that belongs to no script. Its `script` is empty.
    Unsolicited {
        place: String,
        from: Option<String>,
        crossing: Crossing,
        /// How it passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wire: Option<Carriage>,
        /// The case it would have belonged to, which had ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<String>,
        /// How that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// The harness or its environment is at fault.
    Fault { step: Option<StepId>, text: String },
    /// The script has ended. What follows belongs to another attempt, which alone counts.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    Started,
    Stopped,
    Killed,
    /// Ended unasked after it was ready.
    Died,
}

impl NodeState {
    pub fn name(self) -> &'static str {
        match self {
            NodeState::Started => "started",
            NodeState::Stopped => "stopped",
            NodeState::Killed => "killed",
            NodeState::Died => "died",
        }
    }
}
