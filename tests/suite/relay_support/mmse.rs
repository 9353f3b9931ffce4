//! Who takes part, and the configuration of the relays that serve them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mmspec::link::Hop;
use mmspec::relay::Config;
use mmspec::relay::config::{Kannel, Limits, Mm1, Mm4, Neighbour, Push, Route, Subscribers, Timers};

use super::Running;

pub const ALICE: &str = "+15550100011";
pub const BOB: &str = "+15550100017";
/// Homed on relay B where there is one.
pub const BEA: &str = "+15550102017";
pub const CAROL: &str = "+15550200017";
/// Long enough for anything that comes, short enough to wait for what must not come.
pub const SOON: Duration = Duration::from_secs(5);
pub const QUIET: Duration = Duration::from_millis(300);

pub fn plmn(number: &str) -> String {
    format!("{number}/TYPE=PLMN")
}

pub fn local() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// The stable address of a relay that comes and goes: its neighbours know it before it starts.
pub struct Door(Hop);

impl Door {
    pub async fn open() -> Door {
        let hop = Hop::open("door", "anybody", local(), Arc::new(drop)).await;
        Door(hop.unwrap())
    }

    pub fn addr(&self) -> SocketAddr {
        self.0.addr
    }

    pub fn leads_to(&self, relay: &impl Running) {
        self.0.set_target(Some(relay.mm4_addr()));
    }

    pub fn shut(&self) {
        self.0.set_target(None);
    }
}

/// A relay's configuration: node A of the MMSE, one peer.
pub fn config(gateway: SocketAddr, peer: SocketAddr) -> Config {
    Config {
        name: "A".to_owned(),
        domain: "mms.home.example".to_owned(),
        host: "a.mms.home.example".to_owned(),
        system_address: "system-user@mms.home.example".to_owned(),
        mm1: Mm1::new(local(), "/mms", "X-WAP-Network-Client-MSISDN"),
        mm4: Mm4::at(local()),
        push: Push::Kannel(Kannel::new(
            format!("http://{gateway}/cgi-bin/sendsms"),
            "mms",
            "se cret",
        )),
        subscribers: vec![Subscribers {
            prefix: "+1555010".to_owned(),
            home: "A".to_owned(),
        }],
        relays: Vec::new(),
        routes: vec![Route::to("+155502", "mms.peer.example", peer)],
        edge: None,
        hub: None,
        home_lookup: None,
        home_enum: None,
        dns: None,
        timers: Timers {
            mm4_response_ms: 300,
            mm4_retry_ms: vec![50, 100],
            mm4_attempts: 4,
            default_expiry_s: 3600,
            notification_repeat_ms: Vec::new(),
            home_check_ms: 50,
            takeover_ms: 50,
        },
        limits: Limits::default(),
        store: None,
        store_with: Vec::new(),
        dialects: Vec::new(),
        defects: Vec::new(),
    }
}

pub fn neighbour(config: &Config, door: &Door) -> Neighbour {
    Neighbour {
        name: config.name.clone(),
        host: config.host.clone(),
        mm4: door.addr(),
    }
}

/// Makes A and B of two configurations.
pub fn cluster(a: &mut Config, b: &mut Config, a_door: &Door, b_door: &Door) {
    b.name = "B".to_owned();
    b.host = "b.mms.home.example".to_owned();
    a.relays = vec![neighbour(b, b_door)];
    b.relays = vec![neighbour(a, a_door)];
    for config in [a, b] {
        config.subscribers.push(Subscribers {
            prefix: "+15550102".to_owned(),
            home: "B".to_owned(),
        });
    }
}

pub fn carol_mailbox() -> String {
    format!("{}@mms.peer.example", plmn(CAROL))
}

pub fn home_mailbox(number: &str) -> String {
    format!("{}@mms.home.example", plmn(number))
}
