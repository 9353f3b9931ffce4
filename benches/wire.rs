//! Encoding and decoding PDUs against a memcpy of the same octets: `cargo bench --bench wire`.

#[path = "measure/middle.rs"]
mod middle;

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::GeneralPurposeConfig;
use base64::engine::simd::Simd;
use bytes::Bytes;
use middle::middle;
use mmspec::wire::{Content, Decoded, Interval, MediaType, Part, Pdu, PduType, Undecodable, Value, mm1, mm4};

/// Octets of the picture in a big MM.
const BIG: usize = 300_000;
/// How long one sample goes on, at least.
const SAMPLE: Duration = Duration::from_millis(20);
/// Samples for each figure; the median is shown.
const SAMPLES: usize = 9;
/// An instant, seconds since 1970.
const DATE: i64 = 1_700_000_000;

type Decode = fn(&Bytes) -> Result<Decoded, Undecodable>;
type Encode = fn(&Pdu) -> Vec<u8>;

fn main() -> Result<(), Box<dyn Error>> {
    let pdus: [(Pdu, Encode, Decode); 4] = [
        (notification(), mm1::encode, mm1::decode),
        (submission(), mm1::encode, mm1::decode),
        (retrieval(), mm1::encode, mm1::decode),
        (forward(), mm4::encode, mm4::decode),
    ];
    println!(
        "{:<22}{:>9}{:>11}{:>11}{:>11}{:>12}{:>12}{:>12}",
        "PDU", "octets", "memcpy us", "decode us", "encode us", "decode MB/s", "decode/copy", "encode/copy"
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
            "{:<22}{:>9}{:>11.3}{:>11.3}{:>11.3}{:>12.0}{:>12.1}{:>12.1}",
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
    mm4_beside_base64()
}

/// MM4 beside nothing but base64: the same engine on the picture's letters without line ends, into memory fresh each time.
fn mm4_beside_base64() -> Result<(), Box<dyn Error>> {
    let pdu = forward();
    let octets = Bytes::from(mm4::encode(&pdu));
    let picture = &picture_and_text().parts[0].data;
    let engine = Simd::standard(GeneralPurposeConfig::new());
    let letters = engine.encode(picture);
    engine.decode(&letters)?;
    let (mut bare_decode, mut bare_encode) = (Vec::new(), Vec::new());
    let (mut decode, mut encode, mut copy) = (Vec::new(), Vec::new(), Vec::new());
    // In turns, so that a busy processor is busy for all of them.
    for _ in 0..SAMPLES {
        bare_decode.push(time_once(|| drop(black_box(engine.decode(black_box(&letters))))));
        decode.push(time_once(|| drop(black_box(mm4::decode(black_box(&octets))))));
        bare_encode.push(time_once(|| drop(black_box(engine.encode(black_box(picture))))));
        encode.push(time_once(|| drop(black_box(mm4::encode(black_box(&pdu))))));
        copy.push(time_once(|| drop(black_box(black_box(&octets).to_vec()))));
    }
    println!(
        "\nMM4_forward.REQ, {} octets, each into fresh memory",
        octets.len()
    );
    let us = |samples| middle(samples).as_secs_f64() * 1e6 / f64::from(ROUNDS);
    let (copy, bare_decode, bare_encode) = (us(copy), us(bare_decode), us(bare_encode));
    println!("{:<22}{:>9.1} us", "copy", copy);
    for (name, bare, ours) in [
        ("decode", bare_decode, us(decode)),
        ("encode", bare_encode, us(encode)),
    ] {
        println!(
            "{name:<22}{ours:>9.1} us, base64 alone {bare:.1} us: {:.2} times; {:.1} times the copy",
            ours / bare,
            ours / copy
        );
    }
    Ok(())
}

/// Rounds of one sample where several things are measured in turns.
const ROUNDS: u32 = 200;

fn time_once(mut work: impl FnMut()) -> Duration {
    sample(ROUNDS, &mut work)
}

/// Seconds for one round, the median of the samples.
fn time(mut work: impl FnMut()) -> f64 {
    let mut rounds = 1_u32;
    loop {
        let took = sample(rounds, &mut work);
        if took >= SAMPLE {
            break;
        }
        rounds = rounds.saturating_mul(if took < SAMPLE / 16 { 8 } else { 2 });
    }
    let samples = (0..SAMPLES).map(|_| sample(rounds, &mut work)).collect();
    middle(samples).as_secs_f64() / f64::from(rounds)
}

fn sample(rounds: u32, work: &mut impl FnMut()) -> Duration {
    let began = Instant::now();
    for _ in 0..rounds {
        work();
    }
    began.elapsed()
}

fn notification() -> Pdu {
    Pdu::new(PduType::NotificationInd)
        .with("X-Mms-Transaction-ID", text("tr-4711-0815@a"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("From", address("+15550200017/TYPE=PLMN"))
        .with("Subject", subject())
        .with("X-Mms-Message-Class", Value::token("Personal"))
        .with("X-Mms-Message-Size", Value::Integer(300_000))
        .with("X-Mms-Expiry", Value::Interval(Interval::Relative(604_800)))
        .with(
            "X-Mms-Content-Location",
            text("http://mms.home.example/mms/get/3f6c0e0e7a5d4b0c9a1e6f2d8b7c5a40"),
        )
}

fn submission() -> Pdu {
    let mut pdu = Pdu::new(PduType::SendReq)
        .with("X-Mms-Transaction-ID", text("tr-4711"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("From", Value::InsertAddress)
        .with("To", address("+15550100018/TYPE=PLMN"))
        .with("Subject", subject())
        .with("X-Mms-Delivery-Report", Value::token("Yes"));
    pdu.content = Some(picture_and_text());
    pdu
}

fn retrieval() -> Pdu {
    let mut pdu = Pdu::new(PduType::RetrieveConf)
        .with("X-Mms-Transaction-ID", text("tr-4711"))
        .with("X-Mms-MMS-Version", Value::Version { major: 1, minor: 3 })
        .with("Message-ID", text("mm-0001@mms.home.example"))
        .with("Date", Value::Date(DATE))
        .with("From", address("+15550200017/TYPE=PLMN"))
        .with("To", address("+15550100018/TYPE=PLMN"))
        .with("Subject", subject());
    pdu.content = Some(picture_and_text());
    pdu
}

fn forward() -> Pdu {
    let mut pdu = Pdu::new(PduType::Mm4ForwardReq)
        .with("X-Mms-3GPP-MMS-Version", text("6.3.0"))
        .with("X-Mms-Transaction-ID", text("tr-4711"))
        .with("X-Mms-Message-ID", text("mm-0001@mms.peer.example"))
        .with("X-Mms-Message-Class", Value::token("Personal"))
        .with("X-Mms-Ack-Request", Value::token("Yes"))
        .with("X-Mms-Originator-System", address("system-user@mms.peer.example"))
        .with("From", address("+15550200017/TYPE=PLMN@mms.peer.example"))
        .with("To", address("+15550100018/TYPE=PLMN@mms.home.example"))
        .with("Date", Value::Date(DATE))
        .with("Subject", subject());
    pdu.content = Some(picture_and_text());
    pdu
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn address(text: &str) -> Value {
    Value::Address(text.to_owned())
}

fn subject() -> Value {
    Value::Encoded {
        charset: None,
        text: "Greetings from the harbour".to_owned(),
    }
}

/// A picture that does not compress, and a line of text.
fn picture_and_text() -> Content {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let picture: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    })
    .take(BIG)
    .collect();
    let part = |media: &str, id: &str, data: Bytes| Part {
        media: MediaType::new(media),
        content_id: Some(id.to_owned()),
        data,
        ..Part::default()
    };
    Content {
        media: MediaType::new("multipart/mixed"),
        parts: vec![
            part("image/jpeg", "picture", picture.into()),
            part("text/plain", "words", Bytes::from_static(b"See you there.\r\n")),
        ],
        body: Bytes::new(),
    }
}
