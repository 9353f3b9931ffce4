//! The channel by which notifications and other pushes leave: exactly one.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Hook, Smpp};

/// How pushes leave. In YAML `push: { kannel: URL, username: …, password: … }`, or one of `smpp:`, `pap:`, `hook:` and `wsp:` with
/// keys of their own below it.
#[derive(Debug, Clone, Serialize)]
#[serde(into = "Keys")]
pub enum Push {
    Kannel(Kannel),
    Smpp(Smpp),
    Pap(Pap),
    Hook(Hook),
    Wsp(Wsp),
}

/// The names of the channels, as they stand in YAML.
const CHANNELS: &str =
    "exactly one of `kannel` (with `username` and `password`), `smpp`, `pap`, `hook`, `wsp`";

/// Kannel's sendsms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kannel {
    /// `http://127.0.0.1:13013/cgi-bin/sendsms`
    pub url: String,
    pub username: String,
    pub password: String,
    /// `get`, or `post` with the parameters as a form.
    pub method: Method,
    /// The sender's number or name; none: Kannel's default.
    pub from: Option<String>,
}

impl Kannel {
    /// By GET, with Kannel's own sender.
    pub fn new(url: impl Into<String>, username: impl Into<String>, password: impl Into<String>) -> Kannel {
        Kannel {
            url: url.into(),
            username: username.into(),
            password: password.into(),
            method: Method::Get,
            from: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    #[default]
    Get,
    Post,
}

/// A push proxy gateway that speaks the Push Access Protocol (WAP-247).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pap {
    /// Where push messages are posted to.
    pub url: String,
    /// The client's address (WAP-249 §7); `{number}` is its number, `{digits}` the same without `+`.
    #[serde(default = "address_form")]
    pub address_form: String,
    /// `delivery-method` of `quality-of-service`; none: the element is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_method: Option<DeliveryMethod>,
    /// `ppg-notify-requested-to`: where the gateway tells the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify_requested_to: Option<String>,
}

impl Pap {
    /// To `WAPPUSH=NUMBER/TYPE=PLMN@ppg.example`, without more.
    pub fn new(url: impl Into<String>) -> Pap {
        Pap {
            url: url.into(),
            address_form: address_form(),
            delivery_method: None,
            notify_requested_to: None,
        }
    }
}

fn address_form() -> String {
    "WAPPUSH={number}/TYPE=PLMN@ppg.example".to_owned()
}

/// WAP-247 §9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryMethod {
    Confirmed,
    PreferConfirmed,
    Unconfirmed,
    NotSpecified,
}

impl DeliveryMethod {
    /// As PAP spells it.
    pub fn name(self) -> &'static str {
        match self {
            DeliveryMethod::Confirmed => "confirmed",
            DeliveryMethod::PreferConfirmed => "preferconfirmed",
            DeliveryMethod::Unconfirmed => "unconfirmed",
            DeliveryMethod::NotSpecified => "notspecified",
        }
    }
}

/// Connectionless push to the subscriber's own address: a datagram of UDP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wsp {
    /// `127.16.0.0/12`. The last six digits of a number choose the address in it.
    #[serde(with = "network")]
    pub network: ipnet::Ipv4Net,
    /// The port clients listen at; 2948 is registered for it.
    #[serde(default = "push_port")]
    pub port: u16,
}

fn push_port() -> u16 {
    crate::wire::push::udh::PUSH_PORT
}

mod network {
    use serde::de::{Error as _, Unexpected};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(network: &ipnet::Ipv4Net, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(network)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<ipnet::Ipv4Net, D::Error> {
        let text = String::deserialize(input)?;
        let expected = "an IPv4 network such as `127.16.0.0/12`";
        text.parse()
            .map_err(|_| D::Error::invalid_value(Unexpected::Str(&text), &expected))
    }
}

/// A value that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found}, expected {expected}")]
pub struct Unfit {
    pub found: String,
    pub expected: String,
}

impl Unfit {
    pub(super) fn new(found: impl Into<String>, expected: impl Into<String>) -> Unfit {
        Unfit {
            found: found.into(),
            expected: expected.into(),
        }
    }
}

impl Push {
    /// # Errors
    /// The first value that cannot be right.
    pub fn check(&self) -> Result<(), Unfit> {
        match self {
            Push::Kannel(kannel) => http_url("push.kannel", &kannel.url),
            Push::Smpp(smpp) => smpp.check(),
            Push::Pap(pap) => {
                http_url("push.pap.url", &pap.url)?;
                if pap.address_form.contains("{number}") || pap.address_form.contains("{digits}") {
                    return Ok(());
                }
                let found = format!("push.pap.address-form `{}`", pap.address_form);
                Err(Unfit::new(
                    found,
                    "`{number}` or `{digits}` where the number belongs",
                ))
            }
            Push::Hook(hook) => hook.check(),
            Push::Wsp(_) => Ok(()),
        }
    }
}

/// Relays speak HTTP without TLS to their gateways.
pub(super) fn http_url(what: &str, url: &str) -> Result<(), Unfit> {
    let host = url.strip_prefix("http://").unwrap_or_default();
    if host.is_empty() || host.starts_with('/') {
        return Err(Unfit::new(
            format!("{what} `{url}`"),
            "a URL that begins with http:// and a host",
        ));
    }
    Ok(())
}

/// The keys below `push:`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Keys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kannel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<Method>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    smpp: Option<Smpp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pap: Option<Pap>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hook: Option<Hook>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wsp: Option<Wsp>,
}

impl Keys {
    /// The one channel, or what stands there instead.
    fn channel(self) -> Result<Push, String> {
        let of_kannel = [
            ("username", self.username.is_some()),
            ("password", self.password.is_some()),
            ("method", self.method.is_some()),
            ("from", self.from.is_some()),
        ];
        let kannel = self.kannel.map(|url| {
            let missing = |name: &str| format!("`kannel` without `{name}`");
            Ok(Push::Kannel(Kannel {
                url,
                username: self.username.ok_or_else(|| missing("username"))?,
                password: self.password.ok_or_else(|| missing("password"))?,
                method: self.method.unwrap_or_default(),
                from: self.from,
            }))
        });
        let others = [
            ("smpp", self.smpp.map(Push::Smpp)),
            ("pap", self.pap.map(Push::Pap)),
            ("hook", self.hook.map(Push::Hook)),
            ("wsp", self.wsp.map(Push::Wsp)),
        ];
        let mut named: Vec<(&str, Result<Push, String>)> = Vec::new();
        named.extend(kannel.map(|kannel| ("kannel", kannel)));
        let others = others.into_iter();
        named.extend(others.filter_map(|(name, channel)| Some((name, Ok(channel?)))));
        match (named.len(), named.pop()) {
            (1, Some((name, channel))) => {
                let stray = of_kannel.iter().find(|(_, there)| *there && name != "kannel");
                match stray {
                    Some((key, _)) => Err(format!("`{key}` beside `{name}`, which has its keys below it")),
                    None => channel,
                }
            }
            (_, Some((last, _))) => {
                let first = named
                    .iter()
                    .map(|(name, _)| *name)
                    .collect::<Vec<_>>()
                    .join("`, `");
                Err(format!("`{first}` and `{last}`"))
            }
            (_, None) => Err("no channel".to_owned()),
        }
    }
}

impl From<Push> for Keys {
    fn from(push: Push) -> Keys {
        let mut keys = Keys::default();
        match push {
            Push::Kannel(kannel) => {
                keys.kannel = Some(kannel.url);
                keys.username = Some(kannel.username);
                keys.password = Some(kannel.password);
                keys.method = Some(kannel.method).filter(|method| *method != Method::Get);
                keys.from = kannel.from;
            }
            Push::Smpp(smpp) => keys.smpp = Some(smpp),
            Push::Pap(pap) => keys.pap = Some(pap),
            Push::Hook(hook) => keys.hook = Some(hook),
            Push::Wsp(wsp) => keys.wsp = Some(wsp),
        }
        keys
    }
}

impl<'de> Deserialize<'de> for Push {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Push, D::Error> {
        let push = Keys::deserialize(input)?
            .channel()
            .map_err(|found| Unfit::new(found, CHANNELS));
        push.and_then(|push| push.check().map(|()| push))
            // Not a custom error: to this kind the reader of YAML adds the place.
            .map_err(|unfit| {
                D::Error::invalid_value(Unexpected::Other(&unfit.found), &unfit.expected.as_str())
            })
    }
}
