//! One message of a case, as a person follows it.

use bytes::Bytes;

use crate::case::StepId;
use crate::inspect::{self, Form, Input, Kind, Layer};
use crate::link::{Carriage, Crossing};
use crate::run::journal::{Event, What};
use crate::run::judge::{Side, Sighting};
use crate::wire::Finding;

/// What a message went by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    Http,
    Smtp,
    Push,
    Dns,
    /// Nothing passed: an answer that did not come, or what a wire in bad shape kept.
    None,
}

impl Carrier {
    pub fn name(self) -> &'static str {
        match self {
            Carrier::Http => "HTTP",
            Carrier::Smtp => "SMTP",
            Carrier::Push => "push",
            Carrier::Dns => "DNS",
            Carrier::None => "",
        }
    }
}

/// Something that passed between two nodes, or that did not.
#[derive(Debug, Clone)]
pub struct Message {
    pub seq: u64,
    /// Microseconds since the script began.
    pub at_us: u64,
    /// Node that sent it: a party, a relay; `?` if it is not known.
    pub from: String,
    pub to: String,
    /// `A-B` between relays, `A-alice` between a relay and a party: relay first, as hops are named.
    pub link: String,
    pub carrier: Carrier,
    /// Whether a party sent it. What relays sent is untrusted.
    pub is_ours: bool,
    /// The step that sent it.
    pub step: Option<StepId>,
    /// The name under which the case refers to it.
    pub capture: Option<String>,
    /// `seq` of the request this answers.
    pub answers: Option<u64>,
    /// Whether it is the answer to a fetch that came before the MM could be served: it is asked for again.
    pub is_put_off: bool,
    /// `M-Send.req`, `HTTP 404 with an empty body`, `SMTP 250 … at end-of-data`. Not escaped.
    pub label: String,
    /// Name of the PDU, if it carries one.
    pub pdu: Option<&'static str>,
    /// What the decoders say of a PDU of a relay.
    pub findings: Vec<Finding>,
    /// None where there was no answer.
    pub crossing: Option<Crossing>,
    /// How it passed. Of a request that got its answer later it stands there.
    pub wire: Option<Carriage>,
}

impl Message {
    /// Reads an event; what carries nothing gives none.
    pub(super) fn of(event: &Event) -> Option<Message> {
        let seen = Sighting::of(event)?;
        let (step, capture) = match &event.what {
            What::Sent { step, capture, .. } => (*step, capture.clone()),
            _ => (None, None),
        };
        let is_ours = seen.side == Side::Party;
        let relay = seen.relay.clone().unwrap_or_else(|| "?".to_owned());
        let other = match seen.place.split_once('-') {
            // On a link between relays: the other end.
            Some((a, b)) if relay == a => b.to_owned(),
            Some((a, b)) if relay == b => a.to_owned(),
            _ => seen.place.clone(),
        };
        let link = if other == seen.place {
            format!("{relay}-{other}")
        } else {
            seen.place.clone()
        };
        let (from, to) = if is_ours { (other, relay) } else { (relay, other) };
        Some(Message {
            seq: seen.seq,
            at_us: seen.at_us,
            from,
            to,
            link,
            carrier: carrier(seen.crossing.as_ref()),
            is_ours,
            step,
            capture,
            answers: seen.answers,
            is_put_off: seen.put_off.is_some(),
            label: seen.label(),
            pdu: seen.kind().map(|kind| kind.name()),
            findings: if is_ours { Vec::new() } else { seen.findings },
            crossing: seen.crossing,
            wire: wire(&event.what).cloned(),
        })
    }

    /// The octets of the PDU or of what carries it, and what they were read as. Empty where there are none.
    pub fn octets(&self) -> (Bytes, Option<Kind>) {
        match &self.crossing {
            Some(crossing) => octets(crossing),
            None => (Bytes::new(), None),
        }
    }

    /// What the octets say, layer by layer: a push with the PDU in it, a mail with its parts.
    ///
    /// # Errors
    /// Why they are nothing that can be decoded.
    pub fn layers(&self) -> Result<Vec<Layer>, String> {
        let (octets, Some(kind)) = self.octets() else {
            return Ok(Vec::new());
        };
        if octets.is_empty() {
            return Ok(Vec::new());
        }
        let input = Input {
            name: self.label.clone(),
            octets,
            form: Form::Raw,
        };
        match inspect::decode(&input, Some(kind)) {
            Ok(decoded) => Ok(decoded.layers),
            Err(why) => Err(why.to_string()),
        }
    }
}

fn wire(what: &What) -> Option<&Carriage> {
    match what {
        What::Sent { wire, .. }
        | What::Seen { wire, .. }
        | What::FetchAgain { wire, .. }
        | What::Unsolicited { wire, .. }
        | What::NoReply { wire, .. } => wire.as_ref(),
        _ => None,
    }
}

fn octets(crossing: &Crossing) -> (Bytes, Option<Kind>) {
    match crossing {
        Crossing::HttpRequest { body, .. } | Crossing::HttpResponse { body, .. } => {
            (body.clone(), Some(Kind::Mm1))
        }
        Crossing::Push { wsp, .. } => (wsp.clone(), Some(Kind::Wsp)),
        Crossing::Mail { data, .. } => (data.clone(), Some(Kind::Mm4)),
        Crossing::DnsQuery { query, .. } => (query.clone(), None),
        Crossing::Loss { of: Some(of), .. } => octets(of),
        Crossing::Loss { of: None, .. }
        | Crossing::SmtpReply { .. }
        | Crossing::SmtpLine { .. }
        | Crossing::SmtpWords { .. } => (Bytes::new(), None),
    }
}

fn carrier(crossing: Option<&Crossing>) -> Carrier {
    match crossing {
        Some(Crossing::HttpRequest { .. } | Crossing::HttpResponse { .. }) => Carrier::Http,
        Some(Crossing::Push { .. }) => Carrier::Push,
        Some(
            Crossing::Mail { .. }
            | Crossing::SmtpReply { .. }
            | Crossing::SmtpLine { .. }
            | Crossing::SmtpWords { .. },
        ) => Carrier::Smtp,
        Some(Crossing::DnsQuery { .. }) => Carrier::Dns,
        Some(Crossing::Loss { .. }) | None => Carrier::None,
    }
}
