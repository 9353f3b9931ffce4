//! The parts of a sentence: what is sent, what is seen, what a matcher asks for.

use crate::case::behaviour::{SmtpAct, SmtpStage};
use crate::case::dns::{DnsAnswer, DnsRecord, DnsSet};
use crate::case::model::{
    Behaviour, Damage, Expect, FieldDemand, HubKind, Matcher, Place, Script, Selector, Send, SendWhat, Set,
    Template,
};
use crate::case::vocabulary as words;
use crate::wire::push::smpp::status_name;

/// The relays and parties of the case.
pub(super) fn stage(script: &Script) -> String {
    let own = words::TOPOLOGIES.iter().find(|t| t.topology == script.topology);
    let mut nodes: Vec<String> = script
        .topology
        .relays()
        .iter()
        .map(|r| format!("relay {r}"))
        .collect();
    nodes.extend(
        own.map_or(&[][..], |t| t.users)
            .iter()
            .map(|(user, home)| format!("{user} on {home}")),
    );
    nodes.extend(
        own.map_or(&[][..], |t| t.peers)
            .iter()
            .map(|(peer, user)| format!("peer {peer} with {user}")),
    );
    nodes.extend(script.nodes.iter().map(|n| match (&n.home, &n.peer) {
        (Some(home), _) => format!("{} on {home}", n.name),
        (None, Some(peer)) => format!("{} of peer {peer}", n.name),
        (None, None) if n.kind == Some(HubKind::Application) => format!("{} ends transactions", n.name),
        (None, None) if n.kind.is_some() => format!("{} relays mail", n.name),
        (None, None) => format!("peer {}", n.name),
    }));
    let routing = if script.routing.asks_dns() {
        format!("; routing: {}", script.routing.name())
    } else {
        String::new()
    };
    format!("{}: {}{routing}", script.topology.name(), nodes.join(", "))
}

pub(super) fn to(relay: Option<&String>) -> String {
    relay.map_or("its relay".to_owned(), Clone::clone)
}

pub(super) fn sent_what(what: &SendWhat) -> String {
    match what {
        SendWhat::Pdu(pdu) => pdu.name().to_owned(),
        SendWhat::Get(url) => format!("GET {}", url.raw),
        SendWhat::Again(of) => format!("the octets of {} once more", of.raw),
    }
}

pub(super) fn sending(send: &Send) -> String {
    format!(
        "{} sends {} to {}",
        send.from,
        sent_what(&send.what),
        to(send.to.as_ref())
    )
}

pub(super) fn seen(select: &Selector, place: &Place) -> String {
    let what = match select {
        Selector::Pdu(pdu) => pdu.name(),
        Selector::Reply => "reply",
        Selector::DnsQuery => "DNS query",
        Selector::Loss => "loss",
    };
    match place {
        Place::At(party) => format!("{what} at {party}"),
        Place::On(link) => format!("{what} on link {link}"),
    }
}

pub(super) fn what(expect: &Expect) -> String {
    let times = if expect.times > 1 {
        format!("{} × ", expect.times)
    } else {
        String::new()
    };
    format!(
        "{times}{}{}",
        seen(&expect.select, &expect.place),
        narrowed(&expect.narrow)
    )
}

pub(super) fn narrowed(narrow: &[FieldDemand]) -> String {
    if narrow.is_empty() {
        return String::new();
    }
    let all: Vec<String> = narrow
        .iter()
        .map(|d| format!("{} {}", d.name, matching(&d.matcher)))
        .collect();
    format!(", the one where {},", all.join(" and "))
}

pub(super) fn within(template: Option<&Template>) -> String {
    template.map_or(String::new(), |t| format!(" within {}", t.raw))
}

pub(super) fn fault(damage: &Damage) -> String {
    match damage {
        Damage::CutIn(field) => format!("it ends in the middle of {field}"),
        Damage::CutAt(octets) => format!("it ends after {octets} octets"),
        Damage::Omit(fields) => format!("without {}", fields.join(", ")),
        Damage::Duplicate(fields) => format!("{} twice", fields.join(", ")),
        Damage::Reorder(fields) => format!("{} first, in this order", fields.join(", ")),
        Damage::Octets { field, are } => format!("{field} is the octets {}", hex::encode_upper(are)),
        Damage::Raw(octets) => format!("it is {} chosen octets", octets.len()),
    }
}

pub(super) fn behaviour(set: &Set) -> String {
    let node = &set.node;
    let times = |n: u32| {
        if n == 0 {
            String::new()
        } else {
            format!(" {n} times")
        }
    };
    match &set.behaviour {
        Behaviour::Smtp(rules) if rules.is_empty() => format!("{node} speaks SMTP as usual again"),
        Behaviour::Smtp(rules) => {
            let all: Vec<String> = rules
                .iter()
                .map(|rule| {
                    let act = match &rule.act {
                        SmtpAct::Reply(reply) => format!("answers {reply}"),
                        SmtpAct::Drop => "cuts the connection".to_owned(),
                        SmtpAct::Delay(delay) => format!("takes {} ms to answer", delay.as_millis()),
                    };
                    format!("{act} at {}{}", stage_name(rule.at), times(rule.times))
                })
                .collect();
            format!("from now on {node} {}", all.join(", "))
        }
        Behaviour::Http(rules) => {
            let all: Vec<String> = rules
                .iter()
                .map(|r| format!("{}{}", r.status, times(r.times)))
                .collect();
            format!("from now on pushes for {node} are answered {}", all.join(", "))
        }
        Behaviour::Smpp(rules) if rules.is_empty() => {
            format!("the SMSC takes messages for {node} as usual again")
        }
        Behaviour::Smpp(rules) => {
            let all: Vec<String> = rules
                .iter()
                .map(|r| format!("{}{}", status_name(r.status), times(r.times)))
                .collect();
            format!(
                "from now on an SMSC answers messages for {node} with {}",
                all.join(", ")
            )
        }
        Behaviour::Home(views) => {
            let all: Vec<String> = views
                .iter()
                .map(|view| {
                    let home = view.home.as_deref().unwrap_or("a relay that cannot be told");
                    match &view.seen_by {
                        Some(relay) => format!("{home} as {relay} is told"),
                        None => home.to_owned(),
                    }
                })
                .collect();
            format!("from now on {node} lives on {}", all.join(", "))
        }
        Behaviour::Acknowledge(None) => format!("from now on {node} acknowledges nothing"),
        Behaviour::Acknowledge(Some(status)) => format!("from now on {node} acknowledges with {status}"),
        Behaviour::Dns(dns) => names(dns),
        Behaviour::Shape(shaping) => format!("from now on the link {node} {shaping}"),
    }
}

fn names(set: &DnsSet) -> String {
    let name = &set.name.raw;
    let records = match &set.answer {
        DnsAnswer::NxDomain => return format!("from now on {name} does not exist in the DNS"),
        DnsAnswer::ServFail => return format!("from now on the DNS fails at {name}"),
        DnsAnswer::Silent => return format!("from now on the DNS does not answer about {name}"),
        DnsAnswer::Usual => return format!("{name} is in the DNS as usual again"),
        DnsAnswer::Records { types, records, .. } if records.is_empty() => {
            return format!("from now on {name} has no {} in the DNS", types.join(" and no "));
        }
        DnsAnswer::Records { records, .. } => records,
    };
    let records: Vec<String> = records.iter().map(record).collect();
    format!("from now on {name} is in the DNS with {}", records.join(", "))
}

fn record(record: &DnsRecord) -> String {
    match record {
        DnsRecord::Naptr {
            order,
            preference,
            flags,
            service,
            regexp,
            replacement,
        } => format!(
            "NAPTR {order} {preference} \"{flags}\" \"{}\" \"{}\" {}",
            service.raw, regexp.raw, replacement.raw
        ),
        DnsRecord::Mx { preference, host } => format!("MX {preference} {}", host.raw),
        DnsRecord::Address(address) => format!("address {}", address.raw),
        DnsRecord::Alias(name) => format!("CNAME {}", name.raw),
    }
}

fn stage_name(stage: SmtpStage) -> &'static str {
    match stage {
        SmtpStage::Connect => "the start of a connection",
        SmtpStage::Ehlo => "EHLO",
        SmtpStage::Mail => "MAIL",
        SmtpStage::Rcpt => "RCPT",
        SmtpStage::Data => "DATA",
        SmtpStage::EndOfData => "the end of data",
    }
}

pub(super) fn matching(matcher: &Matcher) -> String {
    let list = |values: &[Template]| {
        values
            .iter()
            .map(|v| v.raw.clone())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match matcher {
        Matcher::Equals(value) => format!("is {}", value.raw),
        Matcher::Not(inner) => match &**inner {
            Matcher::Equals(value) => format!("is not {}", value.raw),
            Matcher::Absent => "is there".to_owned(),
            Matcher::Present => "is absent".to_owned(),
            other => format!("is anything but one that {}", matching(other)),
        },
        Matcher::IfPresent(inner) => format!("is absent, or {}", matching(inner)),
        Matcher::In(values) => format!("is one of {}", list(values)),
        Matcher::Matches(regex) => format!("matches {regex}"),
        Matcher::Range { from, to } => {
            let bound = |b: &Option<Template>| b.as_ref().map_or(String::new(), |t| t.raw.clone());
            format!("is in {}..{}", bound(from), bound(to))
        }
        Matcher::Present => "is there".to_owned(),
        Matcher::Absent => "is absent".to_owned(),
        Matcher::Octets(octets) => format!("is the octets {}", hex::encode_upper(octets)),
        Matcher::Instant { of, within } => format!("is within {} ms of {}", within.as_millis(), of.raw),
        Matcher::Set(values) => format!("has the values {}, in any order", list(values)),
        Matcher::Any(any) => any.iter().map(matching).collect::<Vec<_>>().join(", or "),
        Matcher::All(all) => all.iter().map(matching).collect::<Vec<_>>().join(" and "),
    }
}
