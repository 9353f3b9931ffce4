//! The fake DNS over real sockets, asked by a client that is not the relay's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_server::net::client::{Client, ClientHandle};
use hickory_server::net::runtime::TokioRuntimeProvider;
use hickory_server::net::tcp::TcpClientStream;
use hickory_server::net::udp::UdpClientStream;
use hickory_server::proto::op::{DnsResponse, ResponseCode};
use hickory_server::proto::rr::{DNSClass, Name, RData, RecordType};
use mmspec::link::{Arrival, Crossing};
use mmspec::party::dns::{Answer, Change, Data, Kind, Record, listen};
use mmspec::party::{Desk, Guest, Listening};
use tokio::sync::mpsc::UnboundedReceiver;

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
const NUMBER: &str = "7.1.0.0.0.1.0.5.5.5.1.e164.arpa";
const TIME: Duration = Duration::from_millis(300);

struct Dns {
    desk: Arc<Desk>,
    guest: Guest,
    arrivals: UnboundedReceiver<Arrival>,
    server: Listening,
}

impl Dns {
    async fn open() -> Dns {
        let desk = Desk::new();
        let (guest, arrivals) = desk.open(1);
        let server = listen(desk.clone(), "A", ANY).await.unwrap();
        Dns {
            desk,
            guest,
            arrivals,
            server,
        }
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Option<DnsResponse> {
        let stream = UdpClientStream::builder(self.server.addr, TokioRuntimeProvider::new())
            .with_timeout(Some(TIME))
            .build();
        let (mut client, background) = Client::<TokioRuntimeProvider>::from_sender(stream);
        tokio::spawn(background);
        let name = Name::from_ascii(name).unwrap();
        client.query(name, DNSClass::IN, kind).await.ok()
    }

    async fn ask_over_tcp(&self, name: &str, kind: RecordType) -> DnsResponse {
        let (stream, sender) =
            TcpClientStream::new(self.server.addr, None, Some(TIME), TokioRuntimeProvider::new());
        let (mut client, background) = Client::<TokioRuntimeProvider>::new(stream.await.unwrap(), sender);
        tokio::spawn(background);
        let name = Name::from_ascii(name).unwrap();
        client.query(name, DNSClass::IN, kind).await.unwrap()
    }

    fn seen(&mut self) -> (String, String, String) {
        let arrival = self.arrivals.try_recv().unwrap();
        assert_eq!(arrival.place, "dns");
        assert_eq!(arrival.from.as_deref(), Some("A"));
        let Crossing::DnsQuery { name, kind, code, .. } = arrival.crossing else {
            panic!("{arrival:?}");
        };
        (name, kind, code)
    }
}

fn naptr(preference: u16, regexp: &str) -> Data {
    Data::Naptr {
        order: 100,
        preference,
        flags: "u".to_owned(),
        service: "E2U+mms:mailto".to_owned(),
        regexp: regexp.to_owned(),
        replacement: ".".to_owned(),
    }
}

fn answers(response: &DnsResponse) -> Vec<&RData> {
    response.answers.iter().map(|record| &record.data).collect()
}

#[tokio::test]
async fn records_come_as_they_were_published() {
    let mut dns = Dns::open().await;
    let regexp = r"!^(.*)$!mailto:\1/TYPE=PLMN@mms.q.example!";
    dns.guest.publish(NUMBER, vec![naptr(10, regexp)]);
    let response = dns
        .ask("7.1.0.0.0.1.0.5.5.5.1.E164.ARPA.", RecordType::NAPTR)
        .await
        .unwrap();
    let [RData::NAPTR(record)] = answers(&response)[..] else {
        panic!("{response:?}");
    };
    assert_eq!((record.order, record.preference), (100, 10));
    assert_eq!(&*record.flags, b"u");
    assert_eq!(&*record.services, b"E2U+mms:mailto");
    assert_eq!(&*record.regexp, regexp.as_bytes());
    assert!(record.replacement.is_root());
    let (name, kind, code) = dns.seen();
    assert!(name.eq_ignore_ascii_case(NUMBER));
    assert_eq!((kind.as_str(), code.as_str()), ("NAPTR", "NOERROR"));
}

#[tokio::test]
async fn a_name_without_records_of_a_type_exists() {
    let dns = Dns::open().await;
    dns.guest
        .publish("mx.p.example", vec![Data::Address("127.0.0.1".parse().unwrap())]);
    let response = dns.ask("mx.p.example", RecordType::MX).await.unwrap();
    assert_eq!(response.metadata.response_code, ResponseCode::NoError);
    assert!(response.answers.is_empty());
    let response = dns.ask("mx.p.example", RecordType::A).await.unwrap();
    assert_eq!(
        answers(&response)[0].ip_addr(),
        Some("127.0.0.1".parse().unwrap())
    );
}

#[tokio::test]
async fn what_nobody_owns_does_not_exist_and_is_unsolicited() {
    let mut dns = Dns::open().await;
    let response = dns.ask("nobody.example", RecordType::MX).await.unwrap();
    assert_eq!(response.metadata.response_code, ResponseCode::NXDomain);
    assert!(dns.arrivals.try_recv().is_err());
    assert_eq!(dns.desk.unsolicited().count, 1);
}

#[tokio::test]
async fn a_name_goes_with_its_script() {
    let Dns {
        desk, guest, server, ..
    } = Dns::open().await;
    guest.publish(NUMBER, vec![naptr(10, "!^.*$!mailto:a@b.example!")]);
    drop(guest);
    let (guest, arrivals) = desk.open(2);
    let dns = Dns {
        desk,
        guest,
        arrivals,
        server,
    };
    let response = dns.ask(NUMBER, RecordType::NAPTR).await.unwrap();
    assert_eq!(response.metadata.response_code, ResponseCode::NXDomain);
}

#[tokio::test]
async fn a_name_fails_is_silent_and_comes_back() {
    let mut dns = Dns::open().await;
    let exchange = |host: &str| Data::Mx {
        preference: 10,
        host: host.to_owned(),
    };
    dns.guest.publish("mms.p.example", vec![exchange("mx.p.example")]);
    for (answer, code) in [
        (Answer::ServFail, ResponseCode::ServFail),
        (Answer::NxDomain, ResponseCode::NXDomain),
    ] {
        dns.guest.change_name("mms.p.example", Change::Instead(answer));
        let response = dns.ask("mms.p.example", RecordType::MX).await.unwrap();
        assert_eq!(response.metadata.response_code, code);
    }
    dns.guest
        .change_name("mms.p.example", Change::Instead(Answer::Silent));
    assert!(dns.ask("mms.p.example", RecordType::MX).await.is_none());
    let moved = Record {
        data: exchange("mx.q.example"),
        ttl: 7,
    };
    let change = Change::Records {
        of: vec![Kind::Mx],
        by: vec![moved],
    };
    dns.guest.change_name("mms.p.example", change);
    let response = dns.ask("mms.p.example", RecordType::MX).await.unwrap();
    assert_eq!(response.answers[0].ttl, 7);
    assert_eq!(response.answers[0].data.to_string(), "10 mx.q.example.");
    let codes: Vec<String> = std::iter::from_fn(|| dns.arrivals.try_recv().ok())
        .filter_map(|arrival| match arrival.crossing {
            Crossing::DnsQuery { code, .. } => Some(code),
            _ => None,
        })
        .collect();
    assert_eq!(codes.first().map(String::as_str), Some("SERVFAIL"));
    assert_eq!(codes.last().map(String::as_str), Some("NOERROR"));
    assert!(codes.iter().any(|code| code == "no answer"));
}

#[tokio::test]
async fn aliases_are_followed_and_circles_end() {
    let dns = Dns::open().await;
    let alias = |to: &str| vec![Data::Alias(to.to_owned())];
    dns.guest.publish("a.example", alias("b.example"));
    dns.guest
        .publish("b.example", vec![Data::Address("127.0.0.1".parse().unwrap())]);
    let response = dns.ask("a.example", RecordType::A).await.unwrap();
    assert_eq!(response.answers.len(), 2);
    assert_eq!(response.answers[1].name.to_ascii(), "b.example.");
    dns.guest.publish("c.example", alias("d.example"));
    dns.guest.publish("d.example", alias("c.example"));
    let response = dns.ask("c.example", RecordType::A).await.unwrap();
    assert_eq!(response.answers.len(), 2);
}

#[tokio::test]
async fn what_is_too_long_for_a_datagram_comes_over_tcp() {
    let dns = Dns::open().await;
    let regexp = format!("!^.*$!mailto:{}@mms.q.example!", "x".repeat(150));
    dns.guest.publish(
        NUMBER,
        (0..20).map(|preference| naptr(preference, &regexp)).collect(),
    );
    let response = dns.ask_over_tcp(NUMBER, RecordType::NAPTR).await;
    assert_eq!(response.answers.len(), 20);
    let cut = dns.ask(NUMBER, RecordType::NAPTR).await.unwrap();
    assert!(cut.metadata.truncation || cut.answers.len() < 20);
}
