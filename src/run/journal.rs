//! The journal: everything that crossed a PCO in one script, in one total order, together with what the judge must know
//! to judge it again later. One JSON object a line in `events.jsonl`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::case::StepId;

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Script id, as in [`crate::case::Script::id`].
    pub script: String,
    /// Position in the script's journal, from 0.
    pub seq: u64,
    /// Microseconds since the script began.
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
        /// ICS items the targets do not claim, of those the script requires.
        unclaimed: Vec<String>,
        /// What the topology needs and the targets do not give.
        missing: Vec<String>,
    },
    /// The runner reached a step.
    StepStart {
        step: StepId,
    },
    /// A step's time is over.
    WindowEnd {
        step: StepId,
    },
    /// A party sent something.
    Sent {
        step: Option<StepId>,
        at: String,
        to: String,
        wire: Wire,
    },
    /// A party or a link saw something that a relay sent.
    Seen {
        /// Party or link.
        place: String,
        /// The relay it came from, when known.
        from: Option<String>,
        wire: Wire,
    },
    /// A request of a party got no answer.
    NoReply {
        step: Option<StepId>,
        at: String,
        to: String,
        error: String,
    },
    /// A relay's state changed.
    Node {
        node: String,
        state: NodeState,
        detail: String,
    },
    /// The harness or its environment is at fault.
    Fault {
        step: Option<StepId>,
        text: String,
    },
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

/// Octets and the protocol that carried them. Octet strings are hex.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "wire", rename_all = "kebab-case")]
pub enum Wire {
    HttpRequest {
        method: String,
        url: String,
        headers: Vec<(String, String)>,
        #[serde(with = "hex_octets")]
        body: Vec<u8>,
    },
    HttpResponse {
        status: u16,
        headers: Vec<(String, String)>,
        #[serde(with = "hex_octets")]
        body: Vec<u8>,
        /// `seq` of the request.
        request: u64,
    },
    /// A push as its gateway got it.
    Push {
        /// The number as the relay wrote it.
        recipient: String,
        gateway: String,
        /// Parameters of the gateway's protocol (Kannel: query parameters but `text`).
        params: Vec<(String, String)>,
        /// The WSP push PDU.
        #[serde(with = "hex_octets")]
        wsp: Vec<u8>,
        /// What the gateway answered.
        answered: u16,
    },
    /// A message that passed over SMTP, up to the reply to its end of data.
    Mail {
        helo: String,
        mail_from: String,
        /// Accepted recipients.
        rcpt_to: Vec<String>,
        /// Refused recipients and the reply.
        refused: Vec<(String, String)>,
        /// Dot-unstuffed.
        #[serde(with = "hex_octets")]
        data: Vec<u8>,
        /// Final reply code and text as the receiver gave it; for a message a party sends, the relay's; `None`: none came.
        reply: Option<(u16, String)>,
        /// The dialogue, one `C: …` or `S: …` line each, message data left out.
        dialogue: Vec<String>,
    },
    /// The relay's answer to a party's mail: the reply that ended the transaction.
    SmtpReply {
        code: u16,
        text: String,
        stage: String,
        request: u64,
    },
    /// One reply in a `dialogue:`.
    SmtpLine { step: StepId, code: u16, text: String },
    /// Words a party sent in a `dialogue:`.
    SmtpWords { text: String },
}

/// Octets as a hex string.
pub mod hex_octets {
    use serde::{Deserialize, Deserializer, Serializer};

    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(octets))
    }

    /// # Errors
    /// The text is not hex.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text).map_err(serde::de::Error::custom)
    }
}
