//! WDP over IP (WAP-259 §6.4): a push is a UDP datagram, and who gets it is a matter of its address. The access network gives each
//! subscriber one; here it follows from the number, so that whoever sends and whoever receives need no table.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Bits of a network that holds a single digit and an address beyond.
const LONGEST_PREFIX: u8 = 28;
const SHORTEST_PREFIX: u8 = 8;

/// The network in which subscribers have their addresses, as text `127.16.0.0/12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    base: Ipv4Addr,
    prefix: u8,
}

impl Network {
    /// `127.16.0.0/12`: room for six digits, on loopback.
    pub const DEFAULT: Network = Network {
        base: Ipv4Addr::new(127, 16, 0, 0),
        prefix: 12,
    };

    /// The address of a subscriber: the first of the network and the last digits of the number beyond it. None for what is no number. Numbers
    /// that end alike have one address.
    pub fn address_of(&self, number: &str) -> Option<Ipv4Addr> {
        let local = number.split(['/', '@']).next()?.trim();
        let digits = local.strip_prefix('+').unwrap_or(local);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let last = &digits[digits.len().saturating_sub(self.digits())..];
        let offset: u32 = last.parse().ok()?;
        Some(Ipv4Addr::from_bits(self.base.to_bits() + offset))
    }

    /// How many digits of a number its address follows from.
    pub fn digits(&self) -> usize {
        (self.size() - 1).ilog10() as usize
    }

    /// The last address, which no number has.
    pub fn last(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.base.to_bits() + (self.size() - 1))
    }

    /// Whether all of it is on loopback.
    pub fn is_loopback(&self) -> bool {
        // No network is larger than loopback.
        self.base.is_loopback()
    }

    fn size(&self) -> u32 {
        1 << (32 - u32::from(self.prefix))
    }
}

impl Default for Network {
    fn default() -> Self {
        Network::DEFAULT
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

/// A text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoNetwork {
    #[error("`{0}` is no network: write its first address and its prefix, such as {default}", default = Network::DEFAULT)]
    Form(String),
    #[error("a network of subscribers has a prefix from {SHORTEST_PREFIX} to {LONGEST_PREFIX}, not {0}")]
    Prefix(u8),
    #[error("{given} is not the first address of its network: write {first}/{prefix}")]
    NotFirst {
        given: Ipv4Addr,
        first: Ipv4Addr,
        prefix: u8,
    },
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Network, NoNetwork> {
        let form = || NoNetwork::Form(text.to_owned());
        let (base, prefix) = text.trim().split_once('/').ok_or_else(form)?;
        let base: Ipv4Addr = base.parse().map_err(|_| form())?;
        let prefix: u8 = prefix.parse().map_err(|_| form())?;
        if !(SHORTEST_PREFIX..=LONGEST_PREFIX).contains(&prefix) {
            return Err(NoNetwork::Prefix(prefix));
        }
        let network = Network { base, prefix };
        let first = Ipv4Addr::from_bits(base.to_bits() & !(network.size() - 1));
        if first != base {
            return Err(NoNetwork::NotFirst {
                given: base,
                first,
                prefix,
            });
        }
        Ok(network)
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Network, NoNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> String {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_the_end_of_a_number() {
        let address = |network: &Network, number: &str| network.address_of(number).map(|ip| ip.to_string());
        let default = Network::DEFAULT;
        assert_eq!(address(&default, "+15550000000").as_deref(), Some("127.16.0.0"));
        assert_eq!(address(&default, "15550100017").as_deref(), Some("127.17.134.177"));
        assert_eq!(
            address(&default, "+15550999999/TYPE=PLMN@mms.example").as_deref(),
            Some("127.31.66.63")
        );
        assert_eq!(address(&default, "17").as_deref(), Some("127.16.0.17"));
        assert_eq!(address(&default, "bob@mms.example"), None);
        assert_eq!(address(&default, "+"), None);
        assert_eq!(
            address(&network("127.9.8.0/24"), "+15550100017").as_deref(),
            Some("127.9.8.17")
        );
        assert_eq!(
            address(&network("127.0.0.0/8"), "+15559999999").as_deref(),
            Some("127.152.150.127")
        );
    }

    #[test]
    fn the_last_address_is_no_subscribers() {
        for (text, digits) in [
            ("127.0.0.0/8", 7),
            ("127.16.0.0/12", 6),
            ("127.9.0.0/16", 4),
            ("127.9.9.16/28", 1),
        ] {
            let network = network(text);
            assert_eq!(network.digits(), digits, "{text}");
            let highest = network.address_of(&"9".repeat(15)).unwrap();
            assert!(highest < network.last(), "{text}");
            assert!(network.is_loopback());
            assert_eq!(network.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_network_is_told_how_to_become_one() {
        let fault = |text: &str| text.parse::<Network>().unwrap_err().to_string();
        assert!(fault("127.0.0.1").ends_with("such as 127.16.0.0/12"));
        assert!(fault("127.0.0.0/33").ends_with("from 8 to 28, not 33"));
        assert!(fault("127.16.0.1/12").ends_with("write 127.16.0.0/12"));
    }
}
