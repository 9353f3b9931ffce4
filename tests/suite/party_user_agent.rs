//! The user agents' HTTP client.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::net::SocketAddr;
use std::time::Duration;

use mmspec::party::tls;
use mmspec::party::user_agent::{AgentWays, UserAgent, fetch_url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::party_peer_terms::fixture;
use crate::party_support::LIMIT;

/// A server that takes one request, answers with this text and closes; the task yields the request.
async fn answering(answer: &'static str) -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !complete(&request) {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&request).into_owned()
    });
    (addr, served)
}

fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

#[tokio::test]
async fn a_post_goes_out_with_its_headers_and_the_answer_comes_whole() {
    let agent = UserAgent::new(&AgentWays::default()).unwrap();
    let (addr, served) =
        answering("HTTP/1.1 302 Found\r\nLocation: http://x/\r\nX-A: 1\r\nX-A: 2\r\n\r\n\x00body").await;
    let headers = [
        ("Content-Type", "application/vnd.wap.mms-message"),
        ("X-WAP-Network-Client-MSISDN", "+15550100017"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let url = format!("http://{addr}/mms");
    let reply = agent
        .post(&url, &headers, "\u{8C}pdu".into(), LIMIT)
        .await
        .unwrap();

    assert_eq!((reply.status, reply.body.as_ref()), (302, &b"\0body"[..]));
    let values: Vec<_> = reply
        .headers
        .iter()
        .filter(|(name, _)| name == "x-a")
        .map(|(_, v)| v.as_str())
        .collect();
    assert_eq!(values, ["1", "2"]);
    let request = served.await.unwrap();
    assert!(request.starts_with("POST /mms HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains("x-wap-network-client-msisdn: +15550100017\r\n"),
        "{request}"
    );
    assert!(request.ends_with("\u{8C}pdu"), "{request}");
}

#[tokio::test]
async fn a_get_asks_for_the_location_as_it_was_given() {
    let agent = UserAgent::new(&AgentWays::default()).unwrap();
    let (addr, served) = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let url = fetch_url(
        "http://mmsc.invalid/p@7/a%2fB;x=1?t=\"q\"&u=a+b",
        &format!("http://{addr}/mms"),
    );
    let reply = agent.get(&url, &[], LIMIT).await.unwrap();
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    let request = served.await.unwrap();
    assert!(
        request.starts_with("GET /p@7/a%2fB;x=1?t=%22q%22&u=a+b HTTP/1.1\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn a_proxy_is_asked_for_whole_urls() {
    let (proxy, served) = answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx").await;
    let agent = UserAgent::new(&AgentWays {
        proxy: Some(proxy),
        ..AgentWays::default()
    })
    .unwrap();
    let url = "http://mmsc.invalid:8002/mms?a=b";
    assert_eq!(agent.next_hop(url), proxy.to_string());
    let reply = agent.post(url, &[], "pdu".into(), LIMIT).await.unwrap();
    assert_eq!(reply.body.as_ref(), b"x");
    let request = served.await.unwrap().to_ascii_lowercase();
    assert!(
        request.starts_with("post http://mmsc.invalid:8002/mms?a=b http/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("\r\nhost: mmsc.invalid:8002\r\n"), "{request}");
}

/// A relay that speaks HTTPS, answers once, and hands over the request.
async fn https() -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let config = tls::server(&fixture("relay.pem"), &fixture("relay.key")).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let served = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // A client that trusts nobody leaves.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = Vec::new();
            while !complete(&request) {
                assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
            }
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            stream.write_all(answer).await.unwrap();
            stream.flush().await.unwrap();
            return String::from_utf8_lossy(&request).into_owned();
        }
    });
    (addr, served)
}

fn trusting() -> AgentWays {
    AgentWays {
        root: Some(fixture("root.pem")),
        ..AgentWays::default()
    }
}

#[tokio::test]
async fn https_needs_a_root_and_the_right_name() {
    let (addr, served) = https().await;
    let url = format!("https://{addr}/mms");
    let nobody = UserAgent::new(&AgentWays::default()).unwrap();
    let why = nobody.get(&url, &[], LIMIT).await.unwrap_err().why;
    assert!(
        why.starts_with("TLS failed: ") && why.contains("UnknownIssuer"),
        "{why}"
    );

    let agent = UserAgent::new(&trusting()).unwrap();
    // Over another wire the certificate is still that of whom the URL names.
    let wire = agent.through(addr);
    let other = wire.get("https://another.invalid.net/mms", &[], LIMIT).await;
    let why = other.unwrap_err().why;
    assert!(why.contains("another.invalid.net"), "{why}");
    let reply = wire
        .post("https://mms.home.example/mms", &[], "pdu".into(), LIMIT)
        .await;
    assert_eq!(reply.unwrap().body.as_ref(), b"ok");
    let request = served.await.unwrap();
    assert!(request.starts_with("POST /mms HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("host: mms.home.example\r\n"), "{request}");

    let missing = AgentWays {
        root: Some(fixture("nobody.pem")),
        ..AgentWays::default()
    };
    assert!(
        UserAgent::new(&missing)
            .unwrap_err()
            .to_string()
            .contains("nobody.pem")
    );
}

#[tokio::test]
async fn https_goes_through_a_proxy() {
    let (relay, served) = https().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(near.read_u8().await.unwrap());
        }
        near.write_all(b"HTTP/1.1 200 Established\r\nVia: x\r\n\r\n")
            .await
            .unwrap();
        let mut far = tokio::net::TcpStream::connect(relay).await.unwrap();
        tokio::io::copy_bidirectional(&mut near, &mut far).await.ok();
        String::from_utf8(head).unwrap()
    });
    let ways = AgentWays {
        proxy: Some(proxy),
        ..trusting()
    };
    let agent = UserAgent::new(&ways).unwrap();
    let reply = agent.get("https://mms.home.example/x", &[], LIMIT).await.unwrap();
    assert_eq!(reply.body.as_ref(), b"ok");
    assert!(served.await.unwrap().starts_with("GET /x HTTP/1.1\r\n"));
    drop(agent);
    assert!(
        asked
            .await
            .unwrap()
            .starts_with("CONNECT mms.home.example:443 HTTP/1.1\r\n")
    );

    let (refusing, _) = answering("HTTP/1.1 403 No\r\n\r\n").await;
    let ways = AgentWays {
        proxy: Some(refusing),
        ..trusting()
    };
    let none = UserAgent::new(&ways)
        .unwrap()
        .get("https://mms.home.example/x", &[], LIMIT)
        .await;
    assert_eq!(
        none.unwrap_err().why,
        "the proxy answered CONNECT with \"HTTP/1.1 403 No\""
    );
}

#[tokio::test]
async fn failures_are_told_in_words() {
    let agent = UserAgent::new(&AgentWays::default()).unwrap();
    let get = async |addr: SocketAddr, limit| {
        agent
            .get(&format!("http://{addr}/"), &[], limit)
            .await
            .unwrap_err()
            .why
    };

    let (addr, _) = answering("").await;
    assert_eq!(
        get(addr, LIMIT).await,
        "the connection was closed before the answer"
    );
    let (addr, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await;
    assert_eq!(
        get(addr, LIMIT).await,
        "the connection was closed before the answer"
    );
    let (addr, _) = answering("220 not HTTP\r\n").await;
    let words = get(addr, LIMIT).await;
    assert!(words.starts_with("the answer is no HTTP"), "{words}");

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = silent.local_addr().unwrap();
    assert_eq!(
        get(addr, Duration::from_millis(50)).await,
        "nothing answered within 50 ms"
    );
    drop(silent);
    assert_eq!(get(addr, LIMIT).await, "connection refused");
    let bad = [("X\n".to_owned(), String::new())];
    assert!(
        agent
            .get("http://127.0.0.1/", &bad, LIMIT)
            .await
            .unwrap_err()
            .why
            .contains("no HTTP header name")
    );
    assert!(
        agent
            .get("not a url", &[], LIMIT)
            .await
            .unwrap_err()
            .why
            .contains("not a request that can be sent")
    );
}
