//! Some of a run's scripts: the same ones wherever it is asked, whatever else the suite has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The `index`th of `of` parts of a run; both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    pub index: u32,
    pub of: u32,
}

impl Shard {
    /// Whether a script belongs to it: told by a hash of its id alone.
    pub fn has(self, script: &str) -> bool {
        let digest = Sha256::digest(script.as_bytes());
        let number = digest
            .iter()
            .take(8)
            .fold(0u64, |n, octet| n << 8 | u64::from(*octet));
        number % u64::from(self.of.max(1)) == u64::from(self.index.saturating_sub(1))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let shard = text.split_once('/').and_then(|(index, of)| {
            Some(Shard {
                index: number(index)?,
                of: number(of)?,
            })
        });
        match shard {
            Some(shard) if (1..=shard.of).contains(&shard.index) => Ok(shard),
            _ => Err("expected K/N with K from 1 to N, for example 2/4".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_in_one_shard() {
        for id in ["mm1-send", "mm4-ack[row 2]", "", "e2e-report"] {
            for of in 1..6 {
                let homes = (1..=of).filter(|index| Shard { index: *index, of }.has(id));
                assert_eq!(homes.count(), 1, "{id} of {of}");
            }
        }
    }

    #[test]
    fn shards_never_move() {
        // A change here would make shards of two versions miss or repeat cases.
        let home = |id: &str| {
            (1..=4)
                .find(|index| Shard { index: *index, of: 4 }.has(id))
                .unwrap()
        };
        let homes: Vec<u32> = ["mm1-send", "mm4-ack", "e2e-report", "rules-ids"]
            .map(home)
            .to_vec();
        assert_eq!(homes, [4, 1, 1, 3]);
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        assert_eq!("2/4".parse(), Ok(Shard { index: 2, of: 4 }));
        for wrong in ["", "2", "0/4", "5/4", "1/0", "a/b", "-1/2"] {
            assert!(wrong.parse::<Shard>().unwrap_err().contains("K/N"), "{wrong}");
        }
    }
}
