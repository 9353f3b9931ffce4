//! What a big PDU of MM1 costs when its parts are copied, and when they are not.

use std::error::Error;
use std::hint::black_box;

use bytes::Bytes;
use mmspec::wire::{Pdu, mm1};

use crate::clock::time;

/// Decoding with a copy made of each part, and encoding, against a copy of the PDU: both sides allocate what they copy into.
pub fn print(pdus: &[Pdu]) -> Result<(), Box<dyn Error>> {
    println!(
        "\n{:<22}{:>9}{:>11}{:>11}{:>11}{:>15}{:>15}",
        "parts copied", "octets", "to_vec us", "decode us", "encode us", "decode/to_vec", "encode/to_vec"
    );
    for pdu in pdus {
        let octets = Bytes::from(mm1::encode(pdu));
        mm1::decode(&octets)?;
        let copied = time(|| {
            black_box(black_box(&octets).to_vec());
        });
        let decoded = time(|| {
            black_box(with_parts_copied(black_box(&octets)));
        });
        let encoded = time(|| {
            black_box(mm1::encode(black_box(pdu)));
        });
        println!(
            "{:<22}{:>9}{:>11.2}{:>11.2}{:>11.2}{:>15.2}{:>15.2}",
            pdu.kind.name(),
            octets.len(),
            copied * 1e6,
            decoded * 1e6,
            encoded * 1e6,
            decoded / copied,
            encoded / copied,
        );
    }
    Ok(())
}

fn with_parts_copied(octets: &Bytes) -> Option<(Pdu, Vec<Vec<u8>>)> {
    let pdu = mm1::decode(octets).ok()?.pdu;
    let parts = pdu.content.iter().flat_map(|content| &content.parts);
    let copies = parts.map(|part| part.data.to_vec()).collect();
    Some((pdu, copies))
}

/// Decoding as it is, the parts being slices of the PDU, for PDUs of several sizes.
pub fn print_borrowed(pdus: &[Pdu]) -> Result<(), Box<dyn Error>> {
    println!("\n{:<22}{:>9}{:>11}", "parts borrowed", "octets", "decode us");
    for pdu in pdus {
        let octets = Bytes::from(mm1::encode(pdu));
        mm1::decode(&octets)?;
        let decoded = time(|| {
            // That it decodes was seen above.
            let _ = black_box(mm1::decode(black_box(&octets)));
        });
        println!(
            "{:<22}{:>9}{:>11.3}",
            pdu.kind.name(),
            octets.len(),
            decoded * 1e6
        );
    }
    Ok(())
}
