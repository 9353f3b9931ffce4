//! A short message service centre that knows SMPP from rusmpp alone.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::BytesMut;
use futures_util::StreamExt;
use rusmpp::pdus::{BindReceiverResp, BindTransceiverResp, BindTransmitterResp, SubmitSm, SubmitSmResp};
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::types::COctetString;
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::timeout;
use tokio_util::codec::{Encoder, FramedRead};

use super::{QUIET, SOON, local};

/// What the ESME did.
#[derive(Debug)]
pub enum Was {
    /// Which bind, system_id and password.
    Bound(CommandId, String, String),
    Submitted(Box<SubmitSm>),
    /// Any other request or response.
    Said(CommandId, u32, CommandStatus),
    /// The connection ended: by a FIN, or by what the system calls it.
    Gone(Option<std::io::ErrorKind>),
}

/// How the next requests are answered.
#[derive(Debug, Clone, Copy)]
pub enum Trouble {
    /// With this status.
    With(CommandStatus),
    /// Not at all.
    Silent,
}

type Troubles = Arc<Mutex<VecDeque<Trouble>>>;

pub struct Smsc {
    pub addr: SocketAddr,
    events: UnboundedReceiver<Was>,
    says: broadcast::Sender<Command>,
    binds: Troubles,
    submits: Troubles,
    enquiries: Troubles,
}

impl Smsc {
    pub async fn start() -> Smsc {
        let listener = TcpListener::bind(local()).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (sender, events) = mpsc::unbounded_channel();
        let (says, _) = broadcast::channel(16);
        let smsc = Smsc {
            addr,
            events,
            says,
            binds: Troubles::default(),
            submits: Troubles::default(),
            enquiries: Troubles::default(),
        };
        let all = [&smsc.binds, &smsc.submits, &smsc.enquiries].map(Arc::clone);
        let says = smsc.says.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let esme = Esme {
                    events: sender.clone(),
                    troubles: all.clone(),
                };
                tokio::spawn(esme.serve(stream, says.subscribe()));
            }
        });
        smsc
    }

    /// What happens to the next binds.
    pub fn at_binds(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.binds.lock().unwrap().extend(troubles);
    }

    pub fn at_submits(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.submits.lock().unwrap().extend(troubles);
    }

    pub fn at_enquiries(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.enquiries.lock().unwrap().extend(troubles);
    }

    /// Says this on every connection.
    pub fn say(&self, number: u32, pdu: impl Into<Pdu>) {
        let command = Command::new(CommandStatus::EsmeRok, number, pdu);
        self.says.send(command).unwrap();
    }

    pub async fn next(&mut self) -> Was {
        timeout(SOON, self.events.recv())
            .await
            .expect("something from the ESME")
            .unwrap()
    }

    pub async fn bound(&mut self) -> CommandId {
        match self.next().await {
            Was::Bound(command, ..) => command,
            other => panic!("{other:?}"),
        }
    }

    pub async fn submitted(&mut self) -> SubmitSm {
        match self.next().await {
            Was::Submitted(message) => *message,
            other => panic!("{other:?}"),
        }
    }

    pub async fn said(&mut self) -> (CommandId, u32, CommandStatus) {
        match self.next().await {
            Was::Said(command, number, status) => (command, number, status),
            other => panic!("{other:?}"),
        }
    }

    pub async fn nothing(&mut self) {
        if let Ok(was) = timeout(QUIET, self.events.recv()).await {
            panic!("unexpected: {was:?}");
        }
    }
}

/// One connection.
struct Esme {
    events: UnboundedSender<Was>,
    troubles: [Troubles; 3],
}

impl Esme {
    async fn serve(self, stream: TcpStream, mut says: broadcast::Receiver<Command>) {
        let (read, mut write) = stream.into_split();
        let mut read = FramedRead::new(read, CommandCodec::new());
        loop {
            let answer = tokio::select! {
                command = read.next() => match command {
                    Some(Ok(command)) => self.take(&command),
                    Some(Err(rusmpp::tokio_codec::DecodeError::Io(error))) => {
                        let _ = self.events.send(Was::Gone(Some(error.kind())));
                        return;
                    }
                    Some(Err(error)) => panic!("{error}"),
                    None => {
                        let _ = self.events.send(Was::Gone(None));
                        return;
                    }
                },
                Ok(command) = says.recv() => Some(command),
            };
            if let Some(answer) = answer {
                let mut octets = BytesMut::new();
                CommandCodec::new().encode(&answer, &mut octets).unwrap();
                // An ESME that is gone is noticed when reading.
                let _ = write.write_all(&octets).await;
            }
        }
    }

    fn take(&self, command: &Command) -> Option<Command> {
        let [binds, submits, enquiries] = &self.troubles;
        let number = command.sequence_number;
        let bound = |id: &COctetString<1, 16>, password: &COctetString<1, 9>| {
            Was::Bound(command.id(), text(id.as_str()), text(password.as_str()))
        };
        let center = || COctetString::from_static_slice(b"SMSC\0").unwrap();
        let (was, troubles, answer): (Was, Option<&Troubles>, Option<Pdu>) = match command.pdu() {
            Some(Pdu::BindTransceiver(bind)) => (
                bound(&bind.system_id, &bind.password),
                Some(binds),
                Some(BindTransceiverResp::new(center(), None).into()),
            ),
            Some(Pdu::BindTransmitter(bind)) => (
                bound(&bind.system_id, &bind.password),
                Some(binds),
                Some(BindTransmitterResp::new(center(), None).into()),
            ),
            Some(Pdu::BindReceiver(bind)) => (
                bound(&bind.system_id, &bind.password),
                Some(binds),
                Some(BindReceiverResp::new(center(), None).into()),
            ),
            Some(Pdu::SubmitSm(message)) => {
                let id = COctetString::from_static_slice(b"m1\0").unwrap();
                (
                    Was::Submitted(Box::new(message.clone())),
                    Some(submits),
                    Some(SubmitSmResp::new(id, Vec::new()).into()),
                )
            }
            _ => {
                let said = Was::Said(command.id(), number, command.status);
                match command.id() {
                    CommandId::EnquireLink => (said, Some(enquiries), Some(Pdu::EnquireLinkResp)),
                    CommandId::Unbind => (said, None, Some(Pdu::UnbindResp)),
                    _ => (said, None, None),
                }
            }
        };
        let _ = self.events.send(was);
        let trouble = troubles.and_then(|troubles| troubles.lock().unwrap().pop_front());
        let status = match trouble {
            Some(Trouble::Silent) => return None,
            Some(Trouble::With(status)) => status,
            None => CommandStatus::EsmeRok,
        };
        Some(Command::new(status, number, answer?))
    }
}

fn text(text: &str) -> String {
    text.trim_end_matches('\0').to_owned()
}
