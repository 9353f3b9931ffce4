//! What carried a message: the start line and header fields of HTTP, the words of SMTP, the parameters of a push gateway.

use serde::Serialize;

use super::layer::Wanted;
use super::text::{counted, shown};
use crate::run::evidence::{Crossing, Message};

/// Header fields and lines that are shown.
const MOST: usize = 120;

#[derive(Default, Serialize)]
pub(super) struct Transport {
    /// The start line, or what happened.
    start: String,
    rows: Vec<Named>,
    /// `C: …`, `S: …`, `* …`.
    dialogue: Vec<Said>,
    left_out: usize,
}

#[derive(Serialize)]
struct Named {
    name: String,
    value: String,
    is_hit: bool,
}

#[derive(Serialize)]
struct Said {
    /// `client`, `server`, `event`.
    who: &'static str,
    line: String,
}

pub(super) fn transport(message: &Message, wanted: &[Wanted]) -> Transport {
    let mut shown = Transport::default();
    if let Some(crossing) = &message.crossing {
        shown.take(crossing, wanted);
    }
    shown.left_out = shown.rows.len().saturating_sub(MOST) + shown.dialogue.len().saturating_sub(MOST);
    shown.rows.truncate(MOST);
    shown.dialogue.truncate(MOST);
    shown
}

impl Transport {
    fn take(&mut self, crossing: &Crossing, wanted: &[Wanted]) {
        match crossing {
            Crossing::HttpRequest {
                method, url, headers, ..
            } => {
                self.start = shown(&format!("{method} {url}"));
                self.fields(headers, wanted);
            }
            Crossing::HttpResponse { status, headers, .. } => {
                self.start = format!("HTTP {status}");
                self.fields(headers, wanted);
            }
            Crossing::Push {
                recipient,
                gateway,
                params,
                answered,
                ..
            } => {
                self.start = shown(&format!(
                    "pushed through {gateway} to {recipient}, answered {answered}"
                ));
                self.fields(params, wanted);
            }
            Crossing::Mail {
                helo,
                mail_from,
                rcpt_to,
                refused,
                reply,
                dialogue,
                ..
            } => {
                self.start = "SMTP".to_owned();
                self.row("from host", helo);
                self.row("MAIL FROM", mail_from);
                for recipient in rcpt_to {
                    self.row("RCPT TO", recipient);
                }
                self.refused(refused);
                match reply {
                    Some((code, text)) => self.row("end of data", &format!("{code} {text}")),
                    None => self.row("end of data", "no reply"),
                }
                self.dialogue = dialogue.iter().map(|line| said(line)).collect();
            }
            Crossing::SmtpReply {
                code,
                text,
                stage,
                refused,
                ..
            } => {
                self.start = shown(&format!("reply at {stage}"));
                self.refused(refused);
                self.dialogue = vec![said(&format!("S: {code} {text}"))];
            }
            Crossing::SmtpLine { code, text } => self.dialogue = vec![said(&format!("S: {code} {text}"))],
            Crossing::SmtpWords { text } => self.dialogue = vec![said(&format!("C: {text}"))],
            Crossing::DnsQuery {
                name,
                kind,
                transport,
                code,
                records,
                ..
            } => {
                self.start = shown(&format!("{kind} {name} over {transport}: {code}"));
                for record in records {
                    self.row("record", record);
                }
            }
            Crossing::Loss {
                how, up, down, of, ..
            } => {
                if let Some(of) = of {
                    self.take(of, wanted);
                }
                self.row("lost", how.name());
                self.row(
                    "passed before",
                    &format!("{} up, {} down", counted_octets(*up), counted_octets(*down)),
                );
            }
        }
    }

    fn fields(&mut self, fields: &[(String, String)], wanted: &[Wanted]) {
        for (name, value) in fields {
            let is_hit = wanted.iter().any(|w| w.name.eq_ignore_ascii_case(name));
            self.rows.push(Named {
                name: shown(name),
                value: shown(value),
                is_hit,
            });
        }
    }

    fn refused(&mut self, refused: &[(String, String)]) {
        for (recipient, reply) in refused {
            self.row("refused", &format!("{recipient}: {reply}"));
        }
    }

    fn row(&mut self, name: &str, value: &str) {
        self.rows.push(Named {
            name: shown(name),
            value: shown(value),
            is_hit: false,
        });
    }
}

fn said(line: &str) -> Said {
    let who = match line.get(..2) {
        Some("C:") => "client",
        Some("S:") => "server",
        _ => "event",
    };
    Said {
        who,
        line: shown(line),
    }
}

fn counted_octets(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "octet")
}
