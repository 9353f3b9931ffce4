//! How far embedded relays are kept apart, and what that needs.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::relay::{self, Relay};

use super::namespace;
use super::process::Process;
use super::running::Running;

/// What lies between the suite and an embedded relay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Isolation {
    /// Nothing but sockets: the relay lives in the suite's own process.
    #[default]
    None,
    /// A process of its own: `mmspec relay`.
    Process,
    /// A process in a network namespace of its own, joined to the suite by a virtual cable.
    Namespace,
}

impl Isolation {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Isolation::None => "none",
            Isolation::Process => "process",
            Isolation::Namespace => "namespace",
        }
    }
}

/// Starts embedded relays for a run.
#[derive(Debug)]
pub struct Host {
    isolation: Isolation,
    /// The program that is a relay when it is told so.
    program: PathBuf,
    /// Relays that were started so far.
    started: AtomicU32,
}

impl Host {
    pub fn new(isolation: Isolation, program: PathBuf) -> Host {
        Host {
            isolation,
            program,
            started: AtomicU32::new(0),
        }
    }

    /// Where the suite itself listens, so that the relays reach it.
    pub fn own_ip(&self) -> IpAddr {
        match self.isolation {
            Isolation::None | Isolation::Process => Ipv4Addr::LOCALHOST.into(),
            Isolation::Namespace => namespace::SUITE.into(),
        }
    }

    /// [`Host::own_ip`] with a port of the system's choice.
    pub fn any(&self) -> SocketAddr {
        (self.own_ip(), 0).into()
    }

    /// Starts a relay, and waits until it is ready. `log` gets what it says.
    ///
    /// # Errors
    /// Why it did not start, for a person.
    pub async fn start(&self, mut config: relay::Config, log: relay::Log) -> Result<Running, String> {
        match self.isolation {
            Isolation::None => {
                let relay = Relay::start_logging(config, log)
                    .await
                    .map_err(|e| e.to_string())?;
                Ok(Running::Here(relay))
            }
            Isolation::Process => {
                let process = Process::start(&self.program, &config, log).await?;
                Ok(Running::Child(Box::new(process)))
            }
            Isolation::Namespace => {
                let number = self.started.fetch_add(1, Ordering::Relaxed);
                let ip = namespace::relay_ip(number);
                config.mm1.listen.set_ip(ip.into());
                if let Some(listen) = &mut config.mm4.listen {
                    listen.set_ip(ip.into());
                }
                let process = Process::start_apart(&self.program, &config, number, log).await?;
                Ok(Running::Child(Box::new(process)))
            }
        }
    }
}
