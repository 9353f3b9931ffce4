//! What a case wants of a fake node: how its server answers from now on.

use std::time::Duration;

/// A point in an SMTP session at which a server may behave as a case wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SmtpStage {
    /// Before the greeting.
    Connect,
    /// HELO or EHLO.
    Ehlo,
    Mail,
    Rcpt,
    Data,
    EndOfData,
    /// STARTTLS and the handshake after it.
    StartTls,
    Auth,
    /// A mail command ended: no server has this stage.
    Exit,
}

impl SmtpStage {
    /// `connect`, `ehlo`, `mail`, `rcpt`, `data`, `end-of-data`, `starttls`, `auth`, `exit`.
    pub fn name(self) -> &'static str {
        match self {
            SmtpStage::Connect => "connect",
            SmtpStage::Ehlo => "ehlo",
            SmtpStage::Mail => "mail",
            SmtpStage::Rcpt => "rcpt",
            SmtpStage::Data => "data",
            SmtpStage::EndOfData => "end-of-data",
            SmtpStage::StartTls => "starttls",
            SmtpStage::Auth => "auth",
            SmtpStage::Exit => "exit",
        }
    }
}

/// What the server does instead of answering in the ordinary way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmtpAct {
    /// A complete reply, `451 4.3.0 later`; several lines are separated by LF and written as they are.
    Reply(String),
    /// The connection is reset without a reply.
    Drop,
    /// The ordinary reply comes this much later.
    Delay(Duration),
}

/// One rule of a peer's SMTP server. Of the rules for a stage the first that is not used up applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpRule {
    pub at: SmtpStage,
    pub act: SmtpAct,
    /// How often the rule applies; 0 is always.
    pub times: u32,
}

/// One rule for a push gateway's answers. The first that is not used up applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpRule {
    pub status: u16,
    /// How often the rule applies; 0 is always.
    pub times: u32,
}

/// One rule for an SMSC's answers. The first that is not used up applies, and comes before those of [`HttpRule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmppRule {
    /// command_status; 0 takes the message.
    pub status: u32,
    /// How often the rule applies; 0 is always.
    pub times: u32,
}

/// A rule and how often it may still apply (`None`: always).
#[derive(Debug, Clone)]
struct Counted<R> {
    rule: R,
    left: Option<u32>,
}

/// Rules in order, with their counts.
#[derive(Debug, Clone)]
pub struct Rules<R>(Vec<Counted<R>>);

impl<R: Clone> Rules<R> {
    /// `times` tells a rule's count, 0 for always.
    pub fn new(rules: Vec<R>, times: impl Fn(&R) -> u32) -> Self {
        let counted = rules.into_iter().map(|rule| Counted {
            left: Some(times(&rule)).filter(|n| *n > 0),
            rule,
        });
        Rules(counted.collect())
    }

    /// The first rule that fits and is not used up; this uses it once.
    pub fn apply(&mut self, fits: impl Fn(&R) -> bool) -> Option<R> {
        let found = self.0.iter_mut().find(|c| c.left != Some(0) && fits(&c.rule))?;
        found.left = found.left.map(|left| left - 1);
        Some(found.rule.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_used_up_in_order() {
        let rule = |status, times| HttpRule { status, times };
        let mut rules = Rules::new(vec![rule(503, 2), rule(500, 1), rule(202, 0)], |r| r.times);
        let got: Vec<u16> = (0..5)
            .filter_map(|_| rules.apply(|_| true))
            .map(|r| r.status)
            .collect();
        assert_eq!(got, [503, 503, 500, 202, 202]);
    }
}
