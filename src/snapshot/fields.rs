//! A message's lines: every field of its PDU and of what carries it.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::inspect::Layer;
use crate::run::evidence::{Crossing, Message};
use crate::show::visible_up_to;
use crate::wire::table::{self, Kind};
use crate::wire::{Content, Interval, Pdu, Value, date};

use super::model::Line;
use super::names::Names;

/// Characters of a value that are kept.
const LONGEST: usize = 400;

/// Lines of a message that are kept: a relay may send fields without end.
const MOST: usize = 400;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Headers of HTTP that say nothing of the relay's own, or something else each time.
const PASSING: [&str; 6] = [
    "date",
    "content-length",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "set-cookie",
];

/// What makes a message's lines.
pub struct Reader<'a> {
    pub names: &'a Names,
    /// Seconds since 1970 when the case began.
    pub unix: i64,
    /// Whether contents that parties sent hold what the run made up: then their lengths and digests are others each time.
    pub is_fluid: bool,
    /// The name of the ids that this message brings up.
    pub own: &'a dyn Fn(&str) -> String,
}

impl Reader<'_> {
    pub fn lines(&self, message: &Message) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(crossing) = &message.crossing {
            self.carrier(crossing, &mut lines);
        }
        match message.layers() {
            Ok(layers) => layers.iter().for_each(|layer| self.layer(layer, &mut lines)),
            Err(why) => put(&mut lines, "undecodable", &self.names.scrubbed(&why)),
        }
        for finding in &message.findings {
            put(&mut lines, "finding", &finding.code);
        }
        if lines.len() > MOST {
            let more = lines.len() - MOST;
            lines.truncate(MOST);
            put(&mut lines, "left out", &format!("{more} lines"));
        }
        lines
    }

    fn carrier(&self, crossing: &Crossing, lines: &mut Vec<Line>) {
        let names = self.names;
        match crossing {
            Crossing::HttpResponse { status, headers, .. } => {
                put(lines, "http", &status.to_string());
                self.headers(headers, lines);
            }
            Crossing::HttpRequest {
                method, url, headers, ..
            } => {
                put(lines, "http", &format!("{method} {}", names.scrubbed(url)));
                self.headers(headers, lines);
            }
            Crossing::Push {
                recipient,
                gateway,
                params,
                ..
            } => {
                put(lines, "push gateway", gateway);
                put(lines, "push recipient", &names.vars_in(recipient));
                for (name, value) in params.iter().filter(|(name, _)| name != "password") {
                    put(lines, &format!("push {name}"), &names.scrubbed(value));
                }
            }
            Crossing::Mail {
                mail_from,
                rcpt_to,
                refused,
                ..
            } => {
                put(lines, "smtp MAIL FROM", &names.scrubbed(mail_from));
                for to in rcpt_to.iter().chain(refused.iter().map(|(to, _)| to)) {
                    put(lines, "smtp RCPT TO", &names.scrubbed(to));
                }
            }
            Crossing::SmtpReply {
                code,
                text,
                stage,
                refused,
                ..
            } => {
                put(lines, "smtp", &code.to_string());
                put(lines, "smtp text", &names.scrubbed(text));
                put(lines, "smtp stage", stage);
                for (to, reply) in refused {
                    let refused = format!("{}: {}", names.vars_in(to), names.scrubbed(reply));
                    put(lines, "smtp refused", &refused);
                }
            }
            Crossing::SmtpLine { code, text } => {
                put(lines, "smtp", &code.to_string());
                put(lines, "smtp text", &names.scrubbed(text));
            }
            Crossing::DnsQuery { name, kind, .. } => {
                put(lines, "dns", &format!("{kind} {}", names.scrubbed(name)));
            }
            Crossing::Loss { how, .. } => put(lines, "lost", how.name()),
            Crossing::SmtpWords { .. } => {}
        }
    }

    fn headers(&self, headers: &[(String, String)], lines: &mut Vec<Line>) {
        let mut told: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), self.names.scrubbed(value)))
            .filter(|(name, _)| !PASSING.contains(&name.as_str()))
            .collect();
        // HTTP gives their order no meaning.
        told.sort();
        for (name, value) in told {
            put(lines, &format!("http {name}"), &value);
        }
    }

    fn layer(&self, layer: &Layer, lines: &mut Vec<Line>) {
        let carries = if layer.pdu.is_some() { "" } else { "wsp " };
        for row in layer.rows.iter().filter(|row| !row.name.starts_with('(')) {
            // Counted by the relay, or told elsewhere.
            if ["TID", "HeadersLen", "X-Mms-Message-Type"].contains(&row.name.as_str()) {
                continue;
            }
            let of = |pdu: &Pdu| {
                pdu.fields
                    .iter()
                    .find(|f| f.at == row.at)
                    .map(|f| f.value.clone())
            };
            let value = match layer.pdu.as_ref().and_then(of) {
                // A list of addresses is one row.
                Some(Value::Address(_)) | None => self.text(&row.name, &row.text),
                Some(value) => self.value(&row.name, &value),
            };
            put(lines, &format!("{carries}{}", row.name), &value);
        }
        if let Some(content) = layer.content() {
            self.content(content, lines);
        }
        layer.inner.iter().for_each(|inner| self.layer(inner, lines));
    }

    fn value(&self, name: &str, value: &Value) -> String {
        match value {
            Value::Integer(_) if self.is_fluid && name == "X-Mms-Message-Size" => "<size>".to_owned(),
            Value::Date(at) | Value::Interval(Interval::Absolute(at)) => self.instant(*at),
            Value::Interval(Interval::Relative(seconds)) => rounded(*seconds),
            Value::PreviouslySentDate { count, date } => format!("{count},{}", self.instant(*date)),
            Value::Counted { count, value } => format!("{count},{}", self.value(name, value)),
            Value::Token { .. } | Value::Integer(_) | Value::Version { .. } | Value::Flag { .. } => {
                value.text()
            }
            other => self.text(name, &other.text()),
        }
    }

    /// A value that is text, by what its field is.
    fn text(&self, name: &str, text: &str) -> String {
        match table::field(name).map(|field| field.kind) {
            _ if is_id(name) => self.names.id(text, &(self.own)(name)),
            Some(Kind::Uri) => self.names.uri(text, &(self.own)(name)),
            Some(Kind::Address | Kind::From | Kind::PreviouslySentBy) => self.names.vars_in(text),
            Some(Kind::Encoded) if name == "Subject" => self.names.vars_in(text),
            Some(Kind::Date) => match date::parse(text) {
                Some(at) => self.instant(at),
                None => text.to_owned(),
            },
            _ => self.names.scrubbed(text),
        }
    }

    fn instant(&self, at: i64) -> String {
        let away = at.saturating_sub(self.unix);
        // Rounded to the nearest: the same instant told from two beginnings is the same.
        let nearest = |unit: i64| (away + away.signum() * unit / 2) / unit;
        match away.abs() {
            0..120 => "<now>".to_owned(),
            away if away < 2 * DAY => format!("<date: now {:+} min>", nearest(60)),
            _ => format!("<date: now {:+} d>", nearest(DAY)),
        }
    }

    fn content(&self, content: &Content, lines: &mut Vec<Line>) {
        let media = |text: String| self.names.scrubbed(&text);
        for (media_type, body) in content.bodies() {
            let octets = match self.is_fluid {
                true => "<octets>".to_owned(),
                false => {
                    let digest = hex::encode(Sha256::digest(body));
                    format!("{} octets, sha256 {}", body.len(), &digest[..12])
                }
            };
            put(
                lines,
                "content",
                &format!("{}, {octets}", media(media_type.to_string())),
            );
        }
        for part in &content.parts {
            for (name, value) in [
                ("part id", &part.content_id),
                ("part location", &part.content_location),
            ] {
                if let Some(value) = value {
                    put(lines, name, &self.names.scrubbed(value));
                }
            }
        }
    }
}

/// Octets of a content that are looked through for what a run made up.
const LOOKED_AT: usize = 256 * 1024;

/// Whether a party's message carries what the run made up, in what relays count and pass on as it is.
pub fn is_fluid(message: &Message, names: &Names) -> bool {
    if let Some(Crossing::SmtpWords { text }) = &message.crossing {
        // Commands are lines of their own.
        return text.trim_end().contains('\n') && names.are_in(text);
    }
    let layers = message.layers().unwrap_or_default();
    let contents = layers.iter().filter_map(Layer::content);
    let holds = |content: &Content| {
        content.bodies().iter().any(|(_, body)| {
            let start = &body[..body.len().min(LOOKED_AT)];
            names.are_in(&String::from_utf8_lossy(start))
        })
    };
    contents.into_iter().any(holds)
}

/// Fields whose value names something: another one each time.
pub fn is_id(name: &str) -> bool {
    let known = table::field(name).is_some_and(|field| field.kind == Kind::Id);
    known
        || ["In-Reply-To", "References", "Content-ID"]
            .iter()
            .any(|id| name.eq_ignore_ascii_case(id))
}

/// Ids in a message, by field.
pub fn ids(message: &Message) -> Vec<(String, String)> {
    let layers = message.layers().unwrap_or_default();
    let mut ids = Vec::new();
    let mut open: Vec<&Layer> = layers.iter().collect();
    while let Some(layer) = open.pop() {
        for field in layer.pdu.iter().flat_map(|pdu| &pdu.fields) {
            let is_uri = table::field(&field.name).is_some_and(|def| def.kind == Kind::Uri);
            if is_id(&field.name) || is_uri {
                let text = field.value.uncounted().text();
                let id = match text.rsplit_once('/') {
                    Some((place, last)) if is_uri && place.contains("//") => last.to_owned(),
                    _ => text,
                };
                ids.push((field.name.to_string(), id));
            }
        }
        open.extend(&layer.inner);
    }
    ids
}

/// Time goes on between a message and its copy.
fn rounded(seconds: u64) -> String {
    match seconds {
        0..120 => "<less than 2 min>".to_owned(),
        120..172_800 => format!("<{} min>", (seconds + 30) / 60),
        _ => format!("<{} d>", (seconds + 43_200) / 86_400),
    }
}

fn put(lines: &mut Vec<Line>, name: &str, value: &str) {
    let harmless = |text: &str| -> String {
        match visible_up_to(text, LONGEST) {
            Cow::Borrowed(text) => text.trim().to_owned(),
            Cow::Owned(text) => text.trim().to_owned(),
        }
    };
    lines.push(Line {
        // The first colon of a line ends the name.
        name: harmless(name).replace(':', "\\x3a"),
        value: harmless(value),
    });
}
