//! A stub resolver: one question, one answer, over UDP, and over TCP if that was too short.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::relay::config::Dns;
use crate::relay::defects::{Seed, Seeds};
use crate::relay::timer;

/// Aliases that are followed one after the other (RFC 1034 §3.6.2 asks for a limit).
const ALIASES: usize = 8;
/// A relay that never gives up (a defect) asks no faster than this.
pub(super) const GENTLY: Duration = Duration::from_millis(20);
/// Answers that are remembered.
const REMEMBERED: usize = 10_000;
/// Octets of an answer over UDP that are read.
const DATAGRAM: usize = 65_535;

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unknown {
    /// The DNS says that there is none.
    #[error("there is no {0}")]
    None(String),
    /// It may be answered later.
    #[error("{0}")]
    Later(String),
}

/// Asks one name server.
#[derive(Debug)]
pub(crate) struct Resolver {
    pub(super) config: Dns,
    pub(super) seeds: Seeds,
    remembered: Mutex<HashMap<Question, Remembered>>,
}

/// A name in lower case and a type.
type Question = (String, RecordType);

/// Records, and until when they hold.
type Remembered = (Instant, Vec<RData>);

impl Resolver {
    pub fn new(config: Dns, seeds: Seeds) -> Resolver {
        Resolver {
            config,
            seeds,
            remembered: Mutex::default(),
        }
    }

    /// The records of that type, never none; aliases are followed. An answer is remembered for its time to live.
    pub(super) async fn records(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, Unknown> {
        let key = (name.to_ascii_lowercase(), kind);
        if let Some(known) = self.recall(&key) {
            return Ok(known);
        }
        let (records, ttl) = self.follow(name, kind).await?;
        let ttl = if self.seeds.has(Seed::DnsForever) {
            u32::MAX
        } else {
            ttl
        };
        if ttl > 0 {
            let until = Instant::now() + Duration::from_secs(u64::from(ttl));
            let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            if remembered.len() >= REMEMBERED {
                remembered.clear();
            }
            remembered.insert(key, (until, records.clone()));
        }
        Ok(records)
    }

    fn recall(&self, key: &Question) -> Option<Vec<RData>> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, records) = remembered.get(key)?;
        (Instant::now() < *until).then(|| records.clone())
    }

    /// The records and the shortest time to live on the way to them.
    async fn follow(&self, name: &str, kind: RecordType) -> Result<(Vec<RData>, u32), Unknown> {
        let none = || Unknown::None(format!("{kind} record of {name}"));
        let mut at = Name::from_ascii(name).map_err(|_| none())?;
        at.set_fqdn(true);
        let mut ttl = u32::MAX;
        let mut left = ALIASES;
        loop {
            let answer = self.ask(&at, kind).await?;
            // An answer may hold a chain of aliases and what stands at its end.
            loop {
                let mut found = Vec::new();
                for record in answer.answers.iter().filter(|r| r.name.eq_ignore_root(&at)) {
                    if record.record_type() == kind {
                        ttl = ttl.min(record.ttl);
                        found.push(record.data.clone());
                    }
                }
                if !found.is_empty() {
                    return Ok((found, ttl));
                }
                let alias = answer.answers.iter().find_map(|r| match &r.data {
                    RData::CNAME(to) if r.name.eq_ignore_root(&at) => Some((to.0.clone(), r.ttl)),
                    _ => None,
                });
                let Some((to, alias_ttl)) = alias else {
                    return Err(none());
                };
                left = match left.checked_sub(1) {
                    Some(left) => left,
                    None if self.seeds.has(Seed::DnsEndlessAliases) => {
                        timer::pause(GENTLY).await;
                        ALIASES
                    }
                    None => return Err(none()),
                };
                ttl = ttl.min(alias_ttl);
                at = to;
                if !answer.answers.iter().any(|r| r.name.eq_ignore_root(&at)) {
                    break;
                }
            }
        }
    }

    /// One question.
    async fn ask(&self, name: &Name, kind: RecordType) -> Result<Message, Unknown> {
        let mut question = Message::query();
        question.metadata.recursion_desired = true;
        question.add_query(Query::query(name.clone(), kind));
        let time = Duration::from_millis(self.config.timeout_ms);
        let answer = match timeout(time, self.exchange(&question)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(Unknown::Later(format!("DNS: {name} {kind}: {error}"))),
            Err(_) => return Err(Unknown::Later(format!("DNS: {name} {kind}: no answer"))),
        };
        match answer.metadata.response_code {
            ResponseCode::NoError => Ok(answer),
            ResponseCode::NXDomain => Err(Unknown::None(name.to_string())),
            code => Err(Unknown::Later(format!("DNS: {name} {kind}: {code}"))),
        }
    }

    async fn exchange(&self, question: &Message) -> io::Result<Message> {
        let octets = question.to_vec().map_err(io::Error::other)?;
        let server = self.config.server;
        let any: SocketAddr = match server {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        // A fresh port for each question, as RFC 5452 asks.
        let socket = UdpSocket::bind(any).await?;
        socket.connect(server).await?;
        socket.send(&octets).await?;
        let mut buffer = vec![0; DATAGRAM];
        let answer = loop {
            let count = socket.recv(&mut buffer).await?;
            match Message::from_vec(&buffer[..count]) {
                Ok(answer) if answers(&answer, question) => break answer,
                // Somebody else's, or garbage: the right one may still come.
                _ => {}
            }
        };
        if !answer.metadata.truncation {
            return Ok(answer);
        }
        let mut stream = TcpStream::connect(server).await?;
        let length = u16::try_from(octets.len()).map_err(io::Error::other)?;
        stream
            .write_all(&[&length.to_be_bytes()[..], &octets].concat())
            .await?;
        let length = stream.read_u16().await?;
        let mut whole = vec![0; usize::from(length)];
        stream.read_exact(&mut whole).await?;
        let answer = Message::from_vec(&whole).map_err(io::Error::other)?;
        if answers(&answer, question) {
            Ok(answer)
        } else {
            Err(io::Error::other("an answer to another question"))
        }
    }
}

fn answers(answer: &Message, question: &Message) -> bool {
    answer.metadata.id == question.metadata.id && answer.queries == question.queries
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::{MessageType, OpCode};
    use hickory_proto::rr::Record;
    use hickory_proto::rr::rdata::{CNAME, MX};
    use tokio::net::TcpListener;

    use super::*;

    fn resolver(server: SocketAddr) -> Resolver {
        let config = Dns {
            server,
            enum_apex: None,
            domains: Vec::new(),
            networks: Vec::new(),
            port: 25,
            ports: Default::default(),
            timeout_ms: 5_000,
        };
        Resolver::new(config, Seeds::default())
    }

    fn answer(question: &Message, records: Vec<Record>) -> Message {
        let mut answer = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
        answer.add_queries(question.queries.iter().cloned());
        answer.add_answers(records);
        answer
    }

    fn name(text: &str) -> Name {
        let mut name = Name::from_ascii(text).unwrap();
        name.set_fqdn(true);
        name
    }

    async fn server(reply: impl Fn(&Message) -> Vec<Message> + Send + 'static) -> SocketAddr {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut buffer = vec![0; DATAGRAM];
            while let Ok((count, from)) = socket.recv_from(&mut buffer).await {
                for message in reply(&Message::from_vec(&buffer[..count]).unwrap()) {
                    socket.send_to(&message.to_vec().unwrap(), from).await.unwrap();
                }
            }
        });
        address
    }

    #[tokio::test]
    async fn answers_to_other_questions_are_passed_over() {
        let server = server(|question| {
            let record =
                |host: &str| Record::from_rdata(name("p.example"), 0, RData::MX(MX::new(1, name(host))));
            let mut forged = answer(question, vec![record("evil.example")]);
            forged.metadata.id = question.metadata.id.wrapping_add(1);
            vec![forged, answer(question, vec![record("mx.p.example")])]
        })
        .await;
        let found = resolver(server)
            .records("P.example", RecordType::MX)
            .await
            .unwrap();
        assert_eq!(found, [RData::MX(MX::new(1, name("mx.p.example")))]);
    }

    #[tokio::test]
    async fn a_chain_of_aliases_ends_somewhere() {
        let server = server(|question| {
            let asked = question.queries[0].name().clone();
            let next = Name::from_ascii(format!("x{asked}")).unwrap();
            vec![answer(
                question,
                vec![Record::from_rdata(asked, 0, RData::CNAME(CNAME(next)))],
            )]
        })
        .await;
        let found = resolver(server).records("a.example", RecordType::A).await;
        assert!(matches!(found, Err(Unknown::None(_))), "{found:?}");
    }

    #[tokio::test]
    async fn a_truncated_answer_is_asked_for_over_tcp() {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = tcp.local_addr().unwrap();
        let udp = UdpSocket::bind(address).await.unwrap();
        tokio::spawn(async move {
            let mut buffer = vec![0; DATAGRAM];
            let (count, from) = udp.recv_from(&mut buffer).await.unwrap();
            let mut cut = answer(&Message::from_vec(&buffer[..count]).unwrap(), Vec::new());
            cut.metadata.truncation = true;
            udp.send_to(&cut.to_vec().unwrap(), from).await.unwrap();
            let (mut stream, _) = tcp.accept().await.unwrap();
            let length = stream.read_u16().await.unwrap();
            let mut question = vec![0; usize::from(length)];
            stream.read_exact(&mut question).await.unwrap();
            let question = Message::from_vec(&question).unwrap();
            let mx = RData::MX(MX::new(1, name("mx.p.example")));
            let whole = answer(&question, vec![Record::from_rdata(name("p.example"), 0, mx)]);
            let octets = whole.to_vec().unwrap();
            stream
                .write_u16(u16::try_from(octets.len()).unwrap())
                .await
                .unwrap();
            stream.write_all(&octets).await.unwrap();
        });
        let found = resolver(address)
            .records("p.example", RecordType::MX)
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
    }

    #[tokio::test]
    async fn no_server_is_no_proof() {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        drop(socket);
        let found = resolver(address).records("p.example", RecordType::MX).await;
        assert!(matches!(found, Err(Unknown::Later(_))), "{found:?}");
    }
}
