//! HTTP hooks as relays of different makes call them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mmspec::link::{Arrival, Crossing};
use mmspec::party::user_agent::{AgentWays, UserAgent};
use mmspec::party::{Desk, Guest, HttpRule, Listening, hook};
use mmspec::wire::push;
use mmspec::wire::push::hook::HookForm;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::party_support::{LIMIT, any_port};

const PDU: &[u8] = b"\x8C\x82\x98t-1\0\x8D\x93\xFB\xFF\xFE";
const BOB: &str = "+15550100017";

struct Hook {
    desk: Arc<Desk>,
    bob: Guest,
    arrivals: UnboundedReceiver<Arrival>,
    server: Listening,
}

impl Hook {
    async fn open(form: &str) -> Hook {
        let desk = Desk::new();
        let (bob, arrivals) = desk.open(1);
        bob.claim_number(BOB, "bob");
        let form: HookForm = serde_saphyr::from_str(form).unwrap();
        let server = hook::listen(Arc::clone(&desk), "A", any_port(), form)
            .await
            .unwrap();
        Hook {
            desk,
            bob,
            arrivals,
            server,
        }
    }

    /// Status and text of the answer to a POST.
    async fn post(&self, target: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let headers: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let client = UserAgent::new(&AgentWays::default()).unwrap();
        let url = format!("http://{}{target}", self.server.addr);
        let body = body.to_vec().into();
        let reply = client.post(&url, &headers, body, LIMIT).await.unwrap();
        (reply.status, String::from_utf8(reply.body.to_vec()).unwrap())
    }

    async fn get(&self, target: &str) -> (u16, String) {
        let client = UserAgent::new(&AgentWays::default()).unwrap();
        let url = format!("http://{}{target}", self.server.addr);
        let reply = client.get(&url, &[], LIMIT).await.unwrap();
        (reply.status, String::from_utf8(reply.body.to_vec()).unwrap())
    }

    /// Recipient, parameters and push of what arrived for bob.
    fn arrived(&mut self) -> (String, Vec<(String, String)>, push::Push) {
        let arrival = self.arrivals.try_recv().unwrap();
        assert_eq!(
            (arrival.place.as_str(), arrival.from.as_deref()),
            ("bob", Some("A"))
        );
        match arrival.crossing {
            Crossing::Push {
                recipient,
                gateway,
                params,
                wsp,
                answered: 200,
            } => {
                assert_eq!(gateway, "hook");
                (recipient, params, push::decode(&wsp).unwrap())
            }
            other => panic!("no push that was taken: {other:?}"),
        }
    }
}

fn taken() -> (u16, String) {
    (200, "accepted\n".to_owned())
}

fn notes(params: &[(String, String)]) -> usize {
    params.iter().filter(|(name, _)| name == "note").count()
}

#[tokio::test]
async fn the_body_is_the_pdu_and_the_query_has_the_number() {
    let mut hook = Hook::open("number: { query: to }").await;
    let target = "/notify?from=a&to=%2B15550100017";
    let headers = [
        ("Content-Type", "application/octet-stream"),
        ("Authorization", "Basic c2VjcmV0"),
    ];
    assert_eq!(hook.post(target, &headers, PDU).await, taken());

    let (recipient, params, push) = hook.arrived();
    assert_eq!(recipient, BOB);
    assert_eq!(params[0], ("request".to_owned(), format!("POST {target}")));
    assert_eq!(notes(&params), 1, "the labels are not the relay's");
    assert!(!params.iter().any(|(_, value)| value.contains("c2VjcmV0")));
    assert_eq!(&push.body[..], PDU);
    assert!(push.findings.is_empty());
}

#[tokio::test]
async fn labels_of_the_request_are_those_of_the_push() {
    let mut hook = Hook::open("number: { header: X-MSISDN }").await;
    let labels = |media, application| {
        [
            ("x-msisdn", "15550100017"),
            ("Content-Type", media),
            ("X-Wap-Application-Id", application),
        ]
    };
    let own = labels("application/vnd.wap.mms-message", "x-wap-application:mms.ua");
    assert_eq!(hook.post("/", &own, PDU).await, taken());
    let (recipient, params, push) = hook.arrived();
    assert_eq!((recipient.as_str(), notes(&params)), ("15550100017", 0));
    assert_eq!(push.application_id.as_deref(), Some("x-wap-application:mms.ua"));
    assert!(push.findings.is_empty());

    assert_eq!(hook.post("/", &labels("text/plain", "2"), PDU).await, taken());
    let (_, _, push) = hook.arrived();
    assert_eq!(
        (push.content_type.as_str(), push.application_id.as_deref()),
        ("text/plain", Some("2"))
    );
}

#[tokio::test]
async fn the_path_has_the_number_and_the_body_is_a_wsp_push() {
    let mut hook =
        Hook::open("number: { path: '/*/users/{number}/push' }\npdu: { in: body, holds: wsp }").await;
    let wsp = push::encode(7, PDU);
    assert_eq!(
        hook.post("/v1/users/%2B15550100017/push?x", &[], &wsp).await,
        taken()
    );
    let (recipient, params, push) = hook.arrived();
    assert_eq!((recipient.as_str(), push.tid, notes(&params)), (BOB, 7, 0));
    assert_eq!(&push.body[..], PDU);

    let (status, text) = hook.post("/v1/groups/1/push", &[], &wsp).await;
    assert_eq!(status, 404);
    assert_eq!(
        text,
        "no number in the path, which should be /*/users/{number}/push\n"
    );
}

#[tokio::test]
async fn json_holds_both() {
    let form = "number: { field: message.to.0 }\npdu: { in: { field: data }, holds: wsp, coding: base64 }";
    let mut hook = Hook::open(form).await;
    let wsp = push::encode(1, PDU);
    for data in [STANDARD.encode(&wsp), URL_SAFE_NO_PAD.encode(&wsp)] {
        let body = format!(r#"{{"message": {{"to": ["tel:+15550100017"]}}, "data": "{data}"}}"#);
        let headers = [("Content-Type", "application/json; charset=utf-8")];
        assert_eq!(hook.post("/", &headers, body.as_bytes()).await, taken());
        let (recipient, _, push) = hook.arrived();
        assert_eq!((recipient.as_str(), &push.body[..]), (BOB, PDU));
    }
    // Without a Content-Type, and with a number that is one.
    let body = format!(
        r#"{{"message": {{"to": [15550100017]}}, "data": "{}"}}"#,
        STANDARD.encode(&wsp)
    );
    assert_eq!(hook.post("/", &[], body.as_bytes()).await, taken());
    assert_eq!(hook.arrived().0, "15550100017");
}

#[tokio::test]
async fn a_get_and_a_form_hold_digits() {
    let mut hook = Hook::open("number: { query: to }\npdu: { in: { query: pdu }, coding: hex }").await;
    let pdu = hex::encode(PDU);
    assert_eq!(hook.get(&format!("/?to=+15550100017&pdu={pdu}")).await, taken());
    assert_eq!(&hook.arrived().2.body[..], PDU);

    let mut hook = Hook::open("number: { field: to }\npdu: { in: { field: pdu }, coding: hex }").await;
    let form = format!("to=%2B15550100017&pdu={}", pdu.to_uppercase());
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(hook.post("/", &headers, form.as_bytes()).await, taken());
    assert_eq!(&hook.arrived().2.body[..], PDU);
}

#[tokio::test]
async fn multipart_form_data_holds_octets() {
    let mut hook = Hook::open("number: { field: to }\npdu: { in: { field: pdu } }").await;
    let head = b"--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n+15550100017\r\n\
        --b\r\nContent-Disposition: form-data; name=\"pdu\"; filename=\"n.mms\"\r\n\
        Content-Type: application/vnd.wap.mms-message\r\n\r\n";
    let body = [&head[..], PDU, b"\r\n--b--\r\n"].concat();
    let headers = [("Content-Type", "multipart/form-data; boundary=b")];
    assert_eq!(hook.post("/", &headers, &body).await, taken());
    assert_eq!(&hook.arrived().2.body[..], PDU);
}

#[tokio::test]
async fn what_is_missing_is_said_and_the_request_is_nobodys() {
    let form = "number: { field: to }\npdu: { in: { field: data }, coding: hex }";
    let mut hook = Hook::open(form).await;
    let json = [("Content-Type", "application/json")];
    let mut said = Vec::new();
    for body in [
        r#"{"number": "1", "data": "00"}"#,
        r#"{"to": "+15550100017"}"#,
        r#"{"to": "+15550100017", "data": "0g"}"#,
        "to=+15550100017",
        "[]",
    ] {
        let (status, text) = hook.post("/", &json, body.as_bytes()).await;
        assert_eq!(status, 400);
        said.push(text.trim().to_owned());
    }
    assert_eq!(
        said[0],
        "no number in the field to of the body, which has number, data"
    );
    assert_eq!(said[1], "no PDU in the field data of the body, which has to");
    assert!(
        said[2].starts_with("what is in the field data of the body is not hex: "),
        "{}",
        said[2]
    );
    assert!(
        said[3].starts_with("no number in the field to of the body: the body is no JSON: "),
        "{}",
        said[3]
    );
    assert_eq!(said[4], "no number in the field to of the body, which has none");
    assert!(hook.arrivals.try_recv().is_err());
    let unsolicited = hook.desk.unsolicited();
    assert_eq!(unsolicited.count, 5);
    assert!(unsolicited.first.iter().all(|arrival| arrival.place == "hook"));
}

#[tokio::test]
async fn the_owner_scripts_the_answers() {
    let mut hook = Hook::open("number: { query: to }").await;
    hook.bob.http_rules(
        "bob",
        vec![HttpRule {
            status: 503,
            times: 1,
        }],
    );
    let target = "/?to=15550100017";
    assert_eq!(
        hook.post(target, &[], PDU).await,
        (503, "not accepted\n".to_owned())
    );
    let refused = hook.arrivals.try_recv().unwrap().crossing;
    assert!(matches!(refused, Crossing::Push { answered: 503, .. }));
    assert_eq!(hook.post(target, &[], PDU).await, taken());
    assert_eq!(hook.post("/?to=15550100099", &[], PDU).await, taken());
    assert_eq!(hook.desk.unsolicited().count, 1);
}

#[test]
fn a_form_that_cannot_be_is_refused_where_it_stands() {
    let fault = |text: &str| serde_saphyr::from_str::<HookForm>(text).unwrap_err().to_string();
    assert!(fault("number: { path: '/push' }").contains("the path has to have {number} once"));
    assert!(fault("number: { query: to }\nPDU: {}").contains("PDU"));
    assert!(fault("number: { cookie: to }").contains("cookie"));
    assert!(fault("number: { query: to }\npdu: { in: { path: x } }").contains("path"));
    assert!(fault("pdu: { in: body }").contains("number"));
}
