//! What is recorded of the way of a crossing is what a socket at the other end has seen.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::net::SocketAddr;
use std::sync::Arc;

use mmspec::link::{Arrival, Carriage, Leg, Transport};
use mmspec::party::user_agent::{AgentWays, UserAgent};
use mmspec::party::{Desk, Guest, dns, hook, kannel, ppg, smsc};
use mmspec::wire::push::hook::HookForm;
use mmspec::wire::push::pap::{Element, Pap, encode as encode_pap, plmn_address};
use mmspec::wire::push::smpp::{self, Pdu, Smpp, command_by_name};
use mmspec::wire::{MediaType, Part};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::party_support::{LIMIT, any_port, next};

const BOB: &str = "+15550100017";

fn desk() -> (Arc<Desk>, Guest, UnboundedReceiver<Arrival>) {
    let desk = Desk::new();
    let (bob, arrivals) = desk.open(1);
    bob.claim_number(BOB, "bob");
    (desk, bob, arrivals)
}

/// Writes a request that closes the connection, and yields the client's address and all that came back.
async fn exchange(to: SocketAddr, request: &[u8]) -> (SocketAddr, Vec<u8>) {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    (stream.local_addr().unwrap(), answer)
}

/// The push came from this socket, in this request, and was answered so.
fn assert_passed(wire: &Carriage, ends: (SocketAddr, SocketAddr), request: &[u8], answer: &[u8]) {
    assert_eq!((wire.from, wire.to), ends);
    let legs = [Leg::there(request.to_vec()), Leg::back(answer.to_vec())];
    assert_eq!(
        wire.legs,
        legs,
        "{}",
        String::from_utf8_lossy(&wire.legs[1].octets)
    );
}

#[tokio::test]
async fn gateways_on_http_keep_request_and_answer_octet_by_octet_but_for_logins() {
    let (desk, _bob, mut arrivals) = desk();

    let gateway = kannel::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();
    let get = |password: &str| {
        format!(
            "GET /cgi-bin/sendsms?username=u&password={password}&to=%2B15550100017&text=%00%ff&udh=%06%05%04%0b%84%23%f0 HTTP/1.1\r\n\
             HOST: kannel\r\nX-Odd:   Spaces  \r\nConnection: close\r\n\r\n"
        )
    };
    let (from, answer) = exchange(gateway.addr, get("secret").as_bytes()).await;
    let wire = next(&mut arrivals).await.wire.unwrap();
    assert_passed(&wire, (from, gateway.addr), get("******").as_bytes(), &answer);

    let form: HookForm = serde_saphyr::from_str("number: { query: to }").unwrap();
    let hook = hook::listen(Arc::clone(&desk), "A", any_port(), form)
        .await
        .unwrap();
    let post = |login: &str| {
        let head = format!(
            "POST /x?to=15550100017 HTTP/1.1\r\nhost: h\r\nAuthorization: {login}\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"
        );
        [head.as_bytes(), b"\x8C\x82\x00\xFF"].concat()
    };
    let (from, answer) = exchange(hook.addr, &post("Basic abcd")).await;
    let wire = next(&mut arrivals).await.wire.unwrap();
    assert_passed(&wire, (from, hook.addr), &post("***** ****"), &answer);

    let ppg = ppg::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();
    let address = plmn_address(BOB, "ppg.example");
    let message = Element::new("push-message")
        .with("push-id", "1@a")
        .child(Element::new("address").with("address-value", &address));
    let pap = encode_pap(&Pap {
        content: Some(Part {
            media: MediaType::new("application/vnd.wap.mms-message"),
            data: b"\x8C\x82\x98t\0\x8D\x93".to_vec().into(),
            ..Part::default()
        }),
        ..Pap::new(message)
    });
    let head = format!(
        "POST /pap HTTP/1.1\r\nhost: h\r\nConnection: close\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
        pap.content_type,
        pap.body.len()
    );
    let request = [head.as_bytes(), &pap.body].concat();
    let (from, answer) = exchange(ppg.addr, &request).await;
    let wire = next(&mut arrivals).await.wire.unwrap();
    assert_passed(&wire, (from, ppg.addr), &request, &answer);
}

#[tokio::test]
async fn requests_sent_ahead_on_one_connection_keep_their_own_octets() {
    let (desk, _bob, mut arrivals) = desk();
    let form: HookForm = serde_saphyr::from_str("number: { query: to }").unwrap();
    let hook = hook::listen(Arc::clone(&desk), "A", any_port(), form)
        .await
        .unwrap();
    let post = |number: u8, ends: &str| {
        let head = format!(
            "POST /x?to=15550100017&n={number} HTTP/1.1\r\nhost: h\r\n{ends}Content-Length: {}\r\n\r\n",
            number + 3
        );
        let mut request = head.into_bytes();
        request.extend(
            [
                b"\x8C\x82\x00".as_slice(),
                &vec![b'a' + number; usize::from(number)],
            ]
            .concat(),
        );
        request
    };
    let requests = [post(1, ""), post(2, ""), post(3, "Connection: close\r\n")];
    let (from, answers) = exchange(hook.addr, &requests.concat()).await;
    let mut answered = Vec::new();
    for request in &requests {
        let wire = next(&mut arrivals).await.wire.unwrap();
        assert_eq!((wire.from, wire.to), (from, hook.addr));
        assert_eq!(wire.legs[0].octets, *request);
        answered.extend_from_slice(&wire.legs[1].octets);
    }
    assert_eq!(answered, answers);
}

#[tokio::test]
async fn a_push_in_segments_keeps_all_its_short_messages_and_their_answers() {
    let (desk, _bob, mut arrivals) = desk();
    let smsc = smsc::listen(desk, "A", any_port(), smsc::Account::default())
        .await
        .unwrap();
    let mut stream = TcpStream::connect(smsc.addr).await.unwrap();
    let bind = Pdu::new(command_by_name("bind_transceiver").unwrap()).with_text("password", "secret");
    ask(&mut stream, &smpp::encode(&bind)).await;
    let mut passed = Vec::new();
    for number in 1..=2 {
        let mut submit = Pdu::new(command_by_name("submit_sm").unwrap())
            .with_text("destination_addr", BOB)
            .with_octet("esm_class", 0x40)
            .with(
                "short_message",
                Smpp::Octets(vec![5, 0, 3, 7, 2, number, 0xBE, number].into()),
            );
        submit.sequence_number = u32::from(number) + 1;
        let submit = smpp::encode(&submit);
        let answer = ask(&mut stream, &submit).await;
        passed.extend([Leg::there(submit), Leg::back(answer)]);
    }
    let wire = next(&mut arrivals).await.wire.unwrap();
    assert_eq!((wire.from, wire.to), (stream.local_addr().unwrap(), smsc.addr));
    assert_eq!(wire.legs, passed);
}

/// Sends one PDU of SMPP and reads one.
async fn ask(stream: &mut TcpStream, pdu: &[u8]) -> Vec<u8> {
    stream.write_all(pdu).await.unwrap();
    let mut answer = vec![0; 4];
    stream.read_exact(&mut answer).await.unwrap();
    let length = u32::from_be_bytes([answer[0], answer[1], answer[2], answer[3]]);
    answer.resize(length.try_into().unwrap(), 0);
    stream.read_exact(&mut answer[4..]).await.unwrap();
    answer
}

#[tokio::test]
async fn the_dns_keeps_question_and_answer() {
    let (desk, bob, mut arrivals) = desk();
    bob.publish("relay.example", Vec::new());
    let server = dns::listen(desk, "A", any_port()).await.unwrap();
    let question =
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05relay\x07example\x00\x00\x0f\x00\x01";

    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(question, server.addr).await.unwrap();
    let mut answer = vec![0; 512];
    let length = socket.recv(&mut answer).await.unwrap();
    answer.truncate(length);
    let wire = next(&mut arrivals).await.wire.unwrap();
    assert_eq!(wire.transport, Transport::Udp);
    assert_eq!((wire.from, wire.to), (socket.local_addr().unwrap(), server.addr));
    assert_eq!(wire.legs, [Leg::CONTENT, Leg::back(answer.clone())]);

    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    let framed = [&[0, 31], &question[..]].concat();
    stream.write_all(&framed).await.unwrap();
    let mut over_tcp = vec![0; length + 2];
    stream.read_exact(&mut over_tcp).await.unwrap();
    assert_eq!(over_tcp[2..], answer);
    let wire = next(&mut arrivals).await.wire.unwrap();
    assert_eq!(wire.transport, Transport::Tcp);
    assert_eq!(wire.legs, [Leg::there(framed), Leg::back(over_tcp)]);
}

#[tokio::test]
async fn user_agents_keep_heads_and_leave_out_only_bodies_that_passed_as_they_are() {
    let agent = UserAgent::new(&AgentWays {
        idle: 1,
        ..AgentWays::default()
    })
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let answers: [&[u8]; 3] = [
        b"HTTP/1.1 200 OK\r\nX-A:  1\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbod",
    ];
    let served = tokio::spawn(async move {
        let (mut stream, from) = listener.accept().await.unwrap();
        let mut requests = Vec::new();
        for answer in answers {
            let mut request = Vec::new();
            while !request.ends_with(b"pdu!") {
                assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
            }
            stream.write_all(answer).await.unwrap();
            requests.push(request);
        }
        (from, requests)
    });
    let url = format!("http://{addr}/mms");
    let post = || agent.post(&url, &[], "pdu!".into(), LIMIT);
    let plain = post().await.unwrap().wire.unwrap();
    let chunked = post().await.unwrap().wire.unwrap();
    let broken = post().await.unwrap_err().wire.unwrap();
    let (from, requests) = served.await.unwrap();

    for (wire, request) in [&plain, &chunked, &broken].into_iter().zip(&requests) {
        assert_eq!((wire.from, wire.to), (addr, from));
        assert_eq!(wire.connection, plain.connection);
        let asked = &wire.legs[0];
        assert!(asked.back && asked.content);
        assert_eq!([&asked.octets[..], b"pdu!"].concat(), *request);
    }
    let head = |answer: &[u8], body: usize| Leg {
        content: body > 0,
        ..Leg::there(answer[..answer.len() - body].to_vec())
    };
    assert_eq!(plain.legs[1], head(answers[0], 4));
    assert_eq!(chunked.legs[1], head(answers[1], 0));
    assert_eq!(broken.legs[1], head(answers[2], 3));
}

#[tokio::test]
async fn what_the_journal_writes_of_a_way_it_reads_again() {
    let (from, to) = (any_port(), "[::1]:25".parse().unwrap());
    let wire = Carriage::datagram(from, to).with_legs(vec![Leg::CONTENT, Leg::back(vec![0, 0xFF])]);
    let text = serde_json::to_string(&wire).unwrap();
    assert_eq!(
        text,
        r#"{"from":"127.0.0.1:0","to":"[::1]:25","transport":"udp","legs":[{"content":true},{"back":true,"octets":"00ff"}]}"#
    );
    assert_eq!(serde_json::from_str::<Carriage>(&text).unwrap(), wire);
}
