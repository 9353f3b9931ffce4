//! The name server: UDP and TCP on one port.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::net::xfer::Protocol;
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_server::proto::rr::rdata::{A, AAAA, CNAME, MX, NAPTR};
use hickory_server::proto::rr::{self, Name, RData, RecordType};
use hickory_server::proto::serialize::binary::BinEncoder;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::{MessageResponse, MessageResponseBuilder};
use tokio::net::{TcpListener, UdpSocket};

use super::zone::{Answer, Data, Record};
use crate::link::{Arrival, Carriage, Crossing, Leg, Transport};
use crate::party::desk::Desk;
use crate::party::listening::Listening;

/// The name of the DNS as a place.
const PLACE: &str = "dns";
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(30);
/// Octets that wait to be written on a connection.
const BUFFER: usize = 65_535;
/// Aliases that are followed for one question.
const ALIASES: usize = 16;
/// Octets of an answer by datagram.
const LONGEST_DATAGRAM: usize = 512;
/// Tries to find a port that is free for both UDP and TCP.
const TRIES: usize = 8;

/// Opens a name server for one relay. With port 0 the system chooses one.
///
/// # Errors
/// The address cannot be bound.
pub async fn listen(desk: Arc<Desk>, relay: &str, at: SocketAddr) -> io::Result<Listening> {
    let (udp, tcp) = bind(at).await?;
    let (listening, stop) = Listening::new(udp.local_addr()?);
    let mut server = Server::new(Handler {
        desk,
        relay: relay.to_owned(),
        at: listening.addr,
    });
    server.register_socket(udp);
    server.register_listener(tcp, IDLE, BUFFER);
    tokio::spawn(async move {
        // Dropped, the server ends with its sockets.
        stop.run_until_cancelled(server.block_until_done()).await;
    });
    Ok(listening)
}

async fn bind(at: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let mut tries = 1;
    loop {
        let udp = UdpSocket::bind(at).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            // The port that was free for UDP is somebody's on TCP.
            Err(_) if at.port() == 0 && tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

/// A section without records.
type Nothing<'a> = std::array::IntoIter<&'a rr::Record, 0>;

struct Handler {
    desk: Arc<Desk>,
    relay: String,
    /// Where it listens.
    at: SocketAddr,
}

#[async_trait::async_trait]
impl RequestHandler for Handler {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut response: R,
    ) -> ResponseInfo {
        let mut metadata = Metadata::response_from_request(&request.metadata);
        metadata.authoritative = true;
        metadata.recursion_available = true;
        let silent = ResponseInfo::from(Header {
            metadata,
            counts: HeaderCounts::default(),
        });
        let Ok(info) = request.request_info() else {
            metadata.response_code = ResponseCode::FormErr;
            let message = MessageResponseBuilder::from_message_request(request).build_no_records(metadata);
            return response.send_response(message).await.unwrap_or(silent);
        };
        let question = info.query.original();
        let answer = self.resolve(question.name(), question.query_type());
        let records = match &answer {
            Ok(records) => records.as_slice(),
            Err(_) => &[],
        };
        metadata.response_code = match &answer {
            Ok(_) => ResponseCode::NoError,
            Err(Answer::NxDomain) => ResponseCode::NXDomain,
            Err(Answer::ServFail) => ResponseCode::ServFail,
            Err(Answer::Silent) => {
                self.record(request, question.name(), question.query_type(), &answer, None);
                return silent;
            }
        };
        let message =
            || MessageResponseBuilder::from_message_request(request).build(metadata, records, [], [], []);
        let octets = encoded(request.protocol(), message());
        self.record(request, question.name(), question.query_type(), &answer, octets);
        // A client that has gone needs no answer.
        response.send_response(message()).await.unwrap_or(silent)
    }
}

/// The answer as it goes out: of a datagram no more than fits (RFC 1035 §4.2.1). `None`: the library sends something else then.
fn encoded<'q, 'a, A>(
    protocol: Protocol,
    message: MessageResponse<'q, 'a, A, Nothing<'a>, Nothing<'a>, Nothing<'a>>,
) -> Option<Vec<u8>>
where
    A: Iterator<Item = &'a rr::Record> + Send + 'a,
{
    let mut octets = Vec::with_capacity(LONGEST_DATAGRAM);
    let mut encoder = BinEncoder::new(&mut octets);
    if protocol == Protocol::Udp {
        encoder.set_max_size(u16::try_from(LONGEST_DATAGRAM).unwrap_or(u16::MAX));
    }
    message.destructive_emit(&mut encoder).ok()?;
    Some(octets)
}

impl Handler {
    /// Records a question before it is answered.
    fn record(
        &self,
        request: &Request,
        name: &Name,
        kind: RecordType,
        answer: &Result<Vec<rr::Record>, Answer>,
        octets: Option<Vec<u8>>,
    ) {
        let asked = name.to_ascii();
        let owner = self.desk.owner_of_name(&asked);
        let (code, records) = match answer {
            Ok(records) => ("NOERROR", records.iter().map(|r| r.data.to_string()).collect()),
            Err(Answer::NxDomain) => ("NXDOMAIN", Vec::new()),
            Err(Answer::ServFail) => ("SERVFAIL", Vec::new()),
            Err(Answer::Silent) => ("no answer", Vec::new()),
        };
        let crossing = Crossing::DnsQuery {
            name: asked.trim_end_matches('.').to_owned(),
            kind: kind.to_string(),
            transport: match request.protocol() {
                Protocol::Udp => "udp".to_owned(),
                _ => "tcp".to_owned(),
            },
            query: Bytes::copy_from_slice(request.as_slice()),
            code: code.to_owned(),
            records,
        };
        let arrival = Arrival {
            place: PLACE.to_owned(),
            from: Some(self.relay.clone()),
            crossing,
            wire: Some(self.wire(request, octets)),
        };
        self.desk.hand_over(owner, arrival);
    }

    fn wire(&self, request: &Request, answer: Option<Vec<u8>>) -> Carriage {
        let wire = Carriage::datagram(request.src(), self.at);
        if request.protocol() == Protocol::Udp {
            let answer = answer.map(Leg::back);
            let legs = std::iter::once(Leg::CONTENT).chain(answer);
            return wire.with_legs(legs.collect());
        }
        let there = Leg::there(with_length(request.as_slice()));
        let back = answer.map(|answer| Leg::back(with_length(&answer)));
        let legs = std::iter::once(there).chain(back).collect();
        let wire = wire.with_legs(legs);
        Carriage {
            transport: Transport::Tcp,
            ..wire
        }
    }

    /// The records of a name, behind its aliases if it has some. A circle of aliases ends where it began.
    fn resolve(&self, name: &Name, kind: RecordType) -> Result<Vec<rr::Record>, Answer> {
        let mut found = Vec::new();
        let mut at = name.clone();
        for _ in 0..ALIASES {
            let records = self.desk.records(&at.to_ascii())?;
            let data = records.iter().filter_map(|record| rdata(record, kind, &at));
            let before = found.len();
            found.extend(data);
            let alias = records.iter().find_map(|record| match &record.data {
                Data::Alias(to) => Name::from_ascii(to).ok(),
                _ => None,
            });
            match alias {
                Some(to) if found.len() == before + 1 && kind != RecordType::CNAME => at = fqdn(to),
                _ => break,
            }
            if at == *name {
                break;
            }
        }
        Ok(found)
    }
}

/// The record on the wire, if it is of that type, or an alias, which answers every type.
fn rdata(record: &Record, kind: RecordType, name: &Name) -> Option<rr::Record> {
    let text = |text: &str| text.as_bytes().to_vec().into_boxed_slice();
    let data = match (&record.data, kind) {
        (
            Data::Naptr {
                order,
                preference,
                flags,
                service,
                regexp,
                replacement,
            },
            RecordType::NAPTR,
        ) => RData::NAPTR(NAPTR::new(
            *order,
            *preference,
            text(flags),
            text(service),
            text(regexp),
            fqdn(Name::from_ascii(replacement).ok()?),
        )),
        (Data::Mx { preference, host }, RecordType::MX) => {
            RData::MX(MX::new(*preference, fqdn(Name::from_ascii(host).ok()?)))
        }
        (Data::Address(IpAddr::V4(address)), RecordType::A) => RData::A(A(*address)),
        (Data::Address(IpAddr::V6(address)), RecordType::AAAA) => RData::AAAA(AAAA(*address)),
        (Data::Alias(to), _) => RData::CNAME(CNAME(fqdn(Name::from_ascii(to).ok()?))),
        _ => return None,
    };
    Some(rr::Record::from_rdata(name.clone(), record.ttl, data))
}

/// As it goes over TCP (RFC 1035 §4.2.2).
fn with_length(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), message].concat()
}

fn fqdn(mut name: Name) -> Name {
    name.set_fqdn(true);
    name
}
