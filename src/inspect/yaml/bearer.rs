//! Short messages and SMPP.

use bytes::Bytes;

use super::message;
use super::node::Yaml;
use crate::inspect::{Kind, Layer};
use crate::wire::push::Udh;
use crate::wire::push::smpp::{self, Smpp};
use crate::wire::push::sms::{self, Validity};

/// Recipes that may give the same octets, the most readable first.
pub(super) fn candidates(layer: &Layer) -> Vec<Yaml> {
    let made = match layer.kind {
        Kind::UserData => Some(Yaml::map([("user-data", user_data(layer, &layer.octets))])),
        Kind::SmsDeliver => short_message(layer, sms::Kind::Deliver),
        Kind::SmsSubmit => short_message(layer, sms::Kind::Submit),
        Kind::Smpp => smpp_pdu(layer),
        _ => None,
    };
    made.into_iter().collect()
}

/// What a layer carries, if it is these octets; else the octets.
pub(super) fn carried(layer: &Layer, octets: &[u8]) -> (&'static str, Yaml) {
    if let Some(inner) = layer.inner.first().filter(|inner| inner.octets == octets)
        && let Yaml::Map(entries) = message(inner)
    {
        match entries.as_slice() {
            [(key, value)] if key == "push" => return ("push", value.clone()),
            entries if entries.iter().any(|(key, _)| key == "pdu") => {
                return ("pdu", Yaml::Map(entries.to_vec()));
            }
            _ => {}
        }
    }
    ("octets", Yaml::octets(octets))
}

fn user_data(layer: &Layer, octets: &[u8]) -> Yaml {
    let (udh, used, _) = Udh::decode(octets);
    let elements = udh
        .elements
        .iter()
        .map(|element| {
            Yaml::map([
                ("id", Yaml::text(&element.id.to_string())),
                ("octets", Yaml::octets(&element.value)),
            ])
        })
        .collect();
    Yaml::map([
        ("elements", Yaml::List(elements)),
        carried(layer, &octets[used..]),
    ])
}

fn short_message(layer: &Layer, kind: sms::Kind) -> Option<Yaml> {
    let (tpdu, _) = sms::decode(kind, &layer.octets).ok()?;
    let (form, whom) = match kind {
        sms::Kind::Deliver => ("sms-deliver", "from"),
        sms::Kind::Submit => ("sms-submit", "to"),
    };
    let number = |number: u8| Yaml::text(&number.to_string());
    let mut entries = vec![
        (whom, Yaml::text(&tpdu.address.text)),
        ("address-type", number(tpdu.address.kind)),
        ("first", number(tpdu.first)),
        ("pid", number(tpdu.pid)),
        ("dcs", number(tpdu.dcs)),
        ("length", number(tpdu.length)),
    ];
    match kind {
        sms::Kind::Deliver => entries.push(("time", Yaml::octets(&tpdu.time))),
        sms::Kind::Submit => entries.push(("reference", number(tpdu.reference))),
    }
    match tpdu.validity {
        None => {}
        Some(Validity::Relative(value)) => entries.push(("validity", number(value))),
        Some(_) => return None,
    }
    entries.push(message_of(layer, &tpdu.user_data, tpdu.has_header()));
    Some(Yaml::map([(form, Yaml::map(entries))]))
}

fn message_of(layer: &Layer, octets: &[u8], has_header: bool) -> (&'static str, Yaml) {
    if has_header {
        ("user-data", user_data(layer, octets))
    } else {
        carried(layer, octets)
    }
}

fn smpp_pdu(layer: &Layer) -> Option<Yaml> {
    let (pdu, _) = smpp::decode(&layer.octets).ok()?;
    let mut message: Option<(&Bytes, &str)> = None;
    let mut params = Vec::new();
    for (name, value, _) in &pdu.params {
        match value {
            Smpp::Octets(octets) if *name == "short_message" && !octets.is_empty() => {
                message = Some((octets, "short_message"));
            }
            Smpp::Octets(octets) if octets.is_empty() => {}
            Smpp::Octets(octets) => params.push((*name, Yaml::octets(octets))),
            other => params.push((*name, Yaml::text(&other.text()))),
        }
    }
    let tlvs: Vec<Yaml> = pdu
        .tlvs
        .iter()
        .map(|tlv| {
            let value = if tlv.name().starts_with("tag-") {
                Yaml::octets(&tlv.value)
            } else {
                Yaml::map([("octets", Yaml::octets(&tlv.value))])
            };
            Yaml::map([(tlv.name().as_str(), value)])
        })
        .collect();
    let mut entries = vec![
        ("command", Yaml::text(&pdu.name())),
        ("status", Yaml::text(&pdu.command_status.to_string())),
        ("sequence", Yaml::text(&pdu.sequence_number.to_string())),
        ("params", Yaml::map(params)),
    ];
    if !tlvs.is_empty() {
        entries.push(("tlvs", Yaml::List(tlvs)));
    }
    if let Some((octets, _)) = message {
        let class = pdu
            .param("esm_class")
            .map(Smpp::text)
            .and_then(|text| text.parse::<u8>().ok());
        let has_header = class.is_some_and(|class| class & 0x40 != 0);
        entries.push(message_of(layer, octets, has_header));
    }
    Some(Yaml::map([("smpp", Yaml::map(entries))]))
}
