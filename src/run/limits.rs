//! How long a step waits for what it expects.

use std::time::Duration;

use crate::case::{Action, Place, Selector, Template};
use crate::wire::PduType;

/// What a limit is made of: the timers of the targets, and what a case says.
pub struct Limits<'a> {
    /// `quiet` → 500 ms.
    pub timer: &'a dyn Fn(&str) -> Option<Duration>,
    /// What a `within:` comes to.
    pub duration: &'a dyn Fn(&Template) -> Option<Duration>,
}

impl Limits<'_> {
    /// The limit of a step that waits; `None` for one that does not, or whose `within:` is no duration.
    pub fn of(&self, action: &Action) -> Option<Duration> {
        match action {
            Action::Expect(e) => self.window(e.within.as_ref(), &e.select, &e.place),
            Action::AnyOf(any) => match (&any.within, any.alternatives.first()) {
                (Some(within), _) => (self.duration)(within),
                (None, _) => any
                    .alternatives
                    .iter()
                    .filter_map(|e| self.window(e.within.as_ref(), &e.select, &e.place))
                    .max(),
            },
            Action::ExpectNone(none) => match &none.within {
                Some(within) => (self.duration)(within),
                None => (self.timer)("quiet"),
            },
            _ => None,
        }
    }

    /// How long an event of this kind is waited for.
    fn window(&self, within: Option<&Template>, select: &Selector, place: &Place) -> Option<Duration> {
        if let Some(within) = within {
            return (self.duration)(within);
        }
        let name = match select {
            Selector::Pdu(
                PduType::Mm4ForwardRes | PduType::Mm4DeliveryReportRes | PduType::Mm4ReadReplyReportRes,
            ) => "mm4-response",
            Selector::Pdu(
                PduType::NotificationInd | PduType::DeliveryInd | PduType::ReadOrigInd | PduType::CancelReq,
            ) => "notify",
            Selector::Pdu(kind) if kind.octet().is_none() => "mm4",
            Selector::Pdu(_) => "reply",
            Selector::Reply if matches!(place, Place::On(_)) => "mm4",
            Selector::Reply => "reply",
            Selector::DnsQuery => "mm4",
            Selector::Loss => "failover",
        };
        (self.timer)(name)
    }
}
