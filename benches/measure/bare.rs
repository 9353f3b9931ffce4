//! The same octets as a recorded exchange, between two plain sockets and two threads: what the wire alone costs.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use mmspec::wire::smtp;

/// Who speaks in a turn of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

/// One connection's exchange: who says what, in turns.
#[derive(Debug, Clone)]
pub struct Exchange(Vec<(Side, Vec<u8>)>);

impl Exchange {
    /// An SMTP transaction from its recorded dialogue (`C: …` and `S: …` lines) and message, with the goodbye after it.
    pub fn smtp(dialogue: &[String], message: &[u8]) -> Exchange {
        let mut exchange = Exchange(Vec::new());
        for line in dialogue {
            match line.split_at_checked(3) {
                Some(("C: ", words)) => exchange.says(Side::Client, format!("{words}\r\n").as_bytes()),
                Some(("S: ", words)) => {
                    exchange.says(Side::Server, format!("{words}\r\n").as_bytes());
                    if words.starts_with("354") {
                        exchange.says(Side::Client, &smtp::stuff(message));
                    }
                }
                _ => {}
            }
        }
        if !dialogue.iter().any(|line| line == "C: QUIT") {
            exchange.says(Side::Client, b"QUIT\r\n");
            exchange.says(Side::Server, b"221 2.0.0 Bye\r\n");
        }
        exchange
    }

    pub fn http(request: &[u8], response: &[u8]) -> Exchange {
        Exchange(vec![
            (Side::Client, request.to_vec()),
            (Side::Server, response.to_vec()),
        ])
    }

    pub fn octets(&self) -> usize {
        self.0.iter().map(|(_, octets)| octets.len()).sum()
    }

    fn says(&mut self, side: Side, octets: &[u8]) {
        match self.0.last_mut() {
            Some((last, said)) if *last == side => said.extend_from_slice(octets),
            _ => self.0.push((side, octets.to_vec())),
        }
    }

    fn play(&self, stream: &mut TcpStream, me: Side) -> io::Result<()> {
        let mut heard = Vec::new();
        for (side, octets) in &self.0 {
            if *side == me {
                stream.write_all(octets)?;
            } else {
                heard.resize(octets.len(), 0);
                stream.read_exact(&mut heard)?;
            }
        }
        Ok(())
    }
}

/// One round trip: a REQ to the relay over a new connection, its RES over another, a push over a connection that stays open.
#[derive(Debug, Clone)]
pub struct RoundTrip {
    pub request: Exchange,
    pub response: Exchange,
    pub push: Exchange,
}

impl RoundTrip {
    pub fn octets(&self) -> usize {
        self.request.octets() + self.response.octets() + self.push.octets()
    }

    /// Plays it so often, one after the other.
    pub fn play(&self, rounds: usize) -> io::Result<()> {
        let relay = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let tester = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (relay_addr, tester_addr) = (relay.local_addr()?, tester.local_addr()?);
        let trip = self.clone();
        let far = thread::spawn(move || -> io::Result<()> {
            let mut push = connect(tester_addr)?;
            for _ in 0..rounds {
                trip.request.play(&mut accept(&relay)?, Side::Server)?;
                trip.response.play(&mut connect(tester_addr)?, Side::Client)?;
                trip.push.play(&mut push, Side::Client)?;
            }
            Ok(())
        });
        let mut push = accept(&tester)?;
        for _ in 0..rounds {
            self.request.play(&mut connect(relay_addr)?, Side::Client)?;
            self.response.play(&mut accept(&tester)?, Side::Server)?;
            self.push.play(&mut push, Side::Server)?;
        }
        far.join().map_err(|_| io::Error::other("the far end panicked"))?
    }
}

fn connect(addr: std::net::SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    let (stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
