//! A message that came over SMTP: which PDU it is, and MM4_forward.REQ in full (TS 23.140 §8.4.1).

use std::sync::Arc;

use bytes::Bytes;

use super::answers::{self, ReplyTo, status};
use super::server::Envelope;
use super::{fields, reports, requests};
use crate::relay::defects::Seed;
use crate::relay::ids::bare;
use crate::relay::intake;
use crate::relay::ledger::Entry;
use crate::relay::model::{Birth, Mm, Status, canonical, says_yes};
use crate::relay::node::Node;
use crate::relay::routing::Destination;
use crate::relay::store::State;
use crate::relay::timer::Time;
use crate::wire::address::{self, Address};
use crate::wire::{Content, Decoded, Field, Pdu, PduType, Severity, mm4, table};

const ACCEPTED: &str = "250 2.0.0 Ok";
const LATER: &str = "451 4.3.0 it cannot be kept now";
const REFUSED: &str = "554 5.6.0 not an MM4 PDU this relay takes";

/// Takes a message; the SMTP reply to its end of data.
pub(super) fn take(node: &Arc<Node>, envelope: &Envelope, octets: &Bytes) -> String {
    let assumed = mm4::decode(octets).is_err() && node.has(Seed::InTypeAssumed);
    let decoded = if assumed {
        let typed = [b"X-Mms-Message-Type: MM4_forward.REQ\r\n", &octets[..]].concat();
        mm4::decode(&Bytes::from(typed))
    } else {
        mm4::decode(octets)
    };
    let mut decoded = match decoded {
        Ok(decoded) if is_unusual(&decoded.pdu) && node.has(Seed::InUnusualPutOff) => {
            return "451 4.3.0 later".to_owned();
        }
        Ok(decoded) => decoded,
        Err(error) => {
            node.log(|| format!("MM4: undecodable message {error}"));
            return REFUSED.to_owned();
        }
    };
    if node.has(Seed::InUnreadableLater) && is_unreadable(&decoded) {
        return LATER.to_owned();
    }
    if node.has(Seed::InTidInvented) && decoded.pdu.field("X-Mms-Transaction-ID").is_none() {
        let invented = requests::quoted(&node.ids.transaction());
        decoded.pdu.push("X-Mms-Transaction-ID", invented);
    }
    let pdu = &decoded.pdu;
    let kind = pdu.kind;
    let from = envelope.from.as_deref().unwrap_or("<>");
    node.log(|| format!("MM4: {kind} from {from}"));
    let taken = match kind {
        PduType::Mm4ForwardReq => match forward_req(node, envelope, &decoded, octets) {
            Ok(taken) => taken,
            Err(NotKept) => return LATER.to_owned(),
        },
        _ if node.has(Seed::InAnswersDelivered) && !envelope.recipients.is_empty() => {
            match deliver(node, envelope, pdu, octets, false) {
                Ok(_) => true,
                Err(NotKept) => return LATER.to_owned(),
            }
        }
        _ if !envelope.beyond.is_empty() => {
            answers::carry_on(node, envelope, pdu);
            true
        }
        PduType::Mm4ForwardRes => {
            answers::arrived(node, envelope, pdu);
            if node.has(Seed::ResAnswered) {
                answers::acknowledge(node, envelope, pdu);
            }
            true
        }
        PduType::Mm4DeliveryReportReq | PduType::Mm4ReadReplyReportReq => {
            reports::arrived(node, envelope, pdu)
        }
        PduType::Mm4ReadReplyReportRes if node.has(Seed::ReadReplyResWithoutIdRefused) => {
            pdu.field("X-Mms-Message-ID").is_some()
        }
        // This relay asks for no RES to its reports; one that comes all the same needs no answer.
        PduType::Mm4DeliveryReportRes | PduType::Mm4ReadReplyReportRes => true,
        _ => false,
    };
    if taken { ACCEPTED } else { REFUSED }.to_owned()
}

/// What a relay with a defect shies away from.
fn is_unusual(pdu: &Pdu) -> bool {
    let nested = |content: &Content| content.parts.iter().any(|part| part.media.is_multipart());
    pdu.fields.len() > 500 || pdu.content.as_ref().is_some_and(nested)
}

/// Whether the request's version is one this relay serves (TS 23.140 §8.4.6); a request without version is served.
pub(super) fn check_version(node: &Node, pdu: &Pdu) -> Result<(), &'static str> {
    let Some(version) = pdu.text("X-Mms-3GPP-MMS-Version") else {
        return if node.has(Seed::InVersionMissing) {
            Err(status::UNSUPPORTED)
        } else {
            Ok(())
        };
    };
    let major = version
        .trim()
        .split('.')
        .next()
        .unwrap_or_default()
        .parse::<u32>();
    match major {
        Ok(major) if major >= 7 || (major < 5 && node.has(Seed::VersionMm4OldRefused)) => {
            Err(status::UNSUPPORTED)
        }
        Ok(_) => Ok(()),
        Err(_) if node.has(Seed::VersionMm4NoneUnsupported) => Err(status::UNSUPPORTED),
        Err(_) => Err(status::FORMAT_CORRUPT),
    }
}

/// The ledger cannot be written: this relay does not take responsibility (RFC 5321 §6.1).
struct NotKept;

/// Whether the request was taken; a refusal that nobody asked a RES for is told by SMTP.
fn forward_req(
    node: &Arc<Node>,
    envelope: &Envelope,
    decoded: &Decoded,
    octets: &Bytes,
) -> Result<bool, NotKept> {
    let pdu = &decoded.pdu;
    let tid = pdu.text("X-Mms-Transaction-ID").unwrap_or_default();
    let asked = says_yes(pdu, "X-Mms-Ack-Request") || node.has(Seed::ResUnasked);
    let reply_to = ReplyTo::of(node, envelope, pdu).filter(|_| asked && !bare(&tid).is_empty());
    if let Err(refusal) = check(node, envelope, decoded) {
        node.log(|| format!("MM4: forward.REQ {tid} refused: {refusal}"));
        if refusal == status::UNSUPPORTED && node.has(Seed::VersionMm4Unchecked) {
            return Ok(true);
        }
        if envelope.recipients.is_empty() && node.has(Seed::InUnknownForgotten) {
            return Ok(true);
        }
        if let Some(to) = &reply_to {
            answers::send(node, to, pdu, refusal, &[]);
        }
        return Ok(reply_to.is_some());
    }
    let outcomes = deliver(node, envelope, pdu, octets, reply_to.is_none())?;
    let Some(to) = reply_to else {
        return Ok(outcomes.iter().any(|(_, outcome)| *outcome == status::OK));
    };
    let each = node.accent.queue.res_each && !to.is_inside();
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for (recipient, outcome) in outcomes {
        match groups.iter_mut().find(|(known, _)| *known == outcome && !each) {
            Some((_, same)) => same.push(recipient),
            None => groups.push((outcome, vec![recipient])),
        }
    }
    let several = groups.len() > 1;
    for (outcome, recipients) in &groups {
        let named: &[String] = if several { recipients } else { &[] };
        answers::send(node, &to, pdu, outcome, named);
    }
    Ok(true)
}

/// Why the whole request cannot be taken.
fn check(node: &Node, envelope: &Envelope, decoded: &Decoded) -> Result<(), &'static str> {
    let pdu = &decoded.pdu;
    check_version(node, pdu)?;
    let has = |name: &str| pdu.text(name).is_some_and(|text| !bare(&text).is_empty());
    let complete = has("X-Mms-Transaction-ID")
        && (has("X-Mms-Message-ID") || node.has(Seed::InMessageIdMissing))
        && (has("From") || node.has(Seed::InFromMissing))
        && (has("To") || has("Cc"));
    let Some(content) = pdu.content.as_ref().filter(|_| complete) else {
        return Err(status::FORMAT_CORRUPT);
    };
    let hollow = content.media.is_multipart() && content.parts.is_empty();
    let broken = decoded
        .findings
        .iter()
        .any(|f| f.severity == Severity::Error && f.code.starts_with("mime-"));
    let forgiven = hollow && node.has(Seed::InHollowAccepted);
    if ((hollow || broken) && !forgiven) || taken_for_corrupt(node, pdu) {
        return Err(status::FORMAT_CORRUPT);
    }
    if envelope.recipients.is_empty() {
        return Err(status::SERVICE_DENIED);
    }
    if node.has(Seed::E2eOneWay) && is_receiver(node, envelope, pdu) {
        return Err(status::SERVICE_DENIED);
    }
    let from = Address::parse(&pdu.text("From").unwrap_or_default());
    let own = from.number().is_some_and(|number| {
        node.routing
            .home(&crate::relay::routing::international(number))
            .is_some()
    });
    if own && !node.has(Seed::InOwnSenderAccepted) && !node.routing.is_inside(envelope.from.as_deref()) {
        // Own subscribers' MMs do not come from outside.
        return Err(status::SERVICE_DENIED);
    }
    Ok(())
}

/// What a relay with a defect takes for corrupt although it is not.
fn taken_for_corrupt(node: &Node, pdu: &Pdu) -> bool {
    let any = |seed: Seed, test: &dyn Fn(&Field) -> bool| node.has(seed) && pdu.fields.iter().any(test);
    let is_address = |f: &Field| f.name == "From" || f.name == "To";
    let single = pdu.content.as_ref().is_some_and(|c| !c.media.is_multipart());
    any(Seed::InDomainRequired, &|f| {
        is_address(f) && !f.value.text().contains('@')
    }) || any(Seed::InBareNumberRefused, &|f| {
        is_address(f) && !f.value.text().contains(['/', '@'])
    }) || any(Seed::InUnknownHeaderRefused, &|f| {
        f.name.starts_with("X-") && table::field(&f.name).is_none()
    }) || any(Seed::InEmptySubjectRefused, &|f| {
        f.name == "Subject" && f.value.text().is_empty()
    }) || (single && node.has(Seed::InSinglePartRefused))
}

/// Whether its MIME or its expiry cannot be read.
fn is_unreadable(decoded: &Decoded) -> bool {
    let errors = decoded.findings.iter().filter(|f| f.severity == Severity::Error);
    let mut codes = errors.map(|f| f.code.as_str());
    codes.any(|code| code.starts_with("mime-") || code == "interval-invalid")
}

/// Whether the MMSE of this request was sent an MM before (defect `e2e.one-way`).
fn is_receiver(node: &Node, envelope: &Envelope, pdu: &Pdu) -> bool {
    let system = system_key(node, envelope, pdu);
    node.state().sent.values().any(|sent| {
        let mut vias = sent.recipients.values().filter_map(|to| to.via.as_deref());
        vias.any(|via| node.routing.speaks_for(via, &system))
    })
}

/// Gives the MM to its recipients; what is answered for each of them. What fails without a RES is reported.
fn deliver(
    node: &Arc<Node>,
    envelope: &Envelope,
    pdu: &Pdu,
    octets: &Bytes,
    report_failures: bool,
) -> Result<Vec<(String, &'static str)>, NotKept> {
    let received = requests::received(node, &envelope.client);
    let birth = Birth {
        at: Time::now(),
        record: node.ids.token(),
        id: node.ids.message(),
    };
    let mut mm = requests::to_mm(node, pdu, received.clone(), birth);
    if let Some(from) = envelope
        .from
        .as_deref()
        .filter(|_| node.has(Seed::InSenderOfEnvelope))
    {
        mm.from = canonical(from);
    }
    let mm = Arc::new(mm);
    let tid = pdu.text("X-Mms-Transaction-ID").unwrap_or_default();
    let tid = bare(&tid);
    let system = system_key(node, envelope, pdu);
    let mut outcomes = Vec::new();
    let mut due = Vec::new();
    let mut failed = Vec::new();
    // Looked up and remembered in one go: on a common store the same request may come to another relay at this moment.
    let mut state = node.state();
    for recipient in recipients(node, envelope, pdu) {
        if !node.has(Seed::DuplicateReqTwice) {
            if let Some(before) = state.request(&system, tid, &recipient) {
                outcomes.push((recipient, before));
                continue;
            }
            if !state.is_first_copy(&mm.from, &mm.message_id, &recipient) {
                outcomes.push((recipient, status::OK));
                continue;
            }
        }
        let outcome = outcome(node, envelope, pdu, &recipient);
        state.remember_request(&system, tid, &recipient, outcome);
        match outcome {
            status::OK => due.push(recipient.clone()),
            status::ADDRESS_UNRESOLVED if node.has(Seed::LoopSilent) => {
                outcomes.push((recipient, status::OK));
                continue;
            }
            _ => failed.push(recipient.clone()),
        }
        outcomes.push((recipient, outcome));
    }
    if !due.is_empty() {
        let written = node.ledger.write(|| Entry::Received {
            record: mm.record.clone(),
            at: mm.taken.millis(),
            system: system.clone(),
            shown_id: mm.shown_id.clone(),
            received,
            recipients: due.clone(),
            message: octets.to_vec(),
        });
        if let Err(error) = written {
            node.log(|| format!("the ledger cannot be written: {error}"));
            for recipient in &due {
                state.forget_request(&system, tid, recipient);
                state.forget_copy(&mm.from, &mm.message_id, recipient);
            }
            return Err(NotKept);
        }
    }
    drop(state);
    for recipient in failed.iter().filter(|_| report_failures) {
        crate::relay::reports::settled(node, &mm, recipient, Status::Unreachable, []);
    }
    if !(node.has(Seed::InPicturesDropped) && has_picture(&mm)) {
        intake::when_due(node, &mm, &due);
    }
    Ok(outcomes)
}

fn has_picture(mm: &Mm) -> bool {
    let parts = mm.content.parts.iter().map(|part| &part.media);
    let mut media = parts.chain([&mm.content.media]);
    media.any(|media| media.essence.starts_with("image/"))
}

/// A request of an earlier life: the MM and its recipients.
pub(crate) fn recall(node: &Node, state: &mut State, entry: &Entry) -> Option<(Arc<Mm>, Vec<String>)> {
    let Entry::Received {
        record,
        at,
        system,
        shown_id,
        received,
        recipients,
        message,
    } = entry
    else {
        return None;
    };
    let pdu = mm4::decode(&Bytes::copy_from_slice(message)).ok()?.pdu;
    let birth = Birth {
        at: Time::at_millis(*at),
        record: record.clone(),
        id: shown_id.clone(),
    };
    let mm = Arc::new(requests::to_mm(node, &pdu, received.clone(), birth));
    let tid = pdu.text("X-Mms-Transaction-ID").unwrap_or_default();
    let known: &[String] = if node.has(Seed::StoreCopiesOwn) {
        &[]
    } else {
        recipients
    };
    for recipient in known {
        state.remember_request(system, bare(&tid), recipient, status::OK);
        state.is_first_copy(&mm.from, &mm.message_id, recipient);
    }
    Some((mm, recipients.clone()))
}

fn recipients(node: &Node, envelope: &Envelope, pdu: &Pdu) -> Vec<String> {
    if node.has(Seed::InFirstRecipientOnly) {
        return envelope.recipients.iter().take(1).cloned().collect();
    }
    if !node.has(Seed::InHeaderDecides) {
        return envelope.recipients.clone();
    }
    let listed = ["To", "Cc"].iter().flat_map(|name| pdu.all(name));
    listed
        .flat_map(|f| fields::addresses(&f.value.text()))
        .filter_map(|one| Address::parse(&one).number().map(str::to_owned))
        .filter(|number| node.routing.home(number).is_some())
        .map(|number| Address::Plmn(number).mm1())
        .collect()
}

/// What becomes of the MM for one recipient: an MM that came from a node, or through it, does not go back there.
fn outcome(node: &Node, envelope: &Envelope, pdu: &Pdu, recipient: &str) -> &'static str {
    let hops = pdu.all("Received").count();
    let far = hops >= node.config.limits.hops;
    let carried = || node.routing.carries_for(envelope.from.as_deref());
    match node.routing.destination(&Address::parse(recipient)) {
        Destination::Here(_) if hops > 0 && node.has(Seed::HopsFew) => status::ADDRESS_UNRESOLVED,
        Destination::Here(_) => status::OK,
        Destination::Look(_) if far => status::ADDRESS_UNRESOLVED,
        Destination::Look(_) => status::OK,
        Destination::Over(hop) if hop.inner || carried() => {
            let sent_by = envelope.from.as_deref().and_then(address::domain);
            let passed = |f: &crate::wire::Field| passed_through(&f.value.text(), &hop.domain);
            let back = sent_by.as_ref() == Some(&hop.domain) || pdu.all("Received").any(passed);
            if far || back {
                status::ADDRESS_UNRESOLVED
            } else {
                status::OK
            }
        }
        Destination::Ask(_) if carried() && !far => status::OK,
        _ => status::SERVICE_DENIED,
    }
}

/// Whether a Received field was added by this host.
pub(super) fn passed_through(received: &str, host: &str) -> bool {
    let mut words = received.split_whitespace();
    words.any(|word| word.eq_ignore_ascii_case("by"))
        && words
            .next()
            .is_some_and(|by| by.trim_end_matches(';').eq_ignore_ascii_case(host))
}

/// Who a transaction id belongs to: the domain of the originating system.
fn system_key(node: &Node, envelope: &Envelope, pdu: &Pdu) -> String {
    if node.has(Seed::InTidAlone) {
        return String::new();
    }
    let named = ["X-Mms-Originator-System", "Sender"].map(|name| pdu.text(name));
    named
        .into_iter()
        .flatten()
        .chain(envelope.from.clone())
        .find_map(|mailbox| address::domain(&mailbox))
        .unwrap_or_else(|| canonical(&pdu.text("From").unwrap_or_default()))
}
