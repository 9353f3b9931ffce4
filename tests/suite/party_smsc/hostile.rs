//! ESMEs that mean no good, or know no better.

use mmspec::party::smsc::Account;
use proptest::prelude::*;
use rusmpp::{CommandId, CommandStatus, Pdu};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::esme::{Esme, Smsc, submit};

const MESSAGE: &[u8] = b"\x06\x05\x04\x0B\x84\x23\xF0push";

/// A PDU of that command with this body, whatever it should have.
fn pdu(command_id: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let words = [16 + body.len() as u32, command_id, 0, sequence];
    let head = words.iter().flat_map(|word| word.to_be_bytes());
    head.chain(body.iter().copied()).collect()
}

/// The mandatory parameters of a submit_sm to bob up to sm_length.
fn submit_head() -> Vec<u8> {
    let mut head = b"\0\x01\x01+15550100099\0\x01\x01+15550100017\0".to_vec();
    head.extend([0x40, 0, 0, 0, 0, 0, 0, 4, 0]);
    head
}

async fn works(smsc: &mut Smsc) {
    let mut relay = smsc.bound().await;
    assert_eq!(relay.ask(submit(MESSAGE)).await.status(), CommandStatus::EsmeRok);
}

#[tokio::test]
async fn a_length_that_cannot_be_ends_the_connection() {
    let mut smsc = Smsc::open(Account::default()).await;
    for length in [0, 15, 1 << 20, u32::MAX] {
        let mut relay = Esme::connect(smsc.server.addr).await;
        let mut octets = pdu(0x15, 77, &[]);
        octets[..4].copy_from_slice(&u32::to_be_bytes(length));
        relay.raw(&octets).await;
        let nack = relay.next().await.unwrap();
        assert_eq!(
            (nack.id(), nack.status(), nack.sequence_number()),
            (CommandId::GenericNack, CommandStatus::EsmeRinvcmdlen, 77)
        );
        assert!(relay.next().await.is_none());
    }
    works(&mut smsc).await;
}

#[tokio::test]
async fn an_unknown_command_is_refused_and_the_session_goes_on() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    relay.raw(&pdu(0x0000_0F00, 99, b"whatever")).await;
    let nack = relay.response(99).await;
    assert_eq!(
        (nack.id(), nack.status()),
        (CommandId::GenericNack, CommandStatus::EsmeRinvcmdid)
    );
    relay.ask(Pdu::EnquireLink).await;
}

#[tokio::test]
async fn a_submit_sm_that_is_broken_is_refused_with_the_reason() {
    let mut smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    let with = |tail: &[u8]| [submit_head().as_slice(), tail].concat();
    let endless = [b"\0\x01\x01".as_slice(), &[b'1'; 300]].concat();
    let mut long_address = b"\0\x01\x01+15550100099\0\x01\x01".to_vec();
    long_address.extend([b'1'; 100]);
    long_address.extend([0, 0x40, 0, 0, 0, 0, 0, 0, 4, 0, 4, 1, 0, b'x', b'y']);
    let bodies = [
        (with(&[]), CommandStatus::EsmeRinvcmdlen),
        (Vec::new(), CommandStatus::EsmeRinvcmdlen),
        (endless, CommandStatus::EsmeRinvcmdlen),
        (with(&[200, 1, 2, 3]), CommandStatus::EsmeRinvmsglen),
        (
            with(&[2, 0, b'x', 0x02, 0x0B, 0, 9, 1]),
            CommandStatus::EsmeRinvtlvstream,
        ),
        (with(&[2, 0, b'x', 0x02]), CommandStatus::EsmeRinvtlvstream),
        (long_address, CommandStatus::EsmeRinvdstadr),
        (with(&[2, 0, b'x']), CommandStatus::EsmeRok),
    ];
    for (number, (body, status)) in (100..).zip(bodies) {
        relay.raw(&pdu(4, number, &body)).await;
        let answer = relay.response(number).await;
        assert_eq!(
            (answer.id(), answer.status()),
            (CommandId::SubmitSmResp, status),
            "{number}"
        );
    }
    works(&mut smsc).await;
}

/// A datagram with one missing segment after another: the SMSC keeps a bounded number of them, and goes on.
#[tokio::test]
async fn segments_without_end_cost_bounded_memory() {
    let mut smsc = Smsc::open(Account::default()).await;
    let relay = smsc.bound().await;
    let mut octets = Vec::new();
    for reference in 0..5000u32 {
        let [_, _, high, low] = reference.to_be_bytes();
        let mut body = submit_head();
        let header = [0x0C, 8, 4, high, low, 2, 1, 5, 4, 0x0B, 0x84, 0x23, 0xF0];
        // With a receipt for each.
        let registered = body.len() - 4;
        body[registered] = 1;
        body.push(140);
        body.extend(header);
        body.extend([0x55; 127]);
        octets.extend(pdu(4, 1000 + reference, &body));
    }
    let (mut from, mut to) = tokio::io::split(relay.frames.into_inner());
    let reading = tokio::spawn(async move {
        // 16 octets and a message_id of ten with its NUL.
        let mut answers = vec![0; 5000 * 27];
        from.read_exact(&mut answers).await.unwrap();
        answers
    });
    to.write_all(&octets).await.unwrap();
    let answers = reading.await.unwrap();
    assert!(
        answers
            .chunks(27)
            .all(|answer| answer[..12] == [0, 0, 0, 27, 0x80, 0, 0, 4, 0, 0, 0, 0])
    );
    assert!(smsc.nothing_came());
    works(&mut smsc).await;
}

/// More connections than the SMSC has at a time wait for their turn.
#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let mut smsc = Smsc::open(Account::default()).await;
    let mut idle = Vec::new();
    for _ in 0..128 {
        let mut relay = Esme::connect(smsc.server.addr).await;
        relay.ask(Pdu::EnquireLink).await;
        idle.push(relay);
    }
    let mut late = Esme::connect(smsc.server.addr).await;
    let asked = late.send(Pdu::EnquireLink).await;
    drop(idle.pop());
    late.response(asked).await;
    drop(idle);
    works(&mut smsc).await;
}

/// Octet by octet it is the same.
#[tokio::test]
async fn a_pdu_may_come_in_pieces() {
    let smsc = Smsc::open(Account::default()).await;
    let mut relay = smsc.bound().await;
    for octet in pdu(0x15, 7, &[]) {
        relay.raw(&[octet]).await;
        relay.frames.get_mut().flush().await.unwrap();
    }
    assert_eq!(relay.response(7).await.id(), CommandId::EnquireLinkResp);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever comes, the SMSC answers others, and nobody's octets reach a user agent that did not belong to a submit_sm.
    #[test]
    fn noise_hurts_nobody(
        pieces in prop::collection::vec(
            (prop_oneof![Just(1u32), Just(2), Just(9), Just(4), Just(0x103), Just(6), any::<u32>()],
             prop::collection::vec(any::<u8>(), 0..80)),
            1..12,
        ),
        bind in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut smsc = Smsc::open(Account::default()).await;
            let mut noise = if bind {
                smsc.bound().await.frames.into_inner()
            } else {
                TcpStream::connect(smsc.server.addr).await.unwrap()
            };
            let octets: Vec<u8> = pieces
                .iter()
                .flat_map(|(command, body)| pdu(*command, 7, body))
                .collect();
            // The SMSC may have ended the connection by then.
            let _ = noise.write_all(&octets).await;
            drop(noise);
            works(&mut smsc).await;
        });
    }
}
