//! One MM each way: cases of the suite, looked at only for what came and what did not.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::model::{Line, State};
use crate::link::Crossing;
use crate::run::journal::{Event, What};
use crate::run::outcome::{CaseResult, Verdict};
use crate::target::{Ixit, Target};

/// Something that has to come in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// The relay's answer to a client, with a 2xx status.
    Answer,
    /// A push to a subscriber.
    Push,
    /// The relay's positive reply to a mail.
    Taken,
    /// A mail of the relay to the peer.
    Mail,
}

/// A way of an MM: the case that goes it, and what must be seen.
struct Way {
    case: &'static str,
    signs: &'static [(Sign, &'static str)],
    needs: Needs,
}

/// Which addresses of the relay it starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Mm1,
    Mm4,
}

const WAYS: &[Way] = &[
    Way {
        case: "mm1-notification-location-can-be-fetched",
        signs: &[
            (Sign::Answer, "a subscriber submits an MM"),
            (Sign::Push, "the recipient is notified"),
        ],
        needs: Needs::Mm1,
    },
    Way {
        case: "mm4-forward-envelope-is-qualified",
        signs: &[(Sign::Mail, "an MM for the peer is forwarded over MM4")],
        needs: Needs::Mm1,
    },
    Way {
        case: "mm4-forward-is-accepted-and-notified",
        signs: &[
            (Sign::Taken, "an MM of the peer is taken over MM4"),
            (Sign::Push, "its recipient is notified"),
        ],
        needs: Needs::Mm4,
    },
    Way {
        case: "mm4-forward-ack-echoes-ids[bare]",
        signs: &[(Sign::Mail, "the peer gets the MM4 response it asked for")],
        needs: Needs::Mm4,
    },
];

/// The cases that are run, for a relay that can be reached so.
pub fn cases(mm1: bool, mm4: bool) -> Vec<String> {
    let can = |way: &&Way| match way.needs {
        Needs::Mm1 => mm1,
        Needs::Mm4 => mm4,
    };
    WAYS.iter().filter(can).map(|way| way.case.to_owned()).collect()
}

/// What came in one case.
#[derive(Default)]
struct Came {
    signs: Vec<(Sign, String)>,
    /// What came instead of an answer.
    instead: Vec<String>,
}

/// What the run of the cases shows, from its journal.
pub fn judge(dir: &Path, cases: &[CaseResult], target: &Target) -> Vec<Line> {
    let came = read(&dir.join("events.jsonl"));
    let none = Came::default();
    let mut lines = Vec::new();
    for way in WAYS {
        let Some(result) = cases.iter().find(|case| case.id == way.case) else {
            for (_, what) in way.signs {
                lines.push(Line::skipped(*what, "the relay cannot be reached"));
            }
            continue;
        };
        let came = came.get(way.case).unwrap_or(&none);
        lines.extend(way.signs.iter().scan(true, |go_on, (sign, what)| {
            let line = one(*sign, what, came, result, target, *go_on);
            *go_on &= line.state == State::Good;
            Some(line)
        }));
    }
    lines
}

fn one(sign: Sign, what: &str, came: &Came, result: &CaseResult, target: &Target, go_on: bool) -> Line {
    if result.verdict == Verdict::NotApplicable {
        let why = result
            .reason
            .clone()
            .unwrap_or_else(|| "not applicable".to_owned());
        return Line::skipped(what, why);
    }
    if let Some((_, says)) = came.signs.iter().find(|(s, _)| *s == sign) {
        return Line::good(what, says.clone());
    }
    if !go_on {
        return Line::skipped(what, "what comes before it did not happen");
    }
    let instead = match (&result.reason, came.instead.first()) {
        (_, Some(instead)) => instead.clone(),
        (Some(reason), None) if result.verdict == Verdict::Error => reason.clone(),
        _ => "nothing came".to_owned(),
    };
    let mend = target
        .ixit
        .as_ref()
        .map_or_else(String::new, |ixit| mend(sign, ixit));
    Line::wrong(what, instead, mend)
}

fn mend(sign: Sign, ixit: &Ixit) -> String {
    let prefix = ixit.numbers.prefix();
    let identity: Vec<&str> = ixit.mm1.identity.keys().map(String::as_str).collect();
    match sign {
        Sign::Answer => format!(
            "must clients POST somewhere else (ixit.mm1.url)? Does the relay know the client by {} (ixit.mm1.identity), and \
             numbers that begin with {prefix} as its subscribers (ixit.numbers)?",
            identity.join(", ")
        ),
        Sign::Push => format!(
            "the relay must push through {} (ixit.push), and take numbers that begin with {prefix} for its own subscribers \
             (ixit.numbers); its log may say where it pushed to",
            gateway(ixit)
        ),
        Sign::Taken => format!(
            "does the relay take mail for {} (ixit.domain) and for numbers that begin with {prefix} (ixit.numbers), and may \
             this host send it MM4?",
            ixit.domain
        ),
        Sign::Mail => match ixit.peers.get("p") {
            Some(peer) => format!(
                "the relay must send MM4 for numbers that begin with {} and for {} to {} (ixit.peers.p)",
                peer.prefix, peer.domain, peer.listen
            ),
            None => "the target file names no peer MMSE `p` (ixit.peers)".to_owned(),
        },
    }
}

fn gateway(ixit: &Ixit) -> String {
    let at = ixit
        .push
        .stream()
        .map(|at| format!(" at {at}"))
        .unwrap_or_default();
    format!("{}{at}", ixit.push.channel())
}

/// What came, by case.
fn read(journal: &Path) -> BTreeMap<String, Came> {
    let mut all: BTreeMap<String, Came> = BTreeMap::new();
    let Ok(file) = File::open(journal) else { return all };
    for line in BufReader::new(file).lines().map_while(Result::ok) {
        let Ok(event) = serde_json::from_str::<Event>(&line) else {
            continue;
        };
        let came = all.entry(event.script).or_default();
        match event.what {
            What::Seen { crossing, .. } => came.saw(crossing),
            What::NoReply { error, .. } => came.instead.push(format!("no answer: {error}")),
            What::Fault { text, .. } => came.instead.push(text),
            _ => {}
        }
    }
    all
}

impl Came {
    fn saw(&mut self, crossing: Crossing) {
        match crossing {
            Crossing::HttpResponse { status, .. } if (200..300).contains(&status) => {
                self.signs
                    .push((Sign::Answer, format!("answered with HTTP status {status}")));
            }
            Crossing::HttpResponse { status, .. } => {
                self.instead
                    .push(format!("it answered with HTTP status {status}"));
            }
            Crossing::Push {
                recipient, gateway, ..
            } => {
                self.signs
                    .push((Sign::Push, format!("{gateway} got a push for {recipient}")));
            }
            Crossing::SmtpReply {
                code: code @ 200..=299,
                ..
            } => {
                self.signs.push((Sign::Taken, format!("accepted with {code}")));
            }
            Crossing::SmtpReply {
                code, text, stage, ..
            } => self.instead.push(format!("it refused at {stage}: {code} {text}")),
            Crossing::Mail { mail_from, .. } => {
                self.signs
                    .push((Sign::Mail, format!("a mail from <{mail_from}>")));
            }
            _ => {}
        }
    }
}
