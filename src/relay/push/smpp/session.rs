//! One connection to the SMSC: what is asked and answered on both sides.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::esme::Role;
use crate::relay::config;
use crate::relay::node::Node;
use crate::relay::socket::Socket;
use crate::relay::timer::{self, Time};
use crate::wire::push::smpp::{self, Pdu, Smpp, command_by_name, status_name};

/// SMPP 3.4 §5.2.4.
const VERSION: u8 = 0x34;
const RESPONSE: u32 = 0x8000_0000;
/// The highest sequence_number (SMPP 3.4 §5.1.4).
const LAST: u32 = 0x7FFF_FFFF;
/// Octets of a PDU that are read: what an SMSC sends a relay is short.
const LONGEST: usize = 1 << 16;
const HEADER: usize = 16;
/// The bits of esm_class that say what a deliver_sm is, and the value of a receipt (SMPP 3.4 §5.2.12).
const KIND: u8 = 0x3C;
const RECEIPT: u8 = 0x04;

const OK: u32 = 0;
const INVALID_LENGTH: u32 = 0x02;
const INVALID_COMMAND: u32 = 0x03;

/// A message, and who waits for the answer.
#[derive(Debug)]
pub(super) struct Order {
    pub message: Pdu,
    pub answer: oneshot::Sender<Pdu>,
}

/// How a session ended.
#[derive(Debug)]
pub(super) enum End {
    /// The relay wanted it.
    Left,
    Lost(String),
}

pub(super) struct Session {
    socket: Socket,
    read: BytesMut,
    next: u32,
    waiting: HashMap<u32, oneshot::Sender<Pdu>>,
    response: Duration,
    enquire_link: Duration,
    /// When the SMSC is asked whether it is there, or given up once it has been asked.
    due: Time,
    asked: bool,
    was_of_use: bool,
}

/// What happens next.
enum Event {
    Came(Pdu),
    Ordered(Order),
    Silence,
    Leave,
}

impl Session {
    pub async fn open(config: &config::Smpp, killed: Arc<AtomicBool>) -> Result<Session, String> {
        let stream = TcpStream::connect(config.address)
            .await
            .map_err(|e| format!("{}: {e}", config.address))?;
        let mut session = Session {
            socket: Socket::new(stream, killed),
            read: BytesMut::new(),
            next: 1,
            waiting: HashMap::new(),
            response: config.response(),
            enquire_link: Duration::from_millis(config.enquire_link_ms),
            due: Time::now(),
            asked: false,
            was_of_use: false,
        };
        session.heard();
        Ok(session)
    }

    /// Whether anything but the bind was answered in it.
    pub fn was_of_use(&self) -> bool {
        self.was_of_use
    }

    /// # Errors
    /// The SMSC refuses or does not answer.
    pub async fn bind(&mut self, config: &config::Smpp, role: Role) -> Result<(), String> {
        let text = |text: &str| Smpp::Text(text.to_owned());
        let request = request(role.command())?
            .with("system_id", text(&config.system_id))
            .with("password", text(&config.password))
            .with("system_type", text(&config.system_type))
            .with("interface_version", Smpp::Number(VERSION));
        let asked = self.ask(request).await?;
        let answer = async {
            loop {
                let pdu = self.receive().await?;
                if pdu.sequence_number == asked && pdu.command_id & RESPONSE != 0 {
                    return Ok::<Pdu, String>(pdu);
                }
                self.answer(&pdu).await?;
            }
        };
        let answer = timeout(config.response(), answer)
            .await
            .map_err(|_| "no answer to the bind".to_owned())??;
        if answer.command_status != OK {
            return Err(format!("refused: {}", status_name(answer.command_status)));
        }
        self.heard();
        Ok(())
    }

    /// Speaks until the session ends; then nobody waits for answers any more.
    pub async fn run(
        &mut self,
        node: &Node,
        mut orders: mpsc::Receiver<Order>,
        leaving: &CancellationToken,
    ) -> End {
        loop {
            let due = self.due;
            let event = tokio::select! {
                came = self.receive() => match came {
                    Ok(pdu) => Event::Came(pdu),
                    Err(reason) => return End::Lost(reason),
                },
                Some(order) = orders.recv() => Event::Ordered(order),
                () = timer::sleep_until(due) => Event::Silence,
                () = leaving.cancelled() => Event::Leave,
            };
            let done = match event {
                Event::Came(pdu) => self.came(node, pdu).await,
                Event::Ordered(order) => self.order(order).await,
                Event::Silence => self.silence().await,
                Event::Leave => {
                    // A farewell that fails is one all the same.
                    let _ = timeout(self.response, self.leave()).await;
                    return End::Left;
                }
            };
            if let Err(reason) = done {
                return End::Lost(reason);
            }
        }
    }

    async fn order(&mut self, order: Order) -> Result<(), String> {
        // Who has given up waiting does not wait here.
        self.waiting.retain(|_, answer| !answer.is_closed());
        let number = self.ask(order.message).await?;
        self.waiting.insert(number, order.answer);
        Ok(())
    }

    async fn came(&mut self, node: &Node, pdu: Pdu) -> Result<(), String> {
        self.heard();
        if pdu.command_id & RESPONSE != 0 {
            self.was_of_use = true;
            if let Some(answer) = self.waiting.remove(&pdu.sequence_number) {
                // Who asked may have given up.
                let _ = answer.send(pdu);
            }
            return Ok(());
        }
        if pdu.name() == "deliver_sm" {
            node.log(|| arrived(&pdu));
        }
        self.answer(&pdu).await
    }

    /// Answers what the SMSC asks.
    async fn answer(&mut self, asked: &Pdu) -> Result<(), String> {
        let (name, status) = match asked.name().as_str() {
            "enquire_link" => ("enquire_link_resp", OK),
            "deliver_sm" => ("deliver_sm_resp", OK),
            "data_sm" => ("data_sm_resp", OK),
            "unbind" => ("unbind_resp", OK),
            // An answer to nothing has none.
            _ if asked.command_id & RESPONSE != 0 => return Ok(()),
            _ => ("generic_nack", INVALID_COMMAND),
        };
        self.write(name, status, asked.sequence_number).await?;
        if name == "unbind_resp" {
            return Err("the SMSC unbinds".to_owned());
        }
        Ok(())
    }

    async fn silence(&mut self) -> Result<(), String> {
        if self.asked {
            return Err("no answer to enquire_link".to_owned());
        }
        self.ask(request("enquire_link")?).await?;
        self.asked = true;
        self.due = after(self.response);
        Ok(())
    }

    async fn leave(&mut self) -> Result<(), String> {
        let asked = self.ask(request("unbind")?).await?;
        loop {
            let pdu = self.receive().await?;
            if pdu.sequence_number == asked && pdu.command_id & RESPONSE != 0 {
                return self.socket.shutdown().await.map_err(|e| e.to_string());
            }
            self.answer(&pdu).await?;
        }
    }

    fn heard(&mut self) {
        self.asked = false;
        self.due = after(self.enquire_link);
    }

    /// Sends a request under the next number, which it returns.
    async fn ask(&mut self, mut request: Pdu) -> Result<u32, String> {
        let number = self.next;
        self.next = if number == LAST { 1 } else { number + 1 };
        request.sequence_number = number;
        self.send(&request).await?;
        Ok(number)
    }

    async fn write(&mut self, name: &str, status: u32, number: u32) -> Result<(), String> {
        let mut pdu = request(name)?;
        pdu.command_status = status;
        pdu.sequence_number = number;
        self.send(&pdu).await
    }

    async fn send(&mut self, pdu: &Pdu) -> Result<(), String> {
        let octets = smpp::encode(pdu);
        match timeout(self.response, self.socket.write_all(&octets)).await {
            Ok(written) => written.map_err(|e| e.to_string()),
            Err(_) => Err("the SMSC reads nothing".to_owned()),
        }
    }

    /// The next PDU. Given up, it loses nothing.
    async fn receive(&mut self) -> Result<Pdu, String> {
        loop {
            if let Some(length) = self.length() {
                if !(HEADER..=LONGEST).contains(&length) {
                    // Behind it nobody knows where a PDU begins.
                    self.write("generic_nack", INVALID_LENGTH, 0).await?;
                    return Err(format!("a PDU of {length} octets"));
                }
                if self.read.len() >= length {
                    let octets = self.read.split_to(length).freeze();
                    let (pdu, _) = smpp::decode(&octets).map_err(|e| e.reason)?;
                    return Ok(pdu);
                }
            }
            match self.socket.read_buf(&mut self.read).await {
                Ok(0) => return Err("the SMSC closed the connection".to_owned()),
                Ok(_) => {}
                Err(e) => return Err(e.to_string()),
            }
        }
    }

    /// What the PDU that comes next says of its length.
    fn length(&self) -> Option<usize> {
        let first = self.read.first_chunk::<4>()?;
        usize::try_from(u32::from_be_bytes(*first)).ok()
    }
}

fn request(name: &str) -> Result<Pdu, String> {
    let command = command_by_name(name).ok_or_else(|| format!("SMPP has no {name}"))?;
    Ok(Pdu::new(command))
}

fn after(time: Duration) -> Time {
    let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Time::at_millis(Time::now().millis().saturating_add(millis))
}

/// What a deliver_sm brought, for the log.
fn arrived(pdu: &Pdu) -> String {
    let text = |name| match pdu.param(name) {
        Some(Smpp::Text(text)) => text.as_str(),
        _ => "",
    };
    let said = match pdu.param("short_message") {
        Some(Smpp::Octets(octets)) => octets.escape_ascii().to_string(),
        _ => String::new(),
    };
    let class = match pdu.param("esm_class") {
        Some(Smpp::Number(class)) => *class,
        _ => 0,
    };
    let from = text("source_addr");
    if class & KIND == RECEIPT {
        let tlvs: Vec<String> = pdu
            .tlvs
            .iter()
            .map(|tlv| format!(" {}={}", tlv.name(), tlv.text()))
            .collect();
        format!("SMPP: receipt of {from}: {said}{}", tlvs.concat())
    } else {
        format!(
            "SMPP: {from} writes to {}, where nobody reads",
            text("destination_addr")
        )
    }
}
