//! Homes of own subscribers: which relay of the MMSE serves a number, and what follows when that changes.
//!
//! The table of the configuration knows, or a subscriber service or ENUM that is asked anew for each MM. A further source is a
//! further variant of [`Source`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::config::{self, Config};
use super::defects::{Seed, Seeds};
use super::dns::{self, Resolver};
use super::ledger::Entry;
use super::model::{Mm, Status};
use super::node::Node;
use super::routing::Hop;
use super::timer;
use super::{delivery, intake, mm4};
use crate::wire::address::{self, Address};

/// Why a home is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unknown {
    #[error("nobody serves {0}")]
    Nobody(String),
    /// It may be known later.
    #[error("{0}")]
    Later(String),
}

/// Who knows the homes.
#[derive(Debug)]
enum Source {
    Table,
    Service {
        http: reqwest::Client,
        url: String,
    },
    /// A mailbox at the home relay's host.
    Enum(Box<Resolver>),
}

/// The homes of subscribers, as one relay sees them.
#[derive(Debug)]
pub(crate) struct Homes {
    source: Source,
    /// Answers that are kept for ever (defect `cluster.home-lookup.remembered`).
    remembered: Mutex<HashMap<String, String>>,
    seeds: Seeds,
    changed: Notify,
}

impl Homes {
    /// # Errors
    /// The HTTP client cannot be set up.
    pub fn new(config: &Config, seeds: &Seeds) -> Result<Homes, String> {
        let source = match (&config.home_lookup, &config.home_enum) {
            (Some(service), _) => service_at(service)?,
            (None, Some(apex)) => Source::Enum(Box::new(Resolver::new(enum_below(apex), seeds.clone()))),
            (None, None) => Source::Table,
        };
        Ok(Homes {
            source,
            remembered: Mutex::default(),
            seeds: seeds.clone(),
            changed: Notify::new(),
        })
    }

    /// The table changed.
    pub fn changed(&self) {
        self.changed.notify_one();
    }

    /// The name of the relay that a subscriber of this MMSE lives on.
    ///
    /// # Errors
    /// Nobody knows, or nobody knows now.
    async fn home(&self, node: &Node, number: &str) -> Result<String, Unknown> {
        match &self.source {
            Source::Table => node
                .routing
                .home(number)
                .ok_or_else(|| Unknown::Nobody(number.to_owned())),
            Source::Service { http, url } => self.looked_up(number, ask(http, url, number)).await,
            Source::Enum(resolver) => self.looked_up(number, ask_enum(node, resolver, number)).await,
        }
    }

    async fn looked_up(
        &self,
        number: &str,
        answer: impl Future<Output = Result<String, Unknown>>,
    ) -> Result<String, Unknown> {
        if let Some(known) = self.known(number) {
            return Ok(known);
        }
        match answer.await {
            Ok(home) => {
                self.remember(number, &home);
                Ok(home)
            }
            Err(Unknown::Later(why)) if self.seeds.has(Seed::HomeLookupFinal) => Err(Unknown::Nobody(why)),
            Err(unknown) => Err(unknown),
        }
    }

    fn known(&self, number: &str) -> Option<String> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.get(number).cloned()
    }

    fn remember(&self, number: &str, home: &str) {
        if self.seeds.has(Seed::HomeLookupCached) {
            let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            remembered.insert(number.to_owned(), home.to_owned());
        }
    }
}

fn service_at(service: &config::HomeLookup) -> Result<Source, String> {
    let http = reqwest::Client::builder()
        .no_proxy()
        .tcp_nodelay(true)
        .timeout(Duration::from_millis(service.timeout_ms))
        .build()
        .map_err(|e| e.to_string())?;
    Ok(Source::Service {
        http,
        url: service.url.trim_end_matches('/').to_owned(),
    })
}

async fn ask(http: &reqwest::Client, url: &str, number: &str) -> Result<String, Unknown> {
    let later = |e: reqwest::Error| Unknown::Later(format!("the subscriber service: {e}"));
    let answer = http.get(format!("{url}/{number}")).send().await.map_err(later)?;
    match answer.status() {
        status if status.is_success() => Ok(answer.text().await.map_err(later)?.trim().to_owned()),
        reqwest::StatusCode::NOT_FOUND => Err(Unknown::Nobody(number.to_owned())),
        status => Err(Unknown::Later(format!(
            "the subscriber service answered {status}"
        ))),
    }
}

fn enum_below(apex: &config::HomeEnum) -> config::Dns {
    config::Dns {
        server: apex.server,
        enum_apex: Some(apex.apex.clone()),
        domains: Vec::new(),
        networks: Vec::new(),
        port: 0,
        ports: BTreeMap::new(),
        timeout_ms: apex.timeout_ms,
    }
}

/// The relay whose host ENUM names.
async fn ask_enum(node: &Node, resolver: &Resolver, number: &str) -> Result<String, Unknown> {
    let mailbox = resolver.mailbox(number).await.map_err(|unknown| match unknown {
        dns::Unknown::None(what) => Unknown::Nobody(what),
        dns::Unknown::Later(why) => Unknown::Later(why),
    })?;
    let nobody = || Unknown::Nobody(format!("{number}, whom ENUM has at {mailbox}"));
    let host = address::domain(&mailbox).ok_or_else(nobody)?;
    if host == node.config.host {
        return Ok(node.config.name.clone());
    }
    node.routing.name_at(&host).map(str::to_owned).ok_or_else(nobody)
}

/// Looks the homes of these recipients (address, number) up, and sends the MM on. It waits while nobody knows.
pub(crate) async fn find(node: &Arc<Node>, mm: &Arc<Mm>, mut asked: Vec<(String, String)>) {
    for attempt in 1u32.. {
        let mut later = Vec::new();
        for (recipient, number) in asked {
            match node.homes.home(node, &number).await {
                Ok(home) => place(node, mm, &recipient, &number, &home),
                Err(unknown) => {
                    node.log(|| format!("{}: {unknown}", mm.message_id));
                    match unknown {
                        Unknown::Later(_) => later.push((recipient, number)),
                        Unknown::Nobody(_) => intake::no_way(node, mm, &recipient, Status::Unreachable),
                    }
                }
            }
        }
        if later.is_empty() {
            return;
        }
        if mm.deadline.is_past() {
            for (recipient, _) in &later {
                intake::no_way(node, mm, recipient, Status::Expired);
            }
            return;
        }
        timer::pause(node.config.timers.pause(attempt).min(mm.deadline.time_left())).await;
        asked = later;
    }
}

/// Gives the MM to the home of its recipient. It does not go back to where it was: those who know the homes contradict each other.
fn place(node: &Arc<Node>, mm: &Arc<Mm>, recipient: &str, number: &str, home: &str) {
    if home == node.config.name {
        return delivery::begin(node, mm, number);
    }
    match node.routing.neighbour(home) {
        Some(hop) if !mm.was_at(&hop.domain) && mm.trace.len() <= node.config.limits.hops => {
            mm4::forward(node, mm, hop.clone(), vec![recipient.to_owned()]);
        }
        _ if node.has(Seed::LoopSilent) => {}
        _ => intake::no_way(node, mm, recipient, Status::Unreachable),
    }
}

/// Lets MMs that wait for a subscriber follow when it moves.
pub(crate) fn watch(node: &Arc<Node>) {
    if node.routing.is_alone() || node.has(Seed::RehomeLeftBehind) {
        return;
    }
    let watching = node.clone();
    node.spawn(async move {
        let node = watching;
        let interval = Duration::from_millis(node.config.timers.home_check_ms);
        loop {
            match node.homes.source {
                Source::Table => node.homes.changed.notified().await,
                Source::Service { .. } | Source::Enum(_) => timer::pause(interval).await,
            }
            let waiting: Vec<(String, String)> = {
                let state = node.state();
                let open = state.deliveries.iter().filter(|(_, d)| d.waits());
                open.map(|(token, d)| (token.clone(), d.recipient.clone()))
                    .collect()
            };
            for (token, number) in waiting {
                // A home that is not known now is looked up again the next time.
                if let Ok(home) = node.homes.home(&node, &number).await
                    && home != node.config.name
                    && let Some(hop) = node.routing.neighbour(&home)
                {
                    follow(&node, &token, hop.clone());
                }
            }
        }
    });
}

/// An MM that waits follows its subscriber.
fn follow(node: &Arc<Node>, token: &str, hop: Hop) {
    let (mm, recipient, tid) = {
        let mut state = node.state();
        let Some(delivery) = state.deliveries.get_mut(token).filter(|d| d.waits()) else {
            return;
        };
        let mm = delivery.mm.clone();
        let recipient = Address::Plmn(delivery.recipient.clone()).mm1();
        let tid = node.ids.transaction();
        if !node.has(Seed::RehomeCopyStays) {
            delivery.outcome = Some(Status::Forwarded);
            delivery.mm = mm.remains();
            delivery.over.cancel();
            state.finished(token);
        }
        state.forget_copy(&mm.from, &mm.message_id, &recipient);
        node.note(|| Entry::Moved {
            token: token.to_owned(),
            tid: tid.clone(),
            domain: hop.domain.clone(),
        });
        (mm, recipient, tid)
    };
    node.log(|| format!("{} follows {recipient} to {}", mm.message_id, hop.domain));
    mm4::start(node, &mm, hop, tid, vec![recipient]);
}
