use bytes::Bytes;
use mmspec::wire::Finding;
use mmspec::wire::push::{Udh, smpp, sms};
use proptest::prelude::*;

fn within(findings: &[Finding], len: usize) {
    for finding in findings {
        assert!(finding.offset + finding.len <= len, "{finding:?} of {len}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_octets_do_harm(octets in prop::collection::vec(any::<u8>(), 0..200), command in prop::sample::select(smpp::COMMANDS)) {
        let whole = Bytes::from(octets.clone());
        within(&Udh::decode(&octets).2, octets.len());
        for kind in [sms::Kind::Deliver, sms::Kind::Submit] {
            if let Ok((tpdu, findings)) = sms::decode(kind, &whole) {
                within(&findings, octets.len());
                let _ = tpdu.parts();
                let _ = sms::encode(&tpdu);
            }
        }
        let mut framed = vec![0; 16];
        framed[4..8].copy_from_slice(&command.id.to_be_bytes());
        framed.extend_from_slice(&octets);
        let framed = Bytes::from(framed);
        let (pdu, findings) = smpp::decode(&framed).unwrap();
        within(&findings, framed.len());
        if let Some(carried) = smpp::carried(&pdu) {
            within(&carried.findings, framed.len());
        }
        let _ = smpp::frames(&framed);
    }
}
