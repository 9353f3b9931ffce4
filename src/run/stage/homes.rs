//! Where user agents live, and who tells the relays.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use crate::case::HomeView;
use crate::party::HomeService;
use crate::relay::config::Subscribers;
use crate::run::host::Reloading;

use super::cast::Agent;
use super::{NotUp, Stage};

/// The subscriber service, one face of it for each relay, and those who moved.
#[derive(Default)]
pub(super) struct Homes {
    services: BTreeMap<String, HomeService>,
    /// ENUM tells the homes.
    pub by_enum: bool,
    moved: Mutex<BTreeMap<String, String>>,
}

impl Homes {
    /// Opens the subscriber service at an address with port 0.
    ///
    /// # Errors
    /// There is no port.
    pub async fn open(
        &mut self,
        at: SocketAddr,
        relays: &[&str],
        agents: &BTreeMap<String, Agent>,
    ) -> Result<(), NotUp> {
        for relay in relays {
            let service = HomeService::open(at)
                .await
                .map_err(|e| NotUp(format!("the subscriber service: {e}")))?;
            for agent in agents.values() {
                service.set(&agent.number, Some(&agent.home));
            }
            self.services.insert((*relay).to_owned(), service);
        }
        Ok(())
    }

    /// Where this relay asks.
    pub fn url(&self, relay: &str) -> Option<String> {
        self.services.get(relay).map(HomeService::url)
    }
}

impl Stage {
    /// The relay a user agent goes to by itself.
    pub fn home_of(&self, agent: &str) -> Option<String> {
        let moved = self.homes.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let home = moved.get(agent).cloned();
        home.or_else(|| self.agents.get(agent).map(|agent| agent.home.clone()))
    }

    /// A user agent lives elsewhere from now on: the subscriber service says so, or the tables of the relays, which are read again.
    pub async fn set_home(&self, agent: &str, views: &[HomeView]) {
        let Some(number) = self.agents.get(agent).map(|agent| agent.number.clone()) else {
            return;
        };
        for view in views {
            let told = |relay: &str| view.seen_by.as_deref().is_none_or(|seen_by| seen_by == relay);
            for (_, service) in self.homes.services.iter().filter(|(relay, _)| told(relay)) {
                service.set(&number, view.home.as_deref());
            }
            if self.homes.by_enum {
                self.publish_home(&number, view.home.as_deref());
            }
            let Some(home) = &view.home else { continue };
            if self.homes.services.is_empty() && !self.homes.by_enum {
                for reloading in self.rewrite_tables(&number, home, told) {
                    reloading.finished().await;
                }
            }
            if view.seen_by.is_none() {
                let mut moved = self.homes.moved.lock().unwrap_or_else(PoisonError::into_inner);
                moved.insert(agent.to_owned(), home.clone());
            }
        }
    }

    fn rewrite_tables(&self, number: &str, home: &str, told: impl Fn(&str) -> bool) -> Vec<Reloading> {
        let mut embedded = self.embedded();
        let mut reloading = Vec::new();
        for (_, relay) in embedded.iter_mut().filter(|(relay, _)| told(relay)) {
            let table = &mut relay.config.subscribers;
            table.retain(|entry| entry.prefix != number);
            table.push(Subscribers {
                prefix: number.to_owned(),
                home: home.to_owned(),
            });
            if let Some(running) = &relay.running {
                reloading.push(running.reload(table));
            }
        }
        reloading
    }
}
