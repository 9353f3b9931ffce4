//! The push gateway that the suite plays for a relay: the one that its target names.

use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::Ipv4Net;
use tokio::sync::watch;

use crate::party::smsc::{self, Account};
use crate::party::wdp::Datagrams;
use crate::party::{Desk, Listening, hook, kannel, ppg};
use crate::target::{Push, PushChannel, Target};
use crate::wire::push::hook::{Coding, Holds, HookForm, NumberAt, PduForm, PduIn};

/// Where subscribers of embedded relays have their addresses.
const ACCESS_NETWORK: Ipv4Net = Ipv4Net::new_assert(std::net::Ipv4Addr::new(127, 16, 0, 0), 12);

/// One that is open.
#[derive(Debug)]
pub struct Gateway {
    pub channel: PushChannel,
    open: Open,
}

#[derive(Debug)]
enum Open {
    Stream(Listening),
    Smsc(Listening, watch::Receiver<usize>),
    Datagrams(Datagrams),
}

impl Gateway {
    /// Opens the gateway of one relay; `any` is where one listens whose place is not said.
    ///
    /// # Errors
    /// Its place cannot be had; with what it is, and where.
    pub async fn open(
        desk: Arc<Desk>,
        relay: &str,
        target: &Target,
        any: SocketAddr,
    ) -> Result<Gateway, (String, SocketAddr, std::io::Error)> {
        let push = target.ixit.as_ref().map(|ixit| &ixit.push);
        let channel = target.channel();
        let at = push.and_then(Push::stream).unwrap_or(any);
        let opened = match channel {
            PushChannel::Kannel => kannel::listen(desk, relay, at).await.map(Open::Stream),
            PushChannel::Pap => ppg::listen(desk, relay, at).await.map(Open::Stream),
            PushChannel::Hook => hook::listen(desk, relay, at, form(push)).await.map(Open::Stream),
            PushChannel::Smpp => smsc::listen_and_tell(desk, relay, at, account(push))
                .await
                .map(|(listening, bound)| Open::Smsc(listening, bound)),
            PushChannel::Wsp => {
                let (network, port) = network(push);
                Datagrams::open(desk, relay, network, port)
                    .await
                    .map(Open::Datagrams)
            }
        };
        match opened {
            Ok(open) => Ok(Gateway { channel, open }),
            Err(reason) => {
                let what = format!("the push gateway ({}) of relay {relay}", channel.name());
                Err((what, at, reason))
            }
        }
    }

    /// Where it listens for connections, if it does.
    pub fn addr(&self) -> Option<SocketAddr> {
        match &self.open {
            Open::Stream(listening) | Open::Smsc(listening, _) => Some(listening.addr),
            Open::Datagrams(_) => None,
        }
    }

    /// The network of the subscribers, where pushes are datagrams.
    pub fn datagrams(&self) -> Option<&Datagrams> {
        match &self.open {
            Open::Datagrams(datagrams) => Some(datagrams),
            _ => None,
        }
    }

    /// How many sessions of the relay are bound, at a short message service centre.
    pub fn bound(&self) -> Option<watch::Receiver<usize>> {
        match &self.open {
            Open::Smsc(_, bound) => Some(bound.clone()),
            _ => None,
        }
    }
}

/// The form in which embedded relays push by HTTP.
pub fn embedded_form() -> HookForm {
    HookForm {
        number: NumberAt::Query("to".to_owned()),
        pdu: PduForm {
            place: PduIn::Body,
            holds: Holds::Pdu,
            coding: Coding::default(),
        },
    }
}

fn form(push: Option<&Push>) -> HookForm {
    match push {
        Some(Push::Hook(hook)) => hook.form(),
        _ => embedded_form(),
    }
}

fn account(push: Option<&Push>) -> Account {
    match push {
        Some(Push::Smpp(smpp)) => Account {
            system_id: smpp.system_id.clone(),
            password: smpp
                .password
                .as_ref()
                .map(|password| password.reveal().to_owned()),
            throttle: smpp.throttle,
            silence: None,
        },
        _ => Account::default(),
    }
}

fn network(push: Option<&Push>) -> (Ipv4Net, u16) {
    match push {
        Some(Push::Wsp(wsp)) => (wsp.network, wsp.port),
        _ => (ACCESS_NETWORK, 0),
    }
}
