//! Encoding and decoding PDUs against a memcpy of the same octets: `cargo bench --bench wire`.

#[path = "measure/clock.rs"]
mod clock;
#[path = "measure/copies.rs"]
mod copies;
#[path = "measure/middle.rs"]
mod middle;
#[path = "measure/pdus.rs"]
mod pdus;
#[path = "measure/radix.rs"]
mod radix;

use std::error::Error;
use std::hint::black_box;

use bytes::Bytes;
use clock::time;
use mmspec::wire::{Decoded, Pdu, Undecodable, mm1, mm4};

/// Octets of the picture in a big MM.
const BIG: usize = 300_000;

type Decode = fn(&Bytes) -> Result<Decoded, Undecodable>;
type Encode = fn(&Pdu) -> Vec<u8>;

fn main() -> Result<(), Box<dyn Error>> {
    let pdus: [(Pdu, Encode, Decode); 4] = [
        (pdus::notification(), mm1::encode, mm1::decode),
        (pdus::submission(BIG), mm1::encode, mm1::decode),
        (pdus::retrieval(BIG), mm1::encode, mm1::decode),
        (pdus::forward(BIG), mm4::encode, mm4::decode),
    ];
    println!(
        "{:<22}{:>9}{:>11}{:>11}{:>11}{:>13}{:>15}{:>15}",
        "PDU",
        "octets",
        "memcpy us",
        "decode us",
        "encode us",
        "decode MB/s",
        "decode/memcpy",
        "encode/memcpy"
    );
    for (pdu, encode, decode) in pdus {
        let octets = Bytes::from(encode(&pdu));
        decode(&octets)?;
        let mut copy = vec![0; octets.len()];
        let copied = time(|| black_box(&mut copy).copy_from_slice(black_box(&octets)));
        let decoded = time(|| {
            // That it decodes was seen above.
            let _ = black_box(decode(black_box(&octets)));
        });
        let encoded = time(|| {
            black_box(encode(black_box(&pdu)));
        });
        println!(
            "{:<22}{:>9}{:>11.4}{:>11.3}{:>11.3}{:>13.0}{:>15.1}{:>15.1}",
            pdu.kind.name(),
            octets.len(),
            copied * 1e6,
            decoded * 1e6,
            encoded * 1e6,
            octets.len() as f64 / decoded / 1e6,
            decoded / copied,
            encoded / copied,
        );
    }
    copies::print(&[pdus::submission(BIG), pdus::retrieval(BIG)])?;
    copies::print_borrowed(&[3_000, BIG, 3_000_000].map(pdus::retrieval))?;
    radix::print(&pdus::forward(BIG))
}
