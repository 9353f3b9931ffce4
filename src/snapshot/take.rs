//! From a stored run to a snapshot.

use std::collections::{BTreeMap, BTreeSet};

use crate::run::evidence::{Crossing, Evidence, Message, Stored};
use crate::run::outcome::{CaseResult, RunResult};

use super::fields::{Reader, ids, is_fluid};
use super::model::{CaseShot, Head, Shot, Snapshot};
use super::names::Names;

/// What a reply of SMTP is called.
pub const SMTP_REPLY: &str = "SMTP reply";
/// What it is called that nothing came.
const NO_ANSWER: &str = "no answer";

/// Microseconds between two messages that are clearly one after the other, however busy the machine is.
const CLEARLY: u64 = 400_000;

/// Everything that relays said in the cases of a run.
///
/// # Errors
/// The journal cannot be read; in words for a person.
pub fn take(stored: &Stored, run: &RunResult) -> Result<Snapshot, String> {
    let mut cases = BTreeMap::new();
    for case in &run.cases {
        let evidence = stored.case(&case.id)?;
        cases.insert(case.id.clone(), of_case(case, &evidence));
    }
    Ok(Snapshot {
        head: Head {
            bindings: run.run.bindings.clone(),
            defects: run.run.defects.clone(),
        },
        cases,
    })
}

/// A message on its way into a snapshot.
struct Draft<'a> {
    message: &'a Message,
    what: String,
    answers: Option<String>,
    awaited: bool,
}

fn of_case(case: &CaseResult, evidence: &Evidence) -> CaseShot {
    let mut drafts = drafts(case, evidence);
    let mut names = Names::new(&evidence.vars);
    let unix = evidence.unix.unwrap_or_default();
    let is_fluid = evidence.messages().any(|m| m.is_ours && is_fluid(m, &names));
    let shots = |names: &Names, drafts: &[Draft<'_>]| -> Vec<Shot> {
        let of = |draft: &Draft<'_>| shot(draft, names, unix, is_fluid);
        drafts.iter().map(of).collect()
    };
    // What parties made up has the name of where it stood first.
    let mut seen = BTreeSet::new();
    for message in evidence.messages() {
        for (field, id) in ids(message) {
            if seen.insert(id.clone()) && message.is_ours {
                names.name_id(
                    &id,
                    format!("<{field} of {} of {}>", kind_of(message), message.from),
                );
            }
        }
    }
    // The order must not depend on ids that have no name yet: by then all of them look alike.
    let blind = shots(&names, &drafts);
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by(|a, b| key(&blind[*a]).cmp(&key(&blind[*b])));
    let mut sorted: Vec<Option<Draft<'_>>> = drafts.drain(..).map(Some).collect();
    let drafts: Vec<Draft<'_>> = order.iter().filter_map(|at| sorted[*at].take()).collect();
    // An id that an answer brings up is called by the answer.
    let awaited = drafts.iter().filter(|draft| draft.awaited);
    let (answers, others): (Vec<_>, Vec<_>) = awaited.partition(|draft| draft.answers.is_some());
    for draft in answers.into_iter().chain(others) {
        for (field, id) in ids(draft.message) {
            names.name_id(&id, own_name(draft, &field));
        }
    }
    let mut messages: Vec<Shot> = Vec::new();
    for shot in shots(&names, &drafts) {
        // How often a relay repeats itself depends on how long the case lasts.
        let is_repeat = |other: &Shot| other.place() == shot.place() && other.lines == shot.lines;
        if shot.awaited || !messages.iter().any(is_repeat) {
            messages.push(shot);
        }
    }
    CaseShot {
        verdict: case.verdict,
        expectations: case
            .expectations
            .iter()
            .map(|e| (e.id.clone(), e.verdict))
            .collect(),
        messages,
        order: clear_order(&drafts, evidence),
    }
}

type Key<'a> = (
    &'a str,
    &'a str,
    &'a str,
    Option<&'a str>,
    bool,
    Vec<(&'a str, &'a str)>,
);

fn key(shot: &Shot) -> Key<'_> {
    let lines = shot.lines.iter().map(|l| (l.name.as_str(), l.value.as_str()));
    (
        &shot.from,
        &shot.to,
        &shot.what,
        shot.answers.as_deref(),
        !shot.awaited,
        lines.collect(),
    )
}

fn shot(draft: &Draft<'_>, names: &Names, unix: i64, is_fluid: bool) -> Shot {
    let reader = Reader {
        names,
        unix,
        is_fluid,
        own: &|field| own_name(draft, field),
    };
    Shot {
        from: draft.message.from.clone(),
        to: draft.message.to.clone(),
        what: draft.what.clone(),
        answers: draft.answers.clone(),
        awaited: draft.awaited,
        lines: reader.lines(draft.message),
    }
}

/// What an id is called elsewhere that a message of a relay brings up.
fn own_name(draft: &Draft<'_>, field: &str) -> String {
    format!("<{field} of {} to {}>", draft.what, draft.message.to)
}

/// The messages of relays.
fn drafts<'a>(case: &CaseResult, evidence: &'a Evidence) -> Vec<Draft<'a>> {
    let own = case.expectations.iter().filter(|e| e.events_of.is_none());
    let taken: BTreeSet<u64> = own.flat_map(|e| e.events.iter().copied()).collect();
    let sent: BTreeMap<u64, &Message> = evidence
        .messages()
        .filter(|m| m.is_ours)
        .map(|m| (m.seq, m))
        .collect();
    let mut said: BTreeMap<&str, String> = BTreeMap::new();
    let mut drafts = Vec::new();
    for message in evidence.messages() {
        if message.is_ours {
            if let Some(Crossing::SmtpWords { .. } | Crossing::Mail { .. }) = &message.crossing {
                said.insert(&message.from, words_of(message));
            }
            continue;
        }
        if message.is_put_off {
            continue;
        }
        let request = message.answers.and_then(|seq| sent.get(&seq).copied());
        let is_line = matches!(message.crossing, Some(Crossing::SmtpLine { .. }));
        drafts.push(Draft {
            // A case waits for the answers to what its steps send.
            awaited: is_line
                || request.is_some_and(|request| request.step.is_some())
                || taken.contains(&message.seq),
            answers: match request {
                Some(request) => Some(kind_of(request)),
                None if is_line => Some(
                    said.get(message.to.as_str())
                        .cloned()
                        .unwrap_or("the connection".into()),
                ),
                None => None,
            },
            what: kind_of(message),
            message,
        });
    }
    drafts
}

/// What a message is, without what is different each time.
fn kind_of(message: &Message) -> String {
    match (message.pdu, &message.crossing) {
        (Some(pdu), _) => pdu.to_owned(),
        (None, None) => NO_ANSWER.to_owned(),
        (None, Some(crossing)) => match crossing {
            Crossing::HttpRequest { method, .. } => method.clone(),
            Crossing::HttpResponse { status, .. } => format!("HTTP {status}"),
            Crossing::Push { .. } => "a push that is no PDU".to_owned(),
            Crossing::Mail { .. } => "a mail that is no PDU".to_owned(),
            Crossing::SmtpReply { .. } | Crossing::SmtpLine { .. } => SMTP_REPLY.to_owned(),
            Crossing::SmtpWords { text } => text.clone(),
            Crossing::DnsQuery { kind, .. } => format!("DNS query for {kind}"),
            Crossing::Loss { how, .. } => format!("{} on the link", how.name()),
        },
    }
}

/// The command that a party gives in a dialogue: `MAIL FROM`, `EHLO`, `the message`.
fn words_of(message: &Message) -> String {
    let Some(Crossing::SmtpWords { text }) = &message.crossing else {
        return "the message".to_owned();
    };
    let line = text.lines().next().unwrap_or_default();
    let command = line.split(':').next().unwrap_or_default();
    let mut words = command.split_whitespace();
    match (words.next(), words.next()) {
        (Some(verb), Some(to)) if line.contains(':') => format!("{verb} {to}").to_uppercase(),
        (Some(verb), _) if verb.len() <= 8 && verb.chars().all(|c| c.is_ascii_alphabetic()) => {
            verb.to_uppercase()
        }
        _ => "what is no command".to_owned(),
    }
}

/// Pairs of messages that came one clearly after the other, though no party did anything between them.
fn clear_order(drafts: &[Draft<'_>], evidence: &Evidence) -> Vec<(String, String)> {
    // Answers come when they are asked for, and of two that are alike nobody knows which is which.
    let is_alone = |draft: &Draft<'_>| {
        drafts
            .iter()
            .filter(|other| placed(other) == placed(draft))
            .count()
            == 1
    };
    let mut awaited: Vec<&Draft<'_>> = drafts
        .iter()
        .filter(|draft| draft.awaited && draft.answers.is_none() && is_alone(draft))
        .collect();
    awaited.sort_by_key(|draft| draft.message.seq);
    let acts: Vec<u64> = evidence
        .messages()
        .filter(|m| m.is_ours && m.step.is_some())
        .map(|m| m.seq)
        .collect();
    let mut pairs = Vec::new();
    for (at, first) in awaited.iter().enumerate() {
        for second in &awaited[at + 1..] {
            let (from, to) = (first.message, second.message);
            let is_free = !acts.iter().any(|seq| (from.seq..to.seq).contains(seq));
            if is_free && to.at_us.saturating_sub(from.at_us) >= CLEARLY {
                pairs.push((placed(first), placed(second)));
            }
        }
    }
    pairs.sort();
    pairs
}

fn placed(draft: &Draft<'_>) -> String {
    format!("{} for {}", draft.what, draft.message.to)
}
