//! Relays of several vendors: each `mmspec relay` as a process with a configuration of its own, and the target file for it.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use mmspec::relay::Config;
use mmspec::relay::config::{self, Route};
use mmspec::target::{Numbers, Peer, Push, PushAt, Target};

use crate::system_remote::{FreePorts, Process};
use crate::system_targets::{RELAY, TARGET, parsed};

/// A relay of a vendor.
pub struct Vendor {
    pub target: PathBuf,
    _process: Process,
}

/// What tells one vendor's relay from the others'.
pub struct Make<'a> {
    pub name: &'a str,
    pub prefix: &'a str,
    pub defects: &'a [&'a str],
    /// Under which name the target file has the MMSE of that other vendor; its own ones are left out.
    pub knows: &'a [(&'a str, &'a str)],
}

pub fn domain(name: &str) -> String {
    format!("mms.{name}.example")
}

/// Starts them all; `prefixes` are those of all MMSEs that anybody knows.
pub fn start(dir: &Path, makes: &[Make<'_>], prefixes: &BTreeMap<&str, &str>) -> Vec<Vendor> {
    makes.iter().map(|make| one(dir, make, prefixes)).collect()
}

fn one(dir: &Path, make: &Make<'_>, prefixes: &BTreeMap<&str, &str>) -> Vendor {
    let mut config: Config = serde_saphyr::from_str(RELAY).unwrap();
    let mut target = parsed(TARGET).unwrap();
    let ixit = target.ixit.as_mut().unwrap();
    config.name = make.name.to_owned();
    config.domain = domain(make.name);
    config.host = format!("relay.{}", config.domain);
    config.system_address = format!("mmsc@{}", config.domain);
    config.subscribers[0].prefix = make.prefix.to_owned();
    config.subscribers[0].home = config.name.clone();
    config.defects = make.defects.iter().map(|d| (*d).to_owned()).collect();
    ixit.domain.clone_from(&config.domain);
    ixit.system_address.clone_from(&config.system_address);
    ixit.numbers = Numbers::Prefix(make.prefix.to_owned());
    for (entry, mmse) in make.knows {
        let peer = Peer {
            domain: domain(mmse),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            prefix: prefixes[mmse].to_owned(),
            smtp: Default::default(),
        };
        config
            .routes
            .push(Route::to(&peer.prefix, &peer.domain, peer.listen));
        ixit.peers.insert((*entry).to_owned(), peer);
    }
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    (config.mm1.listen, config.mm4.listen) = (any, Some(any));
    let free = FreePorts::take(1 + ixit.peers.len());
    ixit.push = Push::Kannel(PushAt { listen: free.addr(0) });
    let config::Push::Kannel(kannel) = &mut config.push else {
        panic!("{:?}", config.push);
    };
    kannel.url = format!("http://{}/cgi-bin/sendsms", free.addr(0));
    for (n, peer) in ixit.peers.values_mut().enumerate() {
        peer.listen = free.addr(n + 1);
        let route = config.routes.iter_mut().find(|r| r.domain == peer.domain);
        route.unwrap().mm4 = Some(peer.listen);
    }
    drop(free);
    let (process, mm1, mm4) = Process::start(&config, dir);
    (ixit.mm1.url, ixit.mm4.to) = (mm1, Some(mm4));
    target.name = make.name.to_owned();
    let file = dir.join(format!("{}.yaml", make.name));
    fs::write(&file, serde_saphyr::to_string::<Target>(&target).unwrap()).unwrap();
    Vendor {
        target: file,
        _process: process,
    }
}
