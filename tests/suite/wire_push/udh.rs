use std::fmt::Write;

use mmspec::wire::push::Udh;
use mmspec::wire::push::udh::{ELEMENTS, Ports, Segment};
use mmspec::wire::push::{PORTS_UDH, udh};
use proptest::prelude::*;

fn codes(octets: &[u8]) -> Vec<String> {
    Udh::decode(octets).2.into_iter().map(|f| f.code).collect()
}

#[test]
fn every_element_has_a_name_and_comes_back() {
    let mut shown = String::new();
    for (id, _) in ELEMENTS {
        let value: Vec<u8> = match *id {
            udh::CONCATENATION_8 => vec![7, 3, 2],
            udh::CONCATENATION_16 => vec![1, 7, 3, 2],
            udh::PORTS_8 => vec![226, 240],
            udh::PORTS_16 => vec![0x0B, 0x84, 0x23, 0xF0],
            _ => vec![*id],
        };
        let octets = Udh::default().with(*id, value).encode();
        let (read, used, findings) = Udh::decode(&octets);
        assert_eq!((used, findings.len()), (octets.len(), 0), "{findings:?}");
        let element = &read.elements[0];
        writeln!(
            shown,
            "{} {}: {}",
            hex::encode(&octets),
            element.name(),
            element.text()
        )
        .unwrap();
        assert_eq!(read.encode(), octets);
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn ports_and_segments_are_found_wherever_they_stand() {
    let combined = [
        0x0B, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0, 0x00, 0x03, 0x07, 0x02, 0x01,
    ];
    let swapped = [
        0x0B, 0x00, 0x03, 0x07, 0x02, 0x01, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0,
    ];
    let ports = Ports {
        destination: 2948,
        source: 9200,
    };
    let segment = Segment {
        reference: 7,
        wide: false,
        total: 2,
        number: 1,
    };
    for octets in [combined, swapped] {
        let (read, _, findings) = Udh::decode(&octets);
        assert_eq!((read.ports(), read.segment()), (Some(ports), Some(segment)));
        assert!(findings.is_empty());
    }
    let (plain, used, _) = Udh::decode(&PORTS_UDH);
    assert_eq!((plain.ports(), plain.segment(), used), (Some(ports), None, 7));
    assert_eq!(Udh::default().with_ports(ports).encode(), PORTS_UDH);
    assert_eq!(
        Udh::default().with_ports(ports).with_segment(segment).encode(),
        combined
    );
}

#[test]
fn what_is_odd_is_found() {
    assert_eq!(codes(&[]), ["udh-missing"]);
    assert_eq!(
        codes(&[6, 5, 4]),
        ["udh-length-beyond-data", "udh-element-truncated"]
    );
    assert_eq!(codes(&[1, 5]), ["udh-element-truncated"]);
    assert_eq!(codes(&[4, 5, 2, 0, 1]), ["udh-element-size"]);
    assert_eq!(codes(&[8, 4, 2, 1, 2, 4, 2, 1, 2]), ["udh-element-repeated"]);
    assert_eq!(
        codes(&[10, 4, 2, 1, 2, 5, 4, 0, 9, 0, 8]),
        ["udh-element-repeated"]
    );
    assert_eq!(
        codes(&[11, 0, 3, 7, 2, 1, 8, 4, 0, 7, 2, 1]),
        ["udh-element-repeated"]
    );
    assert_eq!(codes(&[5, 0, 3, 7, 2, 3]), ["udh-segment-number"]);
    assert_eq!(Udh::decode(&[5, 0, 3, 7, 2, 3]).0.segment(), None);
    // The last of several counts.
    let twice = Udh::default()
        .with(udh::PORTS_8, [1, 2])
        .with(udh::PORTS_16, [0, 9, 0, 8]);
    assert_eq!(twice.ports().map(|p| p.destination), Some(9));
}

proptest! {
    #[test]
    fn elements_come_back(elements in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..20)), 0..8)) {
        let written = elements.iter().fold(Udh::default(), |udh, (id, value)| udh.with(*id, value.clone()));
        let octets = written.encode();
        let (read, used, _) = Udh::decode(&octets);
        prop_assert_eq!(used, octets.len());
        let read: Vec<(u8, Vec<u8>)> = read.elements.into_iter().map(|e| (e.id, e.value)).collect();
        prop_assert_eq!(read, elements);
    }
}
