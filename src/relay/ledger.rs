//! What has to survive the death of the process (RFC 5321 §6.1): one line of JSON for each event, written before anybody is
//! told of it.
//!
//! It survives kill -9 at any moment: what was written belongs to the operating system. It does not survive the loss of power:
//! nothing is synced to the medium, so that the last seconds may be missing, and what they said is as if it had never come.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::common::{self, Common};
use super::model::Status;
use super::owed::Owed;

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
    /// The MM follows its subscriber, who lives on another relay now, under this transaction id.
    Moved {
        token: String,
        tid: String,
        domain: String,
    },
    /// Somebody has to be told something.
    Owed(Owed),
    /// It was taken, refused for good, or given up.
    Told {
        id: String,
    },
    /// The writer goes on with what that relay, which is dead, was responsible for.
    TakenOver {
        from: String,
    },
}

/// A line of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The relay that wrote it. Empty in a ledger with one writer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    #[serde(flatten)]
    pub entry: Entry,
    /// What became true at the same moment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Entry>,
}

impl Line {
    /// One line for each of its entries.
    pub fn apart(self) -> impl Iterator<Item = Line> {
        let by = self.by;
        std::iter::once(self.entry)
            .chain(self.with)
            .map(move |entry| Line {
                by: by.clone(),
                entry,
                with: Vec::new(),
            })
    }
}

/// The file, if the relay has one.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: Option<PathBuf>,
    file: Mutex<Option<File>>,
    common: Option<Common>,
}

impl Ledger {
    /// Opens a ledger and reads what an earlier life of the relay left. The file is made when there is something to write.
    ///
    /// # Errors
    /// A file that is there cannot be read.
    pub fn open(path: Option<&Path>, common: Option<Common>) -> io::Result<(Ledger, Vec<Line>)> {
        let ledger = Ledger {
            path: path.map(Path::to_owned),
            file: Mutex::new(None),
            common,
        };
        let lines = match &ledger.common {
            Some(common) => {
                let _turn = common.turn();
                common.news()?
            }
            None => ledger.all()?,
        };
        Ok((ledger, lines))
    }

    /// Everything that stands in the file.
    ///
    /// # Errors
    /// A file that is there cannot be read.
    pub fn all(&self) -> io::Result<Vec<Line>> {
        let text = match self.path.as_deref().map(fs::read) {
            None => Vec::new(),
            Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Some(read) => read?,
        };
        Ok(common::lines(&text))
    }

    /// The other relays' side of it, if others write to it too.
    pub fn common(&self) -> Option<&Common> {
        self.common.as_ref()
    }

    /// Replaces the file's content: what is over is forgotten.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn rewrite(&self, entries: &[Line]) -> io::Result<()> {
        let Some(path) = self.path.as_ref().filter(|_| self.common.is_none()) else {
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
        self.write_all(|| vec![entry()])
    }

    /// Writes events of one moment: all of them are there, or none.
    ///
    /// # Errors
    /// As for [`Ledger::write`].
    pub fn write_all(&self, entries: impl FnOnce() -> Vec<Entry>) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let mut entries = entries().into_iter();
        let Some(entry) = entries.next() else {
            return Ok(());
        };
        let own = self.common.as_ref().map(Common::own);
        let line = Line {
            by: own.unwrap_or_default().to_owned(),
            entry,
            with: entries.collect(),
        };
        // Whoever wrote last may have died in the middle of the line.
        let mut text = vec![b'\n'];
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *file {
            Some(open) => open,
            none => none.insert(OpenOptions::new().create(true).append(true).open(path)?),
        };
        file.write_all(&text)
    }
}

/// The entries of MMs that are not over, and what is still owed; `live` are the records and the ids of these.
pub(crate) fn kept(entries: Vec<Line>, live: &HashSet<String>) -> Vec<Line> {
    // Tokens, transaction ids and message ids of live MMs, learned in the order in which they were written.
    let mut names: HashSet<String> = HashSet::new();
    let mut kept = Vec::new();
    for line in entries {
        let (record, name) = line.entry.about();
        let keep = match record {
            Some(record) => live.contains(record),
            None => names.contains(name),
        };
        if keep {
            names.insert(name.to_owned());
            if let Entry::Moved { tid, .. } = &line.entry {
                names.insert(tid.clone());
            }
            kept.push(line);
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
            Entry::Owed(owed) => (Some(&owed.id), &owed.id),
            Entry::Told { id } => (None, id),
            Entry::TakenOver { from } => (None, from),
            Entry::Notified { token }
            | Entry::Moved { token, .. }
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
pub(crate) mod base64_text {
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
