//! How long is waited.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long is waited, in milliseconds. All but `quiet` are deadlines: as soon as the event is there, the case goes on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Timers {
    /// The answer to an MM1 request, or to an SMTP command.
    pub reply: u64,
    /// A push: notification, delivery report, read report.
    pub notify: u64,
    /// A request on MM4.
    pub mm4: u64,
    /// A response on MM4, when the relay has to answer.
    pub mm4_response: u64,
    /// A request that is repeated after an SMTP failure.
    pub mm4_retries: u64,
    /// How long the relay may take until it sends again what it thinks lost: its MM4 response timer and some slack.
    pub resend: u64,
    /// How long the relay goes on trying a peer that takes requests and never answers.
    pub give_up: u64,
    /// Another relay of the MMSE takes over.
    pub failover: u64,
    /// How long nothing must come.
    pub quiet: u64,
}

impl Default for Timers {
    fn default() -> Self {
        Timers {
            reply: 10_000,
            notify: 10_000,
            mm4: 10_000,
            mm4_response: 10_000,
            mm4_retries: 15_000,
            resend: 15_000,
            give_up: 900_000,
            failover: 15_000,
            quiet: 500,
        }
    }
}

impl Timers {
    /// No deadline is longer than this from now on.
    pub fn hasten(&mut self, limit: Duration) {
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        for timer in [
            &mut self.reply,
            &mut self.notify,
            &mut self.mm4,
            &mut self.mm4_response,
            &mut self.mm4_retries,
            &mut self.resend,
            &mut self.give_up,
            &mut self.failover,
        ] {
            *timer = (*timer).min(limit);
        }
    }

    /// Names and values, as `$timer.NAME` has them.
    pub fn named(&self) -> [(&'static str, Duration); 9] {
        [
            ("reply", self.reply),
            ("notify", self.notify),
            ("mm4", self.mm4),
            ("mm4-response", self.mm4_response),
            ("mm4-retries", self.mm4_retries),
            ("resend", self.resend),
            ("give-up", self.give_up),
            ("failover", self.failover),
            ("quiet", self.quiet),
        ]
        .map(|(name, millis)| (name, Duration::from_millis(millis)))
    }
}
