//! What has to survive the death of the process (RFC 5321 §6.1): one line of JSON for each event, written before anybody is
//! told of it. It survives kill -9, not the loss of the machine: nothing is synced to the medium.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::model::Status;

/// One event. `record` names the MM it is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Entry {
    /// A client's M-Send.req was accepted.
    Submitted {
        record: String,
        /// Milliseconds since 1970.
        at: i64,
        client: String,
        message_id: String,
        recipients: Vec<String>,
        #[serde(with = "base64_text")]
        pdu: Vec<u8>,
        #[serde(with = "base64_text")]
        conf: Vec<u8>,
    },
    /// An MM4_forward.REQ was taken for these recipients.
    Received {
        record: String,
        at: i64,
        /// Whom the transaction id belongs to.
        system: String,
        shown_id: String,
        received: String,
        recipients: Vec<String>,
        #[serde(with = "base64_text")]
        message: Vec<u8>,
    },
    /// The MM waits for a client of this relay.
    Kept {
        record: String,
        token: String,
        tid: String,
        number: String,
        #[serde(with = "base64_text")]
        notification: Vec<u8>,
    },
    Notified {
        token: String,
    },
    Fetched {
        token: String,
    },
    Answered {
        token: String,
        report_allowed: bool,
    },
    Over {
        token: String,
        status: Status,
    },
    ReadReported {
        token: String,
    },
    /// The MM waits for the next relay.
    Queued {
        record: String,
        tid: String,
        domain: String,
        recipients: Vec<String>,
    },
    /// The transfer has an outcome for this recipient.
    Handed {
        tid: String,
        recipient: String,
    },
    /// There is no way to this recipient.
    Unroutable {
        record: String,
        recipient: String,
    },
    /// The originator was shown this status.
    Shown {
        message_id: String,
        recipient: String,
        status: Status,
    },
    ReadShown {
        message_id: String,
        recipient: String,
    },
}

/// The file, if the relay has one.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: Option<PathBuf>,
    file: Mutex<Option<File>>,
}

impl Ledger {
    /// Opens a ledger and reads what an earlier life of the relay left. The file is made when there is something to write.
    ///
    /// # Errors
    /// A file that is there cannot be read.
    pub fn open(path: Option<&Path>) -> io::Result<(Ledger, Vec<Entry>)> {
        let ledger = Ledger {
            path: path.map(Path::to_owned),
            file: Mutex::new(None),
        };
        let text = match path.map(fs::read) {
            None => Vec::new(),
            Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Some(read) => read?,
        };
        // The last line may be torn: what it says was never answered for.
        let lines = text.split(|octet| *octet == b'\n');
        let entries = lines
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect();
        Ok((ledger, entries))
    }

    /// Replaces the file's content: what is over is forgotten.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn rewrite(&self, entries: &[Entry]) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, entry)?;
            text.push(b'\n');
        }
        let new = path.with_extension("new");
        fs::write(&new, text)?;
        fs::rename(new, path)
    }

    /// Writes an event.
    ///
    /// # Errors
    /// The file cannot be written: the relay must not take responsibility for the MM.
    pub fn write(&self, entry: impl FnOnce() -> Entry) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let mut line = serde_json::to_vec(&entry())?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *file {
            Some(open) => open,
            none => none.insert(OpenOptions::new().create(true).append(true).open(path)?),
        };
        file.write_all(&line)
    }
}

/// The entries of MMs that are not over; `live` are their records.
pub(crate) fn kept(entries: Vec<Entry>, live: &HashSet<String>) -> Vec<Entry> {
    // Tokens, transaction ids and message ids of live MMs, learned in the order in which they were written.
    let mut names: HashSet<String> = HashSet::new();
    let mut kept = Vec::new();
    for entry in entries {
        let (record, name) = entry.about();
        let keep = match record {
            Some(record) => live.contains(record),
            None => names.contains(name),
        };
        if keep {
            names.insert(name.to_owned());
            kept.push(entry);
        }
    }
    kept
}

impl Entry {
    /// The record, where the event names it, and the name by which later events refer to it.
    fn about(&self) -> (Option<&str>, &str) {
        match self {
            Entry::Submitted {
                record, message_id, ..
            } => (Some(record), message_id),
            Entry::Received { record, shown_id, .. } => (Some(record), shown_id),
            Entry::Kept { record, token, .. } => (Some(record), token),
            Entry::Queued { record, tid, .. } => (Some(record), tid),
            Entry::Unroutable { record, .. } => (Some(record), record),
            Entry::Notified { token }
            | Entry::Fetched { token }
            | Entry::Answered { token, .. }
            | Entry::Over { token, .. }
            | Entry::ReadReported { token } => (None, token),
            Entry::Handed { tid, .. } => (None, tid),
            Entry::Shown { message_id, .. } | Entry::ReadShown { message_id, .. } => (None, message_id),
        }
    }
}

/// Octets as text.
mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(octets))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(de::Error::custom)
    }
}
