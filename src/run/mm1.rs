//! MM1 as a target wants it: where a Content-Location is fetched, and which header fields name the client.

use hyper::Uri;

use crate::case::{Send, Template};
use crate::party::user_agent::{authority, fetch_url, url_as_is};
use crate::target::{ContentLocation, Mm1};

/// The header field by which cases speak of a client's identity, whatever fields the target knows clients by.
const IDENTITY: &str = "X-WAP-Network-Client-MSISDN";

/// The URL of what a Content-Location names.
///
/// # Errors
/// It is not to be reached, in words for a person.
pub fn locate(location: &str, mm1: &Mm1) -> Result<String, String> {
    let as_is = match mm1.content_location {
        ContentLocation::AtUrl => None,
        ContentLocation::AsIs => url_as_is(location),
    };
    let Some(url) = as_is else {
        return Ok(fetch_url(location, &mm1.url));
    };
    // Through a proxy nothing else is connected to than the proxy.
    if mm1.proxy.is_some() || is_near(&url, &mm1.url) {
        return Ok(url);
    }
    Err(format!(
        "it would be fetched from {}, and with ixit.mm1.content-location: as-is only loopback and the host of ixit.mm1.url are reached; at-url takes the host of the URL instead",
        authority(&url).unwrap_or(&url)
    ))
}

/// Whether a URL stays on this machine, or on the host that the target file names.
fn is_near(url: &str, base: &str) -> bool {
    let host = |url: &str| Some(url.parse::<Uri>().ok()?.host()?.to_ascii_lowercase());
    let Some(named) = host(url) else { return false };
    let address: Option<std::net::IpAddr> = named.trim_matches(['[', ']']).parse().ok();
    named == "localhost" || address.is_some_and(|a| a.is_loopback()) || host(base).as_ref() == Some(&named)
}

/// The header fields that name a client with this number, as the case wants them.
///
/// A case that says something of the identity field means those of the target: its values stand in the place of the number,
/// and without a value there are none.
///
/// # Errors
/// Those of `resolve`.
pub fn identity<E>(
    send: &Send,
    number: &str,
    mm1: &Mm1,
    resolve: impl Fn(&Template) -> Result<String, E>,
) -> Result<Vec<(String, String)>, E> {
    let said = send.http_headers.iter().find(|header| is_identity(&header.name));
    let Some(said) = said else {
        return Ok(mm1.identity_of(number));
    };
    let mut headers = Vec::new();
    for value in &said.values {
        headers.extend(mm1.identity_of(&resolve(value)?));
    }
    Ok(headers)
}

/// Whether a case speaks of the client's identity by this name.
pub fn is_identity(name: &str) -> bool {
    name.eq_ignore_ascii_case(IDENTITY)
}
