//! What a relay does otherwise than most, and is taken as it is. None of it decides a verdict: where it is against a standard,
//! a case tests for it. A run lists each once.

use std::collections::BTreeMap;

use crate::link::Crossing;
use crate::party::user_agent::authority;
use crate::run::outcome::Quirk;
use crate::wire::{Finding, PduType, Protocol, Severity, push};

use super::select::Answered;
use super::sighting::{Side, Sighting};

/// Refusals that are HTTP's own business: who may ask, and how.
const OF_HTTP: &[u16] = &[401, 403, 405, 406, 411, 413, 414, 415, 417];

/// An answer that comes so much later than the notification was certainly not sent first.
const BEFORE_US: u64 = 10_000;

/// Fields whose values are ids in quotes on MM4.
const IDS: &[&str] = &["X-Mms-Transaction-ID", "X-Mms-Message-ID"];

/// What is odd in one script: the decoders' findings, and what no decoder sees. `answered` is the request an answer belongs to.
pub fn quirks(
    sightings: &[Sighting],
    vars: &BTreeMap<String, String>,
    answered: impl Fn(&Sighting) -> Option<Answered>,
) -> Vec<Quirk> {
    let mut found = Found::default();
    for (index, seen) in sightings.iter().enumerate() {
        if seen.side != Side::Relay {
            continue;
        }
        for finding in seen.findings.iter().filter(|f| f.severity > Severity::Note) {
            found.0.push(Quirk {
                relay: seen.relay.clone(),
                pdu: Some(seen.label()),
                finding: finding.clone(),
            });
        }
        let before = &sightings[..index];
        // Who posts no PDU gets no PDU.
        let asked = before.iter().find(|s| Some(s.seq) == seen.answers);
        let is_understood = asked.is_some_and(|asked| asked.undecodable.is_none() && asked.is_request());
        found.of_the_answer(seen, answered(seen).filter(|_| is_understood));
        found.of_the_push(seen, vars);
        found.of_the_mail(seen);
        found.of_the_order(seen, before);
        found.of_the_race(seen, sightings);
    }
    found.0
}

#[derive(Default)]
struct Found(Vec<Quirk>);

impl Found {
    fn say(&mut self, seen: &Sighting, code: &str, severity: Severity, clause: &str, text: String) {
        self.0.push(Quirk {
            relay: seen.relay.clone(),
            pdu: None,
            finding: Finding {
                code: code.to_owned(),
                severity,
                offset: 0,
                len: 0,
                clause: clause.to_owned(),
                text,
            },
        });
    }

    /// Answers on MM1 that HTTP clients take in their stride.
    fn of_the_answer(&mut self, seen: &Sighting, answered: Option<Answered>) {
        let Some(Crossing::HttpResponse {
            status,
            headers,
            body,
            ..
        }) = &seen.crossing
        else {
            return;
        };
        if let Some(due) = answered
            .and_then(|answered| answered.with)
            .filter(|_| seen.pdu.is_none())
        {
            let clause = match due {
                PduType::RetrieveConf => "OMA MMS ENC 1.3 §6.3",
                _ => "OMA MMS CTR 1.3 §8.2.1",
            };
            if *status >= 400 && !OF_HTTP.contains(status) {
                let text = format!("an error is HTTP {status} and text where a {due} with a status is due");
                self.say(seen, "http-error-without-pdu", Severity::Warning, clause, text);
            } else if (200..300).contains(status) && body.is_empty() {
                let text = format!("HTTP {status} with an empty body where a {due} is due");
                self.say(seen, "empty-answer", Severity::Warning, clause, text);
            }
        }
        let has = |name: &str| headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        if !body.is_empty() && !has("Content-Length") && !has("Transfer-Encoding") {
            let text = "an HTTP answer without a length: it ends when the connection is closed".to_owned();
            self.say(seen, "length-by-close", Severity::Note, "RFC 9112 §6.3", text);
        }
    }

    fn of_the_push(&mut self, seen: &Sighting, vars: &BTreeMap<String, String>) {
        let Some(Crossing::Push {
            recipient,
            params,
            wsp,
            ..
        }) = &seen.crossing
        else {
            return;
        };
        let mut note = |code: &str, clause: &str, text: String| {
            self.say(seen, code, Severity::Note, clause, text);
        };
        let number = vars.get(&format!("{}.number", seen.place));
        if number.is_some_and(|number| number.strip_prefix('+') == Some(recipient)) {
            let text = format!("the push is for {recipient}, without the + of an international number");
            note("recipient-without-plus", "ITU-T E.123", text);
        }
        if params.iter().any(|(name, _)| name == "http-connection") {
            let text = "one request says both Connection: keep-alive and close".to_owned();
            note("keep-alive-and-close", "RFC 9112 §9.3", text);
        }
        if push::names_type_as_text(wsp) {
            let text = "the push has its content type as text, not as token 0x3E".to_owned();
            note("push-type-as-text", "WAP-230 §8.4.2.24", text);
        }
        if seen.kind() != Some(PduType::NotificationInd) {
            return;
        }
        let location = seen
            .pdu
            .as_ref()
            .and_then(|pdu| pdu.text("X-Mms-Content-Location"));
        self.of_the_location(seen, location.unwrap_or_default().trim(), vars);
    }

    /// Where a notification says the MM is.
    fn of_the_location(&mut self, seen: &Sighting, location: &str, vars: &BTreeMap<String, String>) {
        const CLAUSE: &str = "OMA MMS ENC 1.3 §7.3.10";
        if location.is_empty() {
            return;
        }
        let Some(host) = authority(location) else {
            let text = format!("Content-Location `{location}` is not an absolute URI");
            return self.say(seen, "location-not-absolute", Severity::Warning, CLAUSE, text);
        };
        if location.bytes().any(|octet| !is_of_a_uri(octet)) {
            let text = format!("Content-Location `{location}` has octets that a URI cannot have");
            self.say(seen, "location-not-a-uri", Severity::Warning, "RFC 3986 §2", text);
        }
        let urls = vars.iter().filter(|(name, _)| name.ends_with(".mm1-url"));
        let mut hosts = urls.filter_map(|(_, url)| authority(url)).peekable();
        if hosts.peek().is_some() && hosts.all(|known| known != host) {
            let text = format!("Content-Location names the host {host}, which is not that of ixit.mm1.url");
            self.say(seen, "location-elsewhere", Severity::Note, CLAUSE, text);
        }
    }

    /// A notification was seen well before the answer to the submission it follows from.
    fn of_the_order(&mut self, seen: &Sighting, before: &[Sighting]) {
        let Some(asked) = seen.answers else { return };
        let mut submissions = before
            .iter()
            .filter(|s| s.side == Side::Party && is_submission(s));
        let told = before
            .iter()
            .find(|s| s.push.is_some() && s.kind() == Some(PduType::NotificationInd));
        let (Some(first), Some(told)) = (submissions.next(), told) else {
            return;
        };
        // With two submissions under way nobody can say which one is notified.
        let is_alone = submissions.next().is_none_or(|second| second.seq > told.seq);
        let by = seen.at_us.saturating_sub(told.at_us);
        if first.seq == asked && first.seq < told.seq && is_alone && by >= BEFORE_US {
            let text = format!(
                "the notification came {} ms before the answer to the submission",
                by / 1000
            );
            self.say(
                seen,
                "notified-before-answered",
                Severity::Note,
                "3GPP TS 23.140 §7.1",
                text,
            );
        }
    }

    /// Ids on MM4 without quotes.
    fn of_the_mail(&mut self, seen: &Sighting) {
        let Some(pdu) = seen
            .pdu
            .as_ref()
            .filter(|pdu| pdu.kind.protocol() == Protocol::Mm4)
        else {
            return;
        };
        let mut ids = IDS.iter().filter_map(|name| Some((name, pdu.text(name)?)));
        if let Some((name, id)) = ids.find(|(_, id)| !id.trim().starts_with('"')) {
            let text = format!("{}: {name} is {id}, without quotes", seen.label());
            self.say(seen, "bare-id", Severity::Note, "3GPP TS 23.140 §8.4.4", text);
        }
    }

    /// A fetch that found nothing at first, and then did.
    fn of_the_race(&mut self, seen: &Sighting, sightings: &[Sighting]) {
        let Some(notified) = seen.put_off else { return };
        let url_of = |answer: &Sighting| {
            let asked = sightings.iter().find(|s| Some(s.seq) == answer.answers)?;
            match &asked.crossing {
                Some(Crossing::HttpRequest { url, .. }) => Some(url),
                _ => None,
            }
        };
        let next = sightings
            .iter()
            .find(|s| s.seq > seen.seq && s.place == seen.place && s.is_reply() && url_of(s) == url_of(seen));
        let told = sightings.iter().find(|s| s.seq == notified);
        let (Some(next), Some(told)) = (next, told) else {
            return;
        };
        if next.put_off.is_some() || next.says_not_found() {
            return;
        }
        let late = |s: &Sighting| s.at_us.saturating_sub(told.at_us) / 1000;
        let text = format!(
            "notified before it could serve: {} ms after the notification there was no message ({}), after {} ms there was",
            late(seen),
            seen.label(),
            late(next)
        );
        self.say(
            seen,
            "notified-too-early",
            Severity::Warning,
            "OMA MMS ENC 1.3 §6.2",
            text,
        );
    }
}

fn is_submission(sent: &Sighting) -> bool {
    matches!(
        sent.kind(),
        Some(PduType::SendReq | PduType::ForwardReq | PduType::Mm4ForwardReq)
    )
}

/// Whether RFC 3986 lets a URI have this octet.
fn is_of_a_uri(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&octet)
}
