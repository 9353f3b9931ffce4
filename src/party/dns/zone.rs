//! What a script has published under its names, and what it has changed since.

use std::collections::HashMap;
use std::net::IpAddr;

/// A type of record. A and AAAA are one: what is set is the addresses of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Naptr,
    Mx,
    Address,
    Alias,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    Naptr {
        order: u16,
        preference: u16,
        flags: String,
        service: String,
        regexp: String,
        replacement: String,
    },
    Mx {
        preference: u16,
        host: String,
    },
    Address(IpAddr),
    /// The name is another one's alias.
    Alias(String),
}

impl Data {
    pub fn kind(&self) -> Kind {
        match self {
            Data::Naptr { .. } => Kind::Naptr,
            Data::Mx { .. } => Kind::Mx,
            Data::Address(_) => Kind::Address,
            Data::Alias(_) => Kind::Alias,
        }
    }
}

/// A record of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub data: Data,
    /// Seconds for which it may be remembered.
    pub ttl: u32,
}

/// What is said instead of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    NxDomain,
    ServFail,
    /// Nothing at all.
    Silent,
}

/// How a name changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The records of these types are replaced by these.
    Records {
        of: Vec<Kind>,
        by: Vec<Record>,
    },
    Instead(Answer),
    /// As it was published.
    Usual,
}

/// The names of one script.
#[derive(Debug, Default)]
pub(in crate::party) struct Names(HashMap<String, Name>);

#[derive(Debug, Default)]
struct Name {
    usual: Vec<Record>,
    now: Vec<Record>,
    instead: Option<Answer>,
}

impl Names {
    /// Records that a name has until something changes.
    pub fn publish(&mut self, name: &str, data: Vec<Data>) {
        let name = self.0.entry(key(name)).or_default();
        name.usual = data.into_iter().map(|data| Record { data, ttl: 0 }).collect();
        name.now.clone_from(&name.usual);
    }

    pub fn change(&mut self, name: &str, change: Change) {
        let name = self.0.entry(key(name)).or_default();
        match change {
            Change::Instead(answer) => name.instead = Some(answer),
            Change::Usual => {
                name.instead = None;
                name.now.clone_from(&name.usual);
            }
            Change::Records { of, by } => {
                name.instead = None;
                name.now.retain(|record| !of.contains(&record.data.kind()));
                name.now.extend(by);
            }
        }
    }

    /// All records of a name, or what is said instead. A name that was never published does not exist.
    pub fn look_up(&self, name: &str) -> Result<&[Record], Answer> {
        let name = self.0.get(&key(name)).ok_or(Answer::NxDomain)?;
        match name.instead {
            Some(answer) => Err(answer),
            None => Ok(&name.now),
        }
    }
}

/// A name in lower case without the final dot.
pub(in crate::party) fn key(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mx(host: &str) -> Data {
        Data::Mx {
            preference: 10,
            host: host.to_owned(),
        }
    }

    #[test]
    fn changes_replace_their_types_and_can_be_undone() {
        let mut names = Names::default();
        let address = Data::Address("127.0.0.1".parse().unwrap());
        names.publish("Mms.P.example.", vec![mx("a"), address.clone()]);
        let by = vec![Record {
            data: mx("b"),
            ttl: 5,
        }];
        let of = vec![Kind::Mx];
        names.change("mms.p.example", Change::Records { of, by });
        let now: Vec<Data> = names
            .look_up("mms.p.example")
            .unwrap()
            .iter()
            .map(|r| r.data.clone())
            .collect();
        assert_eq!(now, [address, mx("b")]);
        names.change("mms.p.example", Change::Instead(Answer::ServFail));
        assert_eq!(names.look_up("mms.p.example"), Err(Answer::ServFail));
        names.change("mms.p.example", Change::Usual);
        assert_eq!(names.look_up("mms.p.example").unwrap()[0].data, mx("a"));
        assert_eq!(names.look_up("q.example"), Err(Answer::NxDomain));
    }
}
