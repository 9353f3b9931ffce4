//! One push: through the channel there is, a few times if that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::hook::Hook;
use super::kannel::Kannel;
use super::pap::Pap;
use super::smpp::Esme;
use super::wsp::Wsp;
use super::{hook, kannel, pap, smpp, wsp};
use crate::relay::config;
use crate::relay::defects::Seed;
use crate::relay::node::Node;
use crate::relay::timer;
use crate::wire::push;

/// Pauses before the attempts after the first, when the gateway cannot be reached or refuses for now.
const RETRIES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(10),
];
/// Where a push has its media type (0xBE) and its application (0x84).
const MEDIA_TYPE_AT: usize = 3;
const APPLICATION_AT: usize = 5;

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Yes,
    /// The gateway failed; it may take the same later.
    NotNow,
    /// The gateway will not take it.
    Never,
}

/// Why an attempt failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// The same may succeed later.
    #[error("{0}")]
    Later(String),
    #[error("{0}")]
    Never(String),
}

/// A PDU and whom it is for.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub number: &'a str,
    /// The MM1 PDU.
    pub pdu: &'a [u8],
    /// The WSP push that carries it.
    pub wsp: Vec<u8>,
}

/// The relay's side of the channel.
#[derive(Debug)]
pub(crate) struct PushGateway {
    channel: Channel,
    wsp_tid: AtomicU8,
}

#[derive(Debug)]
enum Channel {
    Kannel(Kannel),
    Smpp(Arc<Esme>),
    Pap(Pap),
    Hook(Hook),
    Wsp(Wsp),
}

/// One message over all attempts at it.
enum Outgoing<'a> {
    Kannel(kannel::Outgoing<'a>),
    Smpp(smpp::Outgoing<'a>),
    Pap(pap::Outgoing<'a>),
    Hook(hook::Outgoing<'a>),
    Wsp(wsp::Outgoing),
}

impl Outgoing<'_> {
    async fn attempt(&mut self) -> Result<(), Refusal> {
        match self {
            Outgoing::Kannel(outgoing) => outgoing.attempt().await,
            Outgoing::Smpp(outgoing) => outgoing.attempt().await,
            Outgoing::Pap(outgoing) => outgoing.attempt().await,
            Outgoing::Hook(outgoing) => outgoing.attempt().await,
            Outgoing::Wsp(outgoing) => outgoing.attempt().await,
        }
    }
}

impl PushGateway {
    /// # Errors
    /// The configuration cannot be right.
    pub fn new(config: &config::Push) -> Result<PushGateway, String> {
        config.check().map_err(|unfit| unfit.to_string())?;
        let channel = match config {
            config::Push::Kannel(kannel) => Channel::Kannel(Kannel::new(kannel)?),
            config::Push::Smpp(smpp) => Channel::Smpp(Arc::new(Esme::new(smpp.clone()))),
            config::Push::Pap(pap) => Channel::Pap(Pap::new(pap.clone())?),
            config::Push::Hook(hook) => Channel::Hook(Hook::new(hook.clone())?),
            config::Push::Wsp(wsp) => Channel::Wsp(Wsp::new(wsp.clone())),
        };
        Ok(PushGateway {
            channel,
            wsp_tid: AtomicU8::new(1),
        })
    }

    /// Begins what a channel does without being asked: an ESME binds.
    pub fn begin(&self, node: &Arc<Node>) {
        if let Channel::Smpp(esme) = &self.channel {
            esme.begin(node);
        }
    }

    /// Says good-bye, where a channel has a connection of its own.
    pub async fn leave(&self) {
        if let Channel::Smpp(esme) = &self.channel {
            esme.leave().await;
        }
    }

    fn outgoing<'a>(&'a self, node: &'a Node, message: Message<'a>) -> Result<Outgoing<'a>, String> {
        Ok(match &self.channel {
            Channel::Kannel(kannel) => Outgoing::Kannel(kannel.outgoing(&message)),
            Channel::Smpp(esme) => Outgoing::Smpp(esme.outgoing(node, &message)?),
            Channel::Pap(pap) => Outgoing::Pap(pap.outgoing(node, &message)),
            Channel::Hook(hook) => Outgoing::Hook(hook.outgoing(&message)?),
            Channel::Wsp(wsp) => Outgoing::Wsp(wsp.outgoing(message)?),
        })
    }
}

impl Node {
    /// Pushes a PDU to a client, a few times if the gateway fails.
    pub async fn push_to(&self, number: &str, pdu: &Bytes) -> Taken {
        let given_up = |reason: &dyn std::fmt::Display| {
            self.log(|| format!("push to {number} is given up: {reason}"));
            Taken::Never
        };
        let message = Message {
            number,
            pdu,
            wsp: self.wsp(pdu),
        };
        let mut outgoing = match self.push.outgoing(self, message) {
            Ok(outgoing) => outgoing,
            Err(reason) => return given_up(&reason),
        };
        let retries: &[Duration] = if self.has(Seed::PushLostForGood) {
            &[]
        } else {
            &RETRIES
        };
        let mut pauses = retries.iter();
        loop {
            match outgoing.attempt().await {
                Ok(()) => return Taken::Yes,
                Err(Refusal::Later(reason)) => self.log(|| format!("push to {number} failed: {reason}")),
                Err(Refusal::Never(reason)) => return given_up(&reason),
            }
            let Some(pause) = pauses.next() else {
                return Taken::NotNow;
            };
            timer::pause(*pause).await;
        }
    }

    /// The WSP push that carries this PDU.
    fn wsp(&self, pdu: &[u8]) -> Vec<u8> {
        let mut wsp = push::encode(self.push.wsp_tid.fetch_add(1, Ordering::Relaxed), pdu);
        if self.has(Seed::PushForBrowser) {
            wsp[APPLICATION_AT] = 0x82;
        }
        if self.has(Seed::PushMediaType) {
            wsp[MEDIA_TYPE_AT] = 0x83;
        }
        wsp
    }
}
