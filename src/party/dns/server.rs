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
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use tokio::net::{TcpListener, UdpSocket};

use super::zone::{Answer, Data, Record};
use crate::link::{Arrival, Crossing};
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

struct Handler {
    desk: Arc<Desk>,
    relay: String,
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
        let (code, records) = match request.request_info() {
            Ok(info) => {
                let question = info.query.original();
                match self.answer(request, question.name(), question.query_type()) {
                    Some(answer) => answer,
                    None => return silent,
                }
            }
            Err(_) => (ResponseCode::FormErr, Vec::new()),
        };
        metadata.response_code = code;
        let message =
            MessageResponseBuilder::from_message_request(request).build(metadata, records.iter(), [], [], []);
        // A client that has gone needs no answer.
        response.send_response(message).await.unwrap_or(silent)
    }
}

impl Handler {
    /// The answer to a question, which is recorded first; none for silence.
    fn answer(
        &self,
        request: &Request,
        name: &Name,
        kind: RecordType,
    ) -> Option<(ResponseCode, Vec<rr::Record>)> {
        let asked = name.to_ascii();
        let owner = self.desk.owner_of_name(&asked);
        let answer = self.resolve(name, kind);
        let (code, records) = match &answer {
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
        };
        self.desk.hand_over(owner, arrival);
        match answer {
            Ok(records) => Some((ResponseCode::NoError, records)),
            Err(Answer::NxDomain) => Some((ResponseCode::NXDomain, Vec::new())),
            Err(Answer::ServFail) => Some((ResponseCode::ServFail, Vec::new())),
            Err(Answer::Silent) => None,
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

fn fqdn(mut name: Name) -> Name {
    name.set_fqdn(true);
    name
}
