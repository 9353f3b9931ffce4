use mmspec::wire::push::kannel::{PARAMS, Sendsms};
use mmspec::wire::push::{self, PORTS_UDH};
use proptest::prelude::*;

#[test]
fn every_parameter_comes_back() {
    let mut shown = String::new();
    for name in PARAMS {
        let written = Sendsms::default().with(name, [b"a b+%&=", &[0, 0xFF][..]].concat());
        let query = written.encode();
        let read = Sendsms::decode(&query);
        assert_eq!(read.params[0].value, written.params[0].value);
        shown.push_str(&format!("{query}\n"));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_relay_s_request_is_read() {
    let wsp = push::encode(7, b"\x8C\x82");
    let request = Sendsms::default()
        .with("username", "u")
        .with("to", "+15550100017")
        .with("udh", PORTS_UDH)
        .with("text", wsp.clone());
    let query = request.encode();
    assert_eq!(
        query,
        "username=u&to=%2B15550100017&udh=%06%05%04%0B%84%23%F0&text=%07%06%03%BE%AF%84%8C%82"
    );
    let read = Sendsms::decode(&query);
    assert_eq!(read.recipient().as_deref(), Some("+15550100017"));
    assert_eq!(read.value("text"), Some(&wsp[..]));
    let at: Vec<usize> = read.params.iter().map(|p| p.at.offset).collect();
    assert_eq!(at, [0, 11, 29, 55]);
    assert_eq!(Sendsms::decode("&&a&=b&c==").params.len(), 3);
}

proptest! {
    #[test]
    fn values_come_back(params in prop::collection::vec(("[a-z-]{1,8}", prop::collection::vec(any::<u8>(), 0..40)), 0..6)) {
        let written = params.iter().fold(Sendsms::default(), |s, (name, value)| s.with(name, value.clone()));
        let read = Sendsms::decode(&written.encode());
        let read: Vec<(String, Vec<u8>)> = read.params.into_iter().map(|p| (p.name, p.value)).collect();
        prop_assert_eq!(read, params);
    }
}
