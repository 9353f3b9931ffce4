//! The HTTP/1.1 service under the MM1 URL: POST takes PDUs, GET of a Content-Location gives an MM.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::{acks, confs, retrieve, submit};
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::relay::routing;
use crate::relay::socket::Socket;
use crate::relay::timer;
use crate::wire::address::Address;
use crate::wire::mm1::MEDIA_TYPE;
use crate::wire::{PduType, mm1};

/// A PDU is read up to this many times the size limit, so that its sender gets an M-Send.conf and not just a 413.
const READ_AHEAD: usize = 4;

/// What goes back over HTTP.
pub(super) enum Answer {
    /// 200 with a PDU.
    Pdu(Bytes),
    /// 204: an indication was taken, its answer means nothing.
    Taken,
    /// An HTTP error with a line for a person.
    Refused(StatusCode, &'static str),
}

/// Accepts connections until the relay closes.
pub(crate) async fn serve(node: Arc<Node>, listener: TcpListener) {
    node.accept(&listener, |socket| connection(node.clone(), socket))
        .await;
}

async fn connection(node: Arc<Node>, socket: Socket) {
    let io = TokioIo::new(socket);
    let service_node = node.clone();
    let service = service_fn(move |request| {
        let node = service_node.clone();
        async move { Ok::<_, Infallible>(respond(&node, request).await) }
    });
    let connection = http1::Builder::new().serve_connection(io, service);
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

async fn respond(node: &Arc<Node>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let head_only = request.method() == Method::HEAD;
    let posted = request.method() == Method::POST;
    match answer(node, request).await {
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
        Answer::Taken => status(StatusCode::NO_CONTENT, ""),
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

fn status(code: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = code;
    response
}

async fn answer(node: &Arc<Node>, request: Request<Incoming>) -> Answer {
    let client = identity(node, &request);
    let service = node.config.mm1.path.trim_end_matches('/');
    let path = request.uri().path();
    let Some(rest) = path.strip_prefix(service) else {
        return Answer::Refused(StatusCode::NOT_FOUND, "no MMS service here\n");
    };
    match *request.method() {
        Method::POST if rest.is_empty() || rest == "/" => post(node, client, request).await,
        Method::GET | Method::HEAD => match rest.strip_prefix('/').filter(|token| !token.is_empty()) {
            Some(token) => {
                let looking = *request.method() == Method::HEAD;
                Answer::Pdu(retrieve::retrieve(node, client.as_deref(), token, looking))
            }
            None => Answer::Refused(StatusCode::NOT_FOUND, "no multimedia message here\n"),
        },
        Method::POST => Answer::Refused(StatusCode::NOT_FOUND, "no MMS service here\n"),
        _ => Answer::Refused(StatusCode::METHOD_NOT_ALLOWED, "GET and POST only\n"),
    }
}

/// The client's number, as the WAP gateway names it.
fn identity(node: &Node, request: &Request<Incoming>) -> Option<String> {
    let name = request.headers().get(&node.config.mm1.identity_header)?;
    let address = Address::parse(name.to_str().ok()?.trim());
    let number = routing::international(address.number()?);
    // Some gateways leave the plus away.
    Some(if number.starts_with('+') {
        number
    } else {
        format!("+{number}")
    })
}

async fn post(node: &Arc<Node>, client: Option<String>, request: Request<Incoming>) -> Answer {
    let media = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let media = media.unwrap_or_default();
    let essence = match media.split_once(';') {
        Some((essence, _)) if !node.has(Seed::SubmitMediaParameterRefused) => essence,
        _ => media,
    };
    let unchecked = node.has(Seed::SubmitMediaTypeUnchecked);
    if !unchecked && !essence.trim().eq_ignore_ascii_case(MEDIA_TYPE) {
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
