//! The addresses at which the relay is said to listen: who is there, and does he speak the right language?

use std::time::Duration;

use super::model::{Line, State};
use crate::target::Ixit;
use crate::target::probe::{self, Said};

/// How long an address may take to answer.
const LIMIT: Duration = Duration::from_secs(2);

/// What the two addresses of a relay are good for.
pub struct Reached {
    pub lines: Vec<Line>,
    pub mm1: bool,
    pub mm4: bool,
}

pub async fn check(ixit: &Ixit) -> Reached {
    let (mm1, mm4) = tokio::join!(mm1(ixit), mm4(ixit));
    let usable = |line: &Option<Line>| line.as_ref().is_none_or(|l| l.state != State::Wrong);
    Reached {
        mm1: mm1.state != State::Wrong,
        mm4: usable(&mm4),
        lines: std::iter::once(mm1).chain(mm4).collect(),
    }
}

async fn mm1(ixit: &Ixit) -> Line {
    let url = &ixit.mm1.url;
    let what = format!("MM1 at {url}");
    let key = "ixit.mm1.url";
    if url.starts_with("https://") {
        return Line::skipped(what, "over TLS: the MMs below show whether it can be reached");
    }
    match probe::mm1(url, LIMIT).await {
        Said::Http(status @ (404 | 410)) => Line::new(
            what,
            State::Doubtful,
            format!("an HTTP server, but it answers {status} at this path"),
            format!("see whether the path in {key} is where clients POST their PDUs"),
        ),
        Said::Http(status) => Line::good(what, format!("an HTTP server answers (status {status} to HEAD)")),
        Said::Greeting(line) => Line::wrong(
            what,
            format!("no HTTP server: it greets with `{line}`"),
            format!("{key} leads to an SMTP server; are the addresses of MM1 and MM4 mixed up?"),
        ),
        said => nobody(what, said, key, "an HTTP server"),
    }
}

/// None: the relay takes MM4 by other means than SMTP.
async fn mm4(ixit: &Ixit) -> Option<Line> {
    let to = ixit.mm4.to?;
    let what = format!("MM4 at {to}");
    let key = "ixit.mm4.to";
    Some(match probe::mm4(to, LIMIT).await {
        Said::Greeting(line) if line.starts_with("220") => Line::good(what, format!("greets with `{line}`")),
        Said::Greeting(line) => Line::wrong(
            what,
            format!("an SMTP server that refuses connections: `{line}`"),
            "does the relay keep a list of hosts that may send MM4? This host must be on it; its log may say why it refused"
                .to_owned(),
        ),
        Said::Http(status) => Line::wrong(
            what,
            format!("an HTTP server (status {status}), no SMTP server"),
            format!("{key} leads to an HTTP server; are the addresses of MM1 and MM4 mixed up?"),
        ),
        said => nobody(what, said, key, "an SMTP server"),
    })
}

fn nobody(what: String, said: Said, key: &str, wanted: &str) -> Line {
    match said {
        Said::Refused => Line::wrong(
            what,
            "nobody listens there (connection refused)",
            format!("is the relay running, and is {key} its address and port?"),
        ),
        Said::Nothing => Line::wrong(
            what,
            format!(
                "the connection is taken, but nothing is said within {} s",
                LIMIT.as_secs()
            ),
            format!("{wanted} would have spoken; is {key} the right port, and does the relay hang?"),
        ),
        Said::Closed => Line::wrong(
            what,
            "the connection is taken and closed without a word",
            format!("does the relay keep a list of hosts it speaks with? Is {key} the right port?"),
        ),
        Said::Other(octets) => Line::wrong(
            what,
            format!("it speaks something else: `{octets}`"),
            format!("{key} must lead to {wanted}"),
        ),
        Said::Unreachable(why) => Line::wrong(
            what,
            format!("it cannot be reached: {why}"),
            format!("see whether {key} is right, and whether the network lets this host through"),
        ),
        Said::Http(status) => Line::wrong(what, format!("HTTP status {status}"), format!("see {key}")),
        Said::Greeting(line) => Line::wrong(what, line, format!("see {key}")),
    }
}
