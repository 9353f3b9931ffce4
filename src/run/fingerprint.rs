//! What tells one suite from another: digests of its cases and of what they send.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::wire::Content;

use super::suite::{GROUPS, Suite};

/// Octets of a digest that are kept: enough to tell suites apart, short enough to read.
const KEPT: usize = 8;

/// The suite a run was made with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fingerprint {
    /// Digest of all cases: ids and texts; hex.
    pub cases: String,
    /// Name of a content in `fixtures/contents.yaml` → its digest; hex.
    pub contents: BTreeMap<String, String>,
}

impl Fingerprint {
    pub fn of(suite: &Suite) -> Self {
        let mut cases = Sha256::new();
        for script in &suite.scripts {
            put(&mut cases, script.id.as_bytes());
            put(&mut cases, script.text.as_bytes());
        }
        // Groups of steps stand in no case's text.
        put(&mut cases, suite.text_of(GROUPS).unwrap_or_default().as_bytes());
        let contents = suite.contents.iter();
        Fingerprint {
            cases: short(cases),
            contents: contents
                .map(|(name, content)| (name.clone(), of_content(content)))
                .collect(),
        }
    }
}

fn of_content(content: &Content) -> String {
    let mut digest = Sha256::new();
    put(&mut digest, content.media.to_string().as_bytes());
    put(&mut digest, &content.body);
    for part in &content.parts {
        put(&mut digest, part.media.to_string().as_bytes());
        for name in [&part.content_id, &part.content_location] {
            put(&mut digest, name.as_deref().unwrap_or_default().as_bytes());
        }
        put(&mut digest, &part.data);
    }
    short(digest)
}

/// Each piece with its length, so that no two lists of pieces give the same octets.
fn put(digest: &mut Sha256, octets: &[u8]) {
    digest.update(octets.len().to_be_bytes());
    digest.update(octets);
}

fn short(digest: Sha256) -> String {
    hex::encode(&digest.finalize()[..KEPT])
}
