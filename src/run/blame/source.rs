//! Which of the things that went into a node is the reason of something that came out of it.

use std::cmp::Reverse;

use crate::link::Crossing;
use crate::run::judge::{Side, Sighting};
use crate::wire::address::{self, Address};
use crate::wire::{PduType, compare};

use super::scene::Scene;

/// A reason that was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    One(usize),
    /// Several that are different and fit equally well.
    Several,
    None,
}

impl Source {
    pub fn one(self) -> Option<usize> {
        match self {
            Source::One(index) => Some(index),
            Source::Several | Source::None => None,
        }
    }
}

/// The input of that type because of which the node sent `output`.
pub fn source(scene: &Scene<'_>, output: usize, kind: PduType) -> Source {
    let Some(node) = scene.emitter(output) else {
        return Source::None;
    };
    // A fetched MM is the one whose notification named its place.
    if scene.at(output).kind() == Some(PduType::RetrieveConf)
        && let Some(told) = notification(scene, output)
    {
        return match scene.emitter(told) {
            Some(_) => source(scene, told, kind),
            None => Source::None,
        };
    }
    let fits: Vec<(u32, usize)> = scene
        .inputs_of(node, kind)
        .filter(|i| *i != output)
        .map(|i| (score(scene, i, output), i))
        .filter(|(score, _)| *score > 0)
        .collect();
    let Some((best, first)) = fits
        .iter()
        .copied()
        .max_by_key(|(score, i)| (*score, Reverse(*i)))
    else {
        return Source::None;
    };
    let rivals = fits.iter().filter(|(score, i)| *score == best && *i != first);
    let mut others = rivals.filter(|(_, i)| !alike(scene.at(*i), scene.at(first)));
    match others.next() {
        Some(_) => Source::Several,
        None => Source::One(first),
    }
}

/// Any input of an MM's type because of which the node sent `output`.
pub fn mm_source(scene: &Scene<'_>, output: usize) -> Source {
    let kinds = [PduType::SendReq, PduType::Mm4ForwardReq, PduType::ForwardReq];
    let mut found = Vec::new();
    for kind in kinds {
        match source(scene, output, kind) {
            Source::One(i) => found.push((score(scene, i, output), i)),
            Source::Several => return Source::Several,
            Source::None => {}
        }
    }
    found
        .into_iter()
        .max_by_key(|(score, i)| (*score, Reverse(*i)))
        .map_or(Source::None, |(_, i)| Source::One(i))
}

/// The MM at a node that a user agent's answer (M-NotifyResp.ind, M-Acknowledge.ind, M-Read-Rec.ind) is about.
pub fn answered_mm(scene: &Scene<'_>, answer: usize) -> Source {
    let seen = scene.at(answer);
    let told = |kind: PduType, field: &str, of: &str| {
        let value = seen.pdu.as_ref()?.text(of)?;
        (0..scene.seen.len()).rev().find(|i| {
            let other = scene.at(*i);
            other.side == Side::Relay
                && other.kind() == Some(kind)
                && other.place == seen.place
                && other.pdu.as_ref().and_then(|p| p.text(field)).as_ref() == Some(&value)
        })
    };
    let tid = "X-Mms-Transaction-ID";
    let told = told(PduType::NotificationInd, tid, tid)
        .or_else(|| told(PduType::RetrieveConf, tid, tid))
        .or_else(|| told(PduType::RetrieveConf, "Message-ID", "Message-ID"));
    match told {
        Some(told) => mm_source(scene, told),
        None => Source::None,
    }
}

/// The notification whose location was fetched.
fn notification(scene: &Scene<'_>, fetched: usize) -> Option<usize> {
    let seq = scene.at(fetched).answers?;
    let url = scene.seen.iter().find_map(|s| match &s.crossing {
        Some(Crossing::HttpRequest { url, .. }) if s.seq == seq => Some(url.clone()),
        _ => None,
    })?;
    (0..scene.seen.len()).find(|i| {
        let seen = scene.at(*i);
        seen.kind() == Some(PduType::NotificationInd)
            && seen
                .pdu
                .as_ref()
                .and_then(|p| p.text("X-Mms-Content-Location"))
                .is_some_and(|location| same_location(&location, &url))
    })
}

/// The host may be another: a case can fetch through another relay.
fn same_location(one: &str, other: &str) -> bool {
    let last = |url: &str| url.rsplit('/').next().map(str::to_owned);
    one == other || (last(one) == last(other) && last(one).is_some_and(|id| id.len() > 8))
}

/// How well an input fits an output; 0: not at all.
pub fn score(scene: &Scene<'_>, input: usize, output: usize) -> u32 {
    let (from, to) = (scene.at(input), scene.at(output));
    // What passes over a link is seen before its reply is, and what follows from it may be seen a little earlier.
    if from.at_us > to.at_us.saturating_add(EARLIER_US) {
        return 0;
    }
    let is_report = REPORTS.contains(&to.kind());
    if is_report && from.kind() == Some(PduType::Mm4ForwardRes) && status(from).as_deref() == Some("ok") {
        return 0;
    }
    let mut score: i32 = 64;
    if shares(&ids(scene, input), &ids(scene, output)) {
        score += 32;
    }
    if is_answer(to) && transaction(from).is_some() && transaction(from) == transaction(to) {
        score += 64;
    }
    score += match (about(scene, from), about(scene, to)) {
        (a, b) if shares(&a, &b) => 16,
        (a, b) if is_report && !a.is_empty() && !b.is_empty() => -24,
        _ => 0,
    };
    if let (Some(a), Some(b)) = (from.content(), to.content())
        && compare::same_content(a, b).is_ok()
    {
        score += 8;
    }
    if is_report && from.kind() != Some(PduType::Mm4ForwardRes) {
        score += match (status(from), status(to)) {
            (Some(a), Some(b)) if a == b => 8,
            (Some(_), Some(_)) => -24,
            _ => 0,
        };
    }
    let subject = |s: &Sighting| {
        s.pdu
            .as_ref()
            .and_then(|p| p.text("Subject"))
            .filter(|t| !t.is_empty())
    };
    if subject(from).is_some() && subject(from) == subject(to) {
        score += 4;
    }
    if let (Some(a), Some(b)) = (originator(scene, from), originator(scene, to)) {
        score += if a == b { 4 } else { 0 };
    }
    if from.seq < to.seq {
        score += 2;
    }
    u32::try_from(score).unwrap_or(0)
}

/// Microseconds by which a reason may be seen after what it led to: a mail is recorded when it is answered.
const EARLIER_US: u64 = 500_000;

const REPORTS: [Option<PduType>; 4] = [
    Some(PduType::DeliveryInd),
    Some(PduType::Mm4DeliveryReportReq),
    Some(PduType::ReadOrigInd),
    Some(PduType::Mm4ReadReplyReportReq),
];

/// What it says of the MM, in lower case.
fn status(seen: &Sighting) -> Option<String> {
    let pdu = seen.pdu.as_ref()?;
    let names = [
        "X-Mms-Status",
        "X-Mms-MM-Status-Code",
        "X-Mms-Read-Status",
        "X-Mms-Request-Status-Code",
    ];
    let found = names.iter().find_map(|name| pdu.text(name));
    match (found, seen.kind()) {
        (Some(text), _) => Some(text.to_lowercase()),
        (None, Some(PduType::AcknowledgeInd)) => Some("retrieved".to_owned()),
        _ => None,
    }
}

/// Inputs between which it makes no difference which one was the reason.
fn alike(one: &Sighting, other: &Sighting) -> bool {
    let told = |s: &Sighting| -> Vec<(String, String)> {
        let fields = s.pdu.iter().flat_map(|p| &p.fields);
        fields
            .filter(|f| f.name != "Date" && f.name != "Message-ID" && f.name != "Received")
            .map(|f| (f.name.to_string(), f.value.text()))
            .collect()
    };
    let same_content = match (one.content(), other.content()) {
        (Some(a), Some(b)) => compare::same_content(a, b).is_ok(),
        (None, None) => true,
        _ => false,
    };
    one.raw_pdu() == other.raw_pdu()
        || (one.kind() == other.kind() && told(one) == told(other) && same_content)
}

fn shares<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.iter().any(|item| other.contains(item))
}

fn is_answer(seen: &Sighting) -> bool {
    matches!(
        seen.kind(),
        Some(
            PduType::SendConf
                | PduType::ForwardConf
                | PduType::Mm4ForwardRes
                | PduType::Mm4DeliveryReportRes
                | PduType::Mm4ReadReplyReportRes
        )
    )
}

fn transaction(seen: &Sighting) -> Option<String> {
    bare(seen.pdu.as_ref()?.text("X-Mms-Transaction-ID")?)
}

fn bare(id: String) -> Option<String> {
    let id = id.trim().trim_matches(['"', '<', '>']).to_owned();
    (!id.is_empty()).then_some(id)
}

/// The message ids it goes by, those of its answer included.
fn ids(scene: &Scene<'_>, index: usize) -> Vec<String> {
    let seen = scene.at(index);
    let of = |s: &Sighting| -> Vec<String> {
        let is_mm1 = s.kind().is_some_and(|k| k.octet().is_some());
        let names: &[&str] = if is_mm1 {
            &["Message-ID"]
        } else {
            &["X-Mms-Message-ID"]
        };
        let texts = names.iter().filter_map(|n| s.pdu.as_ref()?.text(n));
        texts.filter_map(bare).collect()
    };
    let mut ids = of(seen);
    if matches!(seen.kind(), Some(PduType::SendReq | PduType::ForwardReq)) {
        ids.extend(scene.answer(index).map(of).unwrap_or_default());
    }
    if matches!(
        seen.kind(),
        Some(PduType::NotifyRespInd | PduType::AcknowledgeInd | PduType::ReadRecInd)
    ) && let Source::One(mm) = answered_mm(scene, index)
    {
        ids.extend(self::ids(scene, mm));
    }
    ids
}

fn addresses(seen: &Sighting, field: &str) -> Vec<Address> {
    let Some(pdu) = &seen.pdu else { return Vec::new() };
    pdu.all(field)
        .flat_map(|f| address::list(&f.value.text()))
        .map(|text| Address::parse(&text))
        .collect()
}

/// The recipients of the MM it belongs to, as far as it says.
pub fn about(scene: &Scene<'_>, seen: &Sighting) -> Vec<Address> {
    let own = || {
        scene
            .address_of(&seen.place)
            .cloned()
            .into_iter()
            .collect::<Vec<_>>()
    };
    match seen.kind() {
        Some(PduType::SendReq | PduType::ForwardReq) => ["To", "Cc", "Bcc"]
            .iter()
            .flat_map(|field| addresses(seen, field))
            .collect(),
        Some(PduType::Mm4ForwardReq) => match &seen.crossing {
            Some(Crossing::Mail { rcpt_to, refused, .. }) if !rcpt_to.is_empty() || !refused.is_empty() => {
                let all = rcpt_to.iter().chain(refused.iter().map(|(to, _)| to));
                all.map(|to| Address::parse(to)).collect()
            }
            _ => ["To", "Cc"]
                .iter()
                .flat_map(|field| addresses(seen, field))
                .collect(),
        },
        Some(
            PduType::NotificationInd
            | PduType::RetrieveConf
            | PduType::NotifyRespInd
            | PduType::AcknowledgeInd
            | PduType::ReadRecInd,
        ) => own(),
        Some(PduType::Mm4DeliveryReportReq | PduType::Mm4ReadReplyReportReq | PduType::ReadOrigInd) => {
            addresses(seen, "From")
        }
        Some(PduType::DeliveryInd) => addresses(seen, "To"),
        _ => Vec::new(),
    }
}

/// The sender of the MM it belongs to, as far as it says.
pub fn originator(scene: &Scene<'_>, seen: &Sighting) -> Option<Address> {
    let own = || scene.address_of(&seen.place).cloned();
    let first = |field: &str| addresses(seen, field).into_iter().next();
    match seen.kind()? {
        PduType::SendReq | PduType::ForwardReq | PduType::SendConf => own(),
        PduType::DeliveryInd | PduType::ReadOrigInd => own(),
        PduType::Mm4ForwardReq | PduType::NotificationInd | PduType::RetrieveConf => first("From"),
        PduType::Mm4DeliveryReportReq | PduType::Mm4ReadReplyReportReq | PduType::ReadRecInd => first("To"),
        _ => None,
    }
}
