//! Any server that a push is posted to: it keeps the requests and answers as it is told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{self, HeaderMap, Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::timeout;

use super::{QUIET, SOON, local};

#[derive(Debug)]
pub struct Request {
    pub method: Method,
    /// Path and query, as they came.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Status, Content-Type and body.
type Answer = (u16, &'static str, String);

pub struct HttpServer {
    pub addr: SocketAddr,
    requests: UnboundedReceiver<Request>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl HttpServer {
    pub async fn start() -> HttpServer {
        let listener = TcpListener::bind(local()).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::unbounded_channel();
        let answers: Arc<Mutex<VecDeque<Answer>>> = Arc::default();
        let given = answers.clone();
        let service = Router::new().fallback(move |request: http::Request<Body>| {
            let (sender, given) = (sender.clone(), given.clone());
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                let _ = sender.send(Request {
                    method: head.method,
                    target: head.uri.to_string(),
                    headers: head.headers,
                    body,
                });
                let (status, media, body) =
                    given
                        .lock()
                        .unwrap()
                        .pop_front()
                        .unwrap_or((200, "text/plain", String::new()));
                let mut answer = Response::new(Body::from(body));
                *answer.status_mut() = StatusCode::from_u16(status).unwrap();
                answer
                    .headers_mut()
                    .insert("content-type", media.parse().unwrap());
                answer
            }
        });
        tokio::spawn(async move { axum::serve(listener, service).await });
        HttpServer {
            addr,
            requests,
            answers,
        }
    }

    /// What the next request is answered with; 200 without more after that.
    pub fn answer(&self, status: u16, media: &'static str, body: &str) {
        self.answers
            .lock()
            .unwrap()
            .push_back((status, media, body.to_owned()));
    }

    pub async fn next(&mut self) -> Request {
        timeout(SOON, self.requests.recv())
            .await
            .expect("a request")
            .unwrap()
    }

    pub async fn nothing(&mut self) {
        if let Ok(request) = timeout(QUIET, self.requests.recv()).await {
            panic!("unexpected: {request:?}");
        }
    }
}
