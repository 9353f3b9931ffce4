//! How a relay speaks: every choice that a dialect makes, as values that the code asks for where it writes or reads something. The
//! default is the relay's own way.

use std::time::Duration;

/// The choices of one relay, made once, when it starts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accent {
    pub words: Words,
    pub smtp: Smtp,
    pub http: Http,
    pub queue: Queue,
}

/// What MM4 PDUs look like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    pub ids: Ids,
    /// Numbers stand without a domain.
    pub bare_addresses: bool,
    pub originator: Originator,
    /// RES and reports have a Content-Type and an empty body.
    pub typed_reports: bool,
    pub parts: Transfer,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Ids {
    #[default]
    Quoted,
    Bare,
    QuotedInRequests,
}

/// The form of X-Mms-Originator-System.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Originator {
    #[default]
    Mailbox,
    Host,
    /// `system=HOST;party=NUMBER`
    Private,
}

/// How parts of a multipart are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// Text as it is where it can be, everything else in base64.
    #[default]
    Fitting,
    EightBit,
    QuotedPrintable,
}

/// How SMTP is spoken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Smtp {
    /// Numbers in paths stand without a domain.
    pub bare_paths: bool,
    /// BODY=8BITMIME is declared where it is offered.
    pub eight_bit: bool,
    pub helo_only: bool,
    /// Connections stay open, with a HELO after each such pause.
    pub keep_open: Option<Duration>,
    /// The reply to the end of data waits for the push gateway.
    pub late_reply: bool,
    /// Only hosts that are known by name may send mail.
    pub trusted_only: bool,
}

/// How MM1 is spoken over HTTP.
#[derive(Debug, Clone, Default)]
pub(crate) struct Http {
    /// Errors are statuses, not PDUs.
    pub errors: bool,
    pub taken: Taken,
    /// The end of the connection ends an answer.
    pub until_close: bool,
    /// The media type of a POST is compared letter for letter.
    pub exact_media: bool,
    pub location: Location,
}

/// The answer to an indication.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Taken {
    /// 204
    #[default]
    NoContent,
    /// 200 with an empty body.
    Empty,
}

/// The form of X-Mms-Content-Location.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Location {
    /// This relay's host and port, the token in the path.
    #[default]
    Own,
    /// `http://mmsc/PATH@1/TOKEN`
    Unresolvable,
    /// The token between quotes in the query.
    Quotes,
}

/// What is sent when.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue {
    /// One MM4 transaction for each recipient.
    pub transaction_each: bool,
    /// One RES for each recipient.
    pub res_each: bool,
    /// An MM can be fetched only this long after its notification was taken.
    pub unready: Option<Duration>,
    /// The pause between notifications, in the place of the configured ones.
    pub repeat: Option<Duration>,
    /// Everything leaves on such a tick.
    pub tick: Option<Duration>,
}
