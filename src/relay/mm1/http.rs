//! The HTTP/1.1 service under the MM1 URL: POST takes PDUs, GET of a Content-Location gives an MM.

use std::convert::Infallible;
use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::quotes::Lenient;
use super::{acks, confs, identity, location, retrieve, submit};
use crate::relay::accent::{Location, Taken};
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::relay::socket::Socket;
use crate::relay::timer;
use crate::wire::mm1::MEDIA_TYPE;
use crate::wire::{PduType, mm1};

/// A PDU is read up to this many times the size limit, so that its sender gets an M-Send.conf and not just a 413.
const READ_AHEAD: usize = 4;

/// How long a client may take to begin TLS.
const HANDSHAKE: Duration = Duration::from_secs(60);

/// What goes back over HTTP.
pub(super) enum Answer {
    /// 200 with a PDU.
    Pdu(Bytes),
    /// 204: an indication was taken, its answer means nothing.
    Taken,
    /// An HTTP error with a line for a person.
    Refused(StatusCode, &'static str),
}

impl Answer {
    /// The HTTP error that says what this Response-Status or Retrieve-Status would.
    pub fn refused(pdu_status: &'static str) -> Answer {
        let code = match pdu_status {
            "Error-unsupported-message" => StatusCode::NOT_IMPLEMENTED,
            "Error-transient-failure" => StatusCode::SERVICE_UNAVAILABLE,
            "Error-permanent-service-denied" | "Error-permanent-sending-address-unresolved" => {
                StatusCode::FORBIDDEN
            }
            "Error-permanent-message-not-found" => StatusCode::NOT_FOUND,
            "Error-permanent-content-not-accepted" => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        Answer::Refused(code, pdu_status)
    }
}

/// The body of an answer.
type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Accepts connections until the relay closes.
pub(crate) async fn serve(node: Arc<Node>, listener: TcpListener) {
    node.accept(&listener, |socket| connection(node.clone(), socket))
        .await;
}

async fn connection(node: Arc<Node>, socket: Socket) {
    let socket = match &node.secure.mm1 {
        None => socket,
        Some(acceptor) => match timeout(HANDSHAKE, socket.accept_tls(acceptor)).await {
            Ok(Ok(socket)) => socket,
            Ok(Err(error)) => return node.log(|| format!("MM1: TLS: {error}")),
            Err(_) => return,
        },
    };
    let from = socket.peer();
    let quotes = node.accent.http.location == Location::Quotes;
    let io = TokioIo::new(Lenient::new(socket, quotes));
    let service_node = node.clone();
    let service = service_fn(move |request| {
        let node = service_node.clone();
        async move { Ok::<_, Infallible>(accented(&node, respond(&node, from, request).await)) }
    });
    let connection = http1::Builder::new()
        .keep_alive(!quotes)
        .serve_connection(io, service);
    tokio::pin!(connection);
    // A client that breaks the connection off is nobody's fault.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = node.closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn respond(
    node: &Arc<Node>,
    from: Option<IpAddr>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let head_only = request.method() == Method::HEAD;
    let posted = request.method() == Method::POST;
    match answer(node, from, request).await {
        Answer::Pdu(pdu) => {
            let mut response = Response::new(Full::new(if head_only { Bytes::new() } else { pdu }));
            let media = if posted && node.has(Seed::SendConfMediaType) {
                "text/plain"
            } else {
                MEDIA_TYPE
            };
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static(media));
            if posted && node.has(Seed::SendConfAccepted) {
                *response.status_mut() = StatusCode::ACCEPTED;
            }
            response
        }
        Answer::Taken if node.has(Seed::AckInternalError) => status(StatusCode::INTERNAL_SERVER_ERROR, ""),
        Answer::Taken => match node.accent.http.taken {
            Taken::NoContent => status(StatusCode::NO_CONTENT, ""),
            Taken::Empty => status(StatusCode::OK, ""),
        },
        Answer::Refused(code, text) => {
            let mut response = status(code, text);
            if code == StatusCode::METHOD_NOT_ALLOWED {
                response
                    .headers_mut()
                    .insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
            }
            response
        }
    }
}

/// The answer as this relay frames it.
fn accented(node: &Node, response: Response<Full<Bytes>>) -> Response<Body> {
    if !node.accent.http.until_close {
        return response.map(BodyExt::boxed_unsync);
    }
    let mut response = response.map(|body| {
        // A stream tells no length before it ends.
        let frames = body.into_data_stream().map_ok(Frame::data);
        StreamBody::new(frames).boxed_unsync()
    });
    *response.version_mut() = Version::HTTP_10;
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn status(code: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = code;
    response
}

async fn answer(node: &Arc<Node>, from: Option<IpAddr>, request: Request<Incoming>) -> Answer {
    let client = identity::client(&node.config.mm1, request.headers(), from);
    let path = request.uri().path();
    let Some(rest) = path.strip_prefix(location::service(node)) else {
        return Answer::Refused(StatusCode::NOT_FOUND, "no MMS service here\n");
    };
    match *request.method() {
        Method::POST if rest.is_empty() || rest == "/" => post(node, client, request).await,
        Method::GET | Method::HEAD => match location::token(node, rest, request.uri().query()) {
            Some(token) => {
                let looking = *request.method() == Method::HEAD;
                retrieve::retrieve(node, client.as_deref(), token, looking)
            }
            None => Answer::Refused(StatusCode::NOT_FOUND, "no multimedia message here\n"),
        },
        Method::POST => Answer::Refused(StatusCode::NOT_FOUND, "no MMS service here\n"),
        _ => Answer::Refused(StatusCode::METHOD_NOT_ALLOWED, "GET and POST only\n"),
    }
}

async fn post(node: &Arc<Node>, client: Option<String>, request: Request<Incoming>) -> Answer {
    let media = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let media = media.unwrap_or_default();
    let essence = match media.split_once(';') {
        Some((essence, _)) if !node.has(Seed::SubmitMediaParameterRefused) => essence,
        _ => media,
    };
    let unchecked = node.has(Seed::SubmitMediaTypeUnchecked);
    let inexact = node.accent.http.exact_media && media != MEDIA_TYPE;
    if inexact || !unchecked && !essence.trim().eq_ignore_ascii_case(MEDIA_TYPE) {
        return Answer::Refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "application/vnd.wap.mms-message only\n",
        );
    }
    let limit = node.config.limits.message_size.saturating_mul(READ_AHEAD);
    let body = Limited::new(request.into_body(), limit);
    let body = timer::unless_impatient(node.has(Seed::SubmitImpatient), collected(node, body));
    let Some(body) = body.await else {
        return Answer::Refused(StatusCode::REQUEST_TIMEOUT, "too slow\n");
    };
    let octets = match body {
        Ok(octets) => octets,
        Err(error) if error.is::<LengthLimitError>() => {
            return Answer::Refused(StatusCode::PAYLOAD_TOO_LARGE, "too large\n");
        }
        Err(_) => return Answer::Refused(StatusCode::BAD_REQUEST, "incomplete\n"),
    };
    if octets.is_empty() && node.has(Seed::SubmitEmptyTaken) {
        return Answer::Taken;
    }
    if octets.is_empty() {
        return Answer::Refused(StatusCode::BAD_REQUEST, "no PDU\n");
    }
    let before = node
        .has(Seed::SendConfAfterTransfers)
        .then(|| node.open_transfers());
    let answer = dispatch(node, client.as_deref(), &octets);
    if let Some(before) = before {
        node.transfers_ended(&before).await;
    }
    answer
}

/// The octets of a request.
async fn collected(node: &Node, body: Limited<Incoming>) -> Result<Bytes, Box<dyn Error + Send + Sync>> {
    if !node.has(Seed::SubmitBrokenTaken) {
        return Ok(body.collect().await?.to_bytes());
    }
    let mut octets = BytesMut::new();
    let mut body = std::pin::pin!(body);
    while let Some(Ok(frame)) = body.frame().await {
        octets.extend(frame.into_data().unwrap_or_default());
    }
    Ok(octets.freeze())
}

/// Hands a PDU to the service it belongs to (ENC 1.3 §6).
fn dispatch(node: &Arc<Node>, client: Option<&str>, octets: &Bytes) -> Answer {
    let decoded = match mm1::decode(octets) {
        Ok(decoded) => decoded,
        Err(error) => {
            node.log(|| format!("MM1: undecodable PDU {error}"));
            return confs::refuse_undecodable(node, octets);
        }
    };
    let kind = decoded.pdu.kind;
    node.log(|| format!("MM1: {kind} from {}", client.unwrap_or("nobody")));
    match kind {
        PduType::SendReq => submit::submit(node, client, &decoded, octets),
        PduType::NotifyRespInd => acks::notify_resp(node, client, &decoded.pdu),
        PduType::AcknowledgeInd => acks::acknowledge(node, client, &decoded.pdu),
        PduType::ReadRecInd => acks::read_rec(node, client, &decoded.pdu),
        PduType::CancelConf => Answer::Taken,
        _ => confs::refuse_unsupported(node, &decoded.pdu),
    }
}
