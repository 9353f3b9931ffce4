//! From a `send:` to octets: what the case does not say is filled in as a legal, ordinary PDU has it; then its headers
//! override, repeat or omit, and damage is done.

use bytes::Bytes;

use crate::case::{Send, Template};
use crate::wire::damage::Damage;
use crate::wire::smtp::ways::Paths;
use crate::wire::{Content, MediaType, Pdu, PduType, Protocol, Segment, Value, address, compare, mm1, mm4};

use super::judge::Judge;
use super::stage::{Access, Stage};

/// Version that fake peers and user agents claim.
const MM1_VERSION: Value = Value::Version { major: 1, minor: 3 };
const MM4_VERSION: &str = "6.3.0";
/// What a send that names no content carries.
const DEFAULT_CONTENT: &str = "hello";
/// What a send says that carries nothing.
const NO_CONTENT: &str = "none";

/// `content: $limit.message-size + 1 octets`: so many octets that mean nothing.
const OCTETS: &str = " octets";
/// Octets a case may have made up.
const MOST_OCTETS: usize = 64 * 1024 * 1024;

/// Why a step cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncomposable {
    /// A reference has no value.
    Missing(String),
    /// What it is to be sent to is not to be reached; in words for a person.
    Unreachable(String),
    /// The case itself is wrong.
    Case(String),
}

/// A mail ready to go.
pub struct Mail {
    pub mail_from: String,
    pub rcpt_to: Vec<String>,
    pub data: Bytes,
}

/// Resolves templates against what the judge knows.
pub struct Words<'a> {
    pub judge: &'a Judge,
}

impl Words<'_> {
    pub fn resolve(&self, template: &Template) -> Result<String, Uncomposable> {
        template
            .resolve(&|name| self.judge.lookup(name))
            .map_err(Uncomposable::Missing)
    }

    fn content(&self, template: &Template) -> Result<Content, Uncomposable> {
        if let Some(size) = template.raw.strip_suffix(OCTETS) {
            let size = Template {
                raw: size.to_owned(),
                source: template.source.clone(),
            };
            return filler(&self.resolve(&size)?, template);
        }
        let name = template.sole_reference().unwrap_or(&template.raw);
        self.judge
            .scope()
            .content(name)
            .ok_or_else(|| Uncomposable::Missing(name.to_owned()))
    }
}

/// The octets of an MM1 PDU that a user agent posts.
pub fn mm1_pdu(send: &Send, kind: PduType, nonce: &str, words: &Words<'_>) -> Result<Bytes, Uncomposable> {
    let mut pdu = mm1_defaults(kind, nonce);
    if wants_content(kind) {
        pdu.content = content_of(send, words)?;
    }
    apply_headers(&mut pdu, send, words)?;
    damaged(mm1::segments(&pdu), send.damage.as_ref())
}

/// The mail of an MM4 PDU that a peer sends, with its envelope.
pub fn mail(
    send: &Send,
    kind: PduType,
    nonce: &str,
    stage: &Stage,
    access: &Access,
    unix: i64,
    words: &Words<'_>,
) -> Result<Mail, Uncomposable> {
    let mut pdu = mm4_defaults(send, kind, nonce, stage, access, unix);
    if kind == PduType::Mm4ForwardReq || send.content.is_some() {
        pdu.content = content_of(send, words)?;
    }
    apply_headers(&mut pdu, send, words)?;
    let system = stage
        .peers
        .get(&send.from)
        .map(|p| p.system_address.clone())
        .unwrap_or_default();
    let mail_from = send.mail_from.as_ref().map_or(Ok(system), |t| words.resolve(t))?;
    let rcpt_to = match &send.rcpt_to {
        Some(templates) => templates
            .iter()
            .map(|t| {
                words
                    .resolve(t)
                    .map(|path| path.trim_matches(['<', '>']).to_owned())
            })
            .collect::<Result<_, _>>()?,
        None => envelope(&pdu, access),
    };
    let data = damaged(mm4::segments(&pdu), send.damage.as_ref())?;
    Ok(Mail {
        mail_from,
        rcpt_to,
        data,
    })
}

/// The answer a peer gives by itself to a request that asks for one.
pub fn acknowledgement(request: &Pdu, status: &str, stage: &Stage, peer: &str, unix: i64) -> Option<Mail> {
    let kind = match request.kind {
        PduType::Mm4ForwardReq => PduType::Mm4ForwardRes,
        PduType::Mm4DeliveryReportReq => PduType::Mm4DeliveryReportRes,
        PduType::Mm4ReadReplyReportReq => PduType::Mm4ReadReplyReportRes,
        _ => return None,
    };
    if !request.text("X-Mms-Ack-Request")?.eq_ignore_ascii_case("Yes") {
        return None;
    }
    let to = request
        .text("X-Mms-Originator-System")
        .or_else(|| request.text("Sender"))?;
    let node = stage.peers.get(peer)?;
    let mut pdu = Pdu::new(kind)
        .with("X-Mms-3GPP-MMS-Version", Value::text_of(MM4_VERSION))
        .with(
            "X-Mms-Transaction-ID",
            Value::text_of(request.text("X-Mms-Transaction-ID")?),
        );
    if kind != PduType::Mm4ReadReplyReportRes
        && let Some(id) = request.text("X-Mms-Message-ID")
    {
        pdu.push("X-Mms-Message-ID", Value::text_of(id));
    }
    pdu.push("X-Mms-Request-Status-Code", Value::token(status));
    pdu.push("From", Value::Address(node.system_address.clone()));
    pdu.push("Sender", Value::Address(node.system_address.clone()));
    pdu.push("To", Value::Address(to.clone()));
    pdu.push("Date", Value::Date(unix));
    let (_, domain) = node.system_address.rsplit_once('@')?;
    let tid = request.text("X-Mms-Transaction-ID")?;
    let atoms: String = tid.chars().filter(char::is_ascii_alphanumeric).collect();
    pdu.push("Message-ID", Value::text_of(format!("<res-{atoms}@{domain}>")));
    Some(Mail {
        mail_from: node.system_address.clone(),
        rcpt_to: vec![to.trim_matches(['<', '>']).to_owned()],
        data: Bytes::from(mm4::encode(&pdu)),
    })
}

fn wants_content(kind: PduType) -> bool {
    matches!(
        kind,
        PduType::SendReq | PduType::RetrieveConf | PduType::MboxUploadReq
    )
}

fn content_of(send: &Send, words: &Words<'_>) -> Result<Option<Content>, Uncomposable> {
    match &send.content {
        Some(template) if template.raw == NO_CONTENT => Ok(None),
        Some(template) => words.content(template).map(Some),
        None => words
            .judge
            .scope()
            .content(DEFAULT_CONTENT)
            .map(Some)
            .ok_or_else(|| Uncomposable::Case(format!("there is no content `{DEFAULT_CONTENT}`"))),
    }
}

/// A content of this many octets.
fn filler(size: &str, template: &Template) -> Result<Content, Uncomposable> {
    let size = size
        .split('+')
        .map(|summand| summand.trim().parse::<usize>().ok())
        .try_fold(0_usize, |sum, summand| sum.checked_add(summand?))
        .filter(|n| *n <= MOST_OCTETS)
        .ok_or_else(|| {
            Uncomposable::Case(format!(
                "{}: {size:?} is no number of octets up to {MOST_OCTETS}",
                template.source
            ))
        })?;
    let octets: Vec<u8> = (0..=u8::MAX).cycle().take(size).collect();
    Ok(Content::single(
        MediaType::new("application/octet-stream"),
        octets,
    ))
}

fn mm1_defaults(kind: PduType, nonce: &str) -> Pdu {
    let mut pdu = Pdu::new(kind);
    let has_transaction = crate::wire::table::pdu(kind)
        .fields
        .iter()
        .any(|f| f.field.eq_ignore_ascii_case("X-Mms-Transaction-Id"));
    if has_transaction {
        pdu.push("X-Mms-Transaction-Id", Value::text_of(format!("t-{nonce}")));
    }
    pdu.push("X-Mms-MMS-Version", MM1_VERSION);
    match kind {
        PduType::SendReq | PduType::ForwardReq | PduType::ReadRecInd => {
            pdu.push("From", Value::InsertAddress);
        }
        _ => {}
    }
    match kind {
        PduType::NotifyRespInd => pdu.push("X-Mms-Status", Value::token("Retrieved")),
        PduType::ReadRecInd => pdu.push("X-Mms-Read-Status", Value::token("Read")),
        _ => {}
    }
    pdu
}

fn mm4_defaults(send: &Send, kind: PduType, nonce: &str, stage: &Stage, access: &Access, unix: i64) -> Pdu {
    let node = stage.peers.get(&send.from);
    let system = node.map(|n| n.system_address.clone()).unwrap_or_default();
    let user = node
        .and_then(|n| n.user.as_ref())
        .map_or(system.clone(), |n| format!("{n}/TYPE=PLMN"));
    let domain = system.rsplit_once('@').map_or("", |(_, d)| d).to_owned();
    let mut pdu = Pdu::new(kind)
        .with("X-Mms-3GPP-MMS-Version", Value::text_of(MM4_VERSION))
        .with("X-Mms-Transaction-ID", Value::text_of(format!("\"tx-{nonce}\"")));
    if kind != PduType::Mm4ReadReplyReportRes {
        pdu.push(
            "X-Mms-Message-ID",
            Value::text_of(format!("\"mm-{nonce}@{domain}\"")),
        );
    }
    match kind {
        PduType::Mm4ForwardReq => {
            pdu.push("From", Value::Address(user.clone()));
            pdu.push("X-Mms-Originator-System", Value::Address(system.clone()));
            pdu.push("Sender", Value::Address(format!("{user}@{domain}")));
        }
        PduType::Mm4DeliveryReportReq | PduType::Mm4ReadReplyReportReq => {
            pdu.push("From", Value::Address(user));
            pdu.push("Sender", Value::Address(system));
        }
        _ => {
            pdu.push("From", Value::Address(system.clone()));
            pdu.push("Sender", Value::Address(system));
        }
    }
    match kind {
        PduType::Mm4DeliveryReportReq => {
            pdu.push("X-Mms-MM-Status-Code", Value::token("Retrieved"));
            // Left out, it means yes to some relays and no to others.
            pdu.push("X-Mms-Forward-To-Originator-UA", Value::token("Yes"));
        }
        PduType::Mm4ReadReplyReportReq => pdu.push("X-Mms-Read-Status", Value::token("Read")),
        PduType::Mm4ForwardRes | PduType::Mm4DeliveryReportRes | PduType::Mm4ReadReplyReportRes => {
            pdu.push("X-Mms-Request-Status-Code", Value::token("Ok"));
            pdu.push("To", Value::Address(access.system_address.clone()));
        }
        _ => {}
    }
    pdu.push("Date", Value::Date(unix));
    pdu.push("Message-ID", Value::text_of(format!("<{nonce}@{domain}>")));
    pdu
}

/// Every To and Cc as a mailbox in the relay's domain.
fn envelope(pdu: &Pdu, access: &Access) -> Vec<String> {
    let mut rcpt_to: Vec<String> = Vec::new();
    for field in pdu.all("To").chain(pdu.all("Cc")) {
        let text = field.value.text();
        let mailbox = match (address::Address::parse(&text), address::domain(&text)) {
            (parsed @ address::Address::Plmn(_), _) => format!("{}@{}", parsed.mm1(), access.domain),
            (_, Some(_)) => text.trim_matches(['<', '>']).to_owned(),
            (_, None) => format!("{text}@{}", access.domain),
        };
        let path = match access.mm4.paths() {
            Paths::Qualified => mailbox,
            Paths::Unqualified => address::unqualified(&mailbox).to_owned(),
        };
        if !rcpt_to.contains(&path) {
            rcpt_to.push(path);
        }
    }
    rcpt_to
}

fn apply_headers(pdu: &mut Pdu, send: &Send, words: &Words<'_>) -> Result<(), Uncomposable> {
    let protocol = pdu.kind.protocol();
    for header in &send.headers {
        let mut values = Vec::new();
        for template in &header.values {
            let text = words.resolve(template)?;
            let value = compare::value_of(protocol, &header.name, &text)
                .map_err(|why| Uncomposable::Case(format!("{}: {}: {why}", header.source, header.name)))?;
            values.push(value);
        }
        let mut values = values.into_iter();
        match values.next() {
            None => pdu.remove(&header.name),
            Some(first) => {
                pdu.set(&header.name, first);
                for value in values {
                    pdu.push(&header.name, value);
                }
            }
        }
    }
    if protocol == Protocol::Mm4 && pdu.kind == PduType::Mm4ForwardReq && pdu.field("MIME-Version").is_none()
    {
        pdu.push("MIME-Version", Value::text_of("1.0"));
    }
    Ok(())
}

fn damaged(segments: Vec<Segment>, damage: Option<&Damage>) -> Result<Bytes, Uncomposable> {
    match damage {
        None => Ok(segments
            .into_iter()
            .flat_map(|s| s.octets)
            .collect::<Vec<u8>>()
            .into()),
        Some(damage) => damage
            .apply(segments)
            .map(Bytes::from)
            .map_err(Uncomposable::Case),
    }
}
