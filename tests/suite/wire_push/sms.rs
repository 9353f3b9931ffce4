use std::fmt::Write;

use bytes::Bytes;
use mmspec::wire::push::sms::{Address, Kind, Tpdu, Validity, decode, encode, septets};
use mmspec::wire::push::{self, PORTS_UDH};
use proptest::prelude::*;

/// 24 November 2026, 13:05:09, an hour before UTC.
const TIME: [u8; 7] = [0x62, 0x11, 0x42, 0x31, 0x50, 0x90, 0x48];

fn push() -> Bytes {
    Bytes::from([&PORTS_UDH[..], &push::encode(7, b"\x8C\x82")].concat())
}

fn submit(validity: Option<Validity>) -> Tpdu {
    Tpdu {
        validity,
        ..Tpdu::submit(Address::number("+15550100017"), 9, push())
    }
}

fn comes_back(tpdu: &Tpdu) -> Tpdu {
    let octets = Bytes::from(encode(tpdu));
    let (read, findings) = decode(tpdu.kind, &octets).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(encode(&read), octets);
    read
}

#[test]
fn every_field_comes_back() {
    let absolute = submit(Some(Validity::Absolute(TIME)));
    let enhanced = submit(Some(Validity::Enhanced([0x42, 5, 0, 0, 0, 0, 0])));
    let alphanumeric = Address {
        kind: 0xD0,
        text: "MMS one".into(),
    };
    let tpdus = [
        Tpdu::deliver(Address::number("12345"), TIME, push()),
        Tpdu::deliver(alphanumeric, TIME, push()),
        submit(None),
        submit(Some(Validity::Relative(167))),
        absolute,
        enhanced,
    ];
    let mut shown = String::new();
    for tpdu in tpdus {
        let read = comes_back(&tpdu);
        assert_eq!(
            (&read.address, &read.validity, read.time),
            (&tpdu.address, &tpdu.validity, tpdu.time)
        );
        writeln!(shown, "{} {}", tpdu.kind.name(), hex::encode(encode(&tpdu))).unwrap();
        for (name, text, at) in &read.fields {
            writeln!(shown, "{:>4}+{:<3} {name}: {text}", at.offset, at.len).unwrap();
        }
        let (udh, data, findings) = read.parts();
        assert!(findings.is_empty());
        assert_eq!(udh.unwrap().ports().unwrap().destination, 2948);
        assert_eq!(push::decode(&data).unwrap().tid, 7);
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn text_is_packed_in_septets_behind_a_header_too() {
    for udh in [&[][..], &PORTS_UDH] {
        let (user_data, length) = septets(udh, "Grüße, 5 € {x}");
        let tpdu = Tpdu {
            first: if udh.is_empty() { 0x04 } else { 0x44 },
            dcs: 0,
            length,
            ..Tpdu::deliver(Address::number("+1"), TIME, user_data)
        };
        let read = comes_back(&tpdu);
        assert!(read.is_septets());
        let (header, text, _) = read.parts();
        assert_eq!(header.is_some(), !udh.is_empty());
        // The alphabet has no sharp s of its own: it is ß.
        assert_eq!(text, "Grüße, 5 € {x}".as_bytes());
    }
}

/// Written by others, with septets and an odd number of digits.
#[test]
fn octets_of_others_come_back() {
    for (kind, octets, address) in [
        (
            Kind::Deliver,
            "040BC87238880900F10000993092516195800AE8329BFD4697D9EC37",
            "27838890001",
        ),
        (
            Kind::Submit,
            "11000B916407281553F80000AA0AE8329BFD4697D9EC37",
            "+46708251358",
        ),
    ] {
        let octets = Bytes::from(hex::decode(octets).unwrap());
        let (read, findings) = decode(kind, &octets).unwrap();
        assert!(findings.is_empty(), "{findings:?}");
        assert_eq!(read.address.text, address);
        assert_eq!(read.parts().1, "hellohello");
        assert_eq!(encode(&read), octets);
    }
}

#[test]
fn codings_say_what_user_data_is() {
    let septets = [0x00, 0x0C, 0x10, 0x40, 0x80, 0xBF, 0xC8, 0xD8, 0xF0, 0xF8];
    let octets = [0x04, 0x08, 0x15, 0x20, 0x24, 0x48, 0xE8, 0xF4, 0xF5];
    let is_septets = |dcs| Tpdu { dcs, ..submit(None) }.is_septets();
    assert!(septets.into_iter().all(is_septets));
    assert!(!octets.into_iter().any(is_septets));
}

#[test]
fn validity_is_counted_in_steps() {
    let seconds = |value| Validity::Relative(value).seconds();
    assert_eq!(
        [0, 143, 144, 167, 168, 196, 197, 255].map(seconds),
        [
            300, 43_200, 45_000, 86_400, 172_800, 2_592_000, 3_024_000, 38_102_400
        ]
        .map(Some)
    );
    assert_eq!(Validity::Absolute(TIME).seconds(), None);
}

#[test]
fn what_is_odd_is_found() {
    let codes = |octets: &[u8]| -> Vec<String> {
        let (_, findings) = decode(Kind::Submit, &Bytes::copy_from_slice(octets)).unwrap();
        findings.into_iter().map(|f| f.code).collect()
    };
    let good = encode(&submit(None));
    assert_eq!(codes(&[&good[..], b"x"].concat()), ["sms-trailing-octets"]);
    assert_eq!(codes(&good[..good.len() - 1]), ["sms-user-data-short"]);
    let mut kind = good.clone();
    kind[3] = 0x11;
    assert_eq!(codes(&kind), ["sms-address-type"]);
    let mut filler = good.clone();
    filler[4] = 0x1F;
    assert_eq!(codes(&filler), ["sms-address-digit"]);
    let mut time = TIME;
    time[1] = 0x31;
    let absolute = submit(Some(Validity::Absolute(time)));
    assert_eq!(codes(&encode(&absolute)), ["sms-time"]);
    let long = Tpdu::submit(Address::number("+123456789012345678901"), 1, push());
    assert_eq!(codes(&encode(&long)), ["sms-address-long"]);
    let big = Tpdu::submit(Address::number("+1"), 1, vec![0; 141]);
    assert_eq!(codes(&encode(&big)), ["sms-user-data-long"]);
    let refused = decode(Kind::Deliver, &Bytes::from(encode(&submit(None)))).unwrap_err();
    assert!(
        refused.reason.contains("TP-MTI") || refused.reason.contains("SMS-DELIVER"),
        "{refused}"
    );
    assert_eq!(
        decode(Kind::Submit, &Bytes::from_static(&[1, 2]))
            .unwrap_err()
            .offset,
        2
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        deliver: bool,
        digits in "\\+?[0-9]{1,20}",
        user_data in prop::collection::vec(any::<u8>(), 0..=140),
        pid: u8,
        reference: u8,
        validity in prop::option::of(any::<u8>()),
    ) {
        let address = Address::number(&digits);
        let tpdu = if deliver {
            Tpdu::deliver(address, TIME, user_data)
        } else {
            Tpdu { validity: validity.map(Validity::Relative), ..Tpdu::submit(address, reference, user_data) }
        };
        let tpdu = Tpdu { pid, ..tpdu };
        let octets = Bytes::from(encode(&tpdu));
        let (read, _) = decode(tpdu.kind, &octets).unwrap();
        prop_assert_eq!(&read.address, &tpdu.address);
        prop_assert_eq!(&read.user_data, &tpdu.user_data);
        prop_assert_eq!(encode(&read), octets);
    }
}
