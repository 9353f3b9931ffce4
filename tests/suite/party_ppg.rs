//! The push proxy gateway as a push initiator meets it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use mmspec::link::{Arrival, Crossing, LossKind};
use mmspec::party::user_agent::{AgentWays, UserAgent};
use mmspec::party::{Desk, Guest, HttpRule, Listening, Pushes, ppg};
use mmspec::wire::push::pap::{Element, Pap, Version, decode, encode, plmn_address};
use mmspec::wire::{MediaType, Part, date, push};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::party_support::{LIMIT, any_port, next};

const BOB: &str = "+15550100017";
const ANN: &str = "+15550100018";
const PDU: &[u8] = b"\x8C\x82\x98t-1\0\x8D\x93\r\n--\0\xFF";
const FAR: &str = "2099-01-01T00:00:00Z";

struct Gateway {
    desk: Arc<Desk>,
    bob: Guest,
    arrivals: UnboundedReceiver<Arrival>,
    server: Listening,
}

impl Gateway {
    async fn open() -> Gateway {
        let desk = Desk::new();
        let (bob, arrivals) = desk.open(1);
        bob.claim_number(BOB, "bob");
        let server = ppg::listen(Arc::clone(&desk), "A", any_port()).await.unwrap();
        Gateway {
            desk,
            bob,
            arrivals,
            server,
        }
    }

    async fn say(&self, pap: &Pap) -> Pap {
        let written = encode(pap);
        say(self.server.addr, &written.content_type, written.body).await
    }

    async fn push(&self, element: Element) -> u16 {
        self.say(&message(element)).await.code().unwrap()
    }

    /// `state code`, one for each result.
    async fn states(&self, query: Element) -> Vec<String> {
        let answer = self.say(&Pap::new(query)).await;
        assert_eq!(answer.message.name, "statusquery-response");
        let result = |result: &Element| {
            let of = |name| result.attribute(name).unwrap();
            format!("{} {}", of("message-state"), of("code"))
        };
        answer.message.children.iter().map(result).collect()
    }
}

/// The answer to a message, which is a faultless document.
async fn say(addr: SocketAddr, content_type: &str, body: Vec<u8>) -> Pap {
    let headers = [("Content-Type".to_owned(), content_type.to_owned())];
    let client = UserAgent::new(&AgentWays::default()).unwrap();
    let url = format!("http://{addr}/pap");
    let reply = client.post(&url, &headers, body.into(), LIMIT).await.unwrap();
    assert_eq!(reply.status, 202);
    let kind = reply
        .headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .unwrap();
    let reading = decode(Some(&kind.1), &reply.body).unwrap();
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
    reading.value
}

fn submission(push_id: &str, numbers: &[&str]) -> Element {
    let element = Element::new("push-message").with("push-id", push_id);
    let address = |number: &&str| Element::new("address").with("address-value", &to(number));
    numbers.iter().map(address).fold(element, Element::child)
}

fn to(number: &str) -> String {
    plmn_address(number, "ppg.example")
}

fn message(element: Element) -> Pap {
    let content = Part {
        media: MediaType::new("application/vnd.wap.mms-message"),
        headers: vec![(
            "X-Wap-Application-Id".to_owned(),
            "x-wap-application:mms.ua".to_owned(),
        )],
        data: Bytes::from_static(PDU),
        ..Part::default()
    };
    Pap {
        content: Some(content),
        ..Pap::new(element)
    }
}

fn query(push_id: &str) -> Element {
    Element::new("statusquery-message").with("push-id", push_id)
}

fn cancel(push_id: &str) -> Pap {
    Pap::new(Element::new("cancel-message").with("push-id", push_id))
}

fn in_seconds(seconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    date::rfc3339(i64::try_from(now).unwrap() + seconds)
}

/// Recipient, what it was answered, parameters, push.
fn pushed(crossing: &Crossing) -> (&str, u16, &[(String, String)], &Bytes) {
    match crossing {
        Crossing::Push {
            recipient,
            answered,
            params,
            wsp,
            ..
        } => (recipient, *answered, params, wsp),
        other => panic!("no push: {other:?}"),
    }
}

fn param<'a>(params: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut named = params.iter().filter(|(known, _)| known == name);
    named.next().map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_message_of_any_version_arrives_as_the_push_that_goes_over_the_air() {
    let mut gateway = Gateway::open().await;
    for (tid, version) in Version::ALL.into_iter().enumerate() {
        let id = format!("id-{version}");
        let element = submission(&id, &[BOB])
            .with("deliver-before-timestamp", FAR)
            .with("source-reference", "mms.home.example");
        let pap = Pap {
            version,
            ..message(element)
        };
        let answer = gateway.say(&pap).await;
        assert_eq!(answer.version, version);
        assert_eq!(answer.message.name, "push-response");
        assert_eq!(answer.push_id(), Some(id.as_str()));
        assert_eq!(answer.code(), Some(1001));

        let arrival = gateway.arrivals.try_recv().unwrap();
        assert_eq!(
            (arrival.place.as_str(), arrival.from.as_deref()),
            ("bob", Some("A"))
        );
        let (recipient, answered, params, wsp) = pushed(&arrival.crossing);
        assert_eq!((recipient, answered), (BOB, 202));
        assert_eq!(param(params, "push-id"), Some(id.as_str()));
        assert_eq!(param(params, "version"), Some(version.name()));
        assert_eq!(param(params, "code"), Some("1001"));
        assert_eq!(param(params, "deliver-before-timestamp"), Some(FAR));
        assert_eq!(param(params, "source-reference"), Some("mms.home.example"));
        assert_eq!(param(params, "note"), None, "{params:?}");
        let push = push::decode(wsp).unwrap();
        assert_eq!(push.content_type, "application/vnd.wap.mms-message");
        assert_eq!(push.application_id.as_deref(), Some("x-wap-application:mms.ua"));
        assert_eq!((&push.body[..], usize::from(push.tid)), (PDU, tid));
        assert!(push.findings.is_empty() && !push.is_confirmed());
        assert_eq!(gateway.states(query(&id)).await, ["delivered 1000"]);
    }
}

#[tokio::test]
async fn labels_are_those_of_the_initiator() {
    let mut gateway = Gateway::open().await;
    let quality = Element::new("quality-of-service").with("delivery-method", "confirmed");
    let mut pap = message(submission("1", &[BOB]).child(quality));
    let content = pap.content.as_mut().unwrap();
    content.media = MediaType::new("text/plain");
    content.headers.clear();
    assert_eq!(gateway.say(&pap).await.code(), Some(1001));
    let arrival = gateway.arrivals.try_recv().unwrap();
    let (.., params, wsp) = pushed(&arrival.crossing);
    assert_eq!(param(params, "delivery-method"), Some("confirmed"));
    let push = push::decode(wsp).unwrap();
    assert!(push.is_confirmed());
    assert_eq!(
        (push.content_type.as_str(), push.application_id),
        ("text/plain", None)
    );
}

#[tokio::test]
async fn a_message_goes_to_each_of_its_addresses() {
    let mut gateway = Gateway::open().await;
    let (ann, mut to_ann) = gateway.desk.open(2);
    ann.claim_number(ANN, "ann");
    let stranger = "+15550100099";
    let numbers = [BOB, ANN, stranger, "15550100017"];
    assert_eq!(gateway.push(submission("1", &numbers)).await, 1001);

    let bobs = gateway.arrivals.try_recv().unwrap();
    let (recipient, _, params, _) = pushed(&bobs.crossing);
    assert_eq!((recipient, param(params, "address")), (BOB, Some(&*to(BOB))));
    assert!(gateway.arrivals.try_recv().is_err());
    assert_eq!(pushed(&to_ann.try_recv().unwrap().crossing).0, ANN);
    let unsolicited = gateway.desk.unsolicited();
    assert_eq!(unsolicited.count, 1);
    assert_eq!(unsolicited.first[0].place, "pap");
    assert_eq!(pushed(&unsolicited.first[0].crossing).0, stranger);
    assert_eq!(
        gateway.states(query("1")).await,
        ["delivered 1000", "delivered 1000", "undeliverable 2003"]
    );
    let one = query("1").child(Element::new("address").with("address-value", &to(stranger)));
    let other = one.child(Element::new("address").with("address-value", &to("+19")));
    assert_eq!(
        gateway.states(other).await,
        ["undeliverable 2003", "unknown 2003"]
    );
}

#[tokio::test]
async fn the_owner_scripts_the_answers_and_pap_has_a_code_for_each() {
    let mut gateway = Gateway::open().await;
    let statuses = [503, 500, 501, 403, 404, 400, 429, 204];
    let rule = |status| HttpRule { status, times: 1 };
    gateway.bob.http_rules("bob", statuses.map(rule).to_vec());
    let mut got = Vec::new();
    for status in statuses {
        // What was refused may come again under its id.
        got.push(gateway.push(submission("1", &[BOB])).await);
        let arrival = gateway.arrivals.try_recv().unwrap();
        assert_eq!(pushed(&arrival.crossing).1, status);
    }
    assert_eq!(got, [4001, 3000, 3001, 2001, 2003, 2000, 2000, 1001]);
}

#[tokio::test]
async fn one_address_that_is_refused_refuses_the_message() {
    let mut gateway = Gateway::open().await;
    let (ann, mut to_ann) = gateway.desk.open(2);
    ann.claim_number(ANN, "ann");
    ann.http_rules(
        "ann",
        vec![HttpRule {
            status: 503,
            times: 1,
        }],
    );
    assert_eq!(gateway.push(submission("1", &[BOB, ANN])).await, 4001);
    assert_eq!(pushed(&gateway.arrivals.try_recv().unwrap().crossing).1, 503);
    assert_eq!(pushed(&to_ann.try_recv().unwrap().crossing).1, 503);
    assert_eq!(gateway.states(query("1")).await, ["unknown 2004"]);
    assert_eq!(gateway.push(submission("1", &[BOB, ANN])).await, 1001);
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_nobodys() {
    let mut gateway = Gateway::open().await;
    let id = |pap: &Pap| (pap.message.name.to_string(), pap.code().unwrap());
    let without_id = Pap {
        content: message(Element::default()).content,
        ..Pap::new(submission("", &[BOB]))
    };
    let answer = gateway.say(&without_id).await;
    assert_eq!(id(&answer), ("badmessage-response".to_owned(), 2000));
    let fragment = answer.message.attribute("bad-message-fragment").unwrap();
    assert!(fragment.starts_with("--pap-"), "{fragment}");
    for pap in [
        message(submission("2", &[])),
        Pap::new(submission("3", &[BOB])),
        message(submission("4", &["bob@mms.example"])),
    ] {
        let answer = gateway.say(&pap).await;
        let code = if pap.push_id() == Some("4") { 2002 } else { 2000 };
        assert_eq!(id(&answer), ("push-response".to_owned(), code));
    }
    for octets in [&b"to=1"[..], b"<pap><push-message", b"", b"\xFF\0"] {
        let answer = say(gateway.server.addr, "application/xml", octets.to_vec()).await;
        assert_eq!(id(&answer), ("badmessage-response".to_owned(), 2000));
    }
    let capabilities = Element::new("ccq-message")
        .with("query-id", "q")
        .child(Element::new("address").with("address-value", &to(BOB)));
    let answer = gateway.say(&Pap::new(capabilities)).await;
    assert_eq!(id(&answer), ("ccq-response".to_owned(), 3001));

    // Bob's number stands in two of them.
    for _ in 0..2 {
        assert_eq!(pushed(&gateway.arrivals.try_recv().unwrap().crossing).1, 400);
    }
    assert!(gateway.arrivals.try_recv().is_err());
    let unsolicited = gateway.desk.unsolicited();
    let noted = unsolicited.first.iter().filter(|arrival| {
        let (.., params, _) = pushed(&arrival.crossing);
        param(params, "note").is_some()
    });
    assert!(noted.count() >= 4, "{unsolicited:?}");

    let client = UserAgent::new(&AgentWays::default()).unwrap();
    let url = format!("http://{}/", gateway.server.addr);
    assert_eq!(client.get(&url, &[], LIMIT).await.unwrap().status, 405);
}

#[tokio::test]
async fn a_push_id_is_used_once() {
    let mut gateway = Gateway::open().await;
    assert_eq!(gateway.push(submission("1", &[BOB])).await, 1001);
    assert_eq!(gateway.push(submission("1", &[BOB])).await, 2007);
    assert_eq!(pushed(&gateway.arrivals.try_recv().unwrap().crossing).1, 202);
    assert_eq!(pushed(&gateway.arrivals.try_recv().unwrap().crossing).1, 409);
}

#[tokio::test]
async fn what_is_kept_is_pending_until_the_user_agent_is_back() {
    let mut gateway = Gateway::open().await;
    gateway.bob.pushes("bob", Pushes::Kept);
    for id in ["1", "2"] {
        assert_eq!(gateway.push(submission(id, &[BOB])).await, 1001);
        assert_eq!(gateway.states(query(id)).await, ["pending 1001"]);
        let kept = gateway.arrivals.try_recv().unwrap().crossing;
        assert!(matches!(
            kept,
            Crossing::Loss {
                how: LossKind::Kept,
                ..
            }
        ));
    }
    assert_eq!(gateway.say(&cancel("2")).await.code(), Some(1000));
    assert_eq!(gateway.states(query("2")).await, ["cancelled 1000"]);
    let replaced = submission("4", &[BOB]).with("replace-push-id", "1");
    assert_eq!(gateway.push(replaced).await, 1001);
    assert_eq!(gateway.states(query("1")).await, ["cancelled 1000"]);
    gateway.arrivals.try_recv().unwrap();

    gateway.bob.pushes("bob", Pushes::Arrive);
    let arrival = gateway.arrivals.try_recv().unwrap();
    let (.., params, _) = pushed(&arrival.crossing);
    assert_eq!(param(params, "push-id"), Some("4"));
    assert!(gateway.arrivals.try_recv().is_err(), "the others were cancelled");
    assert_eq!(gateway.states(query("4")).await, ["delivered 1000"]);
    let answer = gateway.say(&cancel("4")).await;
    assert_eq!(
        (answer.message.name.to_string(), answer.code()),
        ("cancel-response".to_owned(), Some(2008))
    );
    assert_eq!(gateway.say(&cancel("3")).await.code(), Some(2004));

    gateway.bob.pushes("bob", Pushes::Kept);
    assert_eq!(gateway.push(submission("5", &[BOB])).await, 1001);
    let (addr, written) = (gateway.server.addr, encode(&Pap::new(query("5"))));
    drop(gateway.bob);
    let gone = tokio::time::timeout(LIMIT, async {
        while say(addr, &written.content_type, written.body.clone())
            .await
            .code()
            != Some(2003)
        {}
    });
    gone.await.unwrap();
}

#[tokio::test]
async fn what_is_lost_is_delivered_unless_it_had_to_be_confirmed() {
    let mut gateway = Gateway::open().await;
    gateway.bob.pushes("bob", Pushes::Lost { times: 2 });
    for (id, method, state) in [
        ("1", "unconfirmed", "delivered 1000"),
        ("2", "confirmed", "timeout 4000"),
        ("3", "confirmed", "delivered 1000"),
    ] {
        let quality = Element::new("quality-of-service").with("delivery-method", method);
        assert_eq!(gateway.push(submission(id, &[BOB]).child(quality)).await, 1001);
        assert_eq!(gateway.states(query(id)).await, [state], "{id}");
        let lost = matches!(
            gateway.arrivals.try_recv().unwrap().crossing,
            Crossing::Loss { .. }
        );
        assert_eq!(lost, id != "3");
    }
}

#[tokio::test]
async fn timestamps_hold() {
    let mut gateway = Gateway::open().await;
    let late = submission("late", &[BOB]).with("deliver-before-timestamp", "2001-02-28T12:00:00Z");
    assert_eq!(gateway.push(late).await, 1001);
    assert_eq!(gateway.states(query("late")).await, ["expired 4000"]);
    let lost = gateway.arrivals.try_recv().unwrap().crossing;
    assert!(matches!(
        lost,
        Crossing::Loss {
            how: LossKind::Lost,
            ..
        }
    ));

    let far = submission("far", &[BOB]).with("deliver-after-timestamp", FAR);
    assert_eq!(gateway.push(far).await, 1001);
    assert_eq!(gateway.states(query("far")).await, ["pending 1001"]);
    assert_eq!(gateway.say(&cancel("far")).await.code(), Some(1000));

    let soon = submission("soon", &[BOB]).with("deliver-after-timestamp", &in_seconds(1));
    assert_eq!(gateway.push(soon).await, 1001);
    let arrival = next(&mut gateway.arrivals).await;
    let (.., params, _) = pushed(&arrival.crossing);
    assert_eq!(param(params, "push-id"), Some("soon"));
}

#[tokio::test]
async fn the_initiator_hears_of_the_result_where_it_wants_to() {
    let gateway = Gateway::open().await;
    let initiator = TcpListener::bind(any_port()).await.unwrap();
    let url = format!("http://{}/results?x=1", initiator.local_addr().unwrap());
    gateway.bob.pushes("bob", Pushes::Kept);
    let element = submission("1", &[BOB]).with("ppg-notify-requested-to", &url);
    let pap = Pap {
        version: Version::V2_1,
        ..message(element)
    };
    assert_eq!(gateway.say(&pap).await.code(), Some(1001));
    gateway.bob.pushes("bob", Pushes::Arrive);

    let (mut stream, _) = tokio::time::timeout(LIMIT, initiator.accept())
        .await
        .unwrap()
        .unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"</pap>\n") {
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
    }
    stream
        .write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let text = String::from_utf8(request).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /results?x=1 HTTP/1.1\r\n"), "{head}");
    let reading = decode(Some("application/xml"), &Bytes::from(body.to_owned())).unwrap();
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
    let told = reading.value;
    assert_eq!((told.version, told.code()), (Version::V2_1, Some(1000)));
    assert_eq!(told.message.name, "resultnotification-message");
    assert_eq!(told.push_id(), Some("1"));
    assert_eq!(told.message.attribute("message-state"), Some("delivered"));
    assert_eq!(told.addresses().next().unwrap().client, BOB);
    assert_eq!(told.delivery_method(), Some("unconfirmed"));
}

#[tokio::test]
async fn nobody_is_told_who_is_not_on_loopback() {
    let mut gateway = Gateway::open().await;
    let element = submission("1", &[BOB]).with("ppg-notify-requested-to", "http://192.0.2.1/results");
    assert_eq!(gateway.push(element).await, 1001);
    let arrival = gateway.arrivals.try_recv().unwrap();
    let (.., params, _) = pushed(&arrival.crossing);
    assert_eq!(
        param(params, "note"),
        Some("http://192.0.2.1/results is not on loopback, so no result is sent there")
    );
}
