//! How pushes leave a relay. Whatever the channel, `mmspec` plays the gateway.

use std::net::SocketAddr;

use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PushChannel;
use crate::wire::push::hook::{HookForm, NumberAt, PduForm};
use crate::wire::smtp::ways::Secret;

/// The channel through which the relay pushes, exactly one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Push {
    /// Kannel's sendsms, by GET or POST.
    Kannel(PushAt),
    /// A short message service centre: SMPP 3.4.
    Smpp(PushSmpp),
    /// A push proxy gateway: PAP.
    Pap(PushAt),
    /// A plain HTTP request, in a form of the relay's own.
    Hook(PushHook),
    /// A WSP push as a datagram, straight to the subscriber's IP address.
    Wsp(PushWsp),
}

/// Where the relay expects the gateway.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PushAt {
    pub listen: SocketAddr,
}

/// Where the relay binds, and as whom.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PushSmpp {
    pub listen: SocketAddr,
    /// The only system_id that may bind; anybody if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_id: Option<String>,
    /// Its password, never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Messages a second; more are throttled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<u32>,
}

/// Where the relay sends its requests, and what is where in them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PushHook {
    pub listen: SocketAddr,
    pub number: NumberAt,
    #[serde(default)]
    pub pdu: PduForm,
}

/// The access network that the relay's subscribers have their addresses in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PushWsp {
    /// On loopback. A subscriber has the address that is as far behind the first one as the last six digits of his number say.
    #[schemars(with = "String")]
    pub network: Ipv4Net,
    /// The port of all of them; 2948 is the usual one.
    pub port: u16,
}

impl Push {
    /// Its name: `kannel`, `smpp`, `pap`, `hook`, `wsp`.
    pub fn channel(&self) -> &'static str {
        self.named().name()
    }

    pub fn named(&self) -> PushChannel {
        match self {
            Push::Kannel(_) => PushChannel::Kannel,
            Push::Smpp(_) => PushChannel::Smpp,
            Push::Pap(_) => PushChannel::Pap,
            Push::Hook(_) => PushChannel::Hook,
            Push::Wsp(_) => PushChannel::Wsp,
        }
    }

    /// Where the gateway listens for connections; datagrams need none.
    pub fn stream(&self) -> Option<SocketAddr> {
        match self {
            Push::Kannel(at) | Push::Pap(at) => Some(at.listen),
            Push::Smpp(smpp) => Some(smpp.listen),
            Push::Hook(hook) => Some(hook.listen),
            Push::Wsp(_) => None,
        }
    }
}

impl PushHook {
    pub fn form(&self) -> HookForm {
        HookForm {
            number: self.number.clone(),
            pdu: self.pdu.clone(),
        }
    }
}
