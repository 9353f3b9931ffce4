//! What somebody is owed: a RES, a report, a push. It is written down together with the decision that it follows from, and sent until
//! it is taken, through the relay's death if need be.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::ledger::{Entry, base64_text};
use super::mm4;
use super::node::Node;
use super::push::Taken;
use super::routing::Hop;
use super::timer::{self, Time};

/// The pause before a gateway that took nothing for a while is tried again.
const PUSH_AGAIN: Duration = Duration::from_secs(10);

/// One message to one receiver.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Owed {
    pub id: String,
    /// When it is given up, in milliseconds since 1970.
    pub until: i64,
    pub what: What,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    /// An MM4 message that SMTP alone says the fate of.
    Mail(Mail),
    /// A PDU for a client.
    Push {
        number: String,
        #[serde(with = "base64_text")]
        pdu: Vec<u8>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mail {
    /// Domain of the next Relay/Server.
    pub domain: String,
    pub from: String,
    pub to: String,
    #[serde(with = "base64_text")]
    pub message: Vec<u8>,
    /// A RES.
    #[serde(default)]
    pub answer: bool,
    /// The way that was found when it was written; another life of the relay looks for it again.
    #[serde(skip)]
    pub hop: Option<Hop>,
}

impl Owed {
    pub fn new(node: &Node, what: What) -> Owed {
        Owed {
            id: node.ids.token(),
            until: Time::now()
                .plus_seconds(node.config.timers.default_expiry_s)
                .millis(),
            what,
        }
    }

    pub fn push(node: &Node, number: &str, pdu: &Bytes) -> Owed {
        let number = number.to_owned();
        Self::new(
            node,
            What::Push {
                number,
                pdu: pdu.to_vec(),
            },
        )
    }
}

/// What was decided, and what follows from it for others.
#[must_use = "what follows is written down, then begun"]
#[derive(Debug, Default)]
pub(crate) struct Telling {
    decided: Vec<Entry>,
    owed: Vec<Owed>,
}

impl Telling {
    pub fn of(owed: Owed) -> Telling {
        Telling {
            decided: Vec::new(),
            owed: vec![owed],
        }
    }

    /// The same, together with what it follows from.
    pub fn because(mut self, decided: impl IntoIterator<Item = Entry>) -> Telling {
        self.decided.extend(decided);
        self
    }

    /// Writes all of it as one line of the ledger: it is there as a whole or not at all.
    pub fn note(&self, node: &Node) {
        if self.decided.is_empty() && self.owed.is_empty() {
            return;
        }
        let owed = self.owed.iter().cloned().map(Entry::Owed);
        node.note_all(|| self.decided.iter().cloned().chain(owed).collect());
    }

    /// Begins to send what stands in the ledger.
    pub fn begin(self, node: &Arc<Node>) {
        for owed in self.owed {
            begin(node, owed);
        }
    }

    /// Writes and begins, where nothing is locked.
    pub fn go(self, node: &Arc<Node>) {
        self.note(node);
        self.begin(node);
    }
}

/// Sends it until it is taken, or nobody can want it any more.
pub(crate) fn begin(node: &Arc<Node>, owed: Owed) {
    let task = attend(node.clone(), owed);
    node.spawn(task);
}

async fn attend(node: Arc<Node>, owed: Owed) {
    let until = Time::at_millis(owed.until);
    match owed.what {
        What::Mail(mail) => mm4::post(&node, mail, until).await,
        What::Push { number, pdu } => {
            let pdu = Bytes::from(pdu);
            node.turn().await;
            while node.push_to(&number, &pdu).await == Taken::NotNow && !until.is_past() {
                timer::pause(PUSH_AGAIN).await;
            }
        }
    }
    node.note(|| Entry::Told { id: owed.id });
}
