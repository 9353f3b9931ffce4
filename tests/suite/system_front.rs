//! A server in front of another one: what passes can be answered in its place, or changed on its way, as relays of other makes
//! would have it. Each connection carries one exchange.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// An HTTP message as its octets stood, but for a body that came in chunks.
#[derive(Debug, Clone)]
pub struct Message {
    /// The first line and the header fields.
    pub head: Vec<String>,
    pub body: Vec<u8>,
}

/// What is done with a request.
pub enum Way {
    /// It goes to the server, so.
    On(Message),
    /// It is answered with this.
    Answer(Message),
}

/// How a front acts.
pub trait Act: Send + Sync + 'static {
    fn request(&self, request: Message) -> Way {
        Way::On(request)
    }

    fn answer(&self, answer: Message) -> Message {
        answer
    }
}

pub struct Front {
    pub addr: SocketAddr,
    /// The requests as they came.
    pub seen: Arc<Mutex<Vec<Message>>>,
}

impl Front {
    /// A front at `at` (port 0: any) for the server that stands at `server` when a request comes.
    pub async fn open(at: SocketAddr, server: SocketAddr, act: impl Act) -> Front {
        let listener = TcpListener::bind(at).await.unwrap();
        let front = Front {
            addr: listener.local_addr().unwrap(),
            seen: Arc::default(),
        };
        let (seen, act) = (Arc::clone(&front.seen), Arc::new(act));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (seen, act) = (Arc::clone(&seen), Arc::clone(&act));
                tokio::spawn(async move { serve(client, server, &seen, &*act).await });
            }
        });
        front
    }

    pub fn requests(&self) -> Vec<Message> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut client: TcpStream, server: SocketAddr, seen: &Mutex<Vec<Message>>, act: &dyn Act) {
    // Whoever only looks whether somebody is there asks nothing.
    let Some(request) = read(&mut client).await else {
        return;
    };
    seen.lock().unwrap().push(request.clone());
    let answer = match act.request(request) {
        Way::Answer(answer) => answer,
        Way::On(request) => {
            let Ok(mut server) = TcpStream::connect(server).await else {
                return;
            };
            if write(&mut server, &request).await.is_err() {
                return;
            }
            match read(&mut server).await {
                Some(answer) => act.answer(answer),
                None => return,
            }
        }
    };
    // A client that has gone needs no answer.
    let _ = write(&mut client, &answer).await;
    let _ = client.shutdown().await;
}

async fn write(stream: &mut TcpStream, message: &Message) -> std::io::Result<()> {
    let mut octets = (message.head.join("\r\n") + "\r\n\r\n").into_bytes();
    octets.extend_from_slice(&message.body);
    stream.write_all(&octets).await
}

async fn read(stream: &mut TcpStream) -> Option<Message> {
    let mut octets = Vec::new();
    let end = loop {
        if let Some(at) = octets.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut octets).await.ok()? == 0 {
            return None;
        }
    };
    let mut message = Message {
        head: String::from_utf8_lossy(&octets[..end])
            .split("\r\n")
            .map(str::to_owned)
            .collect(),
        body: octets[end + 4..].to_vec(),
    };
    let length = message
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while message.body.len() < length {
        if stream.read_buf(&mut message.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(message)
}

impl Message {
    /// An answer with a length.
    pub fn reply(status: &str, media: &str, body: &[u8]) -> Message {
        let mut head = vec![format!("HTTP/1.1 {status}"), "Connection: close".to_owned()];
        if !body.is_empty() {
            head.push(format!("Content-Type: {media}"));
            head.push(format!("Content-Length: {}", body.len()));
        }
        Message {
            head,
            body: body.to_vec(),
        }
    }

    pub fn method(&self) -> &str {
        self.head[0].split(' ').next().unwrap()
    }

    pub fn target(&self) -> &str {
        self.head[0].split(' ').nth(1).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head[1..].iter().find_map(|line| {
            let (n, value) = line.split_once(':')?;
            n.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub fn without(mut self, name: &str) -> Message {
        let first = self.head.remove(0);
        self.head.retain(|line| {
            line.split_once(':')
                .is_none_or(|(n, _)| !n.eq_ignore_ascii_case(name))
        });
        self.head.insert(0, first);
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Message {
        self.head.push(format!("{name}: {value}"));
        self
    }
}
