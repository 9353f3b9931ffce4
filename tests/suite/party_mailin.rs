//! The peer's SMTP client against an SMTP server nobody here wrote.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::mpsc;

use mailin_embedded::{Handler, Response, Server, response};
use mmspec::party::SmtpStage;

use crate::party_support::{CAROL, LIMIT, SYSTEM, end_of, send};

/// Hands over each message with its envelope.
#[derive(Clone)]
struct Inbox {
    mails: mpsc::Sender<(String, Vec<String>, Vec<u8>)>,
    from: String,
    to: Vec<String>,
    data: Vec<u8>,
}

impl Handler for Inbox {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        from.clone_into(&mut self.from);
        self.to.clear();
        self.data.clear();
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        self.to.push(to.to_owned());
        response::OK
    }

    fn data(&mut self, buf: &[u8]) -> io::Result<()> {
        self.data.extend_from_slice(buf);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mail = (self.from.clone(), self.to.clone(), std::mem::take(&mut self.data));
        match self.mails.send(mail) {
            Ok(()) => response::OK,
            Err(_) => response::INTERNAL_ERROR,
        }
    }
}

#[tokio::test]
async fn an_independent_server_gets_every_octet() {
    let (mails, inbox) = mpsc::channel();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    // It cannot be stopped; the thread ends with the test process.
    std::thread::spawn(move || {
        let mut server = Server::new(Inbox {
            mails,
            from: String::new(),
            to: Vec::new(),
            data: Vec::new(),
        });
        server.with_tcp_listener(listener).with_num_threads(64);
        server.serve().unwrap();
    });

    let mut octets = b"X-Mms-Message-Type: MM4_forward.REQ\r\n\r\n.\r\n..\r\n.x\r\n".to_vec();
    octets.extend(0..=255u8);
    octets.extend_from_slice(b"\r.\r\n\r\n.\rlast\0\r\n");
    let plain = b"Subject: x\r\n\r\n\r\n".to_vec();
    for message in [octets, plain] {
        let delivery = send(
            addr,
            &[CAROL, "+1-555.0200018/TYPE=PLMN@Mms.Peer.Example"],
            message.clone(),
        )
        .await;
        assert_eq!(end_of(&delivery).2, SmtpStage::EndOfData, "{delivery:?}");
        assert_eq!(end_of(&delivery).0, 250);
        let (from, to, data) = inbox.recv_timeout(LIMIT).unwrap();
        assert_eq!(from, SYSTEM);
        assert_eq!(to, [CAROL, "+1-555.0200018/TYPE=PLMN@Mms.Peer.Example"]);
        assert!(data == message, "{:?}", data.escape_ascii().to_string());
    }
}
