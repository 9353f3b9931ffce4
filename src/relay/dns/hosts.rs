//! Where the MMSE of a domain takes MM4 (RFC 5321 §5.1).

use std::net::{IpAddr, SocketAddr};

use hickory_proto::rr::{RData, RecordType};

use super::resolver::{Resolver, Unknown};
use crate::relay::defects::Seed;

impl Resolver {
    /// The addresses of a domain's hosts, the one to try first at the front. Without MX records the domain is its own host.
    /// A host that cannot be resolved is passed over as long as there is another.
    pub async fn hosts(&self, domain: &str) -> Result<Vec<SocketAddr>, Unknown> {
        let exchanges = match self.records(domain, RecordType::MX).await {
            Ok(records) => self.by_preference(records),
            Err(Unknown::None(_)) if !self.seeds.has(Seed::MxRequired) => vec![domain.to_owned()],
            Err(unknown) => return Err(unknown),
        };
        let mut addresses = Vec::new();
        let mut failure = Unknown::None(format!("host for {domain}"));
        for host in exchanges {
            match self.addresses(&host).await {
                Ok(found) => {
                    let port = self.port(&host);
                    addresses.extend(found.into_iter().map(|ip| SocketAddr::new(ip, port)));
                }
                Err(later @ Unknown::Later(_)) => failure = later,
                Err(Unknown::None(_)) => {}
            }
            if !addresses.is_empty() && self.seeds.has(Seed::MxFirstOnly) {
                break;
            }
        }
        if addresses.is_empty() {
            Err(failure)
        } else {
            Ok(addresses)
        }
    }

    /// Host names, most preferred first. A single `.` means that the domain takes no mail (RFC 7505).
    fn by_preference(&self, records: Vec<RData>) -> Vec<String> {
        let mut exchanges: Vec<(u16, String)> = records
            .into_iter()
            .filter_map(|data| match data {
                RData::MX(mx) if !mx.exchange.is_root() => Some((mx.preference, mx.exchange.to_ascii())),
                _ => None,
            })
            .collect();
        exchanges.sort_by_key(|(preference, _)| *preference);
        if self.seeds.has(Seed::MxReversed) {
            exchanges.reverse();
        }
        exchanges.into_iter().map(|(_, host)| host).collect()
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Unknown> {
        let ip = |data: RData| data.ip_addr();
        let four = match self.records(host, RecordType::A).await {
            Ok(records) => records.into_iter().filter_map(ip).collect(),
            Err(Unknown::None(_)) => Vec::new(),
            Err(later) => return Err(later),
        };
        if !four.is_empty() {
            return Ok(four);
        }
        let six = self.records(host, RecordType::AAAA).await?;
        Ok(six.into_iter().filter_map(ip).collect())
    }

    fn port(&self, host: &str) -> u16 {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let named = self.config.ports.get(&host);
        named.copied().unwrap_or(self.config.port)
    }
}
