//! PDUs in and out of one connection, bounded in octets and in time.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::link::Connection;
use crate::link::stream::Stream;
use crate::party::delay::within;
use crate::wire::push::smpp::{Cut, Pdu, cut, encode};

/// Octets of the longest PDU that is taken: a message_payload of 64 KiB and all the rest.
const LONGEST: usize = 128 * 1024;
/// How long an ESME may leave unread what it was sent.
const UNREAD: Duration = Duration::from_secs(30);
/// How long the other side may take to close a connection that is over.
const PARTING: Duration = Duration::from_secs(2);

/// What came in.
#[derive(Debug)]
pub(super) enum Came {
    /// A whole PDU.
    Pdu(Bytes),
    /// The header of one that cannot be, as far as it is there: nothing behind it can be read.
    Impossible(Bytes),
    /// The connection ended.
    End,
}

#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    connection: Option<Connection>,
    /// What came and is no whole PDU yet.
    read: BytesMut,
}

impl Wire {
    pub fn new(stream: Stream) -> Wire {
        Wire {
            connection: stream.connection(),
            stream,
            read: BytesMut::new(),
        }
    }

    pub fn connection(&self) -> Option<Connection> {
        self.connection
    }

    /// The next PDU. Nothing is lost if this is dropped before it is ready.
    pub async fn next(&mut self) -> Came {
        loop {
            match cut(&self.read, LONGEST) {
                Cut::Whole(length) => return Came::Pdu(self.read.split_to(length).freeze()),
                Cut::Impossible(_) => return Came::Impossible(self.read.split().freeze()),
                Cut::Partial => {}
            }
            match self.stream.read_buf(&mut self.read).await {
                Ok(0) | Err(_) => return Came::End,
                Ok(_) => {}
            }
        }
    }

    /// Sends a PDU. Whether the other side is still there.
    pub async fn send(&mut self, pdu: &Pdu) -> bool {
        let octets = encode(pdu);
        matches!(within(UNREAD, self.stream.write_all(&octets)).await, Ok(Ok(())))
    }

    /// Ends the connection: what was sent is still read, what comes is not.
    pub async fn part(mut self) {
        let end = async {
            // A connection that is gone already has ended, too.
            let _ = self.stream.shutdown().await;
            let mut unheard = [0; 4096];
            while !matches!(self.stream.read(&mut unheard).await, Ok(0) | Err(_)) {}
        };
        // Who does not close meanwhile is not waited for.
        let _ = within(PARTING, end).await;
    }
}
