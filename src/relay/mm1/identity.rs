//! Who a client is: the WAP gateway names it in a header, or it is known by its address.

use std::net::IpAddr;

use hyper::HeaderMap;

use crate::relay::config::{IdentityForm, Mm1};
use crate::relay::routing;
use crate::wire::address::Address;

/// The client's number, with its plus.
pub(super) fn client(config: &Mm1, headers: &HeaderMap, from: Option<IpAddr>) -> Option<String> {
    let named = config
        .identity_header
        .names()
        .iter()
        .find_map(|name| headers.get(name));
    let text = match named {
        Some(value) => value.to_str().ok()?.trim(),
        None => config.clients.get(&from?)?,
    };
    if named.is_some() && !has_form(config.identity_form, text) {
        return None;
    }
    let address = Address::parse(text);
    let number = routing::international(address.number()?);
    // Some gateways leave the plus away.
    Some(if number.starts_with('+') {
        number
    } else {
        format!("+{number}")
    })
}

fn has_form(form: IdentityForm, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let plus = |text: &str| text.strip_prefix('+').is_some_and(digits);
    match form {
        IdentityForm::Any => true,
        IdentityForm::Plus => plus(text),
        IdentityForm::Digits => digits(text),
        IdentityForm::Plmn => text.strip_suffix("/TYPE=PLMN").is_some_and(plus),
    }
}
