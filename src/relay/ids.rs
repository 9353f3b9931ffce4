//! Identifiers: unique over all nodes of the MMSE, unguessable where they are a key.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes ids. Each is a keyed hash of a counter: the key is fresh for every relay that starts.
#[derive(Debug)]
pub(crate) struct Ids {
    key: RandomState,
    counter: AtomicU64,
    /// The node's tag at the end of its ids, by which its neighbours know whose they are.
    tag: String,
    domain: String,
}

impl Ids {
    pub fn new(node: &str, domain: &str) -> Ids {
        Ids {
            key: RandomState::new(),
            counter: AtomicU64::new(0),
            tag: tag(node),
            domain: domain.to_owned(),
        }
    }

    /// 128 bits in hexadecimal, not to be guessed from earlier ones.
    pub fn token(&self) -> String {
        let n = self.counter.fetch_add(1, Ordering::Relaxed);
        format!(
            "{:016x}{:016x}",
            self.key.hash_one((n, 0u8)),
            self.key.hash_one((n, 1u8))
        )
    }

    /// For X-Mms-Transaction-ID of both reference points: `4be1…-A`.
    pub fn transaction(&self) -> String {
        format!("{}-{}", &self.token()[..24], self.tag)
    }

    /// For Message-ID: `4be1…-A@mms.home.example`.
    pub fn message(&self) -> String {
        format!("{}-{}@{}", &self.token()[..24], self.tag, self.domain)
    }
}

/// The node tag that an id of this MMSE ends in.
pub(crate) fn node_of(id: &str) -> Option<&str> {
    let local = id.split('@').next()?;
    local.rsplit_once('-').map(|(_, tag)| tag)
}

/// A node's name as it stands in ids.
pub(crate) fn tag(node: &str) -> String {
    node.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// An id without the quotes or angle brackets that peers put around it or leave away, and sometimes put twice.
pub(crate) fn bare(id: &str) -> &str {
    let mut id = id.trim();
    while let Some(inside) = id
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| id.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')))
    {
        id = inside.trim();
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_name_their_node() {
        let ids = Ids::new("A", "mms.home.example");
        let one = ids.message();
        assert_ne!(one, ids.message());
        assert_eq!(node_of(&one), Some("A"));
        assert_eq!(node_of(&ids.transaction()), Some("A"));
        assert_eq!(bare("\"x@y\""), "x@y");
        assert_eq!(bare("<x@y>"), "x@y");
        assert_eq!(bare("\"\"x@y\"\""), "x@y");
        assert_eq!(bare("\""), "\"");
    }
}
