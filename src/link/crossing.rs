//! What crossed a PCO: octets and the protocol that carried them. Every party and every link yields this one type.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Carriage, Lost};

/// Octets and the protocol that carried them. Octet strings are hex.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "crossing", rename_all = "kebab-case")]
pub enum Crossing {
    HttpRequest {
        method: String,
        url: String,
        headers: Vec<(String, String)>,
        #[serde(with = "hex_octets")]
        body: Bytes,
    },
    HttpResponse {
        status: u16,
        headers: Vec<(String, String)>,
        #[serde(with = "hex_octets")]
        body: Bytes,
        /// `seq` of the request.
        request: u64,
    },
    /// A push as its gateway got it.
    Push {
        /// The number as the relay wrote it.
        recipient: String,
        gateway: String,
        /// Parameters of the gateway's protocol (Kannel: query parameters but `text`; PAP: attributes of the message and the code it
        /// was answered with; a hook: request and header fields; a datagram: where from and to), and `note` for each oddity.
        params: Vec<(String, String)>,
        /// The WSP push PDU: the relay's, or the one that its gateway makes of what it was handed over.
        #[serde(with = "hex_octets")]
        wsp: Bytes,
        /// What the gateway answered, as a status of HTTP; where the protocol has other answers or none, what would say the same.
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
        data: Bytes,
        /// Final reply code and text as the receiver gave it; for a message a party sends, the relay's; `None`: none came.
        reply: Option<(u16, String)>,
        /// The dialogue, one `C: …` or `S: …` line each, message data and passwords left out; `* …` is what happened to the
        /// connection, `$ …` the command line of a mail command.
        dialogue: Vec<String>,
    },
    /// The relay's answer to a party's mail: the reply that ended the transaction, or what the exit code of its mail command stands
    /// for.
    SmtpReply {
        code: u16,
        text: String,
        /// `rcpt`, `end-of-data`, …; `exit`: a mail command ended.
        stage: String,
        request: u64,
        /// Recipients that were refused, and the reply.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<(String, String)>,
    },
    /// A question to the DNS.
    DnsQuery {
        /// As it was asked, without the final dot.
        name: String,
        /// `NAPTR`, `MX`, `A`, …
        kind: String,
        /// `udp` or `tcp`.
        transport: String,
        /// The message.
        #[serde(with = "hex_octets")]
        query: Bytes,
        /// `NOERROR`, `NXDOMAIN`, `SERVFAIL`, or `no answer`.
        code: String,
        /// What was answered, a record each.
        records: Vec<String>,
    },
    /// One reply in a `dialogue:`.
    SmtpLine { code: u16, text: String },
    /// Words a party sent in a `dialogue:`.
    SmtpWords { text: String },
    /// Something that a wire in bad shape kept from its receiver.
    Loss {
        how: LossKind,
        /// Octets of the connection that had passed from the side that opened it, and to it.
        up: u64,
        down: u64,
        /// `seq` of the request of a party that got no whole answer because of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<u64>,
        /// The push, or what arrived of an answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Box<Crossing>>,
    },
}

/// What a wire did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossKind {
    /// It broke the connection at a place that the case chose.
    Cut,
    /// It was down.
    Down,
    /// It let nothing pass for longer than anybody waited.
    Stalled,
    /// A push is gone: its gateway took it.
    Lost,
    /// A push waits at its gateway.
    Kept,
}

impl LossKind {
    /// `cut`, `down`, `stalled`, `lost`, `kept`.
    pub fn name(self) -> &'static str {
        match self {
            LossKind::Cut => "cut",
            LossKind::Down => "down",
            LossKind::Stalled => "stalled",
            LossKind::Lost => "lost",
            LossKind::Kept => "kept",
        }
    }
}

impl Crossing {
    /// What a wire did to a connection that a relay opened.
    pub fn lost(lost: Lost) -> Crossing {
        Crossing::Loss {
            how: lost.how,
            up: lost.up,
            down: lost.down,
            request: None,
            of: None,
        }
    }
}

/// Octets as a hex string.
pub mod hex_octets {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    const DIGITS: &[u8; 16] = b"0123456789abcdef";

    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&digits(octets))
    }

    /// # Errors
    /// The text is not hex.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text)
            .map(Bytes::from)
            .map_err(serde::de::Error::custom)
    }

    /// As `hex::encode`, but not digit by digit: every octet of a run passes here.
    fn digits(octets: &[u8]) -> String {
        let pair = |octet: &u8| [DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 15)]];
        // Digits are UTF-8.
        String::from_utf8(octets.iter().flat_map(pair).collect()).unwrap_or_default()
    }
}

/// Something that a relay sent and that arrived at a fake party or passed over a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// Party (`bob`, `p`) or link (`A-B`).
    pub place: String,
    /// The relay it came from, when the listener knows.
    pub from: Option<String>,
    pub crossing: Crossing,
    /// How it came, as far as that is known. Pipes have no sockets.
    pub wire: Option<Carriage>,
}
