//! Dialects: ways in which relays in service speak. Each is legal or at least deployed, none is a defect. Here they are named, with
//! the one change that each makes to the relay's [`Accent`]; who writes or reads something asks the accent.

use std::fmt;
use std::time::Duration;

use super::accent::{Accent, Ids, Location, Originator, Taken, Transfer};

/// A named way to speak.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// What stands in `dialects:`; a dialect with a time also takes `NAME=MILLISECONDS`.
    pub name: &'static str,
    /// What the relay does then.
    pub does: &'static str,
    /// What it rests on: a clause that allows it, or where it was seen.
    pub source: &'static str,
    /// The time it means, in milliseconds, when none is given. None: it has none.
    pub millis: Option<u64>,
    /// Dialects with the same subject exclude each other.
    pub about: &'static str,
    set: fn(&mut Accent, Duration),
}

/// A relay that speaks so in service.
const SEEN: &str = "seen in service";

/// A dialect without a time.
const fn way(
    name: &'static str,
    about: &'static str,
    does: &'static str,
    source: &'static str,
    set: fn(&mut Accent, Duration),
) -> Dialect {
    Dialect {
        name,
        does,
        source,
        millis: None,
        about,
        set,
    }
}

impl Dialect {
    const fn lasting(mut self, millis: u64) -> Dialect {
        self.millis = Some(millis);
        self
    }
}

/// Every dialect the relay can be told to speak. MM4 dialects are for what goes to other MMSEs; between relays of one MMSE nothing
/// changes.
pub const DIALECTS: &[Dialect] = &[
    way(
        "unqualified-paths",
        "paths",
        "numbers in MAIL FROM and RCPT TO have no domain: <+15550100011/TYPE=PLMN>",
        SEEN,
        |a, _| a.smtp.bare_paths = true,
    ),
    way(
        "no-domain",
        "addresses",
        "numbers in From, To, Cc and Sender have no domain",
        SEEN,
        |a, _| a.words.bare_addresses = true,
    ),
    way(
        "quoted-ids",
        "ids",
        "transaction and message ids stand in quotes; the relay does so anyway",
        "ENC 1.3 App. D",
        |a, _| a.words.ids = Ids::Quoted,
    ),
    way(
        "bare-ids",
        "ids",
        "transaction and message ids stand without quotes",
        "TS 23.140 §8.4.4",
        |a, _| a.words.ids = Ids::Bare,
    ),
    way(
        "mixed-ids",
        "ids",
        "ids stand in quotes in requests, and without them in RES",
        SEEN,
        |a, _| a.words.ids = Ids::QuotedInRequests,
    ),
    way(
        "transaction-per-recipient",
        "transactions",
        "an MM for several recipients goes out as one REQ for each, with ids that contain the recipient",
        SEEN,
        |a, _| a.queue.transaction_each = true,
    ),
    way(
        "res-per-recipient",
        "answers",
        "a REQ for several recipients is answered by a RES for each, all with its transaction id",
        SEEN,
        |a, _| a.queue.res_each = true,
    ),
    way(
        "originator-host",
        "originator",
        "X-Mms-Originator-System is a bare host, mms.home.example, and mail to it needs no local part",
        SEEN,
        |a, _| a.words.originator = Originator::Host,
    ),
    way(
        "originator-private",
        "originator",
        "X-Mms-Originator-System is in a private form: system=mms.home.example;party=+15550100011",
        SEEN,
        |a, _| a.words.originator = Originator::Private,
    ),
    way(
        "content-type-on-reports",
        "reports",
        "RES and reports have MIME-Version, a Content-Type text/plain and an empty body",
        "RFC 2045 §4; TS 23.140 §8.4.4 needs none",
        |a, _| a.words.typed_reports = true,
    ),
    way(
        "8bit-parts",
        "parts",
        "parts go out as they are, NULs and lone line ends among them; BODY=8BITMIME is declared where it is offered",
        SEEN,
        |a, _| {
            a.words.parts = Transfer::EightBit;
            a.smtp.eight_bit = true;
        },
    ),
    way(
        "quoted-printable",
        "parts",
        "parts go out as quoted-printable, pictures too",
        "RFC 2045 §6.7",
        |a, _| a.words.parts = Transfer::QuotedPrintable,
    ),
    way(
        "helo-only",
        "hello",
        "the SMTP client says HELO and not EHLO, the server refuses EHLO with 502",
        "RFC 5321 §3.2, §4.1.1.1; RFC 821",
        |a, _| a.smtp.helo_only = true,
    ),
    way(
        "long-connection",
        "connections",
        "one SMTP connection to each host stays open for every message; HELO is said in it after each such pause",
        "RFC 5321 §4.5.3.2.7; seen in service",
        |a, pause| a.smtp.keep_open = Some(pause),
    )
    .lasting(10_000),
    way(
        "slow-250",
        "replies",
        "the reply to the end of data comes when the push gateway has answered",
        SEEN,
        |a, _| a.smtp.late_reply = true,
    ),
    way(
        "trusted-hosts",
        "trust",
        "MAIL is refused with 550 unless the client's name in HELO or EHLO is a host of routes, relays or mm4.trusted-hosts",
        "RFC 5321 §7.9; seen in service",
        |a, _| a.smtp.trusted_only = true,
    ),
    way(
        "http-errors",
        "errors",
        "errors on MM1 are HTTP statuses with a line of text and no PDUs",
        SEEN,
        |a, _| a.http.errors = true,
    ),
    way(
        "empty-204",
        "indications",
        "indications are answered by 204 without a body; the relay does so anyway",
        "RFC 9110 §15.3.5",
        |a, _| a.http.taken = Taken::NoContent,
    ),
    way(
        "empty-200",
        "indications",
        "indications are answered by 200 with an empty body",
        "RFC 9110 §15.3.1",
        |a, _| a.http.taken = Taken::Empty,
    ),
    way(
        "close-without-length",
        "length",
        "HTTP answers are those of HTTP/1.0: no Content-Length, the end of the connection ends the body",
        "RFC 9112 §6.3",
        |a, _| a.http.until_close = true,
    ),
    way(
        "strict-content-type",
        "media",
        "the Content-Type of a POST has to be application/vnd.wap.mms-message, letter for letter and without parameters",
        SEEN,
        |a, _| a.http.exact_media = true,
    ),
    way(
        "location-unresolvable",
        "location",
        "Content-Location is http://mmsc/PATH@1/TOKEN: a host that no DNS knows, and no port",
        SEEN,
        |a, _| a.http.location = Location::Unresolvable,
    ),
    way(
        "location-quotes",
        "location",
        "Content-Location has its token between raw quotes in the query: …?id=\"TOKEN\"",
        "seen in service; RFC 3986 §3.4 has no quotes",
        |a, _| a.http.location = Location::Quotes,
    ),
    way(
        "push-before-ready",
        "readiness",
        "an MM can be fetched only this long after its notification was pushed; before that it is not found",
        SEEN,
        |a, lead| a.queue.unready = Some(lead),
    )
    .lasting(5),
    way(
        "repeated-notifications",
        "repeats",
        "a notification without an answer is repeated after each such pause, for two minutes",
        "ENC 1.3 §9.3; seen in service",
        |a, pause| a.queue.repeat = Some(pause),
    )
    .lasting(300),
    way(
        "slow-queue",
        "queue",
        "what leaves waits for the next tick of the queue, and expiry is noticed on a tick",
        SEEN,
        |a, tick| a.queue.tick = Some(tick),
    )
    .lasting(200),
];

/// The accent that these dialects make.
///
/// # Errors
/// A name that is none, a time where there is none or that is no number, two dialects that exclude each other.
pub(super) fn accent(names: &[String]) -> Result<Accent, DialectError> {
    let mut accent = Accent::default();
    let mut spoken: Vec<&Dialect> = Vec::new();
    for text in names {
        let (name, time) = match text.split_once('=') {
            Some((name, time)) => (name, Some(time)),
            None => (text.as_str(), None),
        };
        let dialect = DIALECTS
            .iter()
            .find(|dialect| dialect.name == name)
            .ok_or_else(|| DialectError::Unknown(name.to_owned()))?;
        if let Some(other) = spoken.iter().find(|other| other.about == dialect.about) {
            return Err(DialectError::Excluded(other.name, dialect.name));
        }
        let millis = match (time, dialect.millis) {
            (Some(time), Some(_)) => time.parse().ok().filter(|millis| *millis > 0),
            (None, usual) => Some(usual.unwrap_or_default()),
            (Some(_), None) => None,
        };
        let millis = millis.ok_or_else(|| DialectError::Time(text.clone(), dialect.millis.is_some()))?;
        (dialect.set)(&mut accent, Duration::from_millis(millis));
        spoken.push(dialect);
    }
    Ok(accent)
}

/// Whether a relay can speak all of these at once.
///
/// # Errors
/// As [`DialectError`] says.
pub fn check_dialects(names: &[String]) -> Result<(), DialectError> {
    accent(names).map(|_| ())
}

/// Why a relay cannot speak what it was told to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialectError {
    Unknown(String),
    /// What was said, and whether that dialect has a time.
    Time(String, bool),
    /// Two that are about the same thing.
    Excluded(&'static str, &'static str),
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DialectError::Unknown(name) => {
                let known: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
                write!(f, "there is no dialect `{name}`; there are {}", known.join(", "))
            }
            DialectError::Time(text, true) => {
                write!(
                    f,
                    "`{text}`: after the `=` a time in milliseconds is expected, 1 or more"
                )
            }
            DialectError::Time(text, false) => {
                write!(f, "`{text}`: this dialect has no time; leave `=…` out")
            }
            DialectError::Excluded(one, other) => {
                write!(f, "the dialects `{one}` and `{other}` exclude each other")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Result<Accent, DialectError> {
        accent(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn each_alone_is_spoken_and_all_errors_say_what_would_do() {
        for dialect in DIALECTS {
            of(&[dialect.name]).unwrap();
        }
        let unknown = of(&["bare-id"]).unwrap_err().to_string();
        assert!(
            unknown.contains("`bare-id`") && unknown.contains("slow-queue"),
            "{unknown}"
        );
        assert_eq!(
            of(&["slow-queue=5000"]).unwrap().queue.tick,
            Some(Duration::from_secs(5))
        );
        assert!(of(&["slow-queue=soon"]).is_err());
        assert!(of(&["slow-queue=0"]).is_err());
        assert!(of(&["bare-ids=7"]).unwrap_err().to_string().contains("no time"));
        assert_eq!(
            of(&["bare-ids", "no-domain", "mixed-ids"]).unwrap_err(),
            DialectError::Excluded("bare-ids", "mixed-ids")
        );
    }

    #[test]
    fn names_are_unique() {
        for (at, one) in DIALECTS.iter().enumerate() {
            assert!(!DIALECTS[at + 1..].iter().any(|other| other.name == one.name));
        }
    }
}
